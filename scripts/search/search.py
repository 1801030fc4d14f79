#!/usr/bin/env python3
"""Trains kinds of one recipe for equal times, judges them without a test image, and logs a line of each.

    search.py DATA_DIR KINDS.json --minutes M [--only KIND…] [--seed S] [--more "WORDS"]

KINDS.json holds the config that the search began `from` and the `kinds`, each as the words that change it.
How many steps fit into the minutes is measured first, by `stl10 bench`. What is in --folder is skipped,
what was interrupted goes on, and what fails is a line, too. Pretraining is judged by kNN on held-out images
and by `linear-probe`, cross-validated inside the training labels, at the run's own tap and at `layers`;
`supervised` by the images that its config holds out.
"""
import argparse
import collections
import json
import math
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
EPOCHS = 6  # of pretraining: as often kNN says how it goes


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=pathlib.Path, metavar="DATA_DIR")
    parser.add_argument("kinds", type=pathlib.Path, metavar="KINDS.json")
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="+", metavar="KIND")
    parser.add_argument("--more", default="", help="words for every kind, such as '--device cuda'")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "runs/search")
    parser.add_argument("--log", type=pathlib.Path, default=ROOT / "docs/recipe-log.md")
    parser.add_argument("--program", default=ROOT / "build/release/stl10")
    return parser.parse_args()


class Failed(Exception):
    pass


def json_of(options, words):
    """What the program answers. @throws Failed with its last word."""
    command = [options.program, *words, "--data-dir", options.data, "--json"]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        raise Failed((done.stderr.strip().splitlines() or ["no message"])[-1])
    return json.loads(done.stdout)


def finished(folder):
    path = folder / "summary.json"
    summary = json.loads(path.read_text()) if path.exists() else {}
    return summary if summary.get("status") == "done" else None


def length_of(options, config, words):
    """Epochs and steps that the minutes hold; `supervised` keeps passes of its labels for epochs."""
    found = json_of(options, ["bench", "--config", config, *words, "--warmup-steps", 2, "--measured-steps", 6])
    steps = options.minutes * 60 / (found["end_to_end"]["median_ms"] / 1000)
    if json.loads(config.read_text())["command"] != "supervised":
        return ["--epochs", EPOCHS, "--steps-per-epoch", max(1, int(steps / EPOCHS))]
    images = steps * found["images_per_step"]
    return ["--epochs", max(1, int(images / training_images(options, config)))]


def labels_of(options):
    return collections.Counter((options.data / "train_y.bin").read_bytes())


def training_images(options, config):
    fraction = json.loads(config.read_text()).get("holdout_fraction", 0)
    return sum(labels_of(options).values()) * (1 - fraction)


def trained(options, config, folder, words):
    command = json.loads(config.read_text())["command"]
    if (folder / "last.safetensors").exists() and not finished(folder):
        json_of(options, [command, "--resume", folder])
    if not finished(folder):
        json_of(options, [command, "--config", config, *words, *length_of(options, config, words),
                          "--seed", options.seed, "--quiet", "--output", folder, "--overwrite"])
    return finished(folder)


def probed(options, folder, tap):
    probe = folder / f"probe-{tap or 'own'}"
    if not finished(probe):
        json_of(options, ["linear-probe", "--checkpoint", folder, "--no-floors", "--quiet",
                          "--labels-per-class", min(labels_of(options).values()),
                          *(["--tap", tap] if tap else []), "--output", probe, "--overwrite"])
    return finished(probe)


def percent(accuracy, count=None):
    deviation = f" ± {100 * math.sqrt(accuracy * (1 - accuracy) / count):.1f}" if count else ""
    return f"{100 * accuracy:.1f}{deviation}"


def accuracies_of(options, summary, folder):
    """kNN, the accuracy that counts, and the probe at `layers`."""
    if summary["command"] == "supervised":
        validation = summary["validation"]
        return ["–", percent(validation["accuracy"], validation["count"]), "–"]
    own, layers = (probed(options, folder, tap) for tap in (None, "layers"))
    return [percent(summary["knn"]["accuracy"]), percent(own["best"]["accuracy"], own["train"]["count"]),
            percent(layers["best"]["accuracy"])]


def row(cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


HEAD = "\n".join([row(["kind", "minutes", "seed", "what differs", "images", "seconds", "images/s", "kNN",
                       "accuracy", "at `layers`"]), "|" + "---|" * 10]) + "\n"


def line_of(options, config, kind, words):
    folder = options.folder / f"{config.stem}-{kind}-{options.minutes:g}-{options.seed}"
    print(folder, file=sys.stderr, flush=True)
    known = [f"{config.stem}: {kind}", f"{options.minutes:g}", options.seed, f"`{words}`" if words else ""]
    try:
        summary = trained(options, config, folder, words.split())
        epochs = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
        images = sum(epoch["train"]["count"] for epoch in epochs)
        if summary["command"] != "supervised":
            images *= 2  # views
        return row([*known, f"{images:,}", f"{summary['seconds']:,.0f}", f"{summary['images_per_second']:,.0f}",
                    *accuracies_of(options, summary, folder)])
    except Failed as failure:
        return row([*known, failure, *[""] * 5])


def main():
    options = arguments()
    search = json.loads(options.kinds.read_text())
    unknown = [kind for kind in options.only or [] if kind not in search["kinds"]]
    if unknown:
        sys.exit(f"{options.kinds} has no kind {unknown[0]}; it has {', '.join(search['kinds'])}")
    options.folder.mkdir(parents=True, exist_ok=True)
    config = options.folder / options.kinds.name
    config.write_text(json.dumps(search["from"], indent=2))
    if not options.log.exists():
        options.log.write_text(HEAD)
    for kind, words in search["kinds"].items():
        if options.only and kind not in options.only:
            continue
        line = line_of(options, config, kind, f"{words} {options.more}".strip())
        print(line, flush=True)
        if line not in options.log.read_text().splitlines():
            with options.log.open("a") as log:
                log.write(line + "\n")


if __name__ == "__main__":
    main()
