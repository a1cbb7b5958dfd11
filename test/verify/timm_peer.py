"""timm's half of timm.test.ts: loads what we wrote, says its logits; writes what we are to load.

python timm_peer.py FOLDER: reads FOLDER/cases.json, a list of {model, head, size, ours}; writes beside it logits.json and, for each case, files that
torch and timm make of other weights.
"""
import json
import re
import sys
from pathlib import Path

import timm
import torch
from safetensors.torch import load_file, save_file
from torch import nn

folder = Path(sys.argv[1])


class ConcatPool(nn.Module):
    """fastai's create_head, with the names that ours has."""

    def __init__(self, features):
        super().__init__()
        self.norm1, self.linear1 = nn.BatchNorm1d(2 * features), nn.Linear(2 * features, 512, bias=False)
        self.norm2, self.linear2 = nn.BatchNorm1d(512), nn.Linear(512, 14, bias=False)

    def forward(self, x):
        x = torch.cat([x.amax((2, 3)), x.mean((2, 3))], 1)
        return self.linear2(self.norm2(torch.relu(self.linear1(self.norm1(x)))))


def build(model, head, blur):
    classes = 14 if head == "linear" else 0
    options = {"aa_stem_only": False} if blur == "all" else {}
    if model == "densenet121d":  # no longer a name of timm's, but its parts are still there
        net = timm.models.densenet.DenseNet(growth_rate=32, block_config=(6, 12, 24, 16), stem_type="deep", num_classes=classes)
    else:
        net = timm.create_model(model, num_classes=classes, **options)
    if head == "concat-pool":
        net.head = ConcatPool(net.num_features)
        net.forward = lambda x: net.head(net.forward_features(x))
    return net.eval()


def films(size):
    """[2, size, size] grey films, the same on both sides."""
    count = 2 * size * size
    return ((torch.arange(count, dtype=torch.int64) * 2654435761 % 2**32) // 2**24).to(torch.uint8).reshape(2, size, size)


def logits(net, size):
    mean, std = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1), torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
    with torch.inference_mode():
        return net((films(size)[:, None].float() / 255 - mean) / std).flatten().tolist()


answers = []
for i, case in enumerate(json.loads((folder / "cases.json").read_text())):
    model, head, blur, size = case["model"], case["head"], case.get("blur"), case["size"]
    net = build(model, head, blur)
    net.load_state_dict(load_file(folder / case["ours"]), strict=True)
    answer = {"ours": logits(net, size)}

    torch.manual_seed(100 + i)
    net = build(model, head, blur)
    for module in net.modules():  # statistics as after some training, or a deep network at random says the same of all films
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
            module.weight.data.uniform_(0.5, 1.5)
    answer["theirs"] = logits(net, size)
    state = net.state_dict()
    save_file(state, folder / f"{i}.safetensors")
    torch.save({"epoch": 1, "state_dict": {f"module.{name}": tensor for name, tensor in state.items()}}, folder / f"{i}.pth")
    old = {re.sub(r"(denselayer\d+\.(?:norm|conv))([12])\.", r"\1.\2.", name): tensor for name, tensor in state.items() if not name.endswith("num_batches_tracked")}
    torch.save(old, folder / f"{i}.old.pth", _use_new_zipfile_serialization=False)
    answers.append(answer)
(folder / "logits.json").write_text(json.dumps({"torch": torch.__version__, "timm": timm.__version__, "answers": answers}))
