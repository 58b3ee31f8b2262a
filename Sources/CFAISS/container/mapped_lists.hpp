#pragma once

#include <faiss/invlists/BlockInvertedLists.h>
#include <faiss/invlists/InvertedLists.h>

#include <vector>

namespace cfaiss {

/// Where the lists of a container are: for each list its codes, its labels and how many there are.
struct ListPlaces {
    struct Place {
        const uint8_t *codes;
        const faiss::Index::idx_t *labels;
        size_t count;
    };
    std::vector<Place> lists;
};

/// Inverted lists in memory that is mapped and never changes. FAISS's own writing functions throw.
struct MappedLists final : faiss::ReadOnlyInvertedLists {
    MappedLists(size_t code_size, ListPlaces places)
        : faiss::ReadOnlyInvertedLists(places.lists.size(), code_size), places(std::move(places)) {}

    size_t list_size(size_t list) const override { return places.lists[list].count; }
    const uint8_t *get_codes(size_t list) const override { return places.lists[list].codes; }
    const idx_t *get_ids(size_t list) const override { return places.lists[list].labels; }

    const ListPlaces places;
};

/// The same for the blocks that FastScan reads. It is a `BlockInvertedLists`, whose own arrays stay empty, because
/// FAISS and our searchers ask for that type.
struct MappedBlockLists final : faiss::BlockInvertedLists {
    MappedBlockLists(size_t rows_a_block, size_t block_size, ListPlaces places);

    size_t list_size(size_t list) const override { return places.lists[list].count; }
    const uint8_t *get_codes(size_t list) const override { return places.lists[list].codes; }
    const idx_t *get_ids(size_t list) const override { return places.lists[list].labels; }

    size_t add_entries(size_t, size_t, const idx_t *, const uint8_t *) override { refuse(); }
    void update_entries(size_t, size_t, size_t, const idx_t *, const uint8_t *) override { refuse(); }
    void resize(size_t, size_t) override { refuse(); }

    const ListPlaces places;

private:
    [[noreturn]] static void refuse();
};

}  // namespace cfaiss
