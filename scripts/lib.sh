# Shared by the scripts of this folder, which source it first.
# shellcheck shell=bash disable=SC2034

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
user_home=~ # works without HOME too
cache="${STL10_CACHE:-${XDG_CACHE_HOME:-$user_home/.cache}/stl10}"

say() { printf '%s\n' "$*" >&2; }

die() {
  say "$(basename "$0"): error: $*"
  exit 1
}

has_nvidia_driver() { [[ -e /proc/driver/nvidia/version ]] || nvidia-smi -L >/dev/null 2>&1; }

as_root() { if ((EUID == 0)); then env "$@"; else sudo -n env "$@"; fi; }

# need_space DIR GIB WHAT: stops with one line when DIR's file system has less than GIB free.
need_space() {
  local free_mib
  free_mib="$(df --output=avail -BM "$1" | tail -n 1 | tr -dc '0-9')"
  ((free_mib >= $2 * 1024)) ||
    die "$3 needs $2 GiB free in $1, which has $((free_mib / 1024)) GiB;" \
      "next: free some, or set STL10_CACHE to a folder elsewhere"
}

# need_packages NAME…: installs the Debian packages that are missing, or lists them and stops.
need_packages() {
  local installed name missing=() log
  command -v dpkg-query >/dev/null ||
    die "no Debian or Ubuntu here; next: install the counterparts of $* by hand, then" \
      "scripts/get_libtorch.sh and cmake --preset release -DTorch_DIR=…"
  installed="$(dpkg-query -W -f ' ${Package} ${db:Status-Status} \n' "$@" 2>/dev/null || true)"
  for name in "$@"; do
    [[ "$installed" == *" $name installed "* ]] || missing+=("$name")
  done
  ((${#missing[@]})) || return 0
  as_root true 2>/dev/null ||
    die "missing system packages; next: sudo apt-get install --no-install-recommends ${missing[*]}"
  say "Installing system packages: ${missing[*]}"
  log="$(mktemp)"
  local install=(DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends
    -o DPkg::Lock::Timeout=120 "${missing[@]}")
  # The package lists at hand may do; where they are absent or old, fresh ones are fetched.
  as_root "${install[@]}" >"$log" 2>&1 </dev/null || {
    as_root apt-get update >"$log" 2>&1 </dev/null || true
    as_root "${install[@]}" >>"$log" 2>&1 </dev/null || {
      grep -E '^(E:|dpkg: error)' "$log" >&2 || tail -n 5 "$log" >&2
      die "apt-get failed; next: see its lines above (all of them: $log)"
    }
  }
  rm -f "$log"
}

find_python() {
  local python
  for python in python3 /usr/bin/python3; do
    if "$python" -m pip --version >/dev/null 2>&1; then
      printf '%s\n' "$python"
      return
    fi
  done
  die "python3 has no pip; next: sudo apt-get install --no-install-recommends python3-pip"
}

# pip_into NAME GIB ARGUMENT…: $cache/NAME holds what `pip install ARGUMENT…` gives. It appears whole
# or not at all. The caller's function `finish`, if any, is given the folder before that.
pip_into() {
  local name="$1" gib="$2" python partial
  shift 2
  if [[ -d "$cache/$name" ]]; then return; fi
  python="$(find_python)"
  mkdir -p "$cache" 2>/dev/null || true
  [[ -w "$cache" ]] ||
    die "cannot write to $cache; next: set STL10_CACHE to a folder that you may write"
  (
    flock 9
    if [[ -d "$cache/$name" ]]; then exit; fi
    rm -rf "$cache"/partial-* # of interrupted runs
    need_space "$cache" "$gib" "$name"
    partial="$(mktemp -d "$cache/partial-XXXXXX")"
    trap 'rm -rf "$partial"' EXIT
    mkdir "$partial/tmp" "$partial/out"
    say "Fetching $name into $cache (once)"
    # Some systems forbid pip outside a virtual environment; --target touches only our own folder.
    TMPDIR="$partial/tmp" PIP_BREAK_SYSTEM_PACKAGES=1 PIP_ROOT_USER_ACTION=ignore PIP_USER=0 \
      PIP_REQUIRE_VIRTUALENV=0 "$python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-compile \
      --only-binary :all: --target "$partial/out" "$@" >&2 </dev/null ||
      die "pip could not fetch $name; next: read its message above, check the network, and run this again"
    if declare -F finish >/dev/null; then finish "$partial/out"; fi
    mv -T "$partial/out" "$cache/$name"
  ) 9>"$cache/lock"
}

# The names under which nvcc and CMake look for the libraries of PyPI's CUDA packages in folder $1.
add_cuda_names() {
  ln -s lib "$1/nvidia/cu13/lib64"
  ln -s libcudart.so.13 "$1/nvidia/cu13/lib/libcudart.so"
}

# check_needed PROGRAM: stops where it needs a library that is neither LibTorch's, NVIDIA's nor the
# system's: it could not start on another machine.
check_needed() {
  local others
  others="$(LC_ALL=C readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
    grep -Ev '^(lib(torch_cuda|torch_cpu|c10_cuda|c10|cudart|stdc\+\+|m|gomp|gcc_s|c)\.so|ld-linux)' || true)"
  [[ -z "$others" ]] || die "$1 needs ${others//$'\n'/, }; next: build it with the preset portable or cuda"
}

# How many compilers to run at once: each may take 2 GiB.
jobs_that_fit() {
  awk -v cores="$(nproc)" '/^MemAvailable/ { jobs = int($2 / 2097152) }
    END { print jobs < 1 ? 1 : (jobs > cores ? cores : jobs) }' /proc/meminfo
}
