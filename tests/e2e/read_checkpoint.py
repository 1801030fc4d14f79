"""Prints what Python's safetensors reads in a checkpoint: metadata, shapes and sums, as JSON."""
import json
import sys

import numpy
import safetensors
import safetensors.numpy

path = sys.argv[1]
tensors = {
    name: {"shape": tensor.shape, "sum": float(tensor.sum(dtype=numpy.float64))}
    for name, tensor in safetensors.numpy.load_file(path).items()
}
with safetensors.safe_open(path, framework="numpy") as file:
    print(json.dumps({"metadata": file.metadata(), "tensors": tensors}))
