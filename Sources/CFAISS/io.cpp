#include "binary.hpp"
#include "index.hpp"

#include "bytes/binary_writer.hpp"
#include "bytes/bytes.hpp"
#include "bytes/reader.hpp"
#include "computing.hpp"
#include "container/restore.hpp"
#include "sketched_flat.hpp"
#include "structure/structure.hpp"

#include <faiss/impl/io.h>
#include <faiss/index_io.h>


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
        cfaiss::bytes::check_index(static_cast<const uint8_t *>(bytes), byte_count, cfaiss::bytes::Form::whole);
        cfaiss::BytesReader reader(bytes, byte_count);
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
        cfaiss::write_binary_index(*handle->index, writer);
    });
}

cfaiss_status cfaiss_binary_read(const void *bytes, size_t byte_count, cfaiss_binary **out) {
    return cfaiss::guarded([&] {
        cfaiss::require(bytes != nullptr && out != nullptr, "a pointer is missing");
        cfaiss::bytes::check_binary_index(static_cast<const uint8_t *>(bytes), byte_count, cfaiss::bytes::Form::whole);
        cfaiss::BytesReader reader(bytes, byte_count);
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
