"""What pydicom makes of every test file that its own wheel carries.

    python decode_peer.py OUT

Writes a JSON line a file to stdout and, where pydicom decodes it, all frames as little-endian float64 samples to OUT/<number>.
Palette colour is taken through its tables, since that is the picture. Needs pydicom 3 and pylibjpeg with all its plugins.
"""
import json
import pathlib
import sys
import warnings

import numpy as np
import pydicom
import pydicom.data
from pydicom.pixels import apply_color_lut

warnings.simplefilter('ignore')
ROOT = pathlib.Path(pydicom.data.__file__).parent
OUT = pathlib.Path(sys.argv[1])


def picture(ds):
    pixels = ds.pixel_array
    return apply_color_lut(pixels, ds) if ds.PhotometricInterpretation == 'PALETTE COLOR' else pixels


def describe(path, number):
    row = {'path': str(path), 'name': str(path.relative_to(ROOT)), 'patient': None, 'frames': 0}
    try:
        ds = pydicom.dcmread(path, force=True)
        row['patient'] = str(ds.get('PatientName', ''))
        if 'PixelData' not in ds:
            return {**row, 'outcome': 'no image', 'dicom': len(ds) > 0}
        pixels = picture(ds)
    except Exception as error:
        return {**row, 'outcome': 'refused', 'reason': f'{type(error).__name__}: {error}'.splitlines()[0][:120]}
    pixels.astype('<f8').tofile(OUT / str(number))
    return {**row, 'outcome': 'decoded', 'pixels': str(OUT / str(number)), 'frames': int(ds.get('NumberOfFrames', 1) or 1)}


files = sorted(p for folder in ('test_files', 'charset_files') for p in (ROOT / folder).rglob('*') if p.is_file())
for number, path in enumerate(files):
    print(json.dumps(describe(path, number)))
