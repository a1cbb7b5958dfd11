"""Golden values of histogram equalisation: OpenCV's own, on random films of several contrasts; needs opencv-python-headless and numpy."""
import json
from pathlib import Path

import cv2
import numpy as np

rng = np.random.RandomState(5)
films = [
    rng.randint(0, 256, (12, 12)),
    np.clip(rng.normal(120, 20, (12, 12)), 0, 255),
    np.clip(rng.exponential(10, (12, 12)) + 30, 0, 255),
    np.full((12, 12), 77),
]
golden = [dict(pixels=film.astype(np.uint8).flatten().tolist(), equalised=cv2.equalizeHist(film.astype(np.uint8)).flatten().tolist()) for film in films]
Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")
