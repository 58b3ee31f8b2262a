#include "binary.hpp"
#include "index.hpp"

#include "container/restore.hpp"
#include "computing.hpp"
#include "sketched_flat.hpp"
#include "structure/structure.hpp"

#include <faiss/impl/io.h>
#include <faiss/index_io.h>

#include <cstring>

namespace {

struct SinkWriter final : faiss::IOWriter {
    SinkWriter(cfaiss_sink sink, void *context) : sink(sink), context(context) {}

    size_t operator()(const void *bytes, size_t size, size_t count) override {
        if (sink(context, bytes, size * count) != 0) throw cfaiss::Failure{CFAISS_CANCELLED, "the sink stopped"};
        return count;
    }

    cfaiss_sink sink;
    void *context;
};

/// Reads borrowed bytes in place, and never past their end.
struct BorrowedReader final : faiss::IOReader {
    BorrowedReader(const void *bytes, size_t count) : next(static_cast<const char *>(bytes)), left(count) {}

    size_t operator()(void *out, size_t size, size_t count) override {
        if (size == 0 || count == 0) return 0;
        if (count > left / size) throw cfaiss::Failure{CFAISS_MALFORMED, "the bytes end too early"};
        std::memcpy(out, next, size * count);
        next += size * count;
        left -= size * count;
        return count;
    }

    const char *next;
    size_t left;
};

/// The first bytes of every index that this module writes: kind, dimension, count, two unused words, whether it is
/// trained, metric. Checked before FAISS allocates by them.
void check_header(const char *bytes, size_t byte_count) {
    constexpr size_t header_size = 4 + 4 + 8 + 16 + 1 + 4;
    if (byte_count < header_size) throw cfaiss::Failure{CFAISS_MALFORMED, "the bytes end inside the header"};
    if (bytes[0] != 'I' && bytes[0] != 'N') {
        throw cfaiss::Failure{CFAISS_MALFORMED, "the bytes do not start with a kind of index"};
    }
    int32_t dimension, metric;
    int64_t count;
    std::memcpy(&dimension, bytes + 4, 4);
    std::memcpy(&count, bytes + 8, 8);
    std::memcpy(&metric, bytes + header_size - 4, 4);
    if (dimension < 1 || dimension > 65536) throw cfaiss::Failure{CFAISS_MALFORMED, "the dimension is out of range"};
    // A row takes at least a byte in every kind.
    if (count < 0 || uint64_t(count) > byte_count) {
        throw cfaiss::Failure{CFAISS_MALFORMED, "the count is more than the bytes can hold"};
    }
    if (metric != faiss::METRIC_L2 && metric != faiss::METRIC_INNER_PRODUCT) {
        throw cfaiss::Failure{CFAISS_MALFORMED, "the metric is not supported"};
    }
}

}  // namespace

cfaiss_status cfaiss_index_write(const cfaiss_index *handle, cfaiss_sink sink, void *context) {
    return cfaiss::guarded([&] {
        cfaiss::require(handle != nullptr && sink != nullptr, "a pointer is missing");
        // FAISS's reader goes through codebooks that are not there yet, and makes of OPQ a transform that never learns.
        if (!handle->index->is_trained) {
            const std::string kind = cfaiss::factory_text(*handle->index);
            for (const char *part : {"RQ", "RCQ", "LSQ", "+", "OPQ"}) {
                if (kind.find(part) == std::string::npos) continue;
                throw cfaiss::Failure{CFAISS_UNSUPPORTED, "bytes before the index is trained"};
            }
        }
        SinkWriter writer(sink, context);
        faiss::write_index(handle->index.get(), &writer);
    });
}

cfaiss_status cfaiss_index_read(const void *bytes, size_t byte_count, cfaiss_index **out) {
    return cfaiss::computing([&] {
        cfaiss::require(bytes != nullptr && out != nullptr, "a pointer is missing");
        check_header(static_cast<const char *>(bytes), byte_count);
        BorrowedReader reader(bytes, byte_count);
        auto result = std::make_unique<cfaiss_index>();
        result->index.reset(faiss::read_index(&reader));
        if (reader.left != 0) throw cfaiss::Failure{CFAISS_MALFORMED, "bytes are left after the index"};
        cfaiss::check_structure(*result->index);
        cfaiss::restore_training(*result->index, "");
        cfaiss::prepare(*result->index);
        cfaiss::check_centroids(*result->index);
        cfaiss::sketch_graphs(*result->index, 1);
        cfaiss::sketch_centroids(*result->index, 1);
        result->next_label = cfaiss::label_above_all(*result->index);
        *out = result.release();
    });
}

cfaiss_status cfaiss_binary_write(const cfaiss_binary *handle, cfaiss_sink sink, void *context) {
    return cfaiss::guarded([&] {
        cfaiss::require(handle != nullptr && sink != nullptr, "a pointer is missing");
        SinkWriter writer(sink, context);
        faiss::write_index_binary(handle->index.get(), &writer);
    });
}

cfaiss_status cfaiss_binary_read(const void *bytes, size_t byte_count, cfaiss_binary **out) {
    return cfaiss::guarded([&] {
        cfaiss::require(bytes != nullptr && out != nullptr, "a pointer is missing");
        if (byte_count < 4 || std::memcmp(bytes, "IB", 2) != 0) {
            throw cfaiss::Failure{CFAISS_MALFORMED, "the bytes do not start with a kind of binary index"};
        }
        BorrowedReader reader(bytes, byte_count);
        auto result = std::make_unique<cfaiss_binary>();
        result->index.reset(faiss::read_index_binary(&reader));
        if (reader.left != 0) throw cfaiss::Failure{CFAISS_MALFORMED, "bytes are left after the index"};
        cfaiss::check_structure(*result->index);
        cfaiss::restore_training(*result->index, "");
        cfaiss::prepare(*result->index);
        result->next_label = cfaiss::label_above_all(*result->index);
        *out = result.release();
    });
}
