#!/usr/bin/env bash
# Fails, naming the places, where a C++ or CUDA file is not formatted.
exec "$(dirname "${BASH_SOURCE[0]}")/format.sh" --check
