"""The peer of sides/import.ts: every film of a folder to what a network sees, by a pool of two processes of pydicom, numpy and Pillow."""
import multiprocessing
import os
import pathlib
import sys
import time

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


def cpu_seconds(pids):
    """Of this process and of the pool's, which are no children that ended (utime and stime of proc(5), after the name in brackets)."""
    ticks = 0
    for pid in pids:
        fields = pathlib.Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return time.process_time() + ticks / os.sysconf('SC_CLK_TCK')


if __name__ == '__main__':
    options = setting()
    files = sorted(str(path) for path in pathlib.Path(options['folder']).iterdir())[: options['count']]
    with multiprocessing.Pool(options['workers']) as pool:
        pids = [child.pid for child in multiprocessing.active_children()]
        jobs = [(path, options['size']) for path in files]
        first = pool.map(network_input, jobs[:1])[0]
        serve({'first': first.tobytes().hex()}, lambda: pool.map(network_input, jobs, chunksize=1), cpu_seconds=lambda: cpu_seconds(pids))
