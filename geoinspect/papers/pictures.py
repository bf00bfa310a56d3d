"""Photos as a paper takes them: upright, no larger than it prints, without what they tell."""

from __future__ import annotations

import io

from PIL import Image, ImageOps

from geoinspect.officialpaper import Picture
from geoinspect.photos.reading import OPAQUE, kind_of

#: Longest side: 76 mm at 300 dots an inch.
_PIXELS = 900
_QUALITY = 82
PHOTO_MM = 74.0


def as_picture(content: bytes, name: str) -> Picture | None:
    """
    Return a photo as a JPEG for a paper, None where its format cannot be looked into.

    Place and time within the file are left out: a paper goes through many hands.

    Parameters
    ----------
    content
        The file.
    name
        What it is called in an error.

    Raises
    ------
    InputError
        If it is no photo.
    """
    if kind_of(content, name) in OPAQUE:
        return None
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(content))).convert("RGB")
    image.thumbnail((_PIXELS, _PIXELS))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY)
    wide = min(1.0, image.width / image.height)
    return Picture(out.getvalue(), PHOTO_MM * wide)
