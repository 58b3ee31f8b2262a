#pragma once

#include <faiss/Index.h>

#include <mutex>

namespace cfaiss {

/// FAISS times its local search quantisers (`LSQ…`, `PLSQ…`, `…_Nlsq2x4`) in one table for the whole process and without a
/// lock, so that two threads that train or fill such indexes at the same time break it. As long as this lives no other
/// thread has its turn; indexes without such a quantiser need none.
class LocalSearchTurn {
public:
    explicit LocalSearchTurn(const faiss::Index &index);

private:
    std::unique_lock<std::recursive_mutex> turn;
};

}  // namespace cfaiss
