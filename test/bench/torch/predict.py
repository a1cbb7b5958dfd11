"""PyTorch + timm: prediction from grey pixels in memory (channels_last, eval, inference_mode)."""
import timm
import torch
from serve import serve, setting

given = setting()
torch.set_num_threads(given["threads"])
model = timm.create_model("densenetblur121d", pretrained=False, num_classes=14).to(memory_format=torch.channels_last).eval()
pixels = torch.randint(0, 256, (given["batch"], 1, given["size"], given["size"]), dtype=torch.uint8)
mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
std = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)


@torch.inference_mode()
def step():
    x = ((pixels.float() / 255 - mean) / std).contiguous(memory_format=torch.channels_last)
    return model(x).sum().item()


step()
serve({"torch": torch.__version__, "timm": timm.__version__}, step)
