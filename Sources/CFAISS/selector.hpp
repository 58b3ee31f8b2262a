#pragma once

#include "cfaiss_selector.h"

#include <faiss/impl/IDSelector.h>

#include <memory>

struct cfaiss_selector {
    std::shared_ptr<const faiss::IDSelector> labels;
};
