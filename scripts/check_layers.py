#!/usr/bin/env python3
"""Checks the rules that a compiler doesn't: which room includes which, file lengths, randomness.

    python3 scripts/check_layers.py [FOLDER]      (default: this repository)

Prints `file:line: what` for each fault and exits with 1 where there is one.
"""
import pathlib
import re
import statistics
import sys

# The rooms in the order in which data flows, and the rooms that each may include.
ROOMS = {
    "base": [],
    "data": ["base"],
    "augment": ["base"],
    "nn": ["base"],
    "loss": ["base"],
    "train": ["base", "data"],
    "evaluate": ["base", "data", "nn"],
    "report": ["base", "train", "evaluate"],
    "tasks": ["base", "data", "augment", "nn", "loss", "train", "evaluate"],
    "commands": ["base", "data", "augment", "nn", "loss", "train", "evaluate", "report", "tasks"],
}
MAIN = "src/main.cpp"
MAIN_MAY_INCLUDE = ["base", "commands"]
MAIN_LINES, MEDIAN_LINES, MOST_LINES = 50, 130, 300

SUFFIXES = {".h", ".cpp", ".inc", ".cu", ".cuh"}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"](?:stl10/)?(\w+)/')
# Every draw comes from base's counter-based generator, so LibTorch's and std's are forbidden.
DRAW = re.compile(
    r"\b(?:torch|at)::(?:manual_seed|rand\w*|normal|bernoulli|multinomial|poisson)\b"
    r"|(?:\.|->)(?:uniform|normal|bernoulli|random|exponential|geometric|cauchy|log_normal)_\("
    r"|(?:\.|->)(?:bernoulli|multinomial)\("
    r"|\binit::(?:uniform|normal|kaiming\w*|xavier\w*|orthogonal|sparse)_\("
    r"|\b(?:torch|at|functional|F)::(?:feature_|alpha_)?dropout\w*\("
    r"|\bnn::(?:Feature|Alpha)*Dropout\w*"
    r"|\bstd::(?:s?rand|mt19937\w*|random_device|default_random_engine|minstd_rand0?|ranlux\w+)\b"
)
EXIT = re.compile(r"(?<![\w.>])(?:std::|::)?(?:exit|quick_exit)\s*\(")
ASSERT = re.compile(r"\bassert\s*\(")
USING = re.compile(r"^\s*using\s+namespace\b")
NOT_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)


def code_lines(text):
    """The lines of C++ text without comments and strings (but with the names that it includes)."""
    keep_breaks = lambda match: re.sub(r"[^\n]", " ", match.group())
    blank = NOT_CODE.sub(keep_breaks, text).split("\n")
    return [
        line if INCLUDE.match(line) else code for line, code in zip(text.split("\n"), blank)
    ]


def room_of(path):
    """The room that a source file (path from the root) belongs to; None for tests and the like."""
    parts = path.parts
    if parts[:2] == ("include", "stl10"):
        return parts[2]
    return parts[1] if parts[0] == "src" and len(parts) > 2 else None


def faults_of(path, text):
    """Yields (line number, what) for one source file."""
    room = room_of(path)
    name = f"room {room}" if room else path.name
    if room and room not in ROOMS:
        yield 1, f"{name} is not one of {', '.join(ROOMS)}"
        return
    is_main, in_tests = path.as_posix() == MAIN, path.parts[0] == "tests"
    allowed = MAIN_MAY_INCLUDE if is_main else ROOMS.get(room, list(ROOMS)) + [room]
    for number, line in enumerate(code_lines(text), 1):
        include = INCLUDE.match(line)
        if include and include[1] in ROOMS and include[1] not in allowed:
            yield number, f"{name} may not include room {include[1]}"
        if ASSERT.search(line):
            yield number, "assert; throw one of base's errors, or use TORCH_CHECK"
        if USING.match(line) and path.suffix in {".h", ".cuh"}:
            yield number, "using namespace in a header"
        if not in_tests and (draw := DRAW.search(line)):
            yield number, f"{draw.group()}: draw from base's Philox instead"
        if not in_tests and not is_main and EXIT.search(line):
            yield number, "exit outside main; throw one of base's errors"
    lines, most = text.count("\n"), MAIN_LINES if is_main else MOST_LINES
    if lines > most:
        yield lines, f"{lines} lines, at most {most} are allowed"


def map_faults(readme):
    """README's map names every room once, in order, each at the start of a table row or list item."""
    if not readme.exists():
        yield 1, "README.md is missing"
        return
    text = readme.read_text()
    rows = re.findall(r"^\s*(?:\||[-*]|\d+\.)\s*(?:\*\*)?\[?`([\w/]+)`", text, re.MULTILINE)
    named = [row.strip("/").split("/")[-1] for row in rows]
    named = [room for room in named if room in ROOMS]
    if named != list(ROOMS):
        yield 1, f"the map names the rooms {named}, expected {list(ROOMS)}"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
    root = root if len(sys.argv) > 1 else root.parent.parent
    faults = [("README.md", *fault) for fault in map_faults(root / "README.md")]
    lengths = []
    for folder in ("include", "src", "tests", "bench"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in SUFFIXES:
                continue
            text, name = path.read_text(), path.relative_to(root)
            lengths.append(text.count("\n"))
            faults += [(name, *fault) for fault in faults_of(name, text)]
    median = statistics.median(lengths or [0])
    if median > MEDIAN_LINES:
        faults.append(("all files", 1, f"median of {median:g} lines, at most {MEDIAN_LINES}"))
    for name, line, what in faults:
        print(f"{name}:{line}: {what}")
    print(f"{len(lengths)} source files, median {median:g} lines, {len(faults)} faults")
    sys.exit(bool(faults) or not lengths)


if __name__ == "__main__":
    main()
