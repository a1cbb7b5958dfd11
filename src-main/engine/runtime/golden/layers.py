"""Writes layers.json: one convolution, batch norm, ReLU and linear layer by PyTorch, with gradients and three AdamW steps.

Run with any Python that has torch: python layers.py > layers.json. Layouts are TensorFlow's: NHWC, HWIO.
"""
import json
import sys

import torch
from torch import nn

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)  # the reference; the engine runs in float32


def flat(tensor):
    return [round(v, 9) for v in tensor.detach().reshape(-1).tolist()]


def hwio(kernel):
    return kernel.permute(2, 3, 1, 0)


def nhwc(x):
    return x.permute(0, 2, 3, 1)


def case(stride):
    x = torch.randn(2, 3, 6, 6, requires_grad=True)
    conv = nn.Conv2d(3, 4, 3, stride=stride, padding=1, bias=False)
    norm = nn.BatchNorm2d(4, momentum=1.0)  # momentum 1: the running statistics are the batch's
    linear = nn.Linear(4, 2, bias=False)
    with torch.no_grad():
        norm.weight.uniform_(0.5, 1.5)
        norm.bias.uniform_(-0.5, 0.5)
    entry = {
        "stride": stride, "x": flat(nhwc(x)), "kernel": flat(hwio(conv.weight)), "scale": flat(norm.weight),
        "offset": flat(norm.bias), "linear": flat(linear.weight.T),
    }
    loss = linear(norm(conv(x)).relu().mean((2, 3))).square().sum()
    loss.backward()
    entry |= {
        "loss": loss.item(), "dx": flat(nhwc(x.grad)), "dkernel": flat(hwio(conv.weight.grad)), "dscale": flat(norm.weight.grad),
        "doffset": flat(norm.bias.grad), "dlinear": flat(linear.weight.grad.T), "mean": flat(norm.running_mean),
        "variance": flat(norm.running_var),
    }
    return entry


def adamw():
    p = nn.Parameter(torch.randn(5))
    optimiser = torch.optim.AdamW([p], lr=1e-2, betas=(0.9, 0.99), eps=1e-5, weight_decay=0.01)
    entry = {"start": flat(p), "gradients": [], "values": []}
    for _ in range(3):
        p.grad = torch.randn(5)
        entry["gradients"].append(flat(p.grad))
        optimiser.step()
        entry["values"].append(flat(p))
    return entry


json.dump({"cases": [case(1), case(2)], "adamw": adamw()}, sys.stdout)
