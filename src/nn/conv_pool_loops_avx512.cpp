#define STL10_LOOPS avx512
#include "conv_pool_loops.inc"
