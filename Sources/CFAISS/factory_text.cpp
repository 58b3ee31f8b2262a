#include "index.hpp"

#include <faiss/IndexAdditiveQuantizer.h>
#include <faiss/IndexAdditiveQuantizerFastScan.h>
#include <faiss/IndexIDMap.h>
#include <faiss/IndexIVFAdditiveQuantizer.h>
#include <faiss/IndexIVFAdditiveQuantizerFastScan.h>
#include <faiss/IndexIVFPQ.h>
#include <faiss/IndexIVFPQFastScan.h>
#include <faiss/IndexIVFPQR.h>
#include <faiss/IndexLSH.h>
#include <faiss/IndexNSG.h>
#include <faiss/IndexPQ.h>
#include <faiss/IndexPQFastScan.h>
#include <faiss/IndexPreTransform.h>
#include <faiss/IndexRefine.h>
#include <faiss/VectorTransform.h>

#include <typeinfo>

namespace cfaiss {
namespace {

/// Ends the description: no factory string makes this.
struct Unknown {};

std::string number(int64_t value) {
    return std::to_string(value);
}

/// FAISS's own class exactly, not one derived from it.
template <typename Class>
const Class *exactly(const faiss::Index &index) {
    return typeid(index) == typeid(Class) ? static_cast<const Class *>(&index) : nullptr;
}

std::string scalar(const faiss::ScalarQuantizer &sq) {
    switch (sq.qtype) {
        case faiss::ScalarQuantizer::QT_8bit: return "SQ8";
        case faiss::ScalarQuantizer::QT_6bit: return "SQ6";
        case faiss::ScalarQuantizer::QT_4bit: return "SQ4";
        case faiss::ScalarQuantizer::QT_fp16: return "SQfp16";
        default: throw Unknown();
    }
}

std::string product(const faiss::ProductQuantizer &pq) {
    return "PQ" + number(int64_t(pq.M)) + (pq.nbits == 8 ? "" : "x" + number(int64_t(pq.nbits)));
}

std::string stages(const faiss::AdditiveQuantizer &aq) {
    std::string text;
    for (size_t first = 0; first < aq.nbits.size();) {
        size_t end = first;
        while (end < aq.nbits.size() && aq.nbits[end] == aq.nbits[first]) end++;
        text += (first == 0 ? "" : "_") + number(int64_t(end - first)) + "x" + number(int64_t(aq.nbits[first]));
        first = end;
    }
    return text;
}

std::string norm(const faiss::AdditiveQuantizer &aq, faiss::MetricType metric) {
    const auto own = metric == faiss::METRIC_L2 ? faiss::AdditiveQuantizer::ST_decompress
                                                : faiss::AdditiveQuantizer::ST_LUT_nonorm;
    if (aq.search_type == own) return "";
    switch (aq.search_type) {
        case faiss::AdditiveQuantizer::ST_LUT_nonorm: return "_Nnone";
        case faiss::AdditiveQuantizer::ST_norm_float: return "_Nfloat";
        case faiss::AdditiveQuantizer::ST_norm_qint8: return "_Nqint8";
        case faiss::AdditiveQuantizer::ST_norm_qint4: return "_Nqint4";
        case faiss::AdditiveQuantizer::ST_norm_cqint8: return "_Ncqint8";
        case faiss::AdditiveQuantizer::ST_norm_cqint4: return "_Ncqint4";
        case faiss::AdditiveQuantizer::ST_norm_lsq2x4: return "_Nlsq2x4";
        case faiss::AdditiveQuantizer::ST_norm_rq2x4: return "_Nrq2x4";
        default: throw Unknown();
    }
}

/// `fs` is what FastScan forms add behind the steps.
std::string additive(const faiss::AdditiveQuantizer &aq, faiss::MetricType metric, const std::string &fs) {
    std::string kept = norm(aq, metric);
    if (!fs.empty() && !kept.empty()) kept = "_32" + kept;
    const auto *parts = dynamic_cast<const faiss::ProductAdditiveQuantizer *>(&aq);
    if (parts == nullptr) {
        const bool searches = dynamic_cast<const faiss::LocalSearchQuantizer *>(&aq) != nullptr;
        return (searches ? "LSQ" : "RQ") + stages(aq) + fs + kept;
    }
    if (parts->quantizers.empty()) throw Unknown();
    const bool searches = dynamic_cast<const faiss::ProductLocalSearchQuantizer *>(parts) != nullptr;
    return (searches ? "PLSQ" : "PRQ") + number(int64_t(parts->nsplits)) + "x" + stages(*parts->quantizers[0]) + fs + kept;
}

std::string transform(const faiss::VectorTransform &any) {
    if (const auto *pca = dynamic_cast<const faiss::PCAMatrix *>(&any)) {
        const bool whitened = pca->eigen_power != 0;
        return std::string("PCA") + (whitened ? "W" : "") + (pca->random_rotation ? "R" : "") + number(pca->d_out);
    }
    const std::string changed = any.d_out == any.d_in ? "" : number(any.d_out);
    if (const auto *opq = dynamic_cast<const faiss::OPQMatrix *>(&any)) {
        return "OPQ" + number(opq->M) + (changed.empty() ? "" : "_" + changed);
    }
    if (const auto *itq = dynamic_cast<const faiss::ITQTransform *>(&any)) {
        return "ITQ" + (itq->do_pca ? number(itq->d_out) : std::string());
    }
    if (dynamic_cast<const faiss::RandomRotationMatrix *>(&any) != nullptr) return "RR" + changed;
    if (dynamic_cast<const faiss::NormalizationTransform *>(&any) != nullptr) return "L2norm";
    if (dynamic_cast<const faiss::RemapDimensionsTransform *>(&any) != nullptr) return "Pad" + number(any.d_out);
    throw Unknown();
}

std::string text(const faiss::Index &index);

std::string lists(const faiss::IndexIVF &ivf) {
    const std::string count = "IVF" + number(int64_t(ivf.nlist));
    const faiss::Index &quantizer = *ivf.quantizer;
    if (dynamic_cast<const faiss::IndexFlat *>(&quantizer) != nullptr) return count;
    if (const auto *pairs = exactly<faiss::MultiIndexQuantizer>(quantizer)) {
        return "IMI2x" + number(int64_t(pairs->pq.nbits));
    }
    if (const auto *hnsw = exactly<faiss::IndexHNSWFlat>(quantizer)) {
        const auto &starts = hnsw->hnsw.cum_nneighbor_per_level;
        if (starts.size() < 3) throw Unknown();
        return count + "_HNSW" + number(starts[2] - starts[1]);
    }
    if (const auto *residual = exactly<faiss::ResidualCoarseQuantizer>(quantizer)) {
        return count + "(RCQ" + stages(residual->rq) + ")";
    }
    return count + "(" + text(quantizer) + ")";
}

std::string listed(const faiss::IndexIVF &ivf) {
    if (dynamic_cast<const faiss::IndexIVFFlat *>(&ivf) != nullptr) return "Flat";
    if (const auto *sq = dynamic_cast<const faiss::IndexIVFScalarQuantizer *>(&ivf)) return scalar(sq->sq);
    if (const auto *pqr = dynamic_cast<const faiss::IndexIVFPQR *>(&ivf)) {
        return product(pqr->pq) + "+" + number(int64_t(pqr->refine_pq.M));
    }
    if (const auto *pq = dynamic_cast<const faiss::IndexIVFPQ *>(&ivf)) return product(pq->pq);
    if (const auto *aq = dynamic_cast<const faiss::IndexIVFAdditiveQuantizer *>(&ivf)) {
        return additive(*aq->aq, ivf.metric_type, "");
    }
    if (const auto *fast = dynamic_cast<const faiss::IndexIVFFastScan *>(&ivf)) {
        if (fast->bbs != 32) throw Unknown();
        const std::string fs = fast->by_residual ? "fsr" : "fs";
        if (const auto *pq = dynamic_cast<const faiss::IndexIVFPQFastScan *>(&ivf)) return product(pq->pq) + fs;
        if (const auto *aq = dynamic_cast<const faiss::IndexIVFAdditiveQuantizerFastScan *>(&ivf)) {
            return additive(*aq->aq, ivf.metric_type, fs);
        }
    }
    throw Unknown();
}

std::string text(const faiss::Index &index) {
    if (const auto *map = dynamic_cast<const faiss::IndexIDMap *>(&index)) {
        const bool reversible = dynamic_cast<const faiss::IndexIDMap2 *>(map) != nullptr;
        return (reversible ? "IDMap2," : "IDMap,") + text(*map->index);
    }
    if (const auto *refine = dynamic_cast<const faiss::IndexRefine *>(&index)) {
        const std::string rows = text(*refine->refine_index);
        return text(*refine->base_index) + (rows == "Flat" ? ",RFlat" : ",Refine(" + rows + ")");
    }
    if (const auto *outer = dynamic_cast<const faiss::IndexPreTransform *>(&index)) {
        std::string result;
        for (const faiss::VectorTransform *step : outer->chain) result += transform(*step) + ",";
        return result + text(*outer->index);
    }
    if (const auto *ivf = dynamic_cast<const faiss::IndexIVF *>(&index)) return lists(*ivf) + "," + listed(*ivf);
    if (const auto *hnsw = dynamic_cast<const faiss::IndexHNSW *>(&index)) {
        const auto &starts = hnsw->hnsw.cum_nneighbor_per_level;
        if (starts.size() < 3) throw Unknown();
        return "HNSW" + number(starts[2] - starts[1]) + "," + text(*hnsw->storage);
    }
    if (const auto *nsg = dynamic_cast<const faiss::IndexNSG *>(&index)) {
        return "NSG" + number(nsg->nsg.R) + "," + text(*nsg->storage);
    }
    if (dynamic_cast<const faiss::IndexFlat *>(&index) != nullptr) return "Flat";
    if (const auto *sq = exactly<faiss::IndexScalarQuantizer>(index)) return scalar(sq->sq);
    if (const auto *pq = exactly<faiss::IndexPQ>(index)) return product(pq->pq);
    if (const auto *fast = exactly<faiss::IndexPQFastScan>(index)) {
        if (fast->bbs != 32) throw Unknown();
        return product(fast->pq) + "fs";
    }
    if (const auto *aq = dynamic_cast<const faiss::IndexAdditiveQuantizer *>(&index)) {
        return additive(*aq->aq, index.metric_type, "");
    }
    if (const auto *fast = dynamic_cast<const faiss::IndexAdditiveQuantizerFastScan *>(&index)) {
        if (fast->bbs != 32) throw Unknown();
        return additive(*fast->aq, index.metric_type, "fs");
    }
    if (const auto *lsh = exactly<faiss::IndexLSH>(index)) {
        if (lsh->nbits != lsh->d) throw Unknown();
        return std::string("LSH") + (lsh->rotate_data ? "r" : "") + (lsh->train_thresholds ? "t" : "");
    }
    throw Unknown();
}

}  // namespace

std::string factory_text(const faiss::Index &index) {
    try {
        return text(index);
    } catch (const Unknown &) {
        return "";
    }
}

}  // namespace cfaiss
