"""Golden digests of timm's state dicts: names, types, shapes and every byte, weights by the rule of make.py.

Run `python state.py`; it writes state.json beside itself. Made with torch 2.15 and timm 1.0.31. `num_batches_tracked` is 12 everywhere.
"""
import hashlib
import json
from pathlib import Path

import torch
from make import build, value

VARIANTS = [("densenetblur121d", "concat-pool"), ("densenet121", "linear"), ("resnet18", "linear")]
states = []
for model, head in VARIANTS:
    digest = hashlib.sha256()
    state = {name.removeprefix("body."): tensor for name, tensor in build(model, head, None).state_dict().items()}
    for name, tensor in sorted(state.items()):
        counts = name.endswith("num_batches_tracked")
        own = torch.tensor(12) if counts else value(name, tuple(tensor.shape)).float()
        digest.update(f"{name} {'I64' if counts else 'F32'} {','.join(map(str, own.shape))}\n".encode())
        digest.update(own.numpy().tobytes())
    states.append(dict(model=model, head=head, tensors=len(state), parameters=sum(t.numel() for n, t in state.items() if "running_" not in n and "tracked" not in n), sha256=digest.hexdigest()))
(Path(__file__).parent / "state.json").write_text(json.dumps(states, indent=1) + "\n")
