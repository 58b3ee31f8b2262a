#pragma once

#include <faiss/Index.h>

#include <mutex>

namespace cfaiss {

/// Held while an index learns or encodes by local search: FAISS times that in one table of the whole process, which two
/// threads at once would break. A progress function may come back to it. Not held by an index of any other kind.
std::unique_lock<std::recursive_mutex> lock_local_search(const faiss::Index &index);

}  // namespace cfaiss
