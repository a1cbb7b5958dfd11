"""The recipe of a run from random weights, from fastai's and PyTorch's definitions: one cycle, AdamW, BCE with logits, timm's network."""
import math

import timm
import torch
from safetensors.torch import load_file

MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)


def network(name, start):
    """timm's network with the weights of a safetensors file, every entry of which must fit."""
    model = timm.create_model(name, pretrained=False, num_classes=14)
    model.load_state_dict(load_file(start), strict=True)
    return model.to(memory_format=torch.channels_last)


def optimiser(model):
    """fastai's AdamW: norms and biases do not decay."""
    decay = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": decay, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=1e-3, betas=(0.95, 0.99), eps=1e-5)


def cosine(a, b, t):
    return a + (1 + math.cos(math.pi * (1 - t))) * (b - a) / 2


def one_cycle(peak, fraction, rise=0.25, div=25.0, div_final=1e5):
    """Rate and momentum of a batch, from the share of all batches that is done (fastai's fit_one_cycle)."""
    if fraction < rise:
        t = fraction / rise
        return cosine(peak / div, peak, t), cosine(0.95, 0.85, t)
    t = (fraction - rise) / (1 - rise)
    return cosine(peak, peak / div_final, t), cosine(0.85, 0.95, t)


def normalise(films):
    """[n, 1 or 3, side, side] in [0, 1] to three channels as the network takes them."""
    return ((films - MEAN) / STD).contiguous(memory_format=torch.channels_last)


class Learner:
    def __init__(self, name, start, peak, total):
        self.model = network(name, start).train()
        self.optimiser = optimiser(self.model)
        self.peak, self.total, self.done = peak, total, 0

    def step(self, x, targets):
        """One step; returns its loss and rate."""
        rate, momentum = one_cycle(self.peak, self.done / self.total)
        for group in self.optimiser.param_groups:
            group["lr"], group["betas"] = rate, (momentum, 0.99)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(self.model(x), targets)
        loss.backward()
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.done += 1
        return loss.item(), rate

    @torch.inference_mode()
    def predict(self, films, batch):
        """Logits [n, 14] of films in [0, 1], with running statistics."""
        self.model.eval()
        return torch.cat([self.model(normalise(part)) for part in films.split(batch)])
