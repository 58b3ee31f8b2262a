#include "container/container.hpp"

#include "bytes/bytes.hpp"
#include "bytes/reader.hpp"
#include "container/index_tree.hpp"
#include "container/mapped_lists.hpp"
#include "container/restore.hpp"
#include "sketched_flat.hpp"
#include "structure/structure.hpp"

#include <faiss/index_io.h>
#include <faiss/impl/io.h>

#include <algorithm>
#include <cstring>

namespace cfaiss {
namespace {

using namespace container;

[[noreturn]] void malformed(const char *message) {
    throw Failure{CFAISS_MALFORMED, message};
}

/// Gives the arrays of a skeleton their contents, in the order of the walk.
class Attacher {
public:
    Attacher(const View &view, bool map, Borrowings &borrowed)
        : view(view), map(map && Borrowings::layout_is_known()), borrowed(borrowed) {
        const Entry &entry = take(container::counts, sizeof(int64_t));
        counts = elements<int64_t>(entry);
        counts_left = entry.byte_count / sizeof(int64_t);
    }

    void part(faiss::Index &) {}

    void count(int64_t &value) {
        if (counts_left == 0) malformed("a container has too few counts");
        value = *counts++;
        counts_left--;
    }

    template <typename T>
    void array(std::vector<T> &vector) {
        const Entry &entry = take(container::array, sizeof(T));
        if (!vector.empty()) malformed("an array is in the skeleton and in a section");
        const T *data = elements<T>(entry);
        const size_t count = entry.byte_count / sizeof(T);
        if (map) {
            borrowed.lend(vector, data, count);
        } else {
            vector.assign(data, data + count);
        }
    }

    void table(faiss::AlignedTable<uint8_t> &table) {
        const Entry &entry = take(container::table, 1);
        if (table.size() != 0) malformed("an array is in the skeleton and in a section");
        const auto *data = elements<uint8_t>(entry);
        if (map) {
            borrowed.lend(table, data, entry.byte_count);
        } else {
            table.resize(entry.byte_count);
            if (entry.byte_count > 0) std::memcpy(table.get(), data, entry.byte_count);
        }
    }

    void links(faiss::NSG &graph) {
        const Entry &entry = take(nsg_links, sizeof(int));
        if (graph.is_built) malformed("a graph is in the skeleton and in a section");
        if (entry.byte_count == 0) return;
        if (graph.ntotal <= 0 || graph.R <= 0 ||
            entry.byte_count / sizeof(int) != size_t(graph.ntotal) * size_t(graph.R)) {
            malformed("a graph has more or fewer links than its section");
        }
        const int *data = elements<int>(entry);
        if (map) {
            graph.final_graph = std::make_shared<faiss::nsg::Graph<int>>(const_cast<int *>(data), graph.ntotal, graph.R);
        } else {
            graph.final_graph = std::make_shared<faiss::nsg::Graph<int>>(graph.ntotal, graph.R);
            std::memcpy(graph.final_graph->data, data, entry.byte_count);
        }
        graph.is_built = true;
    }

    void lists(faiss::InvertedLists *&lists) {
        if (lists == nullptr) malformed("an index lacks its inverted lists");
        auto *blocks = dynamic_cast<faiss::BlockInvertedLists *>(lists);
        auto *arrays = dynamic_cast<faiss::ArrayInvertedLists *>(lists);
        if (blocks == nullptr && arrays == nullptr) malformed("lists of a kind that is not supported");
        if (blocks != nullptr && blocks->n_per_block == 0) malformed("blocks of no rows");
        ListPlaces places = find_lists(lists->nlist, blocks ? blocks->block_size : lists->code_size,
                                       blocks ? blocks->n_per_block : 1);
        if (map) {
            std::unique_ptr<faiss::InvertedLists> mapped;
            if (blocks != nullptr) {
                mapped = std::make_unique<MappedBlockLists>(blocks->n_per_block, blocks->block_size, std::move(places));
            } else {
                mapped = std::make_unique<MappedLists>(lists->code_size, std::move(places));
            }
            delete lists;
            lists = mapped.release();
            return;
        }
        for (size_t list = 0; list < lists->nlist; list++) {
            const ListPlaces::Place &place = places.lists[list];
            if (lists->list_size(list) != 0) malformed("a list is in the skeleton and in a section");
            if (place.count > 0) lists->add_entries(list, place.count, place.labels, place.codes);
        }
    }

