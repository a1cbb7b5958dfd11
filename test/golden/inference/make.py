"""Golden class activation maps of both heads: PyTorch's own autograd at small sizes, against which the closed form is held.

Run with torch and numpy: python make.py  (writes cam.json)
"""
import json
import pathlib

import torch
from torch import nn

torch.manual_seed(7)
CHANNELS, HIDDEN, LABELS, HEIGHT, WIDTH = 6, 10, 14, 3, 4


class ConcatPool(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1 = nn.BatchNorm1d(2 * CHANNELS)
        self.linear1 = nn.Linear(2 * CHANNELS, HIDDEN, bias=False)
        self.norm2 = nn.BatchNorm1d(HIDDEN)
        self.linear2 = nn.Linear(HIDDEN, LABELS, bias=False)

    def forward(self, features):
        pooled = torch.cat([features.amax((2, 3)), features.mean((2, 3))], 1)
        return self.linear2(self.norm2(torch.relu(self.linear1(self.norm1(pooled)))))


class Linear(nn.Module):
    def __init__(self):
        super().__init__()
        self.classifier = nn.Linear(CHANNELS, LABELS)

    def forward(self, features):
        return self.classifier(features.mean((2, 3)))


def maps(head, features):
    """Gradient times feature map, summed over the channels, times h w."""
    features = features.clone().requires_grad_()
    logits = head(features)[0]
    found = []
    for label in range(LABELS):
        (gradient,) = torch.autograd.grad(logits[label], features, retain_graph=True)
        found.append((gradient * features).sum(1)[0] * HEIGHT * WIDTH)
    return logits, torch.stack(found)


def flat(tensor):
    return [round(float(value), 7) for value in tensor.detach().flatten()]


def case(name, head, prefix):
    for module in head.modules():
        if isinstance(module, nn.BatchNorm1d):
            module.running_mean.normal_(0, 0.5)
            module.running_var.uniform_(0.5, 2)
            module.weight.data.normal_(1, 0.3)
            module.bias.data.normal_(0, 0.3)
    head.eval()
    features = torch.relu(torch.randn(1, CHANNELS, HEIGHT, WIDTH) + 0.3)
    logits, found = maps(head, features)
    weights = {prefix + key: flat(value) for key, value in head.state_dict().items() if "num_batches" not in key}
    return {"head": name, "weights": weights, "features": flat(features), "logits": flat(logits), "maps": flat(found)}


cases = [case("linear", Linear(), ""), case("concat-pool", ConcatPool(), "head.")]
shape = {"channels": CHANNELS, "height": HEIGHT, "width": WIDTH}
pathlib.Path(__file__).with_name("cam.json").write_text(json.dumps({**shape, "cases": cases}) + "\n")
