#pragma once

#include "team.hpp"

#include <faiss/IndexFlat.h>
#include <faiss/IndexIVF.h>

#include <functional>
#include <memory>

namespace cfaiss {

/// The flat index that k-means asks for each row's nearest centroid, once an iteration: a team of threads answers.
struct CentroidIndex final : faiss::IndexFlat {
    /// Rows that one thread looks at together, at least.
    static constexpr size_t least_piece_size = 16;

    /// `iteration` is called before each answer and may throw.
    CentroidIndex(int d, faiss::MetricType metric, Team &team, std::function<void()> iteration);

    void search(
        idx_t n, const float *x, idx_t k, float *distances, idx_t *labels,
        const faiss::SearchParameters *parameters = nullptr) const override;

    Team &team;
    const std::function<void()> iteration;
};

/// Lets a team of threads find the lists of rows that are added to `index`, as long as this lives. Nothing else may
/// use the index meanwhile. Any kind of IVF, with any quantizer; `index` may be null.
class SharedQuantizer {
public:
    /// Rows whose lists one thread finds together.
    static constexpr size_t piece_size = 256;

    SharedQuantizer(faiss::IndexIVF *index, Team &team);
    ~SharedQuantizer();
    SharedQuantizer(const SharedQuantizer &) = delete;
    SharedQuantizer &operator=(const SharedQuantizer &) = delete;

private:
    faiss::IndexIVF *const index;
    faiss::Index *own = nullptr;
    std::unique_ptr<faiss::Index> shared;
};

}  // namespace cfaiss
