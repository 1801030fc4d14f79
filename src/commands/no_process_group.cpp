#include "stl10/base/error.h"
#include "stl10/commands/process_group.h"

namespace stl10 {

Group join_group(const GroupPlace& place, const GroupTimes&) {
  throw UsageError({"this program trains in one process", "one, or a build with LibTorch 2.11",
                    std::to_string(place.size) + " processes and LibTorch " STL10_LIBTORCH_VERSION,
                    "unset RANK and WORLD_SIZE, or build with the LibTorch of scripts/setup.sh"});
}

}  // namespace stl10
