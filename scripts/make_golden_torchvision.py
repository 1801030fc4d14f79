#!/usr/bin/env python3
"""Write what torchvision's ResNet-18 makes of images, for the tests to compare with.

    pip install torch==2.11.0 torchvision==0.26.0 numpy
    python3 scripts/make_golden_torchvision.py            (writes into tests/golden)

Images and weights are made by formulas that the tests repeat, so the file holds results only.
"""
import numpy as np
import torch
import torchvision

from golden_tools import numbers, save, wave

IMAGES, PERIOD = 3, 9973


def images(side):
    """(N, 3, side, side) in [0, 1]."""
    return torch.tensor(0.5 + 0.5 * wave(IMAGES * 3 * side * side, 0.37, 0.1)).reshape(
        IMAGES, 3, side, side)


def values(k, name, shape):
    """Of the k-th tensor of the state."""
    x = np.resize(wave(PERIOD, 0.61 + 0.07 * k, 0.3 * k), shape)
    if len(shape) > 1:
        return x * np.sqrt(4 / np.prod(shape[1:]))
    if name.endswith(("weight", "running_var")):
        return 1 + 0.3 * x
    return 0.1 * x


def network():
    model = torchvision.models.resnet18(weights=None).double()
    state = model.state_dict()
    kept = [name for name in state
            if not name.startswith("fc.") and not name.endswith("num_batches_tracked")]
    for k, name in enumerate(kept):
        state[name].copy_(torch.tensor(values(k, name, tuple(state[name].shape))))
    return model, kept, state


def features(model, x):
    """The taps pooled, flat (row, column, channel) and layers."""
    h = model.maxpool(model.relu(model.bn1(model.conv1(x))))
    means = []
    for stage in (model.layer1, model.layer2, model.layer3, model.layer4):
        h = stage(h)
        means.append(h.mean((2, 3)))
    return {"pooled": means[-1], "flat": h.permute(0, 2, 3, 1).flatten(1),
            "layers": torch.cat(means[1:], 1)}


def along(k, tensor):
    """A tensor's product with a wave: one number that knows all of it."""
    direction = torch.tensor(np.resize(wave(PERIOD, 0.9 + 0.01 * k, 0.4), tuple(tensor.shape)))
    return float((tensor * direction).sum())


def trained():
    """Gradients and running statistics of one step on all taps."""
    model, kept, state = network()
    model.train()
    loss = sum((h * torch.tensor(wave(h.numel(), 0.3, 0.2)).reshape(h.shape)).sum()
               for h in features(model, images(64)).values())
    loss.backward()
    parameters = dict(model.named_parameters())
    return {"loss": float(loss.detach()),
            "gradients": {name: along(k, parameters[name].grad)
                          for k, name in enumerate(kept) if name in parameters},
            "buffers": {name: along(k, state[name])
                        for k, name in enumerate(kept) if name not in parameters}}


def main():
    model, kept, state = network()
    model.eval()
    with torch.no_grad():
        small = {tap: numbers(h) for tap, h in features(model, images(64)).items()}
        large = numbers(features(model, images(96))["pooled"])
    small["flat"] = small["flat"][: len(small["flat"]) // IMAGES]  # of the first image
    save("resnet18_torchvision.json",
         {"names": kept, "shapes": [list(state[name].shape) for name in kept],
          "at_64": small, "pooled_at_96": large, "trained": trained()})


if __name__ == "__main__":
    main()
