"""PyTorch: mean of one buffer over the ranks, by gloo."""
import torch
import torch.distributed as dist
from serve import serve, setting

given = setting()
torch.set_num_threads(1)
world = len(given["tasks"])
dist.init_process_group("gloo", init_method="tcp://" + given["tasks"][0], rank=given["rank"], world_size=world)
buffer = torch.ones(given["bytes"] // 4)


def step():
    dist.all_reduce(buffer)
    buffer.div_(world)


step()
serve({"torch": torch.__version__}, step)
