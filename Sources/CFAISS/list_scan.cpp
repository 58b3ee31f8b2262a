#include "list_scan.hpp"

#include "fast/nearest_lists.hpp"
#include "fast/visited_lists.hpp"
#include "row_distances.hpp"

#include <faiss/IndexIVFAdditiveQuantizer.h>
#include <faiss/IndexIVFFastScan.h>
#include <faiss/IndexIVFPQR.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace cfaiss {
namespace {

using idx_t = faiss::Index::idx_t;

/// Compares single rows of a list.
class ListRows {
public:
    ListRows(const faiss::IndexIVF &index) : index(index), row(size_t(index.d)) {
        const bool decodes = dynamic_cast<const faiss::IndexIVFFastScan *>(&index) != nullptr ||
            dynamic_cast<const faiss::IndexIVFPQR *>(&index) != nullptr;
        if (!decodes) scanner.reset(index.get_InvertedListScanner(false, nullptr));
    }

    void set_query(const float *given) {
        query = given;
        if (scanner != nullptr) scanner->set_query(given);
    }

    void set_list(idx_t given, float coarse_distance) {
        list = given;
        if (scanner != nullptr) scanner->set_list(given, coarse_distance);
    }

    float operator()(size_t position, const uint8_t *codes) {
        if (scanner != nullptr) return scanner->distance_to_code(codes + position * index.code_size);
        index.reconstruct_from_offset(list, int64_t(position), row.data());
        return compare(query, row.data(), index.d, index.metric_type == faiss::METRIC_INNER_PRODUCT);
    }

private:
    const faiss::IndexIVF &index;
    std::unique_ptr<faiss::InvertedListScanner> scanner;
    std::vector<float> row;
    const float *query = nullptr;
    idx_t list = 0;
};

}  // namespace

faiss::SearchParametersIVF list_parameters(const faiss::IndexIVF &index, const SearchSettings &settings) {
    faiss::SearchParametersIVF parameters;
    parameters.nprobe = visited_list_count(index, settings);
    parameters.max_codes = settings.max_codes != 0 ? settings.max_codes : index.max_codes;
    // FAISS only reads selectors, but declares this one mutable.
    parameters.sel = const_cast<faiss::IDSelector *>(settings.selector);
    return parameters;
}

bool selects_in_lists(const faiss::IndexIVF &index) {
    return dynamic_cast<const faiss::IndexIVFAdditiveQuantizer *>(&index) == nullptr &&
        dynamic_cast<const faiss::IndexIVFPQR *>(&index) == nullptr &&
        dynamic_cast<const faiss::IndexIVFFastScan *>(&index) == nullptr;
}

void scan_lists(
    const faiss::IndexIVF &index, idx_t n, const float *queries, const SearchSettings &settings,
    const std::function<void(idx_t query, float distance, idx_t label)> &visit) {
    const faiss::IDSelector *selector = settings.selector;
    ListRows rows(index);
    VisitedLists lists(index, n, queries, settings);
    for (idx_t q = 0; q < n; q++) {
        rows.set_query(queries + size_t(q) * size_t(index.d));
        lists.visit(q, [&](const VisitedLists::List &list) {
            rows.set_list(list.number, list.distance);
            for (size_t i = 0; i < list.size; i++) {
                if (selector == nullptr || selector->is_member(list.ids[i])) visit(q, rows(i, list.codes), list.ids[i]);
            }
        });
    }
}

}  // namespace cfaiss
