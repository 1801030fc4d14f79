#define STL10_LOOPS baseline
#include "inner_conv_pool_loops.inc"
