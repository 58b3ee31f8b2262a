#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace cfaiss {

/// A few threads for one call: started with it, joined before it returns, so that nothing of ours is left in the host
/// process. The calling thread is number 0. Every thread keeps OpenMP and BLAS to itself while it works; under the
/// serial flavour of OpenBLAS, which only one thread may use, the team is the calling thread alone.
class Team {
public:
    /// At most `count` threads, and no more than `CFAISS_MOST_THREADS` or than there are pieces of work; fewer if the system
    /// refuses some.
    explicit Team(int count, size_t piece_count = SIZE_MAX);
    ~Team();
    Team(const Team &) = delete;
    Team &operator=(const Team &) = delete;

    int count() const { return int(threads.size()) + 1; }

    /// Runs body(0) ... body(count() - 1), each on its thread, and returns when all have ended. Throws what one of
    /// them threw, after that.
    void run(const std::function<void(int)> &body);

private:
    void serve(int number);

    std::vector<std::thread> threads;
    std::mutex lock;
    std::condition_variable changed;
    const std::function<void(int)> *body = nullptr;
    unsigned long round = 0;
    int working = 0;
    bool ending = false;
    std::exception_ptr failure;
};

}  // namespace cfaiss
