#include "stl10/commands/version.h"

#include "git_hash.h"
#include "stl10/base/cpu.h"
#include "stl10/base/gpu.h"

namespace stl10 {

std::string version_text() {
  return std::string("stl10 " STL10_VERSION " (" STL10_GIT_HASH
                     ")\nLibTorch " STL10_LIBTORCH_VERSION "\nCUDA ") +
         cuda_version() + "\ninstruction set " + std::string(name_of(best_instruction_set()));
}

Json environment(const Compute& compute, const std::string& data) {
  return {{"version", STL10_VERSION},
          {"git", STL10_GIT_HASH},
          {"libtorch", STL10_LIBTORCH_VERSION},
          {"cuda", cuda_version()},
          {"device", compute.device.str()},
          {"precision", precision_name(compute)},
          {"threads", compute.threads},
          {"processes", compute.group.size()},
          {"instruction_set", name_of(best_instruction_set())},
          {"data", data}};
}

}  // namespace stl10
