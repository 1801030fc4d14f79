#!/usr/bin/env bash
# Formats all C++ and CUDA files in place; with --check it only names those that need it.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

mode=(-i)
if [[ "${1:-}" == --check ]]; then mode=(--dry-run --Werror); fi

# Every version formats differently, so everybody uses this one, whatever is installed.
pip_into clang-format-14.0.6 1 --no-deps clang-format==14.0.6
cd "$root"
find . \( -path ./build -o -path ./data -o -path ./runs -o -path ./.git \) -prune -o \
  -type f -regex '.*\.\(h\|cpp\|inc\|cu\|cuh\)' -print0 |
  xargs -0 -r "$cache"/clang-format-14.0.6/clang_format/data/bin/clang-format "${mode[@]}" ||
  die "some files are not formatted; next: scripts/format.sh"
