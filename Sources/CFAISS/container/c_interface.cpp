#include "cfaiss_container.h"

#include "computing.hpp"
#include "container/container.hpp"
#include "index.hpp"

#include <cstring>
#include <vector>

cfaiss_status cfaiss_container_write(const cfaiss_index *handle, cfaiss_sink sink, void *context) {
    return cfaiss::guarded([&] {
        if (handle->bytes != nullptr) {
            if (sink(context, handle->bytes, handle->byte_count) != 0) {
                throw cfaiss::Failure{CFAISS_CANCELLED, "the sink stopped"};
            }
            return;
        }
        cfaiss::write_container(*handle->index, sink, context);
    });
}

cfaiss_status cfaiss_container_read(const void *bytes, size_t byte_count, int flags, cfaiss_index **out) {
    return cfaiss::computing([&] {
        // Arrays are read as what they are; a copy of them may come from anywhere.
        std::vector<uint64_t> moved;
        if ((flags & CFAISS_CONTAINER_MAP) == 0 && reinterpret_cast<uintptr_t>(bytes) % sizeof(uint64_t) != 0) {
            moved.resize(byte_count / sizeof(uint64_t) + 1);
            if (byte_count > 0) std::memcpy(moved.data(), bytes, byte_count);
            bytes = moved.data();
        }
        const auto view = cfaiss::container::check(bytes, byte_count, (flags & CFAISS_CONTAINER_TRUSTED) != 0);
        auto result = std::make_unique<cfaiss_index>();
        static_cast<cfaiss::Loaded<faiss::Index> &>(*result) =
            cfaiss::read_container(view, (flags & CFAISS_CONTAINER_MAP) != 0);
        cfaiss::prepare(*result->index);
        result->next_label = cfaiss::label_above_all(*result->index);
        *out = result.release();
    });
}

faiss::Index &cfaiss::changeable(cfaiss_index *handle) {
    require(handle != nullptr, "a pointer is missing");
    if (handle->bytes != nullptr) throw Failure{CFAISS_READ_ONLY, "the index is mapped and cannot be changed"};
    return *handle->index;
}
