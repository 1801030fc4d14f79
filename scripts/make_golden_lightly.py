#!/usr/bin/env python3
"""Write the golden values of lightly and PyTorch for losses of two views and for optimizers.

    pip install torch==2.11.0 torchvision==0.26.0 lightly==1.6.0
    python3 scripts/make_golden_lightly.py    (writes into tests/golden)

Two methods that lightly hasn't are as their authors' code computes them: HSIC
(github.com/yaohungt/Barlow-Twins-HSIC) and TWIST (github.com/bytedance/TWIST).
"""
import torch
from lightly.loss import (BarlowTwinsLoss, DCLLoss, DCLWLoss, DINOLoss, NegativeCosineSimilarity,
                          NTXentLoss, VICRegLoss)
from lightly.utils.lars import LARS

from golden_tools import embeddings, numbers, save, wave

QUEUE = 9
TEACHER_TEMPERATURE = 0.2


def hsic(one, two):
    norm = torch.nn.BatchNorm1d(one.shape[1], affine=False).double()
    c = norm(one).T @ norm(two) / len(one)
    diagonal = torch.eye(len(c), dtype=torch.bool)
    return (c[diagonal] - 1).pow(2).sum() + c[~diagonal].add(1).pow(2).sum() / len(c)


def twist(one, two):
    def cross(p, q):
        return -(p * q.log()).sum(-1)

    p, q = one.softmax(1), two.softmax(1)
    kl = (cross(p, q) - cross(p, p) + cross(q, p) - cross(q, q)).mean() / 2
    entropy = (cross(p, p) + cross(q, q)).mean() / 2
    mean_p, mean_q = p.mean(0), q.mean(0)
    return kl + 0.4 * entropy - (cross(mean_p, mean_p) + cross(mean_q, mean_q)) / 2


def moco(one, two):
    loss = NTXentLoss(0.2, memory_bank_size=(QUEUE, one.shape[1]))
    bank = torch.tensor(wave(QUEUE * one.shape[1], 0.7, 2.5).reshape(QUEUE, -1))
    loss.memory_bank.bank = torch.nn.functional.normalize(bank, dim=1)
    return loss(one, two)


def dino(one, two):
    loss = DINOLoss(one.shape[1], teacher_temp=TEACHER_TEMPERATURE, student_temp=0.5)
    loss.center = torch.tensor(wave(one.shape[1], 0.7, 2.5)).reshape(1, 1, -1)
    return loss([one.detach(), two.detach()], [one, two], teacher_temp=TEACHER_TEMPERATURE)


LOSSES = {
    "dcl": DCLLoss(0.2),
    "dclw": DCLWLoss(0.2, sigma=0.5),
    "negative_cosine": NegativeCosineSimilarity(),
    "moco": moco,
    "dino": dino,
    "barlow_twins": BarlowTwinsLoss(lambda_param=0.005),
    "hsic": hsic,
    "vicreg": VICRegLoss(lambda_param=25, mu_param=50, nu_param=1),  # it halves the variance term
    "twist": twist,
}


def loss_cases():
    cases = []
    for count, dimensions in ((4, 3), (7, 4), (16, 8)):
        case = {"images": count, "dimensions": dimensions}
        for name, loss in LOSSES.items():
            one, two = (torch.tensor(z, requires_grad=True) for z in embeddings(count, dimensions))
            value = loss(one, two)
            value.backward()
            case[name] = {"loss": value.item(), "gradient": numbers(one.grad.numpy())}
        cases.append(case)
    return cases


def optimizer_steps(make, rows, columns):
    """A matrix after each of 6 steps with given gradients."""
    weight = torch.nn.Parameter(
        torch.tensor(wave(rows * columns, 0.7, 0.1).reshape(rows, columns), dtype=torch.float32))
    optimizer = make([weight])
    trajectory = []
    for step in range(6):
        gradient = 10.0 ** (step - 4) * wave(rows * columns, 0.9 + step, 0.2)
        weight.grad = torch.tensor(gradient.reshape(rows, columns), dtype=torch.float32)
        optimizer.step()
        trajectory.append(numbers(weight.detach().numpy()))
    return {"rows": rows, "columns": columns, "steps": trajectory}


def main():
    save("pair_losses.json", loss_cases())
    muon = lambda parameters: torch.optim.Muon(parameters, lr=0.02, weight_decay=0.1)
    save("optimizers_torch.json", {
        "lars": [optimizer_steps(
            lambda p: LARS(p, lr=2.0, momentum=0.9, weight_decay=0.05, trust_coefficient=0.01), 3, 4)],
        "muon": [optimizer_steps(muon, *shape) for shape in ((3, 5), (6, 4))],
    })


if __name__ == "__main__":
    main()
