"""Photos that nobody took: streets made of shapes and texture, and what people do to photos."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

if TYPE_CHECKING:
    from datetime import datetime

SIZE = (640, 480)


def scene(seed: int) -> Image.Image:
    """A street: sky, houses with windows, pavement, things lying about, and grain."""
    rng = np.random.default_rng(seed)
    horizon = int(rng.integers(120, 300))
    image = Image.new("RGB", SIZE, tuple(rng.integers(120, 255, 3).tolist()))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, horizon, *SIZE), fill=tuple(rng.integers(40, 160, 3).tolist()))
    for _ in range(int(rng.integers(3, 8))):
        left, width = int(rng.integers(-60, 600)), int(rng.integers(40, 220))
        top = int(rng.integers(0, horizon))
        colour = tuple(rng.integers(20, 235, 3).tolist())
        draw.rectangle((left, top, left + width, horizon + 40), fill=colour)
        for x in range(left + 8, left + width - 16, int(rng.integers(20, 45))):
            draw.rectangle((x, top + 12, x + 10, top + 30), fill=(30, 30, 40))
    for _ in range(int(rng.integers(4, 14))):
        x, y, r = (int(v) for v in (*rng.integers(0, SIZE), rng.integers(8, 70)))
        draw.ellipse((x - r, y - r, x + r, y + r), fill=tuple(rng.integers(0, 255, 3).tolist()))
    grain = np.asarray(image, dtype=np.float64) + rng.normal(0, 9, (SIZE[1], SIZE[0], 1))
    return Image.fromarray(grain.clip(0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1))


def put_right(image: Image.Image, seed: int) -> Image.Image:
    """The same place after the cleaning: another step to the side, other light, heap gone."""
    rng = np.random.default_rng(seed)
    angle, zoom = float(rng.uniform(1, 3)), float(rng.uniform(1.05, 1.12))
    turned = image.rotate(angle, resample=Image.Resampling.BICUBIC)
    width, height = int(SIZE[0] / zoom), int(SIZE[1] / zoom)
    x, y = int(rng.integers(0, SIZE[0] - width)), int(rng.integers(0, SIZE[1] - height))
    moved = turned.crop((x, y, x + width, y + height)).resize(SIZE)
    draw = ImageDraw.Draw(moved)
    left, top = int(rng.integers(80, 340)), int(rng.integers(180, 300))
    draw.rectangle(
        (left, top, left + 210, top + 150), fill=tuple(rng.integers(60, 200, 3).tolist())
    )
    return ImageEnhance.Brightness(moved).enhance(float(rng.uniform(0.8, 1.2)))


def used_again(image: Image.Image, seed: int) -> Image.Image:
    """What somebody does to an old photo so that it looks new."""
    rng = np.random.default_rng(seed)
    way = seed % 6
    if way == 0:
        return image
    if way == 1:
        return image.resize((int(SIZE[0] * 0.5), int(SIZE[1] * 0.5)))
    if way == 2:
        return ImageEnhance.Brightness(image).enhance(float(rng.uniform(0.75, 1.3)))
    if way == 3:
        return ImageEnhance.Contrast(image).enhance(float(rng.uniform(0.8, 1.3)))
    if way == 4:
        return ImageOps.mirror(image)
    width, height = (int(side * rng.uniform(0.76, 0.97)) for side in SIZE)
    x, y = int(rng.integers(0, SIZE[0] - width)), int(rng.integers(0, SIZE[1] - height))
    return image.crop((x, y, x + width, y + height))


def as_jpeg(
    image: Image.Image,
    *,
    quality: int = 85,
    taken_at: datetime | None = None,
    lonlat: tuple[float, float] | None = None,
) -> bytes:
    """Save as a phone does, with time and place, or as a messenger does, without."""
    exif = Image.Exif()
    if taken_at is not None:
        exif[0x0132] = f"{taken_at:%Y:%m:%d %H:%M:%S}"
        exif.get_ifd(0x8769)[0x9003] = f"{taken_at:%Y:%m:%d %H:%M:%S}"
    if lonlat is not None:
        gps = exif.get_ifd(0x8825)
        gps[1], gps[2] = "N", _sexagesimal(lonlat[1])
        gps[3], gps[4] = "E", _sexagesimal(lonlat[0])
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality, exif=exif)
    return stream.getvalue()


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    minutes = degrees % 1 * 60
    return float(int(degrees)), float(int(minutes)), round(minutes % 1 * 60, 4)
