#!/usr/bin/env bash
# Usage: setup.sh [PRESET [CMAKE_TARGET…]]: from a bare machine to a built program: system packages,
# LibTorch, configuration, build. Repeated, it does only what is left to do.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

preset="${1:-release}"
targets=("${@:2}")
[[ "$preset" =~ ^(release|ci|portable|cuda|debug|asan|clang|gcc14)$ ]] ||
  die "unknown preset $preset; next: choose release, ci, portable, cuda, debug, asan, clang or gcc14"
build="$root/build/$preset"

"$root/scripts/install_packages.sh"
if [[ "$preset" == clang ]]; then need_packages clang clang-tidy libomp-dev; fi
if [[ "$preset" == gcc14 ]]; then need_packages g++-14; fi
libtorch="$("$root/scripts/get_libtorch.sh")"
cuda_half=
if [[ "$preset" == cuda ]]; then
  STL10_FETCH_NVCC=1
  cuda_half="$libtorch/lib"
  if [[ ! -e "$cuda_half/libtorch_cuda.so" ]]; then
    cuda_half="$("$root/scripts/get_libtorch.sh" --cuda-half)"
  fi
fi
nvcc="$("$root/scripts/get_nvcc.sh" "$libtorch" ${STL10_FETCH_NVCC:+--fetch})"
if [[ -n "$nvcc" ]]; then export CUDACXX="$nvcc"; else unset CUDACXX; fi

# A build folder belongs to one source folder, LibTorch and nvcc; with others it starts afresh.
made_of="$root $libtorch $nvcc $cuda_half"
if [[ ! -e "$build/build.ninja" || "$(cat "$build/made_of.txt" 2>/dev/null)" != "$made_of" ]]; then
  mkdir -p "$build"
  need_space "$build" 2 "the build"
  say "Configuring $preset with LibTorch in $libtorch"
  (cd "$root" && cmake --fresh --preset "$preset" -DTorch_DIR="$libtorch/share/cmake/Torch" \
    ${cuda_half:+-DSTL10_CUDA_HALF="$cuda_half"}) >&2 ||
    die "cmake could not configure; next: read its message above"
  printf '%s\n' "$made_of" >"$build/made_of.txt"
fi
say "Building $preset (the first time takes some minutes)"
cmake --build "$build" --parallel "$(jobs_that_fit)" ${targets[@]:+--target "${targets[@]}"} >&2 ||
  die "the build failed; next: read the compiler's first error above"
