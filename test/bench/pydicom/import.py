"""The peer of sides/import.ts: every film of a folder to what a network sees, by a pool of two processes of pydicom, numpy and Pillow."""
import multiprocessing
import pathlib
import sys

import numpy as np
import pydicom
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'torch'))
from serve import serve, setting  # noqa: E402


def network_input(job):
    """As our own display shows a film without a window: from its 0.5th to its 99.5th percentile."""
    path, size = job
    pixels = pydicom.dcmread(path).pixel_array
    low, high = np.percentile(pixels, [0.5, 99.5])
    share = (pixels.astype(np.float32) - np.float32(low)) * np.float32(1 / (high - low))
    grey = (np.clip(share, 0, 1) * 255 + 0.5).astype(np.uint8)
    return np.asarray(Image.fromarray(grey).resize((size, size), Image.BILINEAR))


if __name__ == '__main__':
    options = setting()
    files = sorted(str(path) for path in pathlib.Path(options['folder']).iterdir())[: options['count']]
    with multiprocessing.Pool(options['workers']) as pool:
        jobs = [(path, options['size']) for path in files]
        first = pool.map(network_input, jobs[:1])[0]
        serve({'first': first.tobytes().hex()}, lambda: pool.map(network_input, jobs, chunksize=1))
