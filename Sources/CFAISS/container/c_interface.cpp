#include "cfaiss_container.h"

#include "binary.hpp"
#include "computing.hpp"
#include "container/container.hpp"
#include "index.hpp"
#include "transform.hpp"

#include <cstring>
#include <vector>

cfaiss_status cfaiss_container_write(
    const cfaiss_index *handle, const char *factory, cfaiss_sink sink, void *context) {
    return cfaiss::guarded([&] {
        cfaiss::require(handle != nullptr && sink != nullptr, "a pointer is missing");
        if (handle->bytes != nullptr) {
            if (sink(context, handle->bytes, handle->byte_count) != 0) {
                throw cfaiss::Failure{CFAISS_CANCELLED, "the sink stopped"};
            }
            return;
        }
        cfaiss::write_container(*handle->index, factory, sink, context);
    });
}

const char *cfaiss_container_factory(const cfaiss_index *handle) {
    return handle == nullptr ? "" : handle->factory.c_str();
}

namespace {

/// The container at `bytes`, checked. Its arrays are read as what they are; a container that is copied may lie anywhere.
cfaiss::container::View checked(const void *bytes, size_t byte_count, int flags, std::vector<uint64_t> &moved) {
    if ((flags & CFAISS_CONTAINER_MAP) == 0 && reinterpret_cast<uintptr_t>(bytes) % sizeof(uint64_t) != 0) {
        moved.resize(byte_count / sizeof(uint64_t) + 1);
        if (byte_count > 0) std::memcpy(moved.data(), bytes, byte_count);
        bytes = moved.data();
    }
    if ((flags & CFAISS_CONTAINER_MAP) != 0 && reinterpret_cast<uintptr_t>(bytes) % cfaiss::container::alignment != 0) {
        throw cfaiss::Failure{CFAISS_INVALID, "a container that is mapped is to start at a multiple of 64"};
    }
    return cfaiss::container::check(bytes, byte_count, (flags & CFAISS_CONTAINER_TRUSTED) != 0);
}

}  // namespace

cfaiss_status cfaiss_container_read(const void *bytes, size_t byte_count, int flags, cfaiss_index **out) {
    return cfaiss::computing([&] {
        cfaiss::require(out != nullptr, "a pointer is missing");
        std::vector<uint64_t> moved;
        const auto view = checked(bytes, byte_count, flags, moved);
        auto result = std::make_unique<cfaiss_index>();
        static_cast<cfaiss::Loaded<faiss::Index> &>(*result) =
            cfaiss::read_container(view, (flags & CFAISS_CONTAINER_MAP) != 0);
        cfaiss::prepare(*result->index);
        cfaiss::check_centroids(*result->index);
        result->next_label = cfaiss::label_above_all(*result->index);
        *out = result.release();
    });
}

cfaiss_status cfaiss_binary_container_write(
    const cfaiss_binary *handle, const char *factory, cfaiss_sink sink, void *context) {
    return cfaiss::guarded([&] {
        cfaiss::require(handle != nullptr && sink != nullptr, "a pointer is missing");
        cfaiss::write_container(*handle->index, factory, sink, context);
    });
}

cfaiss_status cfaiss_binary_container_read(const void *bytes, size_t byte_count, cfaiss_binary **out) {
    return cfaiss::computing([&] {
        cfaiss::require(out != nullptr, "a pointer is missing");
        std::vector<uint64_t> moved;
        const auto view = checked(bytes, byte_count, CFAISS_CONTAINER_COPY, moved);
        auto result = std::make_unique<cfaiss_binary>();
        auto loaded = cfaiss::read_container_of_bits(view);
        result->index = std::move(loaded.index);
        result->factory = std::move(loaded.factory);
        cfaiss::prepare(*result->index);
        result->next_label = cfaiss::label_above_all(*result->index);
        *out = result.release();
    });
}

const char *cfaiss_binary_container_factory(const cfaiss_binary *handle) {
    return handle == nullptr ? "" : handle->factory.c_str();
}

cfaiss_status cfaiss_transform_container_write(
    const cfaiss_transform *handle, const char *factory, cfaiss_sink sink, void *context) {
    return cfaiss::guarded([&] {
        cfaiss::require(handle != nullptr && factory != nullptr && sink != nullptr, "a pointer is missing");
        cfaiss::write_transform_container(*handle->index, factory, sink, context);
    });
}

cfaiss_status cfaiss_transform_container_read(const void *bytes, size_t byte_count, cfaiss_transform **out) {
    return cfaiss::computing([&] {
        cfaiss::require(out != nullptr, "a pointer is missing");
        std::vector<uint64_t> moved;
        const auto view = checked(bytes, byte_count, CFAISS_CONTAINER_COPY, moved);
        auto loaded = cfaiss::read_transform_container(view);
        cfaiss::prepare(*loaded.index);
        auto result = std::make_unique<cfaiss_transform>();
        result->index.reset(static_cast<faiss::IndexPreTransform *>(loaded.index.release()));
        result->factory = std::move(loaded.factory);
        *out = result.release();
    });
}

const char *cfaiss_transform_container_factory(const cfaiss_transform *handle) {
    return handle == nullptr ? "" : handle->factory.c_str();
}

faiss::Index &cfaiss::changeable(cfaiss_index *handle) {
    require(handle != nullptr, "a pointer is missing");
    if (handle->bytes != nullptr) throw Failure{CFAISS_READ_ONLY, "the index is mapped and cannot be changed"};
    return *handle->index;
}
