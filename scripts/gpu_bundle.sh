#!/usr/bin/env bash
# Usage: gpu_bundle.sh OUT DATA_DIR: one folder under 60 MiB with all that a machine with a GPU needs
# to check, measure and train this commit without a network, besides LibTorch (its python3's torch):
# source, headers, the CUDA programs, the CPU program, and photographs of DATA_DIR. Run it where there
# is no GPU; there: bash OUT/source/scripts/gpu_check.sh OUT RESULTS
# STL10_PROGRAMS=FOLDER: takes the programs there, stl10 and stl10-cpu at least.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

most_mib=58 # of 60: file systems count in blocks
[[ $# == 2 ]] || die "two folders are needed; next: scripts/gpu_bundle.sh build/gpu_bundle DATA_DIR"
out="$(realpath -m "$1")" data="$2"
for file in train_X train_y test_X test_y; do
  [[ -f "$data/$file.bin" ]] || die "$data/$file.bin is missing; next: name a folder in STL-10's layout"
done
[[ ! -e "$out" || -f "$out/bundle.txt" || -z "$(ls -A "$out")" ]] ||
  die "$out holds something else than a bundle; next: name a new folder"

programs="${STL10_PROGRAMS:-$root/build/programs}"
if [[ -z "${STL10_PROGRAMS:-}" ]]; then
  "$root/scripts/setup.sh" cuda stl10 unit_tests
  "$root/scripts/setup.sh" portable stl10
  mkdir -p "$programs"
  cp "$root/build/cuda/stl10" "$root/build/cuda/tests/unit_tests" "$programs"
  cp "$root/build/portable/stl10" "$programs/stl10-cpu"
fi
for program in "$programs"/*; do check_needed "$program"; done
pip_into photo-tools 1 numpy pillow

# Under another name until it is whole.
partial="$out.partial"
rm -rf "$partial"
mkdir -p "$partial"/{source,bin,prefix}
trap 'rm -rf "$partial"' EXIT

git -C "$root" ls-files -z | (cd "$root" && xargs -0 cp --parents -t "$partial/source")
for program in "$programs"/*; do strip -o "$partial/bin/$(basename "$program")" "$program"; done

# Headers with the files by which CMake finds them, and GoogleTest's archives.
for package in libcli11-dev libspdlog-dev libfmt-dev nlohmann-json3-dev libgtest-dev; do
  while read -r file; do
    if [[ -f "$file" && ! -L "$file" ]]; then
      install -D -m 644 "$file" "$partial/prefix/${file#/usr/}"
    fi
  done < <(dpkg -L "$package" | grep -E '^/usr/(include|share/cmake|lib)/' | grep -Ev '/(spdlog|fmt)[^/]*\.cmake$')
done

printf '%s\n' "stl10 $(git -C "$root" describe --always --dirty)" \
  "next, on the machine with the GPU: bash source/scripts/gpu_check.sh . RESULTS" >"$partial/bundle.txt"
size_mib() { du -sm --apparent-size "$partial" | cut -f 1; }
say "Packing photographs"
PYTHONPATH="$cache/photo-tools" "$(find_python)" "$root/scripts/photos.py" pack "$data" \
  "$partial/photos" $((most_mib - $(size_mib)))
(cd "$partial" && find . -type f ! -name sha256sums.txt -print0 | sort -z | xargs -0 sha256sum) \
  >"$partial/sha256sums.txt"
(($(size_mib) < 60)) || die "the bundle has $(size_mib) MiB, 60 are too many; next: see what has grown"
rm -rf "$out"
mv -T "$partial" "$out"
say "$out: $(du -sm --apparent-size "$out" | cut -f 1) MiB. Next: copy it to the machine with the GPU, and there
  bash $(basename "$out")/source/scripts/gpu_check.sh $(basename "$out") RESULTS"
