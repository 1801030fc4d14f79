"""A step of our configs in PyTorch with torchvision, as a careful user writes it: augmentation in
worker processes, channels_last, fused optimizers. Prints one line of JSON."""
import torch
import torchvision
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2 as T

from recipe import (TEMPERATURE, UNLABELED, UNLABELED_IMAGES, WIDTH, Clock, arguments, classes,
                    photographs, step_of)

WORKERS = 2
BLOCKS = {"resnet18": [2, 2, 2, 2], "resnet10": [1, 1, 1, 1]}


def augmenter(a, size):
    jitter = T.ColorJitter(*a.jitter)
    steps = [T.RandomResizedCrop(size, a.scale, a.ratio), T.RandomHorizontalFlip(),
             jitter if a.jitter_probability == 1 else T.RandomApply([jitter], a.jitter_probability)]
    if a.grayscale:
        steps.append(T.RandomGrayscale(a.grayscale))
    steps.append(T.ToDtype(torch.float32, scale=True))
    if a.noise:
        steps.append(T.GaussianNoise(sigma=a.noise))
    return T.Compose(steps)


class Views(Dataset):
    def __init__(self, images, labels, transforms):
        self.images = torch.from_numpy(images).permute(0, 3, 1, 2)
        self.labels, self.transforms = labels, transforms

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        views = [transform(self.images[index]) for transform in self.transforms]
        return (*views, self.labels[index])


def endless(images, labels, transforms, batch):
    loader = DataLoader(Views(images, labels, transforms), batch, shuffle=True, num_workers=WORKERS,
                        persistent_workers=True, drop_last=True)
    while True:
        yield from loader


class Conv(nn.Module):
    """Stride 2, with TensorFlow's `same` padding or none."""

    def __init__(self, inputs, step, pools):
        super().__init__()
        self.conv = nn.Conv2d(inputs, WIDTH, 3, stride=2, bias=not step.batch_norm)
        self.pool = nn.MaxPool2d(2) if pools else nn.Identity()
        self.norm = nn.BatchNorm2d(WIDTH) if step.batch_norm else nn.Identity()
        self.same = step.same_padding

    def forward(self, x):
        if self.same:
            x = F.pad(x, (0, 1, 0, 1) if x.shape[-1] % 2 == 0 else (1, 1, 1, 1))
        return F.relu(self.norm(self.pool(self.conv(x))), inplace=True)


def encoder(step):
    if step.encoder in BLOCKS:
        network = torchvision.models.ResNet(torchvision.models.resnet.BasicBlock,
                                            BLOCKS[step.encoder])
        network.fc = nn.Identity()
        return network.to(memory_format=torch.channels_last)
    pooled = 1 if step.encoder == "pool1" else 3 if step.pools else 0  # layers with a pool
    stack = [Conv(3 if layer == 0 else WIDTH, step, layer < pooled) for layer in range(4)]
    stack.append(nn.Flatten())
    if step.dense:
        stack += [nn.Linear(WIDTH * (1 if step.pools else 6 * 6), WIDTH), nn.ReLU()]
    return nn.Sequential(*stack).to(memory_format=torch.channels_last)


def projection(step, features):
    hidden = [nn.Linear(features, step.hidden, bias=not step.batch_norm)]
    if step.batch_norm:
        hidden.append(nn.BatchNorm1d(step.hidden))
    return nn.Sequential(*hidden, nn.ReLU(), nn.Linear(step.hidden, WIDTH))


def optimizer_of(step, modules):
    parameters = [p for module in modules for p in module.parameters()]
    if step.weight_decay:
        return torch.optim.AdamW(parameters, weight_decay=step.weight_decay, fused=True)
    return torch.optim.Adam(parameters, fused=True)


def update(optimizer, loss):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def nt_xent(step, one, two):
    one, two = F.normalize(one.float()), F.normalize(two.float())
    count = len(one)
    if not step.all_negatives:  # the report: the other view among those of the other images' other views
        similar = one @ two.T / TEMPERATURE
        target = torch.arange(count, device=similar.device)
        return (F.cross_entropy(similar, target) + F.cross_entropy(similar.T, target)) / 2
    both = torch.cat((one, two))
    similar = (both @ both.T / TEMPERATURE).fill_diagonal_(-1e9)
    target = (torch.arange(2 * count, device=similar.device) + count) % (2 * count)
    return F.cross_entropy(similar, target)


def classify(args, step, batch, clock):
    images, labels = photographs(args.data_dir, "train"), classes(args.data_dir)
    network = encoder(step)
    features = network(torch.zeros(2, 3, step.size, step.size)).shape[1]
    network = nn.Sequential(network, nn.Linear(features, step.outputs))
    optimizer = optimizer_of(step, [network])
    for x, y in endless(images, labels, [augmenter(step.weak, step.size)], batch):
        with autocast(args):
            logits = network(x.contiguous(memory_format=torch.channels_last))
        update(optimizer, F.cross_entropy(logits.float(), y, label_smoothing=step.smoothing))
        if clock.step_ended():
            return


def contrast(args, step, batch, clock):
    images, labels = photographs(args.data_dir, "train"), classes(args.data_dir)
    others = photographs(args.data_dir, "unlabeled", UNLABELED_IMAGES)
    network = encoder(step)
    features = network(torch.zeros(2, 3, step.size, step.size)).shape[1]
    head, probe = projection(step, features), nn.Linear(features, step.outputs)
    optimizer, probe_optimizer = optimizer_of(step, [network, head]), optimizer_of(step, [probe])
    strong, weak = augmenter(step.strong, step.size), augmenter(step.weak, step.size)
    steps = zip(endless(others, [0] * len(others), [strong, strong], UNLABELED),
                endless(images, labels, [strong, strong, weak], batch))
    for (u1, u2, _), (l1, l2, plain, y) in steps:
        views = torch.cat((u1, l1, u2, l2)).contiguous(memory_format=torch.channels_last)
        with autocast(args):
            projected = head(network(views))
        update(optimizer, nt_xent(step, *projected.chunk(2)))
        network.eval()
        with torch.no_grad(), autocast(args):
            tapped = network(plain.contiguous(memory_format=torch.channels_last))
        network.train()
        update(probe_optimizer, F.cross_entropy(probe(tapped.float()), y))
        if clock.step_ended():
            return


def autocast(args):
    return torch.autocast("cpu", torch.bfloat16, enabled=args.precision == "bf16")


def main():
    args = arguments()
    step = step_of(args)
    batch = args.batch_size or step.batch
    clock = Clock(args, 2 * (UNLABELED + batch) if step.contrastive else batch)
    (contrast if step.contrastive else classify)(args, step, batch, clock)
    clock.report(f"PyTorch {torch.__version__}, torchvision {torchvision.__version__}")


if __name__ == "__main__":
    main()
