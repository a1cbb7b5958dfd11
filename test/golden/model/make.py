"""Golden logits and gradients of the networks, by timm.

Weights are too large to keep, so both sides make them by the rule of `value` below. Run `python make.py`; it writes golden.json beside
itself. Made with torch 2.15 and timm 1.0.31 in float64, so that the figures are the network's and not the rounding's.
"""
import copy
import json
from pathlib import Path

import numpy as np
import timm
import torch
from torch import nn

here = Path(__file__).parent


def uniforms(name, count):
    """Numbers in [0, 1): FNV-1a of the name, plus index times the golden ratio, through murmur3's finaliser; all modulo 2^32."""
    seed = 2166136261
    for byte in name.encode():
        seed = (seed ^ byte) * 16777619 % 2**32
    x = (np.arange(count, dtype=np.uint64) * 2654435769 + seed) % 2**32
    x = (x ^ (x >> np.uint64(16))) * np.uint64(2246822507) % 2**32
    x = (x ^ (x >> np.uint64(13))) * np.uint64(3266489909) % 2**32
    return (x ^ (x >> np.uint64(16))).astype(np.float64) / 2**32


def value(name, shape):
    """Rule by the end of the name and the rank: float32 numbers in the checkpoint's layout."""
    u = uniforms(name, int(np.prod(shape, dtype=int))).reshape(shape)
    if name.endswith("running_mean") or name.endswith("bias"):
        u = (u - 0.5) * 0.2
    elif len(shape) <= 1:
        u = u + 0.5
    else:
        fan_in = int(np.prod(shape[1:]))
        u = (2 * u - 1) * np.sqrt((6 if len(shape) == 4 else 1) / fan_in)
    return torch.tensor(u.astype(np.float32)).double()


class ConcatPool(nn.Module):
    """fastai's create_head; max before average."""

    def __init__(self, features):
        super().__init__()
        self.norm1, self.linear1 = nn.BatchNorm1d(2 * features), nn.Linear(2 * features, 512, bias=False)
        self.norm2, self.linear2 = nn.BatchNorm1d(512), nn.Linear(512, 14, bias=False)

    def forward(self, x):
        x = torch.cat([x.amax((2, 3)), x.mean((2, 3))], 1)
        return self.linear2(self.norm2(torch.relu(self.linear1(self.norm1(x)))))


class Headed(nn.Module):
    def __init__(self, body, features):
        super().__init__()
        self.body, self.head = body, ConcatPool(features)

    def forward(self, x):
        return self.head(self.body.forward_features(x))


def build(model, head, blur):
    options = {"aa_stem_only": False} if blur == "all" else {}
    classes = 14 if head == "linear" else 0
    if model == "densenet121d":  # no longer a name of timm's, but its parts are still there
        net = timm.models.densenet.DenseNet(growth_rate=32, block_config=(6, 12, 24, 16), stem_type="deep", num_classes=classes)
    else:
        net = timm.create_model(model, num_classes=classes, **options)
    if head == "concat-pool":
        net = Headed(net, net.num_features)
    net = net.double()
    with torch.no_grad():
        for name, tensor in net.state_dict().items():
            if tensor.is_floating_point():
                tensor.copy_(value(name.removeprefix("body."), tuple(tensor.shape)))
    return net


def images(side, count):
    return torch.tensor(uniforms(f"images{side}", count * side * side * 3).reshape(count, side, side, 3) * 4 - 2).permute(0, 3, 1, 2)


WATCHED = ["features.conv0.weight", "features.denseblock1.denselayer2.norm1.weight", "features.denseblock3.denselayer5.conv2.weight",
           "features.transition2.conv.weight", "features.norm5.bias", "classifier.weight", "classifier.bias",
           "conv1.weight", "layer2.0.downsample.0.weight", "layer3.1.bn2.weight", "fc.weight", "head.linear1.weight", "head.norm2.weight"]
STATISTICS = ["features.norm0", "features.denseblock2.denselayer3.norm2", "features.norm5", "bn1", "layer4.1.bn2", "head.norm1"]


def run(net, x, y, mode):
    net.zero_grad()
    net.train(mode == "train")
    loss = nn.functional.binary_cross_entropy_with_logits(net(x), y)
    loss.backward()
    return loss.item(), {n.removeprefix("body."): p.grad.double() for n, p in net.named_parameters() if n.removeprefix("body.") in WATCHED}


def case(model, head, blur=None, side=64, count=3):
    net = build(model, head, blur)
    x = images(side, count)
    y = torch.tensor(np.floor(uniforms("targets", count * 14).reshape(count, 14) * 2))
    result = dict(model=model, head=head, blur=blur, side=side, count=count)
    with torch.no_grad():
        result["logits"] = net.eval()(x).flatten().tolist()
    for mode in ("eval", "train"):
        _, rough = run(copy.deepcopy(net).float(), x.float(), y.float(), mode)
        loss, exact = run(net, x, y, mode)
        # "rounding": how far torch itself is off in float32, since ReLUs and maxima near a tie flip.
        result[mode] = dict(loss=loss, gradients={n: dict(norm=g.norm().item(), first=g.flatten()[:4].tolist(),
                                                          rounding=((rough[n] - g).norm() / g.norm().clamp(min=1e-6)).item()) for n, g in exact.items()})
    state = {n.removeprefix("body."): t for n, t in net.state_dict().items()}
    result["statistics"] = {f"{n}.{s}": state[f"{n}.{s}"][:4].tolist() for n in STATISTICS if f"{n}.running_mean" in state for s in ("running_mean", "running_var")}
    return result


if __name__ == "__main__":
    cases = [case("densenetblur121d", "linear"), case("densenetblur121d", "linear", "all"), case("densenetblur121d", "concat-pool"),
             case("densenet121d", "linear"), case("densenet121", "linear"), case("resnet18", "linear"), case("resnet18", "concat-pool"),
             case("densenetblur121d", "linear", side=224, count=1)]
    (here / "golden.json").write_text(json.dumps(cases) + "\n")
    print([c["logits"][:3] for c in cases])
