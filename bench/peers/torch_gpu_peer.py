"""A step of our SimCLR configs in PyTorch on a GPU, as a careful user writes it: images resident,
batched augmentation on the GPU, channels_last, bf16 autocast, fused optimizers; eagerly, or compiled.
Prints one line of JSON."""
import json
import math
import statistics
import sys
import time

import torch
from torch.nn import functional as F

from recipe import LABELED, UNLABELED, arguments, classes, photographs, step_of
from torch_peer import encoder, nt_xent, optimizer_of, projection, update


def between(count, low, high, device):
    return torch.empty(count, device=device).uniform_(low, high)


def crop(images, a, size):
    """Each image's own crop, bilinear, half of them mirrored: uint8 → [0, 1]."""
    n, device = len(images), images.device
    area = between(n, *a.scale, device)
    ratio = between(n, math.log(a.ratio[0]), math.log(a.ratio[1]), device).exp()
    width, height = (area * ratio).sqrt().clamp(max=1), (area / ratio).sqrt().clamp(max=1)
    x = between(n, -1, 1, device) * (1 - width)
    y = between(n, -1, 1, device) * (1 - height)
    mirrored = torch.where(torch.rand(n, device=device) < 0.5, -1.0, 1.0)
    zero = torch.zeros_like(x)
    theta = torch.stack((torch.stack((width * mirrored, zero, x), 1),
                         torch.stack((zero, height, y), 1)), 1)
    grid = F.affine_grid(theta, (n, 3, size, size), align_corners=False)
    return F.grid_sample(images.float() / 255, grid, padding_mode="border", align_corners=False)


def gray(x):
    return (0.299 * x[:, 0] + 0.587 * x[:, 1] + 0.114 * x[:, 2]).unsqueeze(1)


def shift_hue(x, shift):
    high, low = x.amax(1), x.amin(1)
    spread = (high - low).clamp_min(1e-8)
    red, green, blue = x.unbind(1)
    hue = torch.where(high == red, (green - blue) / spread,
                      torch.where(high == green, 2 + (blue - red) / spread, 4 + (red - green) / spread))
    hue = hue / 6 + shift.view(-1, 1, 1)
    channels = [high - (high - low) * (torch.minimum(k := (offset + 6 * hue) % 6, 4 - k)).clamp(0, 1)
                for offset in (5, 3, 1)]
    return torch.stack(channels, 1)


def color(x, a):
    n, device = len(x), x.device
    each = lambda strength: between(n, max(0, 1 - strength), 1 + strength, device).view(-1, 1, 1, 1)
    brightness, contrast, saturation, hue = a.jitter
    y = (x * each(brightness)).clamp(0, 1)
    y = torch.lerp(gray(y).mean((1, 2, 3), keepdim=True), y, each(contrast)).clamp(0, 1)
    y = torch.lerp(gray(y), y, each(saturation)).clamp(0, 1)
    y = shift_hue(y, between(n, -hue, hue, device))
    if a.jitter_probability < 1:
        y = torch.where(torch.rand(n, 1, 1, 1, device=device) < a.jitter_probability, y, x)
    return y


def augment(images, a, size):
    x = color(crop(images, a, size), a)
    if a.grayscale:
        x = torch.where(torch.rand(len(x), 1, 1, 1, device=x.device) < a.grayscale, gray(x), x)
    if a.noise:
        x = (x + a.noise * torch.randn_like(x)).clamp(0, 1)
    return x.contiguous(memory_format=torch.channels_last)


def main():
    mode = sys.argv[sys.argv.index("--mode") + 1]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    sys.argv[sys.argv.index("--mode"):sys.argv.index("--mode") + 2] = []
    args = arguments()
    step = step_of(args)
    started = time.perf_counter()
    torch.backends.cudnn.benchmark = True
    autocast = lambda: torch.autocast(device, torch.bfloat16, enabled=args.precision == "bf16")
    load = lambda name: torch.from_numpy(photographs(args.data_dir, name)).permute(0, 3, 1, 2).to(device)
    images, others = load("train"), load("unlabeled")
    labels = torch.from_numpy(classes(args.data_dir)).to(device)
    network = encoder(step)
    features = network(torch.zeros(2, 3, step.size, step.size)).shape[1]
    head, probe = projection(step, features).to(device), torch.nn.Linear(features, step.outputs).to(device)
    network = network.to(device)
    optimizer, probe_optimizer = optimizer_of(step, [network, head]), optimizer_of(step, [probe])
    compiled = torch.compile if mode == "compiled" else (lambda f: f)
    view, network, head, loss_of = compiled(augment), compiled(network), compiled(head), compiled(nt_xent)
    wait = torch.cuda.synchronize if device == "cuda" else (lambda: None)

    def one_step():
        rows = torch.randint(len(images), (LABELED,), device=device)
        batch = torch.cat((others[torch.randint(len(others), (UNLABELED,), device=device)], images[rows]))
        views = torch.cat((view(batch, step.strong, step.size), view(batch, step.strong, step.size)))
        with autocast():
            projected = head(network(views))
        update(optimizer, loss_of(step, *projected.chunk(2)))
        network.eval()
        with torch.no_grad(), autocast():
            tapped = network(view(images[rows], step.weak, step.size))
        network.train()
        update(probe_optimizer, F.cross_entropy(probe(tapped.float()), labels[rows]))

    one_step()
    wait()
    first = time.perf_counter() - started
    for _ in range(args.warmup_steps):
        one_step()
    times = []
    for _ in range(args.measured_steps):  # of ten steps each, so that the queue stays full
        wait()
        start = time.perf_counter()
        for _ in range(10):
            one_step()
        wait()
        times.append((time.perf_counter() - start) / 10)
    median = statistics.median(times)
    print(json.dumps({"images_per_second": 2 * (UNLABELED + LABELED) / median,
                      "median_ms": 1000 * median, "first_step_seconds": first, "mode": mode,
                      "version": f"PyTorch {torch.__version__}", "device": device}), flush=True)


if __name__ == "__main__":
    main()
