#!/usr/bin/env bash
# Compiles the program with clang, then runs clang-tidy over the rooms that have changed since they
# last passed it on this machine. A room is read at once, as it is compiled: most of the time goes
# into LibTorch's headers.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
"$root/scripts/setup.sh" clang stl10
passed="$cache/tidy"
mkdir -p "$passed"

# What the compiler sees of file $1, wherever the repository lies.
preprocessed() {
  python3 - "$root/build/clang/compile_commands.json" "$1" <<'PYTHON' | sed "s|$root/||g"
import json, os, shlex, subprocess, sys

database, file = sys.argv[1:]
entry = next(e for e in json.load(open(database)) if os.path.samefile(e["file"], file))
words = shlex.split(entry["command"])
words = words[words.index(next(w for w in words if w.endswith("clang++"))):]
words[words.index("-o") + 1] = "-"
words[words.index("-c")] = "-E"
sys.exit(subprocess.run(words, cwd=entry["directory"]).returncode)
PYTHON
}

tidy() {
  local digest
  digest="$({ clang-tidy --version; cat "$root/.clang-tidy"; preprocessed "$1"; } | sha256sum | cut -c1-64)"
  if [[ -e "$passed/$digest" ]]; then return; fi
  say "clang-tidy: $(basename "$(dirname "$(dirname "$1")")") $(basename "$1" _cxx.cxx)"
  clang-tidy -p "$root/build/clang" --quiet "$1" >"$1.log" 2>/dev/null || {
    grep -A3 -E ': (warning|error): ' "$1.log" >&2 || cat "$1.log" >&2
    return 1
  }
  touch "$passed/$digest"
}

export root passed
export -f say preprocessed tidy
find "$root"/build/clang/src -name 'unity_*_cxx.cxx' -print0 |
  xargs -0 -r -P "$(jobs_that_fit)" -I {} bash -c 'set -euo pipefail; tidy {}' ||
  die "clang-tidy has found something; next: see its lines above"
