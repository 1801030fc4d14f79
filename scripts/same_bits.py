#!/usr/bin/env python3
"""Whether two builds of stl10 train to the same bits and judge alike.

    python3 scripts/same_bits.py BEFORE AFTER DATA [--work FOLDER] [--only CONFIG …]
        [--before-configs FOLDER]

BEFORE and AFTER are programs, DATA a folder in STL-10's layout; --work names an empty or missing
folder (default: a temporary one), --before-configs the configs of BEFORE's time, where it doesn't
know all keys of today's. With each program: 20 steps of the four published configs in fp32 at seed
0; linear-probe, finetune and eval on each encoder. Every tensor of every checkpoint, every
prediction and every figure of the summaries but times and paths must be equal. Prints a line for
each run and exits with 1 where one differs. Needs numpy and safetensors.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

from safetensors.numpy import load_file

CONFIGS = {
    "baseline": "supervised",
    "report_simclr": "simclr-pretrain",
    "simclr": "simclr-pretrain",
    "supervised": "supervised",
}
TIMES_AND_PATHS = {"seconds", "images_per_second", "parent", "checkpoint", "folder"}
ROOT = pathlib.Path(__file__).resolve().parent.parent


def run(program, command, folder, data, *flags):
    """Runs one command into `folder`."""
    call = [program, command, "--data-dir", data, "--output", folder, "--precision", "fp32",
            "--seed", "0", "--device", "cpu", "--quiet", *flags]
    done = subprocess.run([str(word) for word in call], capture_output=True, text=True, cwd=folder.parent)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, call))}\nexit code {done.returncode}: {done.stderr}")


def make_runs(program, configs, only, work, data):
    """All runs of one program; their names in order."""
    names = []
    for config in only:
        run(program, CONFIGS[config], work / config, data, "--config", configs / f"{config}.json",
            "--epochs", "1", "--steps-per-epoch", "20")
        on = ["--checkpoint", work / config]
        run(program, "linear-probe", work / f"{config}-probe", data, *on, "--l2", "1e-3",
            "--validation", "none", "--no-floors")
        run(program, "finetune", work / f"{config}-finetune", data, *on, "--epochs", "1",
            "--steps-per-epoch", "20", "--no-floors")
        run(program, "eval", work / f"{config}-eval", data, *on, "--max-points", "1000")
        names += [config, *(f"{config}-{kind}" for kind in ("probe", "finetune", "eval"))]
    return names


def figures(value):
    """A summary without what differs from run to run."""
    if isinstance(value, dict):
        return {key: figures(item) for key, item in value.items() if key not in TIMES_AND_PATHS}
    return [figures(item) for item in value] if isinstance(value, list) else value


def differences(before, after):
    """What of two run folders is not the same."""
    found = []
    for name in ("last.safetensors", "best.safetensors", "features.safetensors"):
        if (before / name).exists() != (after / name).exists():
            found.append(f"{name} is in one of them")
        elif (before / name).exists():
            old, new = load_file(before / name), load_file(after / name)
            if old.keys() != new.keys():
                found.append(f"{name}: other tensors")
            found += [f"{name}: {key}" for key in old.keys() & new.keys()
                      if old[key].tobytes() != new[key].tobytes()]
    if (before / "predictions.csv").exists():
        if (before / "predictions.csv").read_bytes() != (after / "predictions.csv").read_bytes():
            found.append("predictions.csv")
    old, new = (figures(json.loads((folder / "summary.json").read_text())) for folder in (before, after))
    return found + [f"summary.json: {key}" for key in sorted(old.keys() | new.keys())
                    if old.get(key) != new.get(key)]


def arguments():
    parser = argparse.ArgumentParser(usage=__doc__)
    path = lambda word: pathlib.Path(word).resolve()
    parser.add_argument("before", type=path)
    parser.add_argument("after", type=path)
    parser.add_argument("data", type=path)
    parser.add_argument("--work", type=path)
    parser.add_argument("--only", nargs="+", default=list(CONFIGS), choices=CONFIGS)
    parser.add_argument("--before-configs", type=path, default=ROOT / "configs")
    return parser.parse_args()


def main():
    args = arguments()
    work = args.work or pathlib.Path(tempfile.mkdtemp()).resolve()
    folders = [work / "before", work / "after"]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    names = make_runs(args.before, args.before_configs, args.only, folders[0], args.data)
    make_runs(args.after, ROOT / "configs", args.only, folders[1], args.data)
    different = 0
    for name in names:
        found = differences(folders[0] / name, folders[1] / name)
        print(f"{name}: {'same bits' if not found else 'DIFFERENT: ' + '; '.join(found)}")
        different += bool(found)
    print(f"{len(names) - different} of {len(names)} runs have the same bits")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
