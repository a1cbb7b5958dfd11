"""PyTorch + timm: one training step of the same network on pixels that stay in memory, in its fastest set-up (channels_last, fused AdamW)."""
import time

import timm
import torch
from serve import serve, setting
from torch.utils.flop_counter import FlopCounterMode

given = setting()
batch, size, bf16 = given["batch"], given["size"], given.get("bf16", False)
torch.set_num_threads(given["threads"])
torch.manual_seed(1)

model = timm.create_model("densenetblur121d", pretrained=False, num_classes=14).to(memory_format=torch.channels_last).train()
decay = [p for p in model.parameters() if p.ndim > 1]
plain = [p for p in model.parameters() if p.ndim <= 1]
groups = [{"params": decay, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}]
optimiser = torch.optim.AdamW(groups, lr=1e-4, betas=(0.9, 0.99), eps=1e-5, fused=True)
step_model = model
if "tasks" in given:
    import torch.distributed as dist

    dist.init_process_group("gloo", init_method="tcp://" + given["tasks"][0], rank=given["rank"], world_size=len(given["tasks"]))
    step_model = torch.nn.parallel.DistributedDataParallel(model, gradient_as_bucket_view=True)

pixels = torch.randint(0, 256, (batch, 1, size, size), dtype=torch.uint8)
labels = (torch.rand(batch, 14) < 0.3).float()
mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
std = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)


def step():
    x = ((pixels.float() / 255 - mean) / std).contiguous(memory_format=torch.channels_last)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
        logits = step_model(x)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(logits.float(), labels)
    loss.backward()
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return loss.item()


def gemm(_):
    """GFLOP/s of the best of 8 matrix products, in the precision of the step."""
    n = 2048
    a, b = (torch.randn(n, n, dtype=torch.bfloat16 if bf16 else torch.float32) for _ in range(2))
    best = float("inf")
    for _ in range(8):
        began = time.perf_counter()
        a @ b
        best = min(best, time.perf_counter() - began)
    return {"gflops": 2 * n**3 / best / 1e9}


def flops(_):
    """FLOP of one step of one image, forward and backward."""
    x = torch.zeros(1, 3, size, size).contiguous(memory_format=torch.channels_last)
    with FlopCounterMode(display=False) as counter:
        model(x).sum().backward()
    model.zero_grad(set_to_none=True)
    return {"flops": counter.get_total_flops()}


began = time.perf_counter()
loss = step()
serve({"loss": loss, "firstSeconds": time.perf_counter() - began, "torch": torch.__version__, "timm": timm.__version__}, lambda: step(), gemm=gemm, flops=flops)
