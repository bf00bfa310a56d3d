"""Write pictures as PNG, with nothing but zlib, and the colours of a scale."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]


def palette_png(classes: Bytes, colours: Bytes) -> bytes:
    """
    Encode a picture of palette colours.

    Parameters
    ----------
    classes
        Index of the colour of each pixel, shape (rows, columns).
    colours
        Red, green, blue and opacity of each colour, shape (n <= 256, 4).

    Examples
    --------
    >>> palette_png(np.zeros((2, 3), np.uint8), np.zeros((1, 4), np.uint8))[1:4]
    b'PNG'
    """
    palette = ((b"PLTE", colours[:, :3].tobytes()), (b"tRNS", colours[:, 3].tobytes()))
    return _png(classes[:, :, np.newaxis], 3, palette)


def rgb_png(pixels: Bytes) -> bytes:
    """Encode a picture of red, green and blue, shape (rows, columns, 3)."""
    return _png(pixels, 2, ())


def data_uri(png: bytes) -> str:
    """Return a picture as a URI that holds it."""
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"


def colour_scale(stops: Sequence[str], opacity: Sequence[float], n: int) -> Bytes:
    """
    Interpolate a scale of `n` colours.

    Parameters
    ----------
    stops
        Colours as "#rrggbb", evenly spaced over the scale.
    opacity
        Opacities from 0 to 1, evenly spaced over the scale.

    Returns
    -------
    colours
        Red, green, blue and opacity, shape (n, 4).

    Examples
    --------
    >>> colour_scale(["#000000", "#ffffff"], [0, 1], 3).tolist()
    [[0, 0, 0, 0], [128, 128, 128, 128], [255, 255, 255, 255]]
    """
    at = np.linspace(0, 1, n)
    rgb = np.array([list(bytes.fromhex(stop.removeprefix("#"))) for stop in stops])
    bands = [*rgb.T, 255 * np.asarray(opacity)]
    columns = [np.interp(at, np.linspace(0, 1, len(band)), band) for band in bands]
    return np.round(np.column_stack(columns)).astype(np.uint8)


def _png(pixels: Bytes, colour_type: int, chunks: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Frame pixels of 8 bits a band, shape (rows, columns, bands), as a PNG file."""
    rows, columns, bands = pixels.shape
    header = struct.pack(">IIBBBBB", columns, rows, 8, colour_type, 0, 0, 0)
    # each line of the picture starts with its filter, 0 for none
    lines = np.pad(pixels.reshape(rows, columns * bands), ((0, 0), (1, 0)))
    body = (
        (b"IHDR", header),
        *chunks,
        (b"IDAT", zlib.compress(lines.tobytes(), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in body)


def _chunk(kind: bytes, body: bytes) -> bytes:
    """Frame one chunk with its length and checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
