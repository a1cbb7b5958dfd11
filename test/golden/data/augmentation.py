"""Golden values of the augmentation, written from fastai's definitions with torch's own grid_sample; run by make.py or by itself.

The homography of the warp is solved from its four pairs of corners, not taken from the closed form of the product.
"""
import json
import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

here = Path(__file__).parent
SIDE, COUNT = 16, 8


def drawn(mask, value, low, high, neutral):
    return low + value * (high - low) if mask < 0.75 else neutral


def warp(x, y):
    corners = [(-1 - y, -1 - x), (-1 + y, 1 + x), (1 + y, -1 + x), (1 - y, 1 - x)]
    targets = [(-1, -1), (-1, 1), (1, -1), (1, 1)]
    rows, right = [], []
    for (px, py), (tx, ty) in zip(corners, targets):
        rows += [[px, py, 1, 0, 0, 0, -tx * px, -tx * py], [0, 0, 0, px, py, 1, -ty * px, -ty * py]]
        right += [tx, ty]
    return np.append(np.linalg.solve(np.array(rows), np.array(right)), 1).reshape(3, 3)


def parameters(u):
    angle = math.radians(drawn(u[0], u[1], -20, 20, 0))
    scale = 1 / drawn(u[2], u[3], 1, 1.2, 1)
    x, y = drawn(u[4], u[5], -0.2, 0.2, 0), drawn(u[6], u[7], -0.2, 0.2, 0)
    b = drawn(u[8], u[9], 0.35, 0.65, 0.5)
    c = math.exp(drawn(u[10], u[11], math.log(0.7), -math.log(0.7), 0))
    rotation = np.array([[math.cos(angle), math.sin(angle), 0], [-math.sin(angle), math.cos(angle), 0], [0, 0, 1]])
    zoom = np.array([[scale, 0, (1 - scale) * (2 * u[12] - 1)], [0, scale, (1 - scale) * (2 * u[13] - 1)], [0, 0, 1]])
    return warp(x, y) @ rotation @ zoom, b, c


def source(homography, side):
    line = np.linspace(-1, 1, side)
    xs, ys = np.meshgrid(line, line)
    points = homography @ np.stack([xs.ravel(), ys.ravel(), np.ones(side * side)])
    return torch.tensor((points[:2] / points[2]).T.reshape(1, side, side, 2))


def augmented(film, u):
    homography, b, c = parameters(u)
    x = F.grid_sample(torch.tensor(film / 255.0).permute(2, 0, 1)[None], source(homography, len(film)), mode="bilinear", padding_mode="reflection", align_corners=True)
    x = torch.sigmoid(c * (torch.logit(x.clamp(1e-7, 1 - 1e-7)) + math.log(b / (1 - b))))
    mean, std = (torch.tensor(v, dtype=torch.float64).view(1, 3, 1, 1) for v in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
    return ((x - mean) / std)[0].permute(1, 2, 0)


rng = np.random.RandomState(11)
draws = rng.uniform(size=(COUNT, 14)).astype(np.float32).astype(np.float64)
draws[0, [0, 2, 4, 6, 8, 10]] = 0.9  # nothing drawn
draws[1, :8] = [0.1, 0.999, 0.9, 0, 0.1, 0.999, 0.1, 0.001]  # rotation and warp at their ends
films = np.clip(rng.normal(128, 70, (COUNT, SIDE, SIDE, 1)), 0, 255).astype(np.uint8).repeat(3, axis=3)
films[4:] = rng.randint(0, 256, (COUNT - 4, SIDE, SIDE, 3))  # the last four in colour
outputs = [augmented(film, u) for film, u in zip(films, draws)]

extremes = []
for a in (0, 1):
    for x in (0, 1):
        for y in (0, 1):
            u = np.array([0, a, 0.9, 0, 0, x, 0, y, 0.9, 0, 0.9, 0, 0.5, 0.5], float)
            extremes.append(source(parameters(u)[0], 33).abs().max().item())
print("furthest coordinate", max(extremes))
(here / "augmentation.json").write_text(json.dumps(dict(
    side=SIDE, draws=draws.tolist(), films=films.flatten().tolist(), outputs=[round(v, 6) for o in outputs for v in o.flatten().tolist()])) + "\n")
