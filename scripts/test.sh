#!/usr/bin/env bash
# Usage: test.sh [PRESET] [CTEST_ARGUMENT…]: sets everything up and runs the tests (of release).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

preset=release
if [[ $# -gt 0 && "$1" != -* ]]; then
  preset="$1"
  shift
fi
"$root/scripts/setup.sh" "$preset"
# Tests run side by side, so their idle threads must not spin.
export OMP_WAIT_POLICY=passive
exec ctest --test-dir "$root/build/$preset" --output-on-failure --no-label-summary \
  --no-tests=error --parallel "$(jobs_that_fit)" "$@"
