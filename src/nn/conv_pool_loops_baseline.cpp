#define STL10_LOOPS baseline
#include "conv_pool_loops.inc"
