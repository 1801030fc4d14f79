#include "stl10/commands/version.h"

#include "git_hash.h"
#include "stl10/base/cpu.h"

namespace stl10 {
namespace {

#ifdef STL10_CUDA
constexpr char kCuda[] = STL10_CUDA_VERSION;
#else
constexpr char kCuda[] = "none";
#endif

}  // namespace

std::string version_text() {
  return std::string("stl10 " STL10_VERSION " (" STL10_GIT_HASH
                     ")\nLibTorch " STL10_LIBTORCH_VERSION "\nCUDA ") +
         kCuda + "\ninstruction set " + std::string(name_of(best_instruction_set()));
}

Json environment(const Compute& compute, const std::string& data) {
  return {{"version", STL10_VERSION},
          {"git", STL10_GIT_HASH},
          {"libtorch", STL10_LIBTORCH_VERSION},
          {"cuda", kCuda},
          {"device", compute.device.str()},
          {"precision", precision_name(compute)},
          {"threads", compute.threads},
          {"instruction_set", name_of(best_instruction_set())},
          {"data", data}};
}

}  // namespace stl10
