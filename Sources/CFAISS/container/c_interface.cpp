#include "cfaiss_container.h"

#include "computing.hpp"
#include "container/container.hpp"
#include "index.hpp"

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
        const auto view = cfaiss::container::check(bytes, byte_count, (flags & CFAISS_CONTAINER_TRUSTED) != 0);
        auto result = std::make_unique<cfaiss_index>();
        static_cast<cfaiss::Loaded<faiss::Index> &>(*result) =
            cfaiss::read_container(view, (flags & CFAISS_CONTAINER_MAP) != 0);
        *out = result.release();
    });
}
