#pragma once

#include "CKernels.h"
#include "guarded.hpp"

namespace cfaiss {

/// `guarded` for calls in which FAISS may reach OpenMP or BLAS: both keep to the calling thread, so that no
/// thread starts in the host process that it did not ask for.
template <typename Body>
cfaiss_status computing(Body &&body) noexcept {
    const qk_blas_scope scope = qk_blas_enter();
    const cfaiss_status status = guarded(body);
    qk_blas_leave(scope);
    return status;
}

}  // namespace cfaiss
