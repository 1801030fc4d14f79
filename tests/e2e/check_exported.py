"""Compares an export with what the program said of images: check_exported.py FOLDER.

FOLDER has images.npy (N, 3, S, S), network.safetensors, network.onnx, expected.csv (a run's
predictions.csv) and features.npy. Prints the largest differences of NumPy's and onnxruntime's values.
"""
import csv
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))
import load_exported  # noqa: E402


def main(folder):
    images = np.load(folder / "images.npy")
    features = np.load(folder / "features.npy")
    network, names = load_exported.load(folder / "network.safetensors")
    onnx.checker.check_model(str(folder / "network.onnx"), full_check=True)
    session = onnxruntime.InferenceSession(str(folder / "network.onnx"))
    outputs = [output.name for output in session.get_outputs()]
    of_onnx = dict(zip(outputs, session.run(outputs, {"image": images})))
    of_numpy = network(images)
    expected = {"features": features}
    if (folder / "expected.csv").exists():
        rows = [row for row in csv.DictReader(open(folder / "expected.csv")) if row["split"] == "test"]
        expected["probabilities"] = np.array(
            [[float(row[f"p{k}"]) for k in range(len(names))] for row in rows])
        logits = np.log(expected["probabilities"])
        expected["logits"] = logits - logits.max(1, keepdims=True)
    for values in (of_numpy, of_onnx):
        assert set(values) == set(expected), (set(values), set(expected))
        for name, wanted in expected.items():
            value = np.asarray(values[name], np.float64)
            if name == "logits":
                value = value - value.max(1, keepdims=True)
            scale = max(1.0, np.abs(wanted).max())
            difference = np.abs(value - wanted).max() / scale
            print(name, difference)
            assert difference < 1e-5, name


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
