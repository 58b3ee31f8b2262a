#include "guarded.hpp"

#include <faiss/impl/FaissException.h>

#include <cstring>
#include <exception>

namespace {

// A plain array: keeping a message can then neither allocate nor throw, and needs no destructor at thread exit.
thread_local char message[1024] = "";

void keep(const char *text) noexcept {
    std::strncpy(message, text, sizeof message - 1);
    message[sizeof message - 1] = '\0';
}

}  // namespace

cfaiss_status cfaiss::record_current_exception() noexcept {
    try {
        throw;
    } catch (const Failure &failure) {
        keep(failure.message.c_str());
        return failure.status;
    } catch (const std::bad_alloc &) {
        keep("out of memory");
        return CFAISS_OUT_OF_MEMORY;
    } catch (const faiss::FaissException &exception) {
        keep(exception.msg.c_str());
        return CFAISS_EXCEPTION;
    } catch (const std::exception &exception) {
        keep(exception.what());
        return CFAISS_EXCEPTION;
    } catch (...) {
        keep("an exception of unknown type");
        return CFAISS_EXCEPTION;
    }
}

const char *cfaiss_error_message(void) {
    return message;
}
