#!/usr/bin/env python3
"""Trains steps of our configs, or of those that the search for recipes began from, with this program and
with its peers, in turns, and prints a table.

    bench/peers/setup.sh FOLDER
    bench/peers/compare.py --program build/release/stl10 --peers FOLDER --data-dir DIR
    bench/peers/compare.py … --only "PyTorch, bf16" --rows supervised:128@resnet18/64 simclr@pool1

A round runs every program once, one after the other, so that each ratio is of neighbours on the same
machine. Shown are medians over the rounds, and lowest and highest ratio.
"""
import argparse
import datetime
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from recipe import ENCODERS

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PEERS = {"Keras": ("keras", "fp32"), "Keras, bf16": ("keras", "bf16"),
         "PyTorch": ("torch", "fp32"), "PyTorch, bf16": ("torch", "bf16")}
ROWS = ["report_simclr", "baseline", "baseline:128", "simclr", "supervised", "supervised:128"]
# What makes PyTorch twice as fast on a CPU; this program does the same by itself.
MALLOC = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": "20000000000",
          "MALLOC_TOP_PAD_": "67108864"}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--peers", type=Path, required=True, help="the folder of setup.sh")
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--only", nargs="+", default=list(PEERS), choices=PEERS, metavar="PEER")
    parser.add_argument("--rows", nargs="+", type=Row, default=[Row(row) for row in ROWS], metavar="CONFIG[:BATCH][@ENCODER][/SIZE]")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--precision", default="auto", help="of this program")
    parser.add_argument("--seconds", type=float, default=10, help="about so many are measured a run")
    return parser.parse_args()


def last_json(command, environment):
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
    except OSError as error:
        sys.exit(f"{error}; build the program, or install the peers with {HERE / 'setup.sh'}")
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout if done.stdout.startswith("{") else done.stdout.splitlines()[-1])


class Row:
    """CONFIG[:BATCH][@ENCODER][/SIZE]: what both sides train."""

    def __init__(self, text):
        found = re.fullmatch(r"(\w+)(?::(\d+))?(?:@(\w+))?(?:/(\d+))?", text)
        if not found or (found[3] and found[3] not in ENCODERS):
            sys.exit(f"{text} is no row: CONFIG[:BATCH][@ENCODER][/SIZE], ENCODER one of "
                     f"{', '.join(ENCODERS)}")
        self.config, self.batch, self.encoder, self.size = found.groups()
        self.contrastive = "simclr" in self.config

    def name(self):
        parts = [f"`{self.config}`", f"at batch {self.batch}" if self.batch else "",
                 f"with {self.encoder}" if self.encoder else "",
                 f"at {self.size} pixels" if self.size else ""]
        return " ".join(part for part in parts if part)

    def steps(self, seconds):
        """Enough for about that time at 500 images a second."""
        images = 1050 if self.contrastive else int(self.batch or 25)
        return max(3, round(seconds * 500 / images))

    def our_flags(self):
        group = "--contrastive" if self.contrastive else "--augment"
        taps = ["--tap", "null", "--projection.tap", "null"] if self.contrastive else []
        return [*(["--batch-size", self.batch] if self.batch else []),
                *([f"{group}.size", self.size] if self.size else []),
                *(ENCODERS[self.encoder] + taps if self.encoder else [])]

    def peers_flags(self):
        given = {"--batch-size": self.batch, "--encoder": self.encoder, "--size": self.size}
        return [word for flag, value in given.items() if value for word in (flag, value)]


def config_of(row, folder):
    """Rows `simclr` and `supervised` are what the search of docs/recipe-log.md began from; the others
    are configs."""
    search = ROOT / "scripts/search" / f"{row.config}.json"
    if not search.exists():
        return ROOT / "configs" / f"{row.config}.json"
    path = Path(folder) / search.name
    path.write_text(json.dumps(json.loads(search.read_text())["from"]))
    return path


def run_ours(args, row):
    with tempfile.TemporaryDirectory() as folder:
        return run_config(args, row, config_of(row, folder))


def run_config(args, row, config):
    command = [args.program, "bench", "--config", config, "--data-dir", args.data_dir,
               "--precision", args.precision, "--json", "--warmup-steps", "3",
               "--measured-steps", str(row.steps(args.seconds)), *row.our_flags()]
    found = last_json(command, os.environ)
    first = found["startup_seconds"] + found["end_to_end"]["median_ms"] / 1000
    return {"rate": found["end_to_end"]["images_per_second"], "mib": found["peak_mib"],
            "first": first, "version": f"{found['threads']} threads, {found['precision']}, "
                                       f"{found['instruction_set']}"}


def run_peer(args, row, peer):
    kind, precision = PEERS[peer]
    command = [args.peers / kind / "bin" / "python", HERE / f"{kind}_peer.py", "--step", row.config,
               "--data-dir", args.data_dir, "--precision", precision,
               "--measured-steps", str(row.steps(args.seconds)), *row.peers_flags()]
    found = last_json(command, {**os.environ, **MALLOC, "STARTED_AT": str(time.time())})
    return {"rate": found["images_per_second"], "mib": found["peak_mib"],
            "first": found["first_step_seconds"], "version": found["version"]}


def processor():
    text = Path("/proc/cpuinfo").read_text()
    name = re.search(r"model name\s*: (.*)", text)
    flags = set(re.search(r"flags\s*: (.*)", text).group(1).split())
    kinds = [kind for kind in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if kind in flags]
    return f"{name.group(1) if name else platform.processor()} ({', '.join(kinds)})"


def median(runs, key):
    return statistics.median(run[key] for run in runs)


def print_table(args, first_cell, cells_of):
    print(f"\n| {first_cell} | `stl10` | " + " | ".join(args.only) + " |")
    print("|---" * (2 + len(args.only)) + "|")
    for row in args.rows:
        print(f"| {row.name()} | " + " | ".join(cells_of(row)) + " |")


def print_tables(args, results):
    versions = sorted({run["version"] for runs in results.values() for run in runs})
    print(f"{datetime.date.today()}; {processor()}; rounds: {args.rounds}; {'; '.join(versions)}")

    def rates(row):
        ours = results[row, "ours"]
        yield f"{median(ours, 'rate'):,.0f}"
        for peer in args.only:
            theirs = results[row, peer]
            ratios = sorted(a["rate"] / b["rate"] for a, b in zip(ours, theirs))
            yield (f"{median(theirs, 'rate'):,.0f}: **{statistics.median(ratios):.1f}×** "
                   f"({ratios[0]:.1f}–{ratios[-1]:.1f})")

    def costs(row):
        for name in ["ours", *args.only]:
            runs = results[row, name]
            yield f"{median(runs, 'first'):.1f} s; {median(runs, 'mib'):,.0f} MiB"

    print_table(args, "images/s (SimCLR: views/s)", rates)
    print_table(args, "until the first step has ended; most memory", costs)


def main():
    args = arguments()
    results = {(row, name): [] for row in args.rows for name in ["ours", *args.only]}
    for turn in range(args.rounds):
        for row in args.rows:
            results[row, "ours"].append(run_ours(args, row))
            for peer in args.only:
                results[row, peer].append(run_peer(args, row, peer))
            line = {name: round(results[row, name][-1]["rate"]) for name in ["ours", *args.only]}
            print(f"round {turn + 1}, {row.name()}: {line}", file=sys.stderr, flush=True)
    print_tables(args, results)


if __name__ == "__main__":
    main()
