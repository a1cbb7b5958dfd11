"""Makes resources/fonts/XclassifierCJK.ttf, in which reports print Chinese, Japanese and Korean names.

python cjk.py DroidSansFallback.ttf DejaVuSans.ttf OUT.ttf    (fontTools 4)

DroidSansFallback.ttf is Debian's package fonts-droid-fallback (Apache License 2.0), cut down to what GB 2312, JIS X 0208, KS X 1001 and the
first level of Big5 hold: the characters of names. It has no Latin letters, so DejaVu Sans lends Latin, Greek, Cyrillic and punctuation: one font prints
a name in two scripts. Hints and layout tables go: a report is printed, not shown at nine pixels.
"""
import sys
import tempfile
from pathlib import Path

from fontTools import merge, subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem

droid, dejavu, out = map(Path, sys.argv[1:])


def characters(codec, rows):
    """Of a double-byte set, by its lead bytes."""
    held = set()
    for high in rows:
        for low in range(0x40, 0xFF):
            try:
                text = bytes([high, low]).decode(codec)
            except UnicodeDecodeError:
                continue
            held.update(map(ord, text))
    return held


euc = range(0xA1, 0xFF)
wanted = characters("gb2312", euc) | characters("euc_jp", euc) | characters("euc_kr", euc) | characters("big5", range(0xA1, 0xC7)) | set(range(0x3000, 0x3100)) | set(range(0xFF00, 0xFFF0))
letters = set(range(0x20, 0x530)) | set(range(0x1E00, 0x2070))


def reduced(path, unicodes):
    options = subset.Options(hinting=False, notdef_outline=True, layout_features=[], drop_tables=["GPOS", "GSUB", "GDEF", "FFTM", "MATH", "kern", "vhea", "vmtx", "gasp"])
    font = TTFont(path)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=unicodes)
    cutter.subset(font)
    scale_upem(font, 2048)
    return font


with tempfile.TemporaryDirectory() as folder:
    parts = []
    for name, path, unicodes in (("a", dejavu, letters), ("b", droid, wanted - letters)):
        parts.append(f"{folder}/{name}.ttf")
        reduced(path, unicodes).save(parts[-1])
    whole = merge.Merger().merge(parts)
names = {1: "Xclassifier CJK", 2: "Regular", 4: "Xclassifier CJK", 6: "XclassifierCJK", 0: "DejaVu Sans: Copyright (c) 2003 by Bitstream, Inc.; DejaVu changes are in public domain. Droid Sans Fallback: Copyright 2006-2010 Google Corp."}
whole["name"].names = []
for number, text in names.items():
    whole["name"].setName(text, number, 3, 1, 0x409)
whole["head"].created = whole["head"].modified = 0
whole["post"].formatType = 3.0
whole.recalcTimestamp = False
whole.save(out)
print(out, out.stat().st_size, len(whole.getBestCmap()))
