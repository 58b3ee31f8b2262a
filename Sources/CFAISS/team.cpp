#include "team.hpp"

#include "CKernels.h"
#include "cfaiss_work.h"

#include <algorithm>

extern "C" int openblas_get_parallel(void);

namespace cfaiss {

Team::Team(int count, size_t piece_count) {
    constexpr int serial = 0;
    if (openblas_get_parallel() == serial) return;
    const int useful = int(std::min<size_t>(piece_count, CFAISS_MOST_THREADS));
    try {
        for (int number = 1; number < std::min(count, useful); number++) {
            threads.emplace_back([this, number] { serve(number); });
        }
    } catch (...) {
        // The system gave no more threads, or no memory for them: those that there are will do.
    }
}

Team::~Team() {
    {
        const std::lock_guard guard(lock);
        ending = true;
    }
    changed.notify_all();
    for (std::thread &thread : threads) thread.join();
}

void Team::run(const std::function<void(int)> &work) {
    {
        const std::lock_guard guard(lock);
        body = &work;
        round++;
        working = int(threads.size());
        failure = nullptr;
    }
    changed.notify_all();
    std::exception_ptr own;
    try {
        work(0);
    } catch (...) {
        own = std::current_exception();
    }
    std::unique_lock guard(lock);
    changed.wait(guard, [this] { return working == 0; });
    if (own == nullptr) own = failure;
    if (own != nullptr) std::rethrow_exception(own);
}

void Team::serve(int number) {
    const qk_blas_scope scope = qk_blas_enter();
    unsigned long served = 0;
    std::unique_lock guard(lock);
    while (true) {
        changed.wait(guard, [&] { return ending || round != served; });
        if (ending) break;
        served = round;
        const std::function<void(int)> &work = *body;
        guard.unlock();
        std::exception_ptr thrown;
        try {
            work(number);
        } catch (...) {
            thrown = std::current_exception();
        }
        guard.lock();
        if (failure == nullptr) failure = thrown;
        if (--working == 0) changed.notify_all();
    }
    guard.unlock();
    qk_blas_leave(scope);
}

}  // namespace cfaiss
