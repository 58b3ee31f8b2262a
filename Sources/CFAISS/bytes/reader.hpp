#pragma once

#include "guarded.hpp"

#include <faiss/impl/io.h>

#include <cstddef>
#include <cstring>

namespace cfaiss {

/// Reads borrowed bytes in place, and never past their end.
struct BytesReader final : faiss::IOReader {
    BytesReader(const void *bytes, size_t count) : next(static_cast<const char *>(bytes)), left(count) {}

    size_t operator()(void *out, size_t size, size_t count) override {
        if (size == 0 || count == 0) return 0;
        if (count > left / size) throw Failure{CFAISS_MALFORMED, "the bytes end too early"};
        std::memcpy(out, next, size * count);
        next += size * count;
        left -= size * count;
        return count;
    }

    const char *next;
    size_t left;
};

}  // namespace cfaiss
