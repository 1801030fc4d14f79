#pragma once

#include <string_view>

namespace stl10 {

/// Instruction sets for which hot loops are compiled; a higher one includes the lower ones.
enum class InstructionSet { kBaseline, kAvx2, kAvx512 };

/// The best instruction set of this processor and operating system (x86-64, x86-64-v3, x86-64-v4).
InstructionSet best_instruction_set();

/// "baseline", "AVX2" or "AVX-512".
std::string_view name_of(InstructionSet set);

}  // namespace stl10
