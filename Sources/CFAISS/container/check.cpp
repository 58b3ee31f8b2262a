#include "container/format.hpp"
#include "guarded.hpp"

#include <xxhash.h>

#include <cstring>

namespace cfaiss::container {
namespace {

void expect(bool condition, const char *message) {
    if (!condition) throw Failure{CFAISS_NOT_A_CONTAINER, message};
}

void expect_checksum(const uint8_t *bytes, size_t byte_count, uint64_t expected, const char *message) {
    if (XXH3_64bits(bytes, byte_count) != expected) throw Failure{CFAISS_CHECKSUM, message};
}

}  // namespace

View check(const void *start, size_t byte_count, bool trusted) {
    const auto *bytes = static_cast<const uint8_t *>(start);
    expect(bytes != nullptr && byte_count >= sizeof(Header), "a container is shorter than its header");
    expect(reinterpret_cast<uintptr_t>(bytes) % alignof(Header) == 0, "a container is to start at a multiple of 8");
    Header header;
    std::memcpy(&header, bytes, sizeof header);
    expect(std::memcmp(header.magic, magic, sizeof magic) == 0, "not a container of a FAISS index");
    expect_checksum(bytes, offsetof(Header, checksum), header.checksum, "the header does not match its checksum");
    expect(header.version == version, "a container of a version that is not read here");
    expect(header.kind <= kind_transform && header.zero == 0, "a container of a kind that is not known");
    expect(header.byte_count == byte_count, "a container is longer or shorter than its header says");

    // Each length is compared with what is left before it is added, so nothing overflows.
    uint64_t left = byte_count - sizeof(Header);
    const uint64_t table_byte_count = aligned(uint64_t(header.section_count) * sizeof(Entry));
    expect(table_byte_count <= left, "a container is too short for its section table");
    left -= table_byte_count;
    expect(header.skeleton_byte_count <= left && aligned(header.skeleton_byte_count) <= left,
           "a container is too short for its skeleton");
    left -= aligned(header.skeleton_byte_count);

    View view{};
    view.kind = header.kind;
    view.bytes = bytes;
    view.byte_count = byte_count;
    view.entries = reinterpret_cast<const Entry *>(bytes + sizeof(Header));
    view.entry_count = header.section_count;
    view.skeleton = bytes + sizeof(Header) + table_byte_count;
    view.skeleton_byte_count = header.skeleton_byte_count;
    expect_checksum(bytes + sizeof(Header), table_byte_count, header.table_checksum,
                    "the section table does not match its checksum");
    expect_checksum(view.skeleton, aligned(view.skeleton_byte_count), header.skeleton_checksum,
                    "the skeleton does not match its checksum");

    uint64_t offset = byte_count - left;
    for (size_t i = 0; i < view.entry_count; i++) {
        const Entry &entry = view.entries[i];
        expect(entry.offset == offset, "a section does not follow the one before it");
        expect(entry.byte_count <= left && aligned(entry.byte_count) <= left, "a section is longer than the container");
        expect(entry.element_size != 0, "a section has elements of no bytes");
        if (!trusted) {
            expect_checksum(bytes + offset, aligned(entry.byte_count), entry.checksum,
                            "a section does not match its checksum");
        }
        offset += aligned(entry.byte_count);
        left -= aligned(entry.byte_count);
    }
    expect(left == 0, "bytes are left after the last section");
    return view;
}

}  // namespace cfaiss::container
