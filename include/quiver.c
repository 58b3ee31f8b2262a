#include "quiver.h"
