#!/usr/bin/env bash
# Prints the CUDA compiler to use: the system's own, else the one beside the LibTorch in folder $1,
# else (with --fetch) PyPI's, from the cache. Prints nothing where there is none.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

libtorch="${1:?the folder of LibTorch is needed}"
for nvcc in "${CUDACXX:-}" "$(command -v nvcc || true)" /usr/local/cuda/bin/nvcc \
  "$libtorch"/../nvidia/*/bin/nvcc; do
  if [[ -n "$nvcc" && -x "$nvcc" ]]; then
    realpath "$nvcc"
    exit
  fi
done
if [[ "${2:-}" == --fetch ]]; then
  finish() { add_cuda_names "$1"; }
  pip_into nvcc-13.0 1 --no-deps nvidia-cuda-nvcc==13.0.88 nvidia-nvvm==13.0.88 \
    nvidia-cuda-crt==13.0.88 nvidia-cuda-cccl==13.0.85 nvidia-cuda-runtime==13.0.96
  ls "$cache"/nvcc-13.0/nvidia/*/bin/nvcc
fi
