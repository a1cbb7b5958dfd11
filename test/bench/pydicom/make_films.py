"""Films as a digital detector makes them, out of smaller pictures: 2048 x 2500 pixels of 16 bits, uncompressed and as lossless JPEG 2000,
and as JPEG of 8 bits, which is how public sets hand on such films.

    python make_films.py SOURCES OUT COUNT [CODING ...]

SOURCES is a folder of PNG, JPEG or uncompressed DICOM, taken in turn; OUT gets a folder a coding: `raw` and `j2k` where none is named, or `jpeg`. Enlarged by
a cubic filter, with noise of a few levels of 65536, so that no two films are equal. What is there already is kept.
"""
import os
import pathlib
import sys

import numpy as np
import pydicom
from PIL import Image
from pydicom import uid
from pydicom.dataset import FileDataset, FileMetaDataset

ROWS, COLUMNS = 2500, 2048


def picture(path):
    if path.suffix.lower() in ('.png', '.jpg', '.jpeg'):
        return Image.open(path).convert('L')
    pixels = pydicom.dcmread(path).pixel_array.astype(np.float32)
    return Image.fromarray((255 * (pixels - pixels.min()) / max(1, np.ptp(pixels))).astype(np.uint8))


def film(path, number):
    wide = np.asarray(picture(path).convert('F').resize((COLUMNS, ROWS), Image.BICUBIC))
    noise = np.random.default_rng(number).normal(0, 8, wide.shape)
    return np.clip(wide * 256 + noise, 0, 65535).astype(np.uint16)


def dataset(pixels, number):
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    ds = FileDataset('', {}, file_meta=meta, preamble=bytes(128))
    ds.SOPClassUID = meta.MediaStorageSOPClassUID = uid.DigitalXRayImageStorageForPresentation
    ds.SOPInstanceUID = meta.MediaStorageSOPInstanceUID = f'2.25.1{number:05}'
    ds.StudyInstanceUID, ds.SeriesInstanceUID = f'2.25.2{number:05}', f'2.25.3{number:05}'
    ds.PatientName, ds.PatientID, ds.Modality = f'BENCH^{number}', f'BENCH-{number}', 'DX'
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, 'MONOCHROME2'
    ds.Rows, ds.Columns = pixels.shape
    ds.BitsAllocated = ds.BitsStored = 16
    ds.HighBit, ds.PixelRepresentation = 15, 0
    ds.PixelData = pixels.tobytes()
    ds['PixelData'].VR = 'OW'
    return ds


def write_raw(pixels, number, path):
    dataset(pixels, number).save_as(path, enforce_file_format=True)


def write_j2k(pixels, number, path):
    ds = dataset(pixels, number)
    ds.compress(uid.JPEG2000Lossless, generate_instance_uid=False)
    ds.save_as(path, enforce_file_format=True)


def write_jpeg(pixels, _number, path):
    Image.fromarray((pixels >> 8).astype(np.uint8)).save(path, 'JPEG', quality=95)


CODINGS = {'raw': ('dcm', write_raw), 'j2k': ('dcm', write_j2k), 'jpeg': ('jpg', write_jpeg)}
sources, out, count = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
codings = sys.argv[4:] or ['raw', 'j2k']
files = sorted(p for p in sources.rglob('*') if p.suffix.lower() in ('.png', '.jpg', '.jpeg', '.dcm'))
if not files:
    sys.exit(f'{sources} holds no pictures')
for folder in codings:
    (out / folder).mkdir(parents=True, exist_ok=True)
for number in range(count):
    targets = {coding: out / coding / f'{number:04}.{CODINGS[coding][0]}' for coding in codings}
    missing = {coding: path for coding, path in targets.items() if not path.exists()}
    if not missing:
        continue
    pixels = film(files[number % len(files)], number)
    for coding, path in missing.items():
        growing = path.with_suffix('.part')
        CODINGS[coding][1](pixels, number, growing)
        os.replace(growing, path)
