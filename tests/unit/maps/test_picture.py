"""Pictures are PNG files that hold exactly the pixels they were given."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from geoinspect.maps.picture import colour_scale, data_uri, palette_png, rgb_png


def chunks(png):
    """Read the chunks of a PNG file, checking each checksum."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    found, at = {}, 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack(">I", png[at + 8 + length : at + 12 + length])
        assert checksum == zlib.crc32(kind + body)
        found[kind] = body
        at += 12 + length
    return found


def test_a_palette_picture_holds_its_classes():
    classes = np.array([[0, 1, 2], [2, 1, 0]], np.uint8)
    colours = np.array([[0, 0, 0, 0], [255, 0, 0, 128], [0, 0, 255, 255]], np.uint8)
    png = chunks(palette_png(classes, colours))
    assert struct.unpack(">IIBB", png[b"IHDR"][:10]) == (3, 2, 8, 3)
    assert png[b"PLTE"] == bytes([0, 0, 0, 255, 0, 0, 0, 0, 255])
    assert png[b"tRNS"] == bytes([0, 128, 255])
    assert zlib.decompress(png[b"IDAT"]) == bytes([0, 0, 1, 2, 0, 2, 1, 0])


def test_a_colour_picture_holds_its_bands():
    png = chunks(rgb_png(np.array([[[1, 2, 3], [4, 5, 6]]], np.uint8)))
    assert struct.unpack(">IIBB", png[b"IHDR"][:10]) == (2, 1, 8, 2)
    assert zlib.decompress(png[b"IDAT"]) == bytes([0, 1, 2, 3, 4, 5, 6])


def test_a_picture_travels_inside_the_page():
    assert data_uri(b"\x89PNG").startswith("data:image/png;base64,iVBORw")


def test_a_scale_passes_through_its_stops():
    colours = colour_scale(["#ff0000", "#00ff00", "#0000ff"], [0.0, 1.0], 5)
    assert colours[0].tolist() == [255, 0, 0, 0]
    assert colours[2].tolist() == [0, 255, 0, 128]
    assert colours[4].tolist() == [0, 0, 255, 255]
