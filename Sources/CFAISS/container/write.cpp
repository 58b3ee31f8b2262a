#include "container/container.hpp"

#include "bytes/binary_writer.hpp"
#include "container/index_tree.hpp"
#include "container/skeleton.hpp"

#include <faiss/IndexAdditiveQuantizer.h>
#include <faiss/IndexAdditiveQuantizerFastScan.h>
#include <faiss/IndexIVFAdditiveQuantizer.h>
#include <faiss/IndexIVFAdditiveQuantizerFastScan.h>
#include <faiss/index_io.h>
#include <faiss/invlists/BlockInvertedLists.h>

#include <xxhash.h>

#include <cstring>

namespace cfaiss {
namespace {

using namespace container;

/// Bytes of a section; none at an address of null are zeros.
struct Piece {
    const void *data;
    size_t byte_count;
};

struct Section {
    uint32_t kind;
    uint32_t element_size;
    uint64_t byte_count = 0;
    std::vector<Piece> pieces{};

    void append(const void *data, size_t size) {
        if (size == 0) return;
        pieces.push_back({data, size});
        byte_count += size;
    }
    void align() { append(nullptr, aligned(byte_count) - byte_count); }
};

constexpr uint8_t zeros[alignment] = {};

const void *address(const Piece &piece) {
    // Gaps are shorter than the alignment.
    return piece.data == nullptr ? zeros : piece.data;
}

/// Lists the arrays of an index in the order of the walk.
struct Lister {
    SkeletonWriter &skeleton;
    std::vector<int64_t> counts;
    std::vector<Section> sections;
    // Sizes of lists, which exist nowhere as an array. The outer vector never moves the inner ones' elements.
    std::vector<std::vector<uint64_t>> sizes;

    explicit Lister(SkeletonWriter &skeleton) : skeleton(skeleton) {}

    /// FAISS's reader dies of some kinds that are not trained yet.
    void part(faiss::Index &index) {
        if (index.is_trained) return;
        const bool is_additive = dynamic_cast<faiss::IndexAdditiveQuantizer *>(&index) ||
            dynamic_cast<faiss::IndexIVFAdditiveQuantizer *>(&index) ||
            dynamic_cast<faiss::IndexAdditiveQuantizerFastScan *>(&index) ||
            dynamic_cast<faiss::IndexIVFAdditiveQuantizerFastScan *>(&index) ||
            dynamic_cast<faiss::AdditiveCoarseQuantizer *>(&index);
        if (is_additive || dynamic_cast<faiss::IndexIVFPQR *>(&index)) {
            throw Failure{CFAISS_UNSUPPORTED, "an index of this kind cannot be written before it is trained"};
        }
    }

    void count(int64_t &value) {
        skeleton.make_zero(value);
        counts.push_back(value);
    }

    template <typename T>
    void array(std::vector<T> &vector) {
        skeleton.leave_out(vector.data(), vector.size() * sizeof(T));
        add(container::array, sizeof(T)).append(vector.data(), vector.size() * sizeof(T));
    }

    void table(faiss::AlignedTable<uint8_t> &table) {
        skeleton.leave_out(table.get(), table.nbytes());
        add(container::table, 1).append(table.get(), table.nbytes());
    }

    void links(faiss::NSG &graph) {
        skeleton.leave_out(graph);
        Section &section = add(nsg_links, sizeof(int));
        if (graph.is_built) {
            section.append(graph.final_graph->data, size_t(graph.ntotal) * size_t(graph.R) * sizeof(int));
        }
    }

    void lists(faiss::InvertedLists *&lists) {
        if (lists == nullptr) throw Failure{CFAISS_UNSUPPORTED, "an index without its inverted lists cannot be written"};
        skeleton.leave_out(*lists);
        const auto *blocks = dynamic_cast<const faiss::BlockInvertedLists *>(lists);
        std::vector<uint64_t> counts(lists->nlist);
        Section codes{list_codes, uint32_t(blocks ? blocks->block_size : lists->code_size)};
        Section labels{list_labels, sizeof(int64_t)};
        for (size_t list = 0; list < lists->nlist; list++) {
            counts[list] = lists->list_size(list);
            if (counts[list] == 0) continue;
            codes.align();
            codes.append(lists->get_codes(list),
                         blocks ? blocks->codes[list].nbytes() : counts[list] * lists->code_size);
            labels.append(lists->get_ids(list), counts[list] * sizeof(int64_t));
        }
        sizes.push_back(std::move(counts));
        add(list_sizes, sizeof(uint64_t)).append(sizes.back().data(), sizes.back().size() * sizeof(uint64_t));
        sections.push_back(std::move(codes));
        sections.push_back(std::move(labels));
    }

