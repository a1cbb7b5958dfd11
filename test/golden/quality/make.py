"""Golden perceptual hashes: imagehash.phash of sample films and of changed copies, over the 32 x 32 picture that Pillow makes of each.

Run where Pillow and imagehash are installed: python make.py FOLDER_OF_FILMS > phash.json
"""
import io, json, pathlib, sys
import imagehash
from PIL import Image, ImageEnhance

def changed(film):
    width, height = film.size
    jpeg = io.BytesIO()
    film.save(jpeg, 'JPEG', quality=30)
    return {
        'film': film,
        'jpeg': Image.open(jpeg),
        'half': film.resize((width // 2, height // 2), Image.BICUBIC),
        'bright': ImageEnhance.Brightness(film).enhance(1.15),
        'dark': ImageEnhance.Brightness(film).enhance(0.8),
        'cropped': film.crop((width // 100, height // 100, width - width // 100, height - height // 100)),
    }

films = sorted(pathlib.Path(sys.argv[1]).rglob('*.jpg'))[::12]
golden = []
for path in films:
    for name, picture in changed(Image.open(path).convert('L')).items():
        small = picture.convert('L').resize((32, 32), Image.BILINEAR)
        golden.append({'film': path.parts[-3], 'change': name, 'small': small.tobytes().hex(), 'hash': str(imagehash.phash(small, hash_size=8, highfreq_factor=4))})
json.dump(golden, sys.stdout, indent=0)
