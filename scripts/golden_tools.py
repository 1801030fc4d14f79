"""What the scripts that make golden values share."""
import json
import pathlib

import numpy as np

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "tests" / "golden"


def wave(count, frequency, phase):
    """Values in [-1, 1] without pattern: sin(frequency * i^1.5 + phase), computed in float64."""
    i = np.arange(count, dtype=np.float64)
    return np.sin(frequency * i * np.sqrt(i) + phase)


def embeddings(count, dimensions):
    """Two views as the tests make them: float64, not normalized."""
    z = wave(count * dimensions, 0.7, 0.3).reshape(count, dimensions)
    return z, z + wave(count * dimensions, 0.7, 1.9).reshape(count, dimensions)


def numbers(values):
    return [float(f"{v:.9g}") for v in np.asarray(values, dtype=np.float64).ravel()]


def save(name, content):
    GOLDEN.mkdir(exist_ok=True)
    (GOLDEN / name).write_text(json.dumps(content, indent=1) + "\n")
