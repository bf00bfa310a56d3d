"""The same picture is known again after saving, brightening, mirroring and cropping."""

from __future__ import annotations

import io

import imagehash
import numpy as np
import pytest
from PIL import Image

from geoinspect.photos.likeness import (
    N_HASHES,
    THUMB_PX,
    correlation,
    distances,
    fingerprint,
    unpack,
)

from .scenes import as_jpeg, put_right, scene, used_again


def resaved(image: Image.Image, quality: int = 60) -> Image.Image:
    return Image.open(io.BytesIO(as_jpeg(image, quality=quality)))


def test_a_fingerprint_has_the_hash_of_the_whole_picture_first() -> None:
    image = scene(1).convert("L").resize((256, 192), Image.Resampling.BILINEAR)
    hashes = unpack([fingerprint(image)])
    assert hashes.shape == (1, N_HASHES)
    assert len(fingerprint(image)) == 8 * N_HASHES + THUMB_PX**2
    assert int(hashes[0, 0]) == int(str(imagehash.phash(image)), 16)


def test_distances_are_those_of_the_library_for_whole_pictures() -> None:
    images = [scene(k).convert("L").resize((256, 192)) for k in range(6)]
    hashes = unpack([fingerprint(image) for image in images])
    # without windows and mirror images only the first column is left to compare
    bits = distances(hashes[0, :1], hashes[:, :1])
    first = imagehash.phash(images[0])
    assert bits.tolist() == [first - imagehash.phash(image) for image in images]


@pytest.mark.parametrize("way", range(6))
def test_a_picture_used_again_is_nearest_to_its_origin(way: int) -> None:
    origins = [scene(k) for k in range(way, 60, 6)]
    hashes = unpack([fingerprint(resaved(image, 85)) for image in origins])
    for k, image in enumerate(origins):
        again = fingerprint(resaved(used_again(image, way + 6 * k)))
        assert distances(unpack([again])[0], hashes).argmin() == k
        assert correlation(again, fingerprint(image)) > 0.94


def test_a_photo_held_upside_down_is_the_same_picture() -> None:
    image, exif = scene(3), Image.Exif()
    exif[0x0112] = 3
    stream = io.BytesIO()
    image.rotate(180).save(stream, "JPEG", exif=exif)
    assert correlation(fingerprint(Image.open(stream)), fingerprint(image)) > 0.99


def test_other_pictures_and_new_ones_of_the_same_place_correlate_less() -> None:
    marks = [fingerprint(scene(k)) for k in range(12)]
    pairs = [correlation(marks[k], marks[m]) for k in range(12) for m in range(k)]
    assert max(pairs) < 0.94
    after = [correlation(fingerprint(put_right(scene(k), k)), marks[k]) for k in range(12)]
    assert max(after) < 0.985


def test_a_picture_of_nothing_is_not_compared() -> None:
    assert fingerprint(Image.new("RGB", (640, 480), (9, 9, 9))) == b""
    assert unpack([]).shape == (0, N_HASHES)
    nobody = unpack([])
    assert distances(np.zeros(N_HASHES, dtype=np.uint64), nobody).shape == (0,)
