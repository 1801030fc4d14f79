#define STL10_LOOPS avx512
#include "cpu_loops.inc"
