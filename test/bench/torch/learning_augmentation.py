"""The paper's augmentation in PyTorch, for a whole batch: rotation, zoom and warp in one sampling, then lighting (fastai's aug_transforms)."""
import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F

from learning_recipe import normalise

DRAWS = 14
GOLDEN = Path(__file__).parents[2] / "golden" / "data" / "augmentation.json"


def drawn(u, at, low, high, neutral):
    """Where the mask u[:, at] lets it: u[:, at + 1] scaled to [low, high)."""
    return torch.where(u[:, at] < 0.75, low + u[:, at + 1] * (high - low), torch.full_like(u[:, at], neutral))


def matrix(cells, like):
    return torch.stack([cell if torch.is_tensor(cell) else torch.full_like(like, cell) for cell in cells], -1).view(-1, 3, 3)


def warp(x, y):
    """Solves for the homography that sends the moved corners to the corners of the square."""
    corners = [(-1 - y, -1 - x), (-1 + y, 1 + x), (1 + y, -1 + x), (1 - y, 1 - x)]
    targets = [(-1, -1), (-1, 1), (1, -1), (1, 1)]
    one, nought = torch.ones_like(x), torch.zeros_like(x)
    rows, right = [], []
    for (px, py), (tx, ty) in zip(corners, targets):
        rows += [torch.stack([px, py, one, nought, nought, nought, -tx * px, -tx * py], -1), torch.stack([nought, nought, nought, px, py, one, -ty * px, -ty * py], -1)]
        right += [tx * one, ty * one]
    solved = torch.linalg.solve(torch.stack(rows, 1), torch.stack(right, 1))
    return torch.cat([solved, one[:, None]], 1).view(-1, 3, 3)


def augment(films, u):
    """films [n, c, side, side] in [0, 1]; u uniform [n, DRAWS]; returns them normalised, three channels."""
    side, u = films.shape[-1], u.double()
    angle = drawn(u, 0, math.radians(-20), math.radians(20), 0.0)
    scale = 1 / drawn(u, 2, 1.0, 1.2, 1.0)
    x, y = drawn(u, 4, -0.2, 0.2, 0.0), drawn(u, 6, -0.2, 0.2, 0.0)
    cos, sin = angle.cos(), angle.sin()
    rotation = matrix([cos, sin, 0.0, -sin, cos, 0.0, 0.0, 0.0, 1.0], angle)
    zoom = matrix([scale, 0.0, (1 - scale) * (2 * u[:, 12] - 1), 0.0, scale, (1 - scale) * (2 * u[:, 13] - 1), 0.0, 0.0, 1.0], angle)
    line = torch.linspace(-1, 1, side, dtype=torch.float64)
    ys, xs = torch.meshgrid(line, line, indexing="ij")
    points = warp(x, y) @ rotation @ zoom @ torch.stack([xs.ravel(), ys.ravel(), torch.ones(side * side, dtype=torch.float64)])
    grid = (points[:, :2] / points[:, 2:]).transpose(1, 2).reshape(-1, side, side, 2).float()
    sampled = F.grid_sample(films, grid, mode="bilinear", padding_mode="reflection", align_corners=True)
    b, c = drawn(u, 8, 0.35, 0.65, 0.5), drawn(u, 10, math.log(0.7), -math.log(0.7), 0.0).exp()
    each = lambda values: values.float().view(-1, 1, 1, 1)
    return normalise(torch.sigmoid(each(c) * (torch.logit(sampled.clamp(1e-7, 1 - 1e-7)) + each((b / (1 - b)).log()))))


def check():
    """Greatest difference from the golden values that our own augmentation is tested against."""
    golden = json.loads(GOLDEN.read_text())
    side, u = golden["side"], torch.tensor(golden["draws"])
    films = torch.tensor(golden["films"]).view(-1, side, side, 3).permute(0, 3, 1, 2) / 255
    wanted = torch.tensor(golden["outputs"]).view(-1, side, side, 3).permute(0, 3, 1, 2)
    worst = (augment(films.contiguous(), u) - wanted).abs().max().item()
    if not worst < 2e-3:
        raise SystemExit(f"the augmentation is off its golden values by {worst}")
    return worst