    /// The product quantiser's table was left out when the quantizer was still empty.
    void complete(faiss::IndexIVF &ivf) {
        auto *quantized = dynamic_cast<faiss::IndexIVFPQ *>(&ivf);
        auto *blocks = dynamic_cast<faiss::IndexIVFPQFastScan *>(&ivf);
        if (quantized == nullptr && blocks == nullptr) return;
        // FAISS reads it for Euclidean distances to what is left of a row beside its centroid.
        const bool is_read = quantized != nullptr ? quantized->by_residual : blocks->by_residual;
        if (!ivf.is_trained || !is_read || ivf.metric_type != faiss::METRIC_L2) return;
        check_before_table(ivf);
        if (quantized != nullptr) {
            quantized->use_precomputed_table = 0;
            quantized->precompute_table();
        } else {
            blocks->use_precomputed_table = 0;
            blocks->precompute_table();
        }
    }

    void complete(SketchedFlat &rows) {
        const size_t row = size_t(rows.d) * sizeof(float);
        if (rows.d < 1 || rows.ntotal < 0 || rows.code_size != row || rows.codes.size() % row != 0 ||
            rows.codes.size() / row != size_t(rows.ntotal)) {
            malformed("an index holds more or fewer codes than it counts rows");
        }
        rows.sketch_anew();
    }

    /// FAISS looks at as many labels as the index counts rows.
    void complete(faiss::IndexIDMap &mapped) {
        auto *reversible = dynamic_cast<faiss::IndexIDMap2 *>(&mapped);
        if (reversible == nullptr) return;
        if (mapped.ntotal < 0 || mapped.id_map.size() != size_t(mapped.ntotal)) {
            malformed("an index has more or fewer labels than rows");
        }
        reversible->construct_rev_map();
    }

    /// The factory string, if there is one behind the arrays.
    std::string factory() {
        if (next == view.entry_count || view.entries[next].kind != factory_string) return {};
        const Entry &entry = take(factory_string, 1);
        const std::string text(elements<char>(entry), entry.byte_count);
        const auto is_printed = [](char c) { return c >= 0x21 && c <= 0x7e; };
        if (text.empty() || text.size() > max_factory_byte_count || !std::all_of(text.begin(), text.end(), is_printed)) {
            malformed("a factory string of other characters or length");
        }
        return text;
    }

    void finish() {
        if (next != view.entry_count || counts_left != 0) malformed("a container has sections that nothing needs");
    }

private:
    const Entry &take(uint32_t kind, size_t element_size) {
        if (next == view.entry_count) malformed("a container has too few sections");
        const Entry &entry = view.entries[next++];
        // Between the codes of two lists there may be a gap.
        const bool is_whole = kind == list_codes || entry.byte_count % element_size == 0;
        if (entry.kind != kind || entry.element_size != element_size || !is_whole) {
            malformed("a section is of another kind than its array");
        }
        return entry;
    }

    template <typename T>
    const T *elements(const Entry &entry) const {
        return reinterpret_cast<const T *>(view.bytes + entry.offset);
    }

