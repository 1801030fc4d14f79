"""PyTorch's side of TorchSlow: check_torch.py save|compare|exported FOLDER.

save: weights.safetensors of torchvision's ResNet-18, and wanted.npy, its features of images.npy.
compare: features.npy, what `stl10 embed` made of these weights, with wanted.npy.
exported: network.safetensors as a torch.nn.Module and, its encoder, as torchvision's ResNet-18.
"""
import pathlib
import sys

import numpy as np
import torch
import torchvision
from safetensors.torch import load_file, save_file

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))
import load_exported  # noqa: E402


def features_of(model, images):
    model.fc = torch.nn.Identity()
    with torch.no_grad():
        return model.eval()(images).numpy()


def expect_near(found, wanted, what):
    difference = np.abs(found - wanted).max() / np.abs(wanted).max()
    print(what, difference)
    assert difference < 1e-5, what


def save(folder, images):
    torch.manual_seed(0)
    model = torchvision.models.resnet18()
    model(torch.rand(32, 3, 96, 96))  # moves the running statistics
    save_file(model.state_dict(), folder / "weights.safetensors")
    np.save(folder / "wanted.npy", features_of(model, images))


def compare(folder, images):
    expect_near(np.load(folder / "features.npy"), np.load(folder / "wanted.npy"), "embedded")


def exported(folder, images):
    path = folder / "network.safetensors"
    network, names = load_exported.load(path)
    assert isinstance(network, torch.nn.Module)
    with torch.no_grad():
        values = network(images)
    assert values["logits"].shape == (len(images), len(names))
    expect_near(values["features"].numpy(), np.load(folder / "features.npy"), "exported")
    model = torchvision.models.resnet18()
    model.fc = torch.nn.Identity()
    weights = load_file(path)
    model.load_state_dict({name[8:]: value for name, value in weights.items() if name.startswith("encoder.")})
    expect_near(features_of(model, images), np.load(folder / "features.npy"), "torchvision")


folder = pathlib.Path(sys.argv[2])
{"save": save, "compare": compare, "exported": exported}[sys.argv[1]](
    folder, torch.from_numpy(np.load(folder / "images.npy")))
