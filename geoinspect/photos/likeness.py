"""
Whether two photos show the same picture, after saving anew, brightening, cropping, mirroring.

A photo is known by perceptual hashes of 64 bits each ("pHash": the signs of the low
frequencies of its cosine transform, Zauner 2010, "Implementation and benchmarking of perceptual
image hash functions"), computed by `imagehash`: one of the whole, one of its mirror image, and
one of each of 27 windows. A picture cut from another looks like one of its windows. Pictures
whose hashes differ in few bits are then laid over each other as small grey pictures, shifted and
scaled until they correlate best: the same picture correlates almost wholly, another one of the
same place does not.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import imagehash
import numpy as np
from numpy.lib.stride_tricks import as_strided
from PIL import Image, ImageOps

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Cut = tuple[tuple[int, int], NDArray[np.float32], np.floating[Any]]

_BASE_PX = 256
_SCALES = (0.92, 0.84, 0.76)
_SHIFTS = (0.0, 0.5, 1.0)
#: Hashes of a photo: the whole, its mirror image, and the windows.
N_HASHES = 2 + len(_SCALES) * len(_SHIFTS) ** 2
#: Side of the small grey picture that is laid over another.
THUMB_PX = 40
_HASH_BYTES = 8 * N_HASHES
#: Sides, of `THUMB_PX`, that somebody may have cut a picture down to: for a first look, and all.
_FEW_SIDES, _ALL_SIDES = (29, 33, 37, 40), tuple(range(29, THUMB_PX + 1))
#: Correlation at the first look below which no other side is tried.
_WORTH_A_CLOSER_LOOK = 0.75
#: Standard deviation of the grey values, of 255, below which a picture shows nothing.
_FLAT = 4.0


def fingerprint(image: Image.Image) -> bytes:
    """
    Return the hashes of a photo, b"" for one that shows nothing, such as a dark room.

    Returns
    -------
    fingerprint
        `N_HASHES` unsigned integers of 64 bits, little end first, then `THUMB_PX` squared grey
        values.
    """
    upright = ImageOps.exif_transpose(image)
    small = upright.convert("L")
    small.thumbnail((_BASE_PX, _BASE_PX), Image.Resampling.BILINEAR)
    if float(np.asarray(small).std()) < _FLAT:
        return b""
    pictures = [small, ImageOps.mirror(small), *_windows(small)]
    hashes = np.array([_phash(picture) for picture in pictures], dtype="<u8").tobytes()
    return hashes + small.resize((THUMB_PX, THUMB_PX), Image.Resampling.BOX).tobytes()


def _windows(image: Image.Image) -> Iterator[Image.Image]:
    """Cut out what somebody might cut out: the corners, edges and middle at three sizes."""
    for scale in _SCALES:
        width, height = round(image.width * scale), round(image.height * scale)
        for down in _SHIFTS:
            for right in _SHIFTS:
                x = round((image.width - width) * right)
                y = round((image.height - height) * down)
                yield image.crop((x, y, x + width, y + height))


def _phash(image: Image.Image) -> int:
    """Pack a perceptual hash into an integer."""
    return int(str(imagehash.phash(image)), 16)


def unpack(fingerprints: Sequence[bytes]) -> NDArray[np.uint64]:
    """Return the hashes of photos, shape (n, N_HASHES); none of them may be empty."""
    joined = b"".join(each[:_HASH_BYTES] for each in fingerprints)
    flat = np.frombuffer(joined, dtype="<u8").astype(np.uint64)
    return flat.reshape(len(fingerprints), N_HASHES)


def distances(one: NDArray[np.uint64], many: NDArray[np.uint64]) -> NDArray[np.int64]:
    """
    Compare a photo with many: the fewest differing bits of any part against the whole.

    Parameters
    ----------
    one
        Hashes of the photo, shape (N_HASHES,).
    many
        Hashes of the others, shape (n, N_HASHES).

    Returns
    -------
    bits
        Shape (n,), 0 to 64.
    """
    parts_of_many = np.bitwise_count(many ^ one[0]).min(axis=1)
    parts_of_one = np.bitwise_count(many[:, :1] ^ one[None, :]).min(axis=1)
    bits: NDArray[np.int64] = np.minimum(parts_of_many, parts_of_one).astype(np.int64)
    return bits


def correlation(one: bytes, other: bytes) -> float:
    """
    Lay two pictures over each other, and return how well they correlate at best.

    Either may be a part of the other, or of its mirror image. Brightness and contrast play no
    part.

    Parameters
    ----------
    one, other
        Fingerprints.

    Returns
    -------
    correlation
        Up to 1 for the same picture.
    """
    first, second = (_thumb(each) for each in (one, other))
    mirrored = second[:, ::-1]
    pairs = [(first, second), (second, first), (first, mirrored), (mirrored, first)]
    fits = [_best_fit(whole, _few_cuts(part.tobytes(), _FEW_SIDES)) for whole, part in pairs]
    if max(fits) < _WORTH_A_CLOSER_LOOK:
        return max(fits)
    whole, part = pairs[fits.index(max(fits))]
    return _best_fit(whole, _cuts(part.tobytes(), _ALL_SIDES))


def _thumb(fingerprint: bytes) -> NDArray[np.uint8]:
    grey = np.frombuffer(fingerprint[_HASH_BYTES:], dtype=np.uint8)
    return grey.reshape(THUMB_PX, THUMB_PX)


def _best_fit(whole: NDArray[np.uint8], cuts: list[Cut]) -> float:
    """Shift a picture, cut down as somebody may have done, over the one it may stem from."""
    grey = whole.astype(np.float32)
    sums, squares = (_integral(whole.astype(np.int64) ** power) for power in (1, 2))
    best = -1.0
    for (height, width), one, norm in cuts:
        n, shape = height * width, (height, width)
        windows = _windows_of(grey, shape)
        covariance = (windows.reshape(-1, n) @ one).reshape(windows.shape[:2])
        spread = np.sqrt(_sums(squares, shape) - _sums(sums, shape) ** 2 / n)
        spread *= norm
        fits = np.divide(covariance, spread, out=np.zeros_like(spread), where=spread > 0)
        best = max(best, float(fits.max()))
    return best


def _cuts(part: bytes, sides: tuple[int, ...]) -> list[Cut]:
    """Make a picture smaller in all ways: shape, deviations from their mean, and their norm."""
    picture = Image.frombytes("L", (THUMB_PX, THUMB_PX), part)
    cuts = []
    for height in sides:
        for width in sides:
            small = np.asarray(picture.resize((width, height), Image.Resampling.BOX), np.float32)
            one = small - small.mean()
            cuts.append(((height, width), one.ravel(), np.linalg.norm(one)))
    return cuts


#: A photo is compared with many, one after another: what is made of it is kept meanwhile.
_few_cuts = lru_cache(maxsize=128)(_cuts)


def _windows_of(grey: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
    """Return all windows of a shape, as `sliding_window_view` does in many times the time."""
    free = tuple(side - own + 1 for side, own in zip(grey.shape, shape, strict=True))
    return as_strided(grey, free + shape, grey.strides * 2, writeable=False)


def _integral(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sum up from the corner, with a row and a column of zeros before."""
    return np.pad(values.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))


def _sums(integral: NDArray[np.int64], shape: tuple[int, int]) -> NDArray[np.int64]:
    """Return the sum over each window of a shape."""
    height, width = shape
    below, above = integral[height:], integral[:-height]
    return below[:, width:] - below[:, :-width] - above[:, width:] + above[:, :-width]
