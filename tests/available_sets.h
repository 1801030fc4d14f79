#pragma once

#include <vector>

#include "stl10/base/cpu.h"

namespace stl10::testing {

/// The instruction sets that this processor has.
inline std::vector<InstructionSet> available_sets() {
  std::vector<InstructionSet> sets = {InstructionSet::kBaseline};
  if (best_instruction_set() >= InstructionSet::kAvx2) sets.push_back(InstructionSet::kAvx2);
  if (best_instruction_set() >= InstructionSet::kAvx512) sets.push_back(InstructionSet::kAvx512);
  return sets;
}

}  // namespace stl10::testing
