#pragma once

namespace cfaiss {

/// How a long call may work, and how its caller follows it.
struct Work {
    int thread_count = 1; // the calling thread among them
    /// Told on the calling thread how much of `total` is done; nonzero stops the call with CFAISS_CANCELLED. May be null.
    int (*progress)(void *context, unsigned long done, unsigned long total) = nullptr;
    void *context = nullptr;
};

}  // namespace cfaiss
