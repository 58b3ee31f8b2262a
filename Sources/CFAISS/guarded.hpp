#pragma once

#include "cfaiss_error.h"

#include <new>
#include <string>

namespace cfaiss {

/// Ends a call with a status of ours and a message.
struct Failure {
    cfaiss_status status;
    std::string message;
};

/// Throws CFAISS_INVALID unless an argument is as the header asks.
inline void require(bool condition, const char *message) {
    if (!condition) throw Failure{CFAISS_INVALID, message};
}

/// The one place where exceptions end. Called inside a `catch`; keeps the message for the thread.
cfaiss_status record_current_exception() noexcept;

/// Runs `body` and turns whatever it throws into a status.
template <typename Body>
cfaiss_status guarded(Body &&body) noexcept {
    try {
        body();
        return CFAISS_OK;
    } catch (...) {
        return record_current_exception();
    }
}

}  // namespace cfaiss
