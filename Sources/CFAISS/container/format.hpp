#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cfaiss {

/// A container: one FAISS index, its large arrays apart so that they can be used where they lie.
///
/// | offset | bytes | what |
/// | --- | --- | --- |
/// | 0 | 8 | `QVFAISS` and a zero |
/// | 8 | 4 | version, 1 |
/// | 12 | 4 | 0: a `faiss::Index`; 1: a `faiss::IndexBinary`; 2: a transform, as a `faiss::IndexPreTransform` over an empty `faiss::IndexFlat` |
/// | 16 | 8 | bytes in all |
/// | 24 | 8 | bytes of the skeleton, s |
/// | 32 | 4 | sections, n |
/// | 36 | 4 | zero |
/// | 40 | 8 | XXH3-64 of the section table, its padding included |
/// | 48 | 8 | XXH3-64 of the skeleton, its padding included |
/// | 56 | 8 | XXH3-64 of bytes 0…55 |
/// | 64 | 32 · n | the **section table**, zeros to a multiple of 64 |
/// | … | s | the **skeleton**, zeros to a multiple of 64 |
/// | … | | the sections in the order of the table, each with zeros to a multiple of 64 |
///
/// An entry of the section table:
///
/// | offset | bytes | what |
/// | --- | --- | --- |
/// | 0 | 4 | kind, four characters |
/// | 4 | 4 | bytes of an element |
/// | 8 | 8 | bytes of the section |
/// | 16 | 8 | its offset from the start of the container |
/// | 24 | 8 | XXH3-64 of the section, its padding included |
///
/// All numbers are little-endian, checksums have seed 0, and no byte is outside all checksums.
///
/// The skeleton is what `faiss::write_index` writes of the index if its large arrays were empty. The sections come in the
/// order in which `walk` (index_tree.hpp) meets the arrays, `CNTS` first and `FACT` last, which may
/// be missing:
///
/// | kind | elements | for |
/// | --- | --- | --- |
/// | `CNTS` | int64 | the counts that the skeleton has as 0 because FAISS's reader compares them with arrays, or decodes so many rows |
/// | `ARRY` | bytes, int32, int64 … | a `std::vector`: codes, links, labels |
/// | `TABL` | bytes | an `AlignedTable`: blocks of FastScan |
/// | `LSIZ` | uint64 | inverted lists: the rows of each |
/// | `LCOD` | codes, or blocks of FastScan | the lists' codes, list after list, each from a multiple of 64 on |
/// | `LIDS` | int64 | the lists' labels, list after list |
/// | `NSGL` | int32 | links of an NSG, [rows × R], padded with −1 |
/// | `FACT` | bytes | the factory string in its canonical form, printed ASCII, at most 1,023 bytes |
///
/// FAISS writes an OPQ matrix as any linear transform. What its parts are, and how it is trained, is in `FACT` alone.
namespace container {

inline constexpr char magic[8] = {'Q', 'V', 'F', 'A', 'I', 'S', 'S', '\0'};
inline constexpr uint32_t version = 1;
inline constexpr size_t alignment = 64;

inline constexpr uint32_t kind_float = 0;
inline constexpr uint32_t kind_binary = 1;
inline constexpr uint32_t kind_transform = 2;

constexpr uint32_t four(const char (&name)[5]) {
    return uint32_t(uint8_t(name[0])) | uint32_t(uint8_t(name[1])) << 8 | uint32_t(uint8_t(name[2])) << 16 |
        uint32_t(uint8_t(name[3])) << 24;
}

inline constexpr uint32_t counts = four("CNTS");
inline constexpr uint32_t array = four("ARRY");
inline constexpr uint32_t table = four("TABL");
inline constexpr uint32_t list_sizes = four("LSIZ");
inline constexpr uint32_t list_codes = four("LCOD");
inline constexpr uint32_t list_labels = four("LIDS");
inline constexpr uint32_t nsg_links = four("NSGL");
inline constexpr uint32_t factory_string = four("FACT");

inline constexpr size_t max_factory_byte_count = 1023;

struct Header {
    char magic[8];
    uint32_t version;
    uint32_t kind;
    uint64_t byte_count;
    uint64_t skeleton_byte_count;
    uint32_t section_count;
    uint32_t zero;
    uint64_t table_checksum;
    uint64_t skeleton_checksum;
    uint64_t checksum; // of what stands before it
};
static_assert(sizeof(Header) == 64 && offsetof(Header, checksum) == 56);

struct Entry {
    uint32_t kind;
    uint32_t element_size;
    uint64_t byte_count;
    uint64_t offset;
    uint64_t checksum;
};
static_assert(sizeof(Entry) == 32);

constexpr uint64_t aligned(uint64_t byte_count) { return (byte_count + alignment - 1) / alignment * alignment; }

/// A container whose every byte has been checked.
struct View {
    uint32_t kind;
    const uint8_t *bytes;
    size_t byte_count;
    const uint8_t *skeleton;
    size_t skeleton_byte_count;
    const Entry *entries;
    size_t entry_count;
};

/// Checks lengths, offsets and checksums; throws `Failure` (CFAISS_NOT_A_CONTAINER or CFAISS_CHECKSUM). `bytes` starts at a
/// multiple of 8 in memory (64 for the arrays to be aligned). `trusted`: the caller has compared checksums of his own, and
/// those of the sections are passed over.
View check(const void *bytes, size_t byte_count, bool trusted);

}  // namespace container
}  // namespace cfaiss
