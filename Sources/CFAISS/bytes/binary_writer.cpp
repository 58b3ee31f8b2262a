#include "bytes/binary_writer.hpp"

#include <faiss/IndexBinaryFlat.h>
#include <faiss/IndexBinaryHash.h>
#include <faiss/index_io.h>

#include <cstdint>
#include <vector>

namespace cfaiss {
namespace {

template <typename Value>
void put(faiss::IOWriter &writer, const Value &value) {
    writer(&value, sizeof value, 1);
}

/// Numbers of some bits each, the low bits first.
struct PackedBits {
    std::vector<uint8_t> bytes;
    uint64_t place = 0;

    void append(uint64_t value, int bit_count) {
        for (int bit = 0; bit < bit_count; bit++, place++) {
            if (place % 8 == 0) bytes.push_back(0);
            bytes.back() |= uint8_t((value >> bit & 1) << place % 8);
        }
    }
};

void write_map(
    const faiss::IndexBinaryMultiHash::Map &map, int key_bits, uint64_t row_count, faiss::IOWriter &writer) {
    int number_bits = 1;
    // Row numbers are less than their count, and a key may have all of them.
    while (row_count >= uint64_t(1) << number_bits) number_bits++;
    put(writer, number_bits);
    put(writer, map.size());
    PackedBits packed;
    for (const auto &[key, rows] : map) {
        packed.append(uint64_t(key), key_bits);
        packed.append(rows.size(), number_bits);
        for (const auto row : rows) packed.append(uint64_t(row), number_bits);
    }
    put(writer, packed.bytes.size());
    writer(packed.bytes.data(), 1, packed.bytes.size());
}

}  // namespace

void write_binary_index(const faiss::IndexBinary &index, faiss::IOWriter &writer) {
    const auto *hash = dynamic_cast<const faiss::IndexBinaryMultiHash *>(&index);
    if (hash == nullptr) return faiss::write_index_binary(&index, &writer);
    writer("IBHm", 1, 4);
    put(writer, hash->d);
    put(writer, hash->code_size);
    put(writer, hash->ntotal);
    put(writer, hash->is_trained);
    put(writer, hash->metric_type);
    faiss::write_index_binary(hash->storage, &writer);
    put(writer, hash->b);
    put(writer, hash->nhash);
    put(writer, hash->nflip);
    for (const auto &map : hash->maps) write_map(map, hash->b, uint64_t(hash->ntotal), writer);
}

}  // namespace cfaiss
