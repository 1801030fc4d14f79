#define STL10_LOOPS baseline
#include "cpu_loops.inc"
