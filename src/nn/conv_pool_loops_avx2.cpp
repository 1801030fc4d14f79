#define STL10_LOOPS avx2
#include "conv_pool_loops.inc"
