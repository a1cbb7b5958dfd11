"""Golden values of the rate finder: fastai's schedule, smoothing and "valley" rule (fastai.callback.schedule, .learner) written out anew.

Run `python rates.py`; it writes rates.json beside itself. Made with numpy 2.
"""
import json
from pathlib import Path

import numpy as np


def valley(lrs, losses):
    n = len(losses)
    first, last, lds = 0, 0, [1] * n
    for i in range(1, n):
        for j in range(i):
            if losses[i] < losses[j] and lds[i] < lds[j] + 1:
                lds[i] = lds[j] + 1
            if lds[last] < lds[i]:
                last = i
                first = last - lds[last]
    sections = (last - first) / 3
    return lrs[first + int(sections) + int(sections / 2)]


def sweep(loss_at):
    lrs, losses, raw, mean, best = [], [], [], 0.0, float("inf")
    for i in range(100):
        lr = 1e-7 * (10 / 1e-7) ** (i / 100)
        loss = float(loss_at(lr))
        mean = 0.98 * mean + 0.02 * loss
        smooth = mean / (1 - 0.98 ** (i + 1))
        lrs.append(lr), losses.append(smooth), raw.append(loss)
        best = min(best, smooth)
        if smooth > 4 * best:
            break
    return dict(losses=raw, lrs=lrs, smooth=losses, suggestion=valley(lrs[10:-5], losses[10:-5]))


rng = np.random.RandomState(3)
cases = []
for bottom, noise in ((1e-3, 0.01), (1e-2, 0.05), (1e-4, 0.2), (1, 0.02)):
    shape = lambda lr: 0.7 - 0.4 / (1 + (bottom / lr) ** 0.8) + np.minimum(50, (lr / bottom / 30) ** 2) + noise * rng.normal() + 0.0
    cases.append(sweep(lambda lr: max(0.01, shape(lr))))
cases.append(sweep(lambda lr: 0.5 + lr))
(Path(__file__).parent / "rates.json").write_text(json.dumps(cases) + "\n")
