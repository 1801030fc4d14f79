#!/usr/bin/env bash
# Usage: gpu_check.sh BUNDLE RESULTS: checks, measures and trains on a machine with a GPU, in at most
# 8 minutes by its own clock (MINUTES=N: others). BUNDLE is what gpu_bundle.sh made; RESULTS gets at
# most 8 files, each as soon as it is known. A stage that fails, or takes longer than its limit, is
# named and passed by. STAGES="3 5" does only these, with what earlier calls left in
# /tmp/stl10_gpu_check. Needs a python3 with LibTorch (torch), numpy and Pillow; changes no setting of
# the card. Without a GPU it does stages 2, 4, 5 and 9 with the CPU program, the same way.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

readonly names=("" machine program tests losses bench pytorch baseline simclr table)
readonly limits=(0 40 320 150 150 90 120 60 180 20) # seconds
readonly configs=(baseline supervised report_simclr simclr)

# What every stage knows.
prepare() {
  bundle="$(realpath -m "$1")" results="$(realpath -m "$2")"
  [[ -f "$bundle/bundle.txt" ]] || die "$1 is no bundle; next: make one with scripts/gpu_bundle.sh"
  # Of each bundle its own, so that none is measured with another's program or photographs.
  work="${STL10_CHECK_WORK:-/tmp/stl10_gpu_check}/$(sha256sum "$bundle/sha256sums.txt" | cut -c 1-12)"
  photos="$work/photos"
  mkdir -p "$results" "$work" || exit 1
  device=cpu
  if has_nvidia_driver; then device=cuda; fi
  # shellcheck source=/dev/null
  if [[ -f "$work/program.sh" ]]; then source "$work/program.sh"; fi
}

command_of() { if [[ "$1" == *simclr ]]; then echo simclr-pretrain; else echo supervised; fi; }
results_py() { python3 "$root/scripts/gpu_results.py" "$@"; }

# With numpy and Pillow: the system's Python's, else fetched ones.
image_python() {
  if ! python3 -c 'import numpy, PIL' 2>/dev/null; then
    pip_into photo-tools 1 numpy pillow
    export PYTHONPATH="$cache/photo-tools"
  fi
  python3 "$@"
}

# What the GPU does while COMMAND… runs: utilization of its units and memory, MiB, watts.
watched() {
  local name="$1" status watcher=
  shift
  if [[ "$device" == cuda ]]; then
    nvidia-smi --query-gpu=utilization.gpu,utilization.memory,memory.used,power.draw \
      --format=csv,noheader,nounits -lms 200 >"$work/$name.gpu.csv" 2>/dev/null &
    watcher=$!
  fi
  "$@"
  status=$?
  if [[ -n "$watcher" ]]; then kill "$watcher" 2>/dev/null; fi
  return $status
}

machine() {
  {
    uname -srm
    grep -m 1 'model name' /proc/cpuinfo
    echo "$(nproc) cores, $(awk '/MemTotal/ { print int($2 / 1048576) }' /proc/meminfo) GiB"
    nvidia-smi --query-gpu=name,driver_version,memory.total,compute_cap,clocks.sm,clocks.max.sm,power.limit \
      --format=csv
    nvcc --version | tail -n 2
    g++ --version | head -n 1
    cmake --version | head -n 1
    results_py ceilings
  } >"$results/machine.txt" 2>&1
  cat "$results/machine.txt"
  grep -q 'bf16' "$results/machine.txt"
}

