"""Golden run of torch's DistributedDataParallel: two processes over gloo, five steps of timm's densenetblur121d, batch norm by each rank's own batch.

Run `python ddp.py`; it writes ddp.json beside itself. Weights and films follow the rule of ../model/make.py. In float64, so that the figures are
the method's and not the rounding's; `rounding` says by how much torch's own losses in float32 differ. Made with torch 2.15 and timm 1.0.31.
"""
import json
import os
import socket
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch.nn.parallel import DistributedDataParallel

here = Path(__file__).parent
sys.path.insert(0, str(here.parent / "model"))
from make import build, uniforms  # noqa: E402

RANKS, STEPS, BATCH, SIDE, LR = 2, 5, 4, 64, 4e-5
MEAN, STD = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
WATCHED = ["features.norm0", "features.denseblock2.denselayer3.norm2", "features.norm5"]
WEIGHTS = ["features.norm5.weight", "classifier.bias"]


def films(step, rank):
    """Grey values 0 to 255 [n, side, side, 3] and labels [n, 14]."""
    pixels = np.floor(uniforms(f"ddp films {step} {rank}", BATCH * SIDE * SIDE * 3) * 256).reshape(BATCH, SIDE, SIDE, 3)
    labels = np.floor(uniforms(f"ddp labels {step} {rank}", BATCH * 14) * 2).reshape(BATCH, 14)
    return torch.tensor(pixels), torch.tensor(labels)


def rank_main(rank, port, dtype, out):
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    dist.init_process_group("gloo", rank=rank, world_size=RANKS)
    torch.set_num_threads(1)
    net = build("densenetblur121d", "linear", None).to(dtype)
    # Buffers stay each rank's own, so that their mean can be told; the loss does not depend on them.
    ddp = DistributedDataParallel(net, broadcast_buffers=False)
    decayed = [p for p in net.parameters() if p.ndim > 1]
    plain = [p for p in net.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW([dict(params=decayed, weight_decay=0.01), dict(params=plain, weight_decay=0.0)], lr=LR, betas=(0.9, 0.99), eps=1e-5)
    losses = []
    for step in range(STEPS):
        pixels, labels = films(step, rank)
        x = ((pixels / 255 - MEAN) / STD).permute(0, 3, 1, 2).to(dtype)
        optimiser.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(ddp(x), labels.to(dtype))
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    torch.save(dict(losses=losses, state=net.state_dict()), Path(out) / f"{rank}.pt")
    dist.destroy_process_group()


def train(dtype):
    with socket.socket() as s, tempfile.TemporaryDirectory() as out:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
        s.close()
        mp.spawn(rank_main, (port, dtype, out), nprocs=RANKS)
        return [torch.load(Path(out) / f"{rank}.pt") for rank in range(RANKS)]


if __name__ == "__main__":
    ranks, rough = train(torch.float64), train(torch.float32)
    mean = {name: torch.stack([r["state"][name].double() for r in ranks]).mean(0).flatten()[:6].tolist()
            for name in WEIGHTS + [f"{n}.{s}" for n in WATCHED for s in ("running_mean", "running_var")]}
    rounding = max(abs(a - b) for exact, near in zip(ranks, rough) for a, b in zip(exact["losses"], near["losses"]))
    golden = dict(ranks=RANKS, steps=STEPS, batch=BATCH, side=SIDE, lr=LR, losses=[r["losses"] for r in ranks], mean=mean, rounding=rounding)
    (here / "ddp.json").write_text(json.dumps(golden) + "\n")
    print(golden["losses"], rounding)
