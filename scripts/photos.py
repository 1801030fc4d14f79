#!/usr/bin/env python3
"""Carries photographs in STL-10's layout to another machine in little space.

    python3 scripts/photos.py pack DATA_DIR FOLDER MIB     the first 3,200 training and 800 test
                                                           images, and unlabeled ones up to MIB
    python3 scripts/photos.py unpack FOLDER DATA_DIR       the same bytes on every machine

Needs numpy and Pillow. Images go into mosaics of 10 x 10, lossy WebP of high quality: what is
unpacked is near the original, and equal on both sides: SHA-256 sums are kept and checked.
"""
import hashlib
import io
import json
import pathlib
import sys

import numpy as np
from PIL import Image

SIDE, ROW = 96, 10
IMAGE_BYTES = 3 * SIDE * SIDE
TRAIN, TEST = 3200, 800
QUALITY = 90


def stored(path, count=None):
    """(N, 3, column, row) uint8: the official layout, columns first."""
    images = np.memmap(path, np.uint8, "r").reshape(-1, 3, SIDE, SIDE)
    return images[:count]


def to_mosaic(images):
    canvas = np.zeros((ROW * SIDE, ROW * SIDE, 3), np.uint8)
    for i, image in enumerate(images):
        y, x = divmod(i, ROW)
        canvas[y * SIDE:(y + 1) * SIDE, x * SIDE:(x + 1) * SIDE] = image.transpose(2, 1, 0)
    return canvas


def from_mosaic(data, count):
    canvas = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    tiles = canvas.reshape(ROW, SIDE, ROW, SIDE, 3).transpose(0, 2, 4, 3, 1)
    return np.ascontiguousarray(tiles.reshape(-1, 3, SIDE, SIDE)[:count])


def encode(canvas):
    buffer = io.BytesIO()
    Image.fromarray(canvas).save(buffer, "WEBP", quality=QUALITY, method=4)
    return buffer.getvalue()


class Packer:
    def __init__(self, folder, limit):
        self.folder, self.left, self.parts = folder, limit, {}

    def add(self, name, images):
        """As many of the images as fit."""
        digest, count = hashlib.sha256(), 0
        for first in range(0, len(images), ROW * ROW):
            some = images[first:first + ROW * ROW]
            data = encode(to_mosaic(some))
            if len(data) > self.left:
                break
            self.left -= len(data)
            (self.folder / f"{name}_{first // (ROW * ROW):04}.webp").write_bytes(data)
            digest.update(from_mosaic(data, len(some)).tobytes())
            count += len(some)
        self.parts[name] = {"images": count, "sha256": digest.hexdigest()}
        return count


def pack(data, folder, mib):
    folder.mkdir(parents=True, exist_ok=True)
    packer = Packer(folder, int(mib * 2**20))
    for name, most in (("train", TRAIN), ("test", TEST)):
        labels = np.fromfile(data / f"{name}_y.bin", np.uint8)[:most]
        images = stored(data / f"{name}_X.bin", most)
        if packer.add(name, images) < len(images):
            sys.exit(f"photos.py: error: {mib} MiB don't hold the labeled images; next: give more")
        packer.parts[name]["labels"] = labels.tolist()
    unlabeled = data / "unlabeled_X.bin"
    packer.add("unlabeled", stored(unlabeled) if unlabeled.exists() else [])
    names = data / "class_names.txt"
    if names.exists():
        packer.parts["class_names"] = names.read_text()
    (folder / "photos.json").write_text(json.dumps(packer.parts))
    print(", ".join(f"{packer.parts[n]['images']:,} {n}" for n in ("train", "test", "unlabeled")))


def unpack(folder, data):
    data.mkdir(parents=True, exist_ok=True)
    parts = json.loads((folder / "photos.json").read_text())
    for name in ("train", "test", "unlabeled"):
        digest, left = hashlib.sha256(), parts[name]["images"]
        with open(data / f"{name}_X.bin", "wb") as file:
            for mosaic in sorted(folder.glob(f"{name}_*.webp")):
                images = from_mosaic(mosaic.read_bytes(), min(left, ROW * ROW)).tobytes()
                left -= len(images) // IMAGE_BYTES
                digest.update(images)
                file.write(images)
        if digest.hexdigest() != parts[name]["sha256"]:
            sys.exit(f"photos.py: error: {data / name}_X.bin has other bytes than where it was packed "
                     f"(expected {parts[name]['sha256']}, found {digest.hexdigest()}); next: copy the "
                     "folder again, or pack with the Pillow of this machine")
        if "labels" in parts[name]:
            np.array(parts[name]["labels"], np.uint8).tofile(data / f"{name}_y.bin")
    if "class_names" in parts:
        (data / "class_names.txt").write_text(parts["class_names"])


def main():
    arguments = sys.argv[1:]
    try:
        if len(arguments) == 4 and arguments[0] == "pack":
            pack(pathlib.Path(arguments[1]), pathlib.Path(arguments[2]), float(arguments[3]))
        elif len(arguments) == 3 and arguments[0] == "unpack":
            unpack(pathlib.Path(arguments[1]), pathlib.Path(arguments[2]))
        else:
            sys.exit(__doc__)
    except (OSError, ValueError) as error:  # absent, or not in the layout
        sys.exit(f"photos.py: error: {error}; next: check the folders")


if __name__ == "__main__":
    main()
