"""Files of torch.save for the reader of ours, and what torch itself reads from them.

Run `python make.py`; it writes its files beside itself. Made with torch 2.15 and timm 1.0.31. The big one is compressed: each of its tensors
holds one value, so that 30 MB of densenet121 become 60 kB.
"""
import argparse
import gzip
import io
import json
import os
import pickle
import re
from collections import OrderedDict
from pathlib import Path

import timm
import torch

here = Path(__file__).parent
torch.manual_seed(3)

state = OrderedDict(
    float=torch.randn(2, 3, 2, 2),
    double=torch.randn(3, dtype=torch.float64).float().double(),
    half=torch.tensor([1.5, -65504, 2.0**-24, float("inf")], dtype=torch.float16),
    bfloat16=torch.tensor([1.5, -3e38, 0.0078125], dtype=torch.bfloat16),
    long=torch.tensor(2**40),
    int=torch.tensor([-7, 7], dtype=torch.int32),
    bytes=torch.tensor([[0, 255]], dtype=torch.uint8),
    flags=torch.tensor([True, False]),
    empty=torch.zeros(0, 4),
    scalar=torch.tensor(2.5),
    channels_last=torch.randn(2, 3, 4, 5).contiguous(memory_format=torch.channels_last),
    transposed=torch.arange(6.0).reshape(2, 3).t(),
    parameter=torch.nn.Parameter(torch.ones(2)),
)
shared = torch.arange(10.0)
state["view"], state["same"] = shared[3:7], shared

golden = {name: dict(shape=list(t.shape), values=[str(v) if t.dtype.is_floating_point is False else float(v) for v in t.detach().flatten().tolist()])
          for name, t in state.items()}
golden["half"]["values"][3] = "Infinity"
(here / "state.json").write_text(json.dumps(golden) + "\n")
torch.save(state, here / "zip.pth")
torch.save(state, here / "legacy.pth", _use_new_zipfile_serialization=False)
torch.save({"epoch": 3, "lr": [1e-3, None, True], "state_dict": {f"module.{k}": v for k, v in state.items()}}, here / "wrapped.pth")
torch.save({"epoch": 3, "model": state}, here / "protocol5.pth", pickle_protocol=5)


class System:
    def __reduce__(self):
        return os.system, ("touch exploited",)


class Eval:
    def __reduce__(self):
        return eval, ("open('exploited', 'w')",)


# Real exploits: torch.load(weights_only=False) runs them. Python 3 names posix for os.
torch.save({"state_dict": state, "x": System()}, here / "exploit-system.pth")
torch.save({"state_dict": state, "x": Eval()}, here / "exploit-eval.pth", _use_new_zipfile_serialization=False)
# Called through a name on the stack (STACK_GLOBAL) instead of in the operation.
torch.save({"x": System()}, here / "exploit-stack.pth", pickle_protocol=5)
# An instance in the way of Python 2, without a call of its own.
raw = b"\x80\x02(S'touch exploited'\nios\nsystem\n.".replace(b"S'touch exploited'\n", b"U\x0ftouch exploited")
(here / "exploit-inst.pth").write_bytes(raw)
torch.save({"state_dict": state, "args": argparse.Namespace(lr=1)}, here / "namespace.pth")
(here / "plain.pth").write_bytes(pickle.dumps({"weight": [1.0, 2.0]}, protocol=2))

# densenet121 with the names of torchvision's first files, in a wrapper and in DataParallel.
net = timm.create_model("densenet121", num_classes=14)
legacy = OrderedDict()
for i, (name, tensor) in enumerate(net.state_dict().items()):
    old = re.sub(r"(denselayer\d+\.(?:norm|conv))([12])\.", r"\1.\2.", name)
    if name.endswith("num_batches_tracked"):
        continue  # older than they are
    legacy[f"module.{old}"] = torch.full_like(tensor, (i + 1) / 1024)
file = io.BytesIO()
torch.save({"epoch": 7, "state_dict": legacy}, file)
with open(here / "densenet121-legacy.pth.gz", "wb") as out, gzip.GzipFile(fileobj=out, mode="wb", mtime=0, filename="") as packed:
    packed.write(file.getvalue())
names = {re.sub(r"(denselayer\d+\.(?:norm|conv))\.([12])\.", r"\1\2.", name.removeprefix("module.")): round(float(t.flatten()[0]) * 1024) for name, t in legacy.items()}
(here / "densenet121-legacy.json").write_text(json.dumps(names) + "\n")
