#pragma once

#include "cfaiss_selector.h"

#include <faiss/impl/IDSelector.h>

#include <memory>

struct cfaiss_selector {
    std::shared_ptr<const faiss::IDSelector> labels;
    /// How many selectors are inside each other at most. They are asked and freed one inside the other.
    int depth = 1;
};
