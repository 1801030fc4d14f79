"""kNN accuracy of embedded features by scikit-learn: check_embedded.py TRAIN TEST K TEMPERATURE."""
import pathlib
import sys

import numpy as np
from sklearn.neighbors import KNeighborsClassifier


def read(folder):
    x = np.load(folder / "features.npy")
    assert x.dtype == np.float32 and x.ndim == 2
    labels = np.load(folder / "labels.npy")
    assert labels.dtype == np.int64 and labels.shape == (len(x),)
    rows = (folder / "index.csv").read_text().splitlines()
    assert rows[0] == "row,index" and rows[-1] == f"{len(x) - 1},{len(x) - 1}"
    return x / np.linalg.norm(x, axis=1, keepdims=True), labels


train, test = (read(pathlib.Path(folder)) for folder in sys.argv[1:3])
k, temperature = int(sys.argv[3]), float(sys.argv[4])
model = KNeighborsClassifier(k, algorithm="brute", metric="euclidean",
                             weights=lambda distance: np.exp((1 - distance**2 / 2) / temperature))
print((model.fit(*train).predict(test[0]) == test[1]).mean())
