#define STL10_LOOPS avx2
#include "cpu_loops.inc"
