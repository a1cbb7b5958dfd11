"""Golden values of the training mathematics: fastai's schedule and AdamW written out, BCE of torch, metrics of scikit-learn.

Run `python make.py`; it writes schedule.json, adamw.json, metrics.json and options.json beside itself. Made with torch 2.15, scikit-learn 1.9.
"""
import json, math
from pathlib import Path

import numpy as np
import torch
from sklearn import metrics

here = Path(__file__).parent


def write(name, value):
    (here / name).write_text(json.dumps(value) + "\n")


# --- schedule: fastai.callback.schedule, SchedCos and combine_scheds
def annealed(start, end, pos):
    return start + (1 + math.cos(math.pi * (1 - pos))) * (end - start) / 2


def combined(pct, first, second, pos):
    return annealed(*first, pos / pct) if pos < pct else annealed(*second, (pos - pct) / (1 - pct))


rows = []
for peak, pct, div in ((1e-3, 0.25, 25), (2e-3, 0.99, 25), (1e-3, 0.3, 5)):
    for pos in (0, 0.1, 0.25, 0.29999, 0.3, 0.5, 0.7123, 0.99, 0.999):
        rows.append(dict(peak=peak, rise=pct, div=div, fraction=pos,
                         lr=combined(pct, (peak / div, peak), (peak, peak / 1e5), pos),
                         momentum=combined(pct, (0.95, 0.85), (0.85, 0.95), pos)))
slices = np.geomspace(1e-5, 1e-3, 3).tolist()
write("schedule.json", dict(rows=rows, slices=slices))

# --- AdamW: torch's own, whose betas are changed before every step as fastai changes them; torch decays first, as fastai does
generator = torch.Generator().manual_seed(3)
start = torch.randn(12, generator=generator, dtype=torch.float64)
gradients = torch.randn(6, 12, generator=generator, dtype=torch.float64) * 10.0 ** torch.arange(-6, 6)
settings = [dict(lr=1e-3 * (1 + step), momentum=0.95 - 0.02 * step) for step in range(len(gradients))]


def trajectory(weight_decay):
    parameter = torch.nn.Parameter(start.clone())
    optimiser = torch.optim.AdamW([parameter], lr=1e-3, betas=(0.9, 0.99), eps=1e-5, weight_decay=weight_decay)
    values = []
    for gradient, setting in zip(gradients, settings):
        optimiser.param_groups[0].update(lr=setting["lr"], betas=(setting["momentum"], 0.99))
        parameter.grad = gradient.clone()
        optimiser.step()
        values.append(parameter.detach().tolist())
    return values


write("adamw.json", dict(start=start.tolist(), gradients=gradients.tolist(), settings=settings,
                          decayed=trajectory(0.01), plain=trajectory(0)))

# --- BCE and metrics, with ties, an ignored block, a label without positives and one without negatives
rng = np.random.RandomState(5)
n, labels = 97, 14
targets = (rng.uniform(size=(n, labels)) < np.linspace(0.05, 0.8, labels)).astype(np.uint8)
targets[:, 3], targets[:, 7] = 0, 1
logits = np.round(rng.normal(size=(n, labels)) + targets * 0.8 - 0.5, 1).astype(np.float32)
targets[rng.uniform(size=(n, labels)) < 0.06] = 255
z = torch.tensor(logits, requires_grad=True)
mask = torch.tensor(targets != 255)
loss = torch.nn.functional.binary_cross_entropy_with_logits(z[mask], torch.tensor(targets)[mask].float())
loss.backward()
columns = [(targets[:, j][targets[:, j] != 255], logits[:, j][targets[:, j] != 255]) for j in range(labels)]
both = [len(set(y)) == 2 for y, _ in columns]


def youden(y, s):
    fpr, tpr, thresholds = metrics.roc_curve(y, s, drop_intermediate=False)
    return float(1 / (1 + np.exp(-np.float64(thresholds[np.argmax(tpr - fpr)]))))


def macro(score):
    return float(np.mean([score(y, s > 0, zero_division=0) for y, s in columns]))


write("metrics.json", dict(
    targets=targets.flatten().tolist(), logits=[round(float(v), 1) for v in logits.flatten()],
    loss=loss.item(), gradient=z.grad.flatten().tolist(),
    accuracy=float(((logits > 0) == targets)[targets != 255].mean()), allNegative=float((targets[targets != 255] == 0).mean()),
    auc=[metrics.roc_auc_score(y, s) if ok else None for (y, s), ok in zip(columns, both)],
    averagePrecision=[metrics.average_precision_score(y, s) if y.any() else None for y, s in columns],
    thresholds=[youden(y, s) if ok else 0.5 for (y, s), ok in zip(columns, both)],
    precision=macro(metrics.precision_score), recall=macro(metrics.recall_score), f1=macro(metrics.f1_score)))

# --- options of the loss, and clipping: torch's own
generator = torch.Generator().manual_seed(11)
z = torch.tensor(logits[:8], dtype=torch.float64, requires_grad=True)
y = torch.tensor(targets[:8].astype(np.float64))
counted = y != 255
weights = torch.tensor([0.05, 0.3, 1, 2.5, 20, 7, 1, 0.9, 3, 4, 12, 1.5, 1, 6], dtype=torch.float64)
options = []
for smoothing, weight in ((0.1, None), (0, weights), (0.2, weights)):
    z.grad = None
    smooth = y * (1 - smoothing) + smoothing / 2
    cells = torch.nn.BCEWithLogitsLoss(pos_weight=weight, reduction="none")(z, smooth)
    value = cells[counted].mean()
    value.backward()
    options.append(dict(smoothing=smoothing, weights=weight.tolist() if weight is not None else None, loss=value.item(), gradient=z.grad.flatten().tolist()))
parts = [torch.randn(n, generator=generator, dtype=torch.float64) for n in (3, 7, 12)]
clipped = []
for most in (0.5, 3, 100):
    parameters = [torch.nn.Parameter(torch.zeros_like(part)) for part in parts]
    for parameter, part in zip(parameters, parts):
        parameter.grad = part.clone()
    torch.nn.utils.clip_grad_norm_(parameters, most)
    clipped.append(dict(most=most, gradients=[parameter.grad.tolist() for parameter in parameters]))
write("options.json", dict(logits=z.flatten().tolist(), targets=y.flatten().tolist(), loss=options, gradients=[part.tolist() for part in parts], clipped=clipped))
