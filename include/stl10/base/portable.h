#pragma once

/// `STL10_HD` marks a function that is written once for CPU and CUDA. It is always inlined, so that
/// a translation unit compiled for AVX-512 never leaves its copy to callers on older processors.
#if defined(__CUDACC__)
#define STL10_HD __host__ __device__ __forceinline__
#else
#define STL10_HD inline __attribute__((always_inline))
#endif
