"""What both peers share: the steps of our configs, STL-10's photographs, and how steps are timed."""
import argparse
import json
import os
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

SIDE, WIDTH, TEMPERATURE = 96, 128, 0.1  # of the stored images, of our convolutions, of NT-Xent
UNLABELED, LABELED = 500, 25  # images in a contrastive step, each of which has two views
UNLABELED_IMAGES = 10_000  # of the file's beginning: how many there are doesn't change a step's time


@dataclass(frozen=True)
class Augmentation:
    scale: tuple = (0.5, 1)  # of the crop's area
    ratio: tuple = (3 / 4, 4 / 3)
    jitter: tuple = (0.2, 0.2, 0.2, 0.1)  # brightness, contrast, saturation, hue
    jitter_probability: float = 1
    grayscale: float = 0
    noise: float = 0.02


@dataclass(frozen=True)
class Step:
    """configs/NAME.json, or where the search for it began, as far as it costs time."""
    contrastive: bool
    batch: int = LABELED
    same_padding: bool = True
    pools: bool = True
    batch_norm: bool = False
    dense: bool = True  # the features are those of a dense layer, else the flat map
    all_negatives: bool = False  # NT-Xent with all 2N - 2, else the report's: the other view's
    hidden: int = WIDTH  # of the projection head
    outputs: int = 20  # of the classifier
    smoothing: float = 0
    weight_decay: float = 0
    strong: Augmentation = None
    weak: Augmentation = Augmentation()
    size: int = SIDE  # of the views
    encoder: str = "config"  # or one of ENCODERS, whatever the config says


# Other encoders than the configs', as this program's flags name them.
ENCODERS = {
    "resnet18": ["--encoder.kind", "resnet"],
    "resnet10": ["--encoder.kind", "resnet", "--encoder.blocks", "[1,1,1,1]"],
    "pool1": ["--encoder.kind", "conv4", "--encoder.pools", "[1]", "--encoder.batch-norm", "true",
              "--encoder.padding", "valid"],
    "unpooled": ["--encoder.kind", "conv4", "--encoder.pools", "false", "--encoder.batch-norm", "true",
                 "--encoder.padding", "valid"],
}

STEPS = {
    "report_simclr": Step(contrastive=True, outputs=10, strong=Augmentation(
        scale=(0.2, 1), jitter=(0.5, 0.5, 0.5, 0.2), noise=0.05)),
    "simclr": Step(contrastive=True, outputs=10, same_padding=False, pools=False, batch_norm=True,
                   dense=False, all_negatives=True, hidden=1024, strong=Augmentation(scale=(0.2, 1), jitter=(0.5, 0.5, 0.5, 0.1),
                                                    jitter_probability=0.8, grayscale=0.2, noise=0)),
    "baseline": Step(contrastive=False),
    "supervised": Step(contrastive=False, batch=50, pools=False, batch_norm=True, outputs=10,
                       smoothing=0.1, weight_decay=0.05,
                       weak=Augmentation(scale=(0.3, 1), noise=0)),
}


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--step", choices=STEPS, required=True)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--batch-size", type=int, help="of labeled images")
    parser.add_argument("--encoder", choices=ENCODERS, help="instead of the config's")
    parser.add_argument("--size", type=int, default=SIDE, help="of the views, in pixels")
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32")
    parser.add_argument("--warmup-steps", type=int, default=3)
    parser.add_argument("--measured-steps", type=int, default=10)
    return parser.parse_args()


def step_of(args):
    step = replace(STEPS[args.step], size=args.size)
    if not args.encoder:
        return step
    return replace(step, encoder=args.encoder, same_padding=False, pools=args.encoder == "pool1",
                   batch_norm=True, dense=False)


def photographs(folder, name, count=None):
    """uint8 (N, row, column, channel) of the file NAME_X.bin, which stores columns first."""
    images = np.memmap(folder / f"{name}_X.bin", np.uint8).reshape(-1, 3, SIDE, SIDE)
    return np.ascontiguousarray(images[:count].transpose(0, 3, 2, 1))


def classes(folder):
    return np.fromfile(folder / "train_y.bin", np.uint8).astype(np.int64) - 1


class Clock:
    """Times the steps that end, and watches the memory that the process and its children hold."""

    def __init__(self, args, images_per_step):
        self.args, self.images = args, images_per_step
        self.started = float(os.environ.get("STARTED_AT", time.time()))
        self.first = None
        self.ends = []
        self.anonymous = 0
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self):
        while True:
            self.anonymous = max(self.anonymous, sum(map(anonymous_kib, processes())))
            time.sleep(0.05)

    def step_ended(self):
        """True when enough steps are timed."""
        self.first = self.first or time.time() - self.started
        self.ends.append(time.perf_counter())
        return len(self.ends) == self.args.warmup_steps + self.args.measured_steps

    def report(self, version):
        seconds = self.ends[-1] - self.ends[self.args.warmup_steps - 1]
        print(json.dumps({"images_per_second": self.images * self.args.measured_steps / seconds,
                          "first_step_seconds": self.first, "peak_mib": self.anonymous / 1024,
                          "version": version}), flush=True)


def processes():
    own = os.getpid()
    children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
    return [str(own), *children]


def anonymous_kib(process):
    """Its part of the memory that no file backs; pages shared with its children count once."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has ended
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss_Anon"))