# The brought program where it starts with this machine's LibTorch, else one built here.
program() {
  local libtorch libraries brought="$bundle/bin/stl10-cpu" folder
  (cd "$bundle" && sha256sum --quiet --check sha256sums.txt) ||
    die "the bundle is damaged; next: copy it again"
  if [[ ! -d "$photos" ]]; then
    rm -rf "$photos.partial"
    image_python "$root/scripts/photos.py" unpack "$bundle/photos" "$photos.partial" || return 1
    mv -T "$photos.partial" "$photos"
  fi
  libtorch="$("$root/scripts/get_libtorch.sh")" || return 1
  libraries="$libtorch/lib"
  for folder in "$libtorch"/../nvidia/*/lib; do libraries+=":$folder"; done
  if [[ "$device" == cuda ]]; then brought="$bundle/bin/stl10"; fi
  program="$brought" tests="$bundle/bin/unit_tests"
  if [[ -n "${BUILD:-}" ]] || ! LD_BIND_NOW=1 LD_LIBRARY_PATH="$libraries" "$brought" --version; then
    say "Building from source${BUILD:+, as BUILD asks}"
    build_program "$libtorch" || return 1
    program="$work/build/stl10" tests="$work/build/tests/unit_tests"
  fi
  printf 'program=%q\ntests=%q\nexport LD_LIBRARY_PATH=%q\n' "$program" "$tests" "$libraries" \
    >"$work/program.sh"
  {
    head -n 1 "$bundle/bundle.txt"
    LD_LIBRARY_PATH="$libraries" "$program" --version
  } | tee "$work/version.txt"
}

build_program() {
  local targets=(stl10) options=(-DSTL10_WITH_CUDA=OFF -DSTL10_BUILD_TESTS=OFF)
  if [[ "$device" == cuda ]]; then
    CUDACXX="$("$root/scripts/get_nvcc.sh" "$1")"
    export CUDACXX
    targets=(stl10 unit_tests) options=()
  fi
  rm -rf "$work/build"
  cmake --preset portable -S "$bundle/source" -B "$work/build" -DSTL10_WARNINGS_AS_ERRORS=OFF \
    -DTorch_DIR="$1/share/cmake/Torch" -DCMAKE_PREFIX_PATH="$bundle/prefix" \
    ${options[@]:+"${options[@]}"} &&
    cmake --build "$work/build" --parallel "$(jobs_that_fit)" --target "${targets[@]}"
}

# All of them, and none skipped. Then small ones again, every access of memory watched.
tests() {
  local status=0 small='AugmenterGpu.*:NtXentGpu.*:OptimizerGpu.*:KnnGpu.*:DeviceGpu.Indices*'
  timeout 60 "$tests" --gtest_filter='*Gpu.*' --gtest_output="json:$work/tests.json" || status=1
  if grep -q '"result": "SKIPPED"' "$work/tests.json"; then status=1; fi
  if ((status)); then say "GPU tests failed or were skipped"; fi
  timeout 80 compute-sanitizer --error-exitcode 9 "$tests" --gtest_filter="$small" || {
    ((status)) || say "the tests pass; under compute-sanitizer they failed, or it can't run here"
    status=1
  }
  return $status
}

# 50 steps, an epoch each, so that every step's loss is written down.
losses() {
  local config side steps="${STEPS:-50}" words
  if [[ "$device" == cpu ]]; then steps="${STEPS:-3}"; fi
  rm -rf "$work/losses"
  for config in "${configs[@]}"; do
    for side in reference "$device"; do
      words=(--device "$device")
      if [[ "$side" == reference ]]; then words=(--device cpu); fi
      # Without a GPU: other threads than the reference's sum in another order.
      if [[ "$side" == cpu ]]; then words+=(--threads 1); fi
      if [[ "$config" == *simclr ]]; then words+=(--unlabeled-batch-size 75); fi
      "$program" "$(command_of "$config")" --config "$root/configs/$config.json" --data-dir "$photos" \
        --precision fp32 --validation none --epochs "$steps" --steps-per-epoch 1 --quiet \
        --output "$work/losses/$config-$side" "${words[@]}" >/dev/null || return 1
    done
    results_py losses "$work/losses" "$device" "$results/losses.json" || return 1
  done
}

bench() {
  local config warmup=20 measured=100 ways=("")
  if [[ "$device" == cpu ]]; then warmup=1 measured=2; else ways=("" "--deterministic false"); fi
  rm -f "$work"/bench-*.json
  for config in "${configs[@]}"; do
    for way in "${ways[@]}"; do
      # shellcheck disable=SC2086
      watched "bench-$config" "$program" bench --config "$root/configs/$config.json" \
        --data-dir "$photos" --device "$device" --warmup-steps $warmup --measured-steps $measured --json $way \
        >"$work/bench-$config${way:+-free}.json" || return 1
      results_py gather "$results/bench.json" "$work"/bench-*.json || return 1
    done
  done
}

pytorch() {
  local mode
  rm -f "$work"/pytorch-*.json
  for mode in eager compiled; do
    python3 "$root/bench/peers/torch_gpu_peer.py" --step report_simclr --data-dir "$photos" \
      --precision bf16 --mode $mode >"$work/pytorch-$mode.json" || return 1
    results_py gather "$results/pytorch.json" "$work"/pytorch-*.json || return 1
  done
}

# trained NAME COMMAND WORD…: a run, and its summary in runs.json.
trained() {
  local name="$1"
  shift
  watched "$name" "$program" "$@" --device "$device" --json --quiet --output "$work/runs/$name" --overwrite \
    >"$work/$name.json" || return 1
  results_py gather "$results/runs.json" "$work"/{baseline,simclr,probe}.json
}

baseline() {
  rm -f "$work/baseline.json"
  trained baseline supervised --config "$root/configs/baseline.json" --data-dir "$photos"
}

# The report's run has 100,000 unlabeled images, so those at hand are repeated.
simclr() {
  local file bytes=$((100000 * 27648))
  rm -f "$work"/{simclr,probe}.json
  if [[ ! -d "$work/tiled" ]]; then
    rm -rf "$work/tiled.partial"
    mkdir "$work/tiled.partial"
    for file in "$photos"/*; do ln -s "$file" "$work/tiled.partial"; done
    rm "$work/tiled.partial/unlabeled_X.bin"
    while (($(stat -c %s "$work/tiled.partial/unlabeled_X.bin" 2>/dev/null || echo 0) < bytes)); do
      cat "$photos/unlabeled_X.bin" >>"$work/tiled.partial/unlabeled_X.bin" || return 1
    done
    truncate -s "$bytes" "$work/tiled.partial/unlabeled_X.bin"
    mv -T "$work/tiled.partial" "$work/tiled"
  fi
  trained simclr simclr-pretrain --config "$root/configs/report_simclr.json" --data-dir "$work/tiled" &&
    trained probe linear-probe --checkpoint "$work/runs/simclr" --data-dir "$photos"
}

table() { results_py table "$results" "$work" >"$results/table.md"; }

if [[ "${1:-}" == --stage ]]; then # one of the calls below
  prepare "$3" "$4"
  (($2 < 3 || $2 == 9)) || [[ -f "$work/program.sh" ]] ||
    die "there is no program yet; next: STAGES with 2 before this one"
  "${names[$2]}"
  exit
fi

[[ $# == 2 ]] || die "two folders are needed; next: scripts/gpu_check.sh BUNDLE RESULTS"
prepare "$1" "$2"
default_stages="1 2 3 4 5 6 7 8 9"
if [[ "$device" == cpu ]]; then default_stages="2 4 5 9"; fi
failed=0
for number in ${STAGES:-$default_stages}; do
  [[ "$number" =~ ^[1-9]$ ]] || die "there is no stage $number; next: STAGES of 1 to 9"
  begin=$SECONDS limit="${limits[number]}" left=$((${MINUTES:-8} * 60 - SECONDS))
  ((number == 9)) || left=$((left - limits[9] / 2)) # what is known is always shown
  ((limit <= left)) || limit=$left
  if ((limit < 5)); then
    outcome="NOT RUN: no time was left"
  else
    printf '\n=== %s %s\n' "$number" "${names[number]}" >>"$results/log.txt"
    timeout --kill-after=5 "$limit" bash "${BASH_SOURCE[0]}" --stage "$number" "$bundle" "$results" \
      >>"$results/log.txt" 2>&1 </dev/null
    case $? in
      0) outcome="ok" ;;
      124 | 137) outcome="FAILED: longer than $limit s" ;;
      *) outcome="FAILED: $(tail -n 1 "$results/log.txt" | cut -c 1-200)" ;;
    esac
  fi
  if [[ "$outcome" != ok ]]; then failed=1; fi
  line="$number ${names[number]}: $outcome ($((SECONDS - begin)) s)"
  say "$line"
  sed -i "/^$number /d" "$results/stages.txt" 2>/dev/null # of an earlier call
  echo "$line" >>"$results/stages.txt"
done
cat "$results/table.md" 2>/dev/null
say "$((SECONDS)) s in all; all output is in $results/log.txt; $work can be deleted"
exit $failed
