#!/usr/bin/env bash
# Prints the folder of the LibTorch to build with (it holds include/ and lib/): the user's own
# (Torch_DIR, CMAKE_PREFIX_PATH), else a cached one, else PyPI's wheel is put into the cache.
# get_libtorch.sh --cuda-half: prints the folder of its CUDA half alone (libtorch_cuda.so,
# libc10_cuda.so), with which the CUDA program is linked for another machine.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

version=2.11.0

is_libtorch() { [[ -d "$1/include/torch" && -e "$1/lib/libtorch_cpu.so" ]]; }

# The LibTorch that folder $1 belongs to: itself, or above its share/cmake or share/cmake/Torch.
print_prefix_of() {
  local candidate
  for candidate in "$1" "$1/../.." "$1/../../.."; do
    if is_libtorch "$candidate"; then
      realpath "$candidate"
      return
    fi
  done
  return 1
}

print_own() {
  local entry entries
  if [[ -n "${Torch_DIR:-}" ]]; then
    print_prefix_of "$Torch_DIR" ||
      die "Torch_DIR=$Torch_DIR holds no LibTorch;" \
        "next: let it name <libtorch>/share/cmake/Torch, or unset it"
    return
  fi
  IFS=':;' read -ra entries <<<"${CMAKE_PREFIX_PATH:-}"
  for entry in "${entries[@]}"; do
    if print_prefix_of "$entry"; then return; fi
  done
  return 1
}

# The torch of the system's python3, where it is new enough and knows CUDA.
print_python_cuda() {
  local found
  found="$(cd / && python3 -c '
import importlib.metadata, importlib.util, sys
numbers = lambda text: [int(part) for part in text.split("+")[0].split(".")[:2]]
if numbers(importlib.metadata.version("torch")) >= numbers(sys.argv[1]):
    print(importlib.util.find_spec("torch").submodule_search_locations[0])
' "$version" 2>/dev/null)" &&
    is_libtorch "$found" && [[ -e "$found/lib/libtorch_cuda.so" ]] && realpath "$found"
}

# The same wheel as below, but nothing of it except what the linker wants to see.
print_cuda_half() {
  local lib
  lib="$cache/libtorch-$version-cuda-half/torch/lib"
  finish() {
    mkdir "$1/kept"
    mv "$1"/torch/lib/lib{torch_cuda,c10_cuda}.so "$1/kept"
    find "$1" -mindepth 1 -maxdepth 1 ! -name kept -exec rm -r {} +
    mkdir "$1/torch"
    mv "$1/kept" "$1/torch/lib"
  }
  pip_into "libtorch-$version-cuda-half" 3 --no-deps "torch==$version"
  [[ -e "$lib/libtorch_cuda.so" ]] || die "$lib is damaged; next: delete it and run this again"
  printf '%s\n' "$lib"
}

if [[ "${1:-}" == --cuda-half ]]; then
  print_cuda_half
  exit
fi
if print_own; then exit; fi
if ! has_nvidia_driver; then
  name="libtorch-$version-cpu"
  # The wheel's CUDA half is of no use without NVIDIA's other packages. Yet libtorch_cpu.so needs
  # two of them; their pins are those of cuda-toolkit 13.0.2, which this wheel asks for.
  finish() { rm "$1"/torch/lib/lib{torch_cuda,torch_cuda_linalg,torch_nvshmem,c10_cuda}.so; }
  set -- 3 --no-deps "torch==$version" nvidia-cuda-cupti==13.0.85 nvidia-cuda-runtime==13.0.96
else
  if print_python_cuda; then exit; fi
  name="libtorch-$version-cuda"
  finish() { add_cuda_names "$1"; }
  set -- 9 "torch==$version" "cuda-toolkit[nvcc,nvvm,crt,cccl]==13.0.2"
fi
if ! is_libtorch "$cache/$name/torch"; then
  [[ "$(uname -sm)" == "Linux x86_64" ]] ||
    die "no tried LibTorch for $(uname -sm); next: unpack one and set CMAKE_PREFIX_PATH to it"
  pip_into "$name" "$@"
fi
is_libtorch "$cache/$name/torch" || die "$cache/$name is damaged; next: delete it and run this again"
printf '%s\n' "$cache/$name/torch"
