#pragma once

#include "cfaiss_search.h"
#include "hits.hpp"

#include <vector>

struct cfaiss_range_hits {
    std::vector<std::vector<cfaiss::Hit>> queries;
};
