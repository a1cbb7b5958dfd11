"""Golden values of the data side: permutations, the paper's split of the real CheXpert train.csv, the augmentation.

  python make.py chexpert_train.csv[.gz]

Writes permutations.json, split.json, chexpert-rows.bin.gz and, by augmentation.py, augmentation.json beside itself. The third holds no patient data, only the shape of the file:
one byte for each row with a positive label, in file order; 2 starts a patient, 1 starts a study of the same patient, 0 is a further view.
Made with torch 2.15, numpy 2.4, scikit-learn 1.9, pandas; the values are the same since torch 1.9 and numpy 1.17.
"""
import gzip, hashlib, json, runpy, sys
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from sklearn.model_selection import train_test_split

here = Path(__file__).parent


def randperm(n, seed):
    return torch.randperm(n, generator=torch.Generator().manual_seed(seed)).numpy()


def digest(values, dtype):
    return hashlib.sha256(np.ascontiguousarray(values, dtype=dtype).tobytes()).hexdigest()


def write(name, value):
    (here / name).write_text(json.dumps(value, indent=1) + "\n")


cases = [(10, 42), (1, 0), (2, 7), (1000, 0), (191045, 42), (4097, 2**32 - 1)]
write("permutations.json", [
    {
        "n": n, "seed": seed,
        "torch": randperm(n, seed).tolist() if n < 20 else digest(randperm(n, seed), "<i4"),
        "numpy": np.random.RandomState(seed).permutation(n).tolist() if n < 20 else digest(np.random.RandomState(seed).permutation(n), "<i4"),
    } for n, seed in cases])

table = pd.read_csv(sys.argv[1])
table = table[(table.iloc[:, 5:] == 1).any(axis=1)]
parts = table.Path.str.split("/")
patient, study = parts.str[2].to_numpy(), (parts.str[2] + "/" + parts.str[3]).to_numpy()
n = len(table)
marks = np.zeros(n, "u1")
marks[1:] = study[1:] != study[:-1]
marks[0] = 2
marks[1:][patient[1:] != patient[:-1]] = 2
assert (marks == 2).sum() == len(set(patient)) and (marks > 0).sum() == len(set(study))
(here / "chexpert-rows.bin.gz").write_bytes(gzip.compress(marks.tobytes(), mtime=0))

rest, test = train_test_split(np.arange(n), test_size=0.1, random_state=42)
golden = {"rows": n}
for name, validations in (("as-released", int(0.2 * len(rest))), ("80/10/10", round(0.1 * n))):
    order = randperm(len(rest), 42)
    train = rest[order[validations:]]
    split = np.zeros(n, "u1")
    split[rest[order[:validations]]] = 1
    split[test] = 2
    golden[name] = {
        "sha256": digest(split, "u1"),
        "counts": np.bincount(split).tolist(),
        "patients": float(np.isin(patient[test], patient[train]).mean()),
        "studies": float(np.isin(study[test], study[train]).mean()),
    }
write("split.json", golden)

runpy.run_path(str(here / "augmentation.py"))