    template <typename T>
    void complete(T &) {}

    Section &add(uint32_t kind, size_t element_size) {
        sections.push_back({kind, uint32_t(element_size)});
        return sections.back();
    }
};

uint64_t checksum_of(const Section &section) {
    const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t *)> state(XXH3_createState(), XXH3_freeState);
    if (state == nullptr) throw std::bad_alloc();
    XXH3_64bits_reset(state.get());
    for (const Piece &piece : section.pieces) XXH3_64bits_update(state.get(), address(piece), piece.byte_count);
    XXH3_64bits_update(state.get(), zeros, aligned(section.byte_count) - section.byte_count);
    return XXH3_64bits_digest(state.get());
}

void write_to(const faiss::Index *index, faiss::IOWriter *writer) { faiss::write_index(index, writer); }
void write_to(const faiss::IndexBinary *index, faiss::IOWriter *writer) { write_binary_index(*index, *writer); }

template <typename IndexT>
void write(const IndexT &index, uint32_t kind, const char *factory, cfaiss_sink sink, void *context) {
    const size_t factory_byte_count = factory == nullptr ? 0 : std::strlen(factory);
    require(factory_byte_count <= max_factory_byte_count, "the factory string is too long");
    SkeletonWriter writer;
    Lister lister(writer);
    // The lister only looks; the walk is one for reading and writing.
    walk(const_cast<IndexT *>(&index), lister);
    write_to(&index, &writer);
    std::vector<uint8_t> skeleton = writer.finish();
    const size_t skeleton_byte_count = skeleton.size();
    skeleton.resize(aligned(skeleton_byte_count));

    Section counts{container::counts, sizeof(int64_t)};
    counts.append(lister.counts.data(), lister.counts.size() * sizeof(int64_t));
    std::vector<Section> sections;
    sections.push_back(std::move(counts));
    for (Section &section : lister.sections) sections.push_back(std::move(section));
    if (factory_byte_count > 0) {
        sections.push_back({factory_string, 1});
        sections.back().append(factory, factory_byte_count);
    }

    std::vector<Entry> entries(aligned(sections.size() * sizeof(Entry)) / sizeof(Entry));
    uint64_t offset = sizeof(Header) + entries.size() * sizeof(Entry) + skeleton.size();
    for (size_t i = 0; i < sections.size(); i++) {
        const Section &section = sections[i];
        entries[i] = {section.kind, section.element_size, section.byte_count, offset, checksum_of(section)};
        offset += aligned(section.byte_count);
    }
    Header header{};
    std::memcpy(header.magic, magic, sizeof magic);
    header.version = version;
    header.kind = kind;
    header.byte_count = offset;
    header.skeleton_byte_count = skeleton_byte_count;
    header.section_count = uint32_t(sections.size());
    header.table_checksum = XXH3_64bits(entries.data(), entries.size() * sizeof(Entry));
    header.skeleton_checksum = XXH3_64bits(skeleton.data(), skeleton.size());
    header.checksum = XXH3_64bits(&header, offsetof(Header, checksum));

    const auto put = [&](const void *data, size_t byte_count) {
        if (byte_count == 0) return;
        if (sink(context, data, byte_count) != 0) throw Failure{CFAISS_CANCELLED, "the sink stopped"};
    };
    put(&header, sizeof header);
    put(entries.data(), entries.size() * sizeof(Entry));
    put(skeleton.data(), skeleton.size());
    for (const Section &section : sections) {
        for (const Piece &piece : section.pieces) put(address(piece), piece.byte_count);
        put(zeros, aligned(section.byte_count) - section.byte_count);
    }
}

}  // namespace

void write_container(const faiss::Index &index, const char *factory, cfaiss_sink sink, void *context) {
    write(index, kind_float, factory, sink, context);
}

void write_container(const faiss::IndexBinary &index, const char *factory, cfaiss_sink sink, void *context) {
    write(index, kind_binary, factory, sink, context);
}

void write_transform_container(
    const faiss::IndexPreTransform &transform, const char *factory, cfaiss_sink sink, void *context) {
    write<faiss::Index>(transform, kind_transform, factory, sink, context);
}

}  // namespace cfaiss
