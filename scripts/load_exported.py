#!/usr/bin/env python3
"""Computes what `stl10 export` wrote, by PyTorch where it is installed, else by NumPy.

    network, class_names = load("network.safetensors")    # a torch.nn.Module, or a function
    values = network(images)    # float32 (N, 3, side, side) from 0 to 1 → {"features": (N, D), …}
"""
import json

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file

NONE = (0, 0, 0, 0)  # rows and columns of padding: above, left, below, right


def windows(x, kernel, strides, pads, filler):
    """(N, C, H', W', k, k): what a kernel meets at each of its places."""
    x = np.pad(x, ((0, 0), (0, 0), pads[0::2], pads[1::2]), constant_values=filler)
    seen = np.lib.stride_tricks.sliding_window_view(x, kernel, (2, 3))
    return seen[:, :, ::strides[0], ::strides[1]]


def convolution(x, weight, bias=np.float32(0), strides=(1, 1), pads=NONE):
    seen = windows(x, weight.shape[2:], strides, pads, 0)
    y = np.tensordot(seen, weight, ((1, 4, 5), (1, 2, 3))).transpose(0, 3, 1, 2)
    return y + bias.reshape(-1, 1, 1)


OPERATIONS = {  # of ONNX, that an export is made of
    "Conv": convolution, "Slice": lambda x, start, end, axes: x[(..., *map(slice, start, end))],
    "BatchNormalization": lambda x, weight, bias, mean, variance, epsilon: bias[:, None, None] + (
        x - mean[:, None, None]) * (weight / (variance + epsilon)**0.5)[:, None, None],
    "MaxPool": lambda x, kernel_shape, strides, pads=NONE: windows(
        x, kernel_shape, strides, pads, -np.inf).max((4, 5)),
    "Relu": lambda x: x * (x > 0), "Add": lambda a, b: a + b,
    "ReduceMean": lambda x, axes, keepdims: x.mean(tuple(axes)),
    "Transpose": lambda x, perm: x.transpose(perm),
    "Flatten": lambda x, axis: x.reshape(len(x), -1),
    "Concat": lambda *parts, axis: np.concatenate(parts, axis),
    "Gemm": lambda x, weight, bias=0, transB=1: x @ weight.T + bias,
    "Softmax": lambda x, axis: (e := np.exp(x - x.max(axis, keepdims=True))) / e.sum(
        axis, keepdims=True)}


def compute(nodes, operations, values):
    for node in nodes:
        inputs = [values[name] for name in node["inputs"]]
        values[node["output"]] = operations[node["operation"]](*inputs, **node["attributes"])
    return {name: values[name] for name in ("features", "logits", "probabilities") if name in values}


def load(path):
    with safe_open(path, "numpy") as file:
        metadata = file.metadata()
    nodes, constants = json.loads(metadata["graph"]), load_file(path)
    names = json.loads(metadata["class_names"])
    try:
        from torch import from_numpy, inf, nn, cat, softmax
        from torch.nn.functional import conv2d, max_pool2d, pad
    except ImportError:
        return lambda image: compute(nodes, OPERATIONS, constants | {"image": image}), names
    padded = lambda x, pads, value=0: pad(x, (pads[1], pads[3], pads[0], pads[2]), value=value)
    operations = OPERATIONS | {
        "Conv": lambda x, weight, bias=None, strides=1, pads=NONE: conv2d(
            padded(x, pads), weight, bias, strides),
        "MaxPool": lambda x, kernel_shape, strides, pads=NONE: max_pool2d(
            padded(x, pads, -inf), kernel_shape, strides),
        "Transpose": lambda x, perm: x.permute(perm), "Softmax": softmax,
        "Concat": lambda *parts, axis: cat(parts, axis)}
    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.constants = nn.ParameterDict({  # PyTorch has no points in their names
                name.replace(".", "/"): nn.Parameter(from_numpy(value), value.dtype == np.float32)
                for name, value in constants.items()})

        def forward(self, image):
            known = {name.replace("/", "."): value for name, value in self.constants.items()}
            return compute(nodes, operations, known | {"image": image})
    return Network(), names