    /// Where the lists are, each inside its section.
    ListPlaces find_lists(size_t list_count, size_t code_size, size_t rows_a_code) {
        if (code_size == 0 || code_size > UINT32_MAX) malformed("lists of codes of no size");
        const Entry &sizes = take(list_sizes, sizeof(uint64_t));
        const Entry &codes = take(list_codes, code_size);
        const Entry &labels = take(list_labels, sizeof(int64_t));
        if (sizes.byte_count / sizeof(uint64_t) != list_count) malformed("the number of lists does not agree");
        const auto *size = elements<uint64_t>(sizes);
        const auto *label = elements<int64_t>(labels);
        uint64_t labels_left = labels.byte_count / sizeof(int64_t);
        uint64_t offset = 0;
        ListPlaces places;
        places.lists.resize(list_count);
        for (size_t list = 0; list < list_count; list++) {
            const uint64_t count = size[list];
            if (count == 0) continue;
            if (count > labels_left) malformed("the lists have more rows than labels");
            offset = aligned(offset);
            // At most 2^57 labels fit into memory, so this does not overflow.
            const uint64_t code_count = (count + rows_a_code - 1) / rows_a_code;
            if (offset > codes.byte_count || code_count > (codes.byte_count - offset) / code_size) {
                malformed("the lists have more rows than codes");
            }
            places.lists[list] = {elements<uint8_t>(codes) + offset, label, size_t(count)};
            offset += code_count * code_size;
            label += count;
            labels_left -= count;
        }
        if (labels_left != 0 || offset != codes.byte_count) malformed("the lists have fewer rows than their sections");
        return places;
    }

    const View &view;
    const bool map;
    Borrowings &borrowed;
    size_t next = 0;
    const int64_t *counts = nullptr;
    size_t counts_left = 0;
};

faiss::Index *read_skeleton(const View &view, BytesReader &reader, faiss::Index *) {
    bytes::check_index(view.skeleton, view.skeleton_byte_count, bytes::Form::skeleton);
    return faiss::read_index(&reader, faiss::IO_FLAG_SKIP_PRECOMPUTE_TABLE);
}

faiss::IndexBinary *read_skeleton(const View &view, BytesReader &reader, faiss::IndexBinary *) {
    bytes::check_binary_index(view.skeleton, view.skeleton_byte_count, bytes::Form::skeleton);
    return faiss::read_index_binary(&reader);
}

/// While there are no rows yet: an array that has been lent may not change hands. `complete` fills the sketches. Those of
/// a graph's rows are a quarter of the rows, too much for an index that is mapped so as to take no memory.
void add_sketches(faiss::Index &index, bool map) {
    sketch_centroids(index, 1);
    if (!map) sketch_graphs(index, 1);
}

void add_sketches(faiss::IndexBinary &, bool) {}

template <typename IndexT>
Loaded<IndexT> read(const View &view, uint32_t kind, bool map) {
    if (view.kind != kind) throw Failure{CFAISS_NOT_A_CONTAINER, "a container of an index of another kind"};
    BytesReader reader(view.skeleton, view.skeleton_byte_count);
    Loaded<IndexT> loaded;
    loaded.index.reset(read_skeleton(view, reader, static_cast<IndexT *>(nullptr)));
    if (reader.left != 0) malformed("bytes are left after the skeleton");
    add_sketches(*loaded.index, map);
    Attacher attacher(view, map, loaded.borrowed);
    walk(loaded.index.get(), attacher);
    loaded.factory = attacher.factory();
    attacher.finish();
    restore_training(*loaded.index, loaded.factory);
    check_structure(*loaded.index);
    if (map) {
        loaded.bytes = view.bytes;
        loaded.byte_count = view.byte_count;
    }
    return loaded;
}

}  // namespace

Loaded<faiss::Index> read_container(const View &view, bool map) {
    return read<faiss::Index>(view, kind_float, map);
}

Loaded<faiss::IndexBinary> read_container_of_bits(const View &view) {
    return read<faiss::IndexBinary>(view, kind_binary, false);
}

Loaded<faiss::Index> read_transform_container(const View &view) {
    Loaded<faiss::Index> loaded = read<faiss::Index>(view, kind_transform, false);
    const auto *outer = dynamic_cast<const faiss::IndexPreTransform *>(loaded.index.get());
    if (outer == nullptr || outer->chain.size() != 1 || outer->ntotal != 0 ||
        dynamic_cast<const faiss::IndexFlat *>(outer->index) == nullptr) {
        malformed("a container of a transform holds something else");
    }
    return loaded;
}

}  // namespace cfaiss
