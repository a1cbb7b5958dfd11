"""Golden figures of a model's evaluation: scikit-learn on stored predictions, with the bootstrap written out.

Run `python make.py`; it writes predictions.json and figures.json beside itself. Made with scikit-learn 1.9, numpy and scipy.
The resamples are RandomState(SEED).randint over patients; `otherSeed` holds the intervals of another seed, to see the Monte-Carlo error.
"""
import json
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn import metrics
from sklearn.calibration import calibration_curve

here = Path(__file__).parent
SEED, RESAMPLES, BINS, LABELS = 42, 1000, 15, 14

# Films of patients of one to six films; ties, ignored cells, a label without positives, one without negatives, one with two positives.
rng = np.random.RandomState(11)
patients = np.repeat(np.arange(90), rng.randint(1, 7, 90))
n = len(patients)
lean = rng.normal(size=90)[patients]
targets = (rng.uniform(size=(n, LABELS)) < np.linspace(0.06, 0.7, LABELS)).astype(np.uint8)
targets[:, 3], targets[:, 7], targets[:, 12] = 0, 1, 0
targets[[5, 200], 12] = 1
logits = np.round(2.2 * (rng.normal(size=(n, LABELS)) * 0.8 + targets * 0.9 + 0.4 * lean[:, None] - 0.7), 1).astype(np.float32)
targets[rng.uniform(size=(n, LABELS)) < 0.05] = 255


def sigmoid(z):
    return 1 / (1 + np.exp(-z.astype(np.float64)))


def column(j, rows):
    kept = rows[targets[rows, j] != 255]
    return targets[kept, j].astype(int), logits[kept, j]


def both(y):
    return len(np.unique(y)) == 2


def auc(y, z):
    return metrics.roc_auc_score(y, z) if both(y) else np.nan


def ap(y, z):
    return metrics.average_precision_score(y, z) if both(y) else np.nan


def ece(y, z, temperature=1.0):
    p = sigmoid(z.astype(np.float64) / temperature)
    true, predicted = calibration_curve(y, p, n_bins=BINS, strategy="uniform", pos_label=1) if both(y) else one_class(y, p)
    counts = np.bincount(np.searchsorted(np.linspace(0, 1, BINS + 1)[1:-1], p), minlength=BINS)
    return float(np.sum(counts[counts > 0] / len(y) * np.abs(true - predicted)))


def one_class(y, p):
    """calibration_curve refuses a single class: the same bins by hand."""
    bins = np.searchsorted(np.linspace(0, 1, BINS + 1)[1:-1], p)
    used = np.unique(bins)
    return np.array([y[bins == b].mean() for b in used]), np.array([p[bins == b].mean() for b in used])


def brier(y, z):
    return float(np.mean((sigmoid(z) - y) ** 2))


def cross_entropy(inverse, y, z):
    z = z.astype(np.float64) * inverse
    return float(np.mean(np.logaddexp(0, z) - y * z))


def temperature(y, z):
    found = minimize_scalar(cross_entropy, args=(y, z), bounds=(1 / 20, 20), method="bounded", options=dict(xatol=1e-12))
    return float(1 / found.x)


def youden(y, z):
    fpr, tpr, thresholds = metrics.roc_curve(y, z, drop_intermediate=False)
    return float(sigmoid(np.asarray(thresholds[np.argmax(tpr - fpr)])))


GRID = np.linspace(0, 1, 51)


def curves(y, z):
    if not both(y):
        return np.full(102, np.nan)
    fpr, tpr, _ = metrics.roc_curve(y, z, drop_intermediate=False)
    precision, recall, _ = metrics.precision_recall_curve(y, z)
    reach = [precision[np.flatnonzero(recall[:-1] >= r - 1e-12)[-1]] if r > 0 else precision[np.flatnonzero(recall[:-1] > 0)[-1]] for r in GRID]
    return np.concatenate([np.interp(GRID, fpr, tpr), reach])


def samples(seed, measures, resamples):
    draws, state = [], np.random.RandomState(seed)
    films = [np.flatnonzero(patients == p) for p in range(90)]
    for _ in range(resamples):
        rows = np.concatenate([films[p] for p in state.randint(0, 90, 90)])
        draws.append([[measure(*column(j, rows)) for j in range(LABELS)] for measure in measures])
    return np.array(draws, dtype=float)


def clean(value):
    if isinstance(value, (list, tuple, np.ndarray)):
        return [clean(item) for item in value]
    return None if value is None or np.isnan(value) else float(value)


def interval(values):
    """Over the resamples where it is defined; none when that is less than half of them."""
    known = values[~np.isnan(values)]
    return [None, None] if 2 * len(known) < len(values) else np.percentile(known, [2.5, 97.5]).tolist()


everything = np.arange(n)
MEASURES = dict(auc=auc, ap=ap, ece=ece, brier=brier)
drawn = samples(SEED, MEASURES.values(), RESAMPLES)
other = samples(7, MEASURES.values(), RESAMPLES)
figures = {}
for at, (name, measure) in enumerate(MEASURES.items()):
    values = [measure(*column(j, everything)) for j in range(LABELS)]
    figures[name] = dict(
        macro=clean(np.nanmean(values)), perLabel=clean(values),
        macroInterval=clean(interval(np.nanmean(drawn[:, at], axis=1))), intervals=[clean(interval(drawn[:, at, j])) for j in range(LABELS)],
        otherSeed=dict(macroInterval=clean(interval(np.nanmean(other[:, at], axis=1))), intervals=[clean(interval(other[:, at, j])) for j in range(LABELS)]))

state = np.random.RandomState(SEED)
bands = {}
sampled = samples(SEED, [curves], 200)[:, 0]
for j in (0, 5, 12):
    ends = [interval(sampled[:, j, k]) for k in range(102)]
    bands[j] = dict(point=clean(curves(*column(j, everything))), low=clean([low for low, _ in ends]), high=clean([high for _, high in ends]))

own = [temperature(*column(j, everything)) if both(column(j, everything)[0]) else None for j in range(LABELS)]
pooled = [column(j, everything) for j in range(LABELS)]
bins = np.searchsorted(np.linspace(0, 1, BINS + 1)[1:-1], sigmoid(column(0, everything)[1]))
true, predicted = calibration_curve(column(0, everything)[0], sigmoid(column(0, everything)[1]), n_bins=BINS)
roc = [metrics.roc_curve(*column(j, everything), drop_intermediate=False) if both(column(j, everything)[0]) else None for j in range(LABELS)]
(here / "predictions.json").write_text(json.dumps(dict(logits=[round(float(z), 1) for z in logits.ravel()], targets=targets.ravel().tolist(), patients=patients.tolist())) + "\n")
(here / "figures.json").write_text(json.dumps(dict(
    seed=SEED, resamples=RESAMPLES, figures=figures, bands=bands, bandResamples=200,
    roc=[None if curve is None else dict(fpr=clean(curve[0][1:]), tpr=clean(curve[1][1:]), thresholds=clean(sigmoid(curve[2][1:]))) for curve in roc],
    thresholds=[youden(*column(j, everything)) if both(column(j, everything)[0]) else None for j in range(LABELS)],
    temperatures=own, globalTemperature=temperature(np.concatenate([y for y, _ in pooled]), np.concatenate([z for _, z in pooled])),
    eceCalibrated=[None if own[j] is None else ece(*column(j, everything), own[j]) for j in range(LABELS)],
    reliability=dict(bins=np.unique(bins).tolist(), counts=np.bincount(bins, minlength=BINS).tolist(), true=clean(true), predicted=clean(predicted)),
)) + "\n")
