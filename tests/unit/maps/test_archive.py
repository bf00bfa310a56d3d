"""Archives of tiles: joined layer by layer, cut to an extent and a size."""

from __future__ import annotations

import pytest

from geoinspect.errors import InputError
from geoinspect.maps.archive import (
    clip_archive,
    join_tiles,
    read_header,
    read_tiles,
    write_archive,
)

# around 118.8 E, 32.05 N: one tile a zoom, and at zoom 10 a neighbour to the east
TILES = {
    (8, 212, 103): b"a" * 10,
    (9, 424, 207): b"b" * 20,
    (10, 849, 415): bytes(range(256)) * 20,
    (10, 850, 415): b"far",
}
BOUNDS = (118.0, 31.5, 119.5, 32.5)
HERE = (118.79, 32.04, 118.81, 32.06)


@pytest.fixture
def archive():
    return write_archive(TILES, BOUNDS, {"attribution": "somebody"})


def test_what_is_written_is_read_again(archive):
    assert read_tiles(archive) == TILES
    header = read_header(archive)
    assert (header["min_zoom"], header["max_zoom"]) == (8, 10)
    assert header["min_lon_e7"] == 1_180_000_000


def test_the_same_tiles_are_the_same_bytes(archive):
    reversed_tiles = dict(reversed(TILES.items()))
    assert write_archive(reversed_tiles, BOUNDS, {"attribution": "somebody"}) == archive


def test_layers_are_joined_tile_by_tile():
    joined = join_tiles([{(8, 212, 103): b"roads"}, TILES])
    assert joined[8, 212, 103] == b"roads" + b"a" * 10
    assert joined.keys() == TILES.keys()


def test_clipping_keeps_what_touches_the_extent(archive):
    clipped = read_tiles(clip_archive(archive, HERE, max_bytes=100_000))
    assert clipped.keys() == TILES.keys() - {(10, 850, 415)}


def test_clipping_gives_up_the_highest_zoom_first(archive):
    small = clip_archive(archive, HERE, max_bytes=400)
    assert len(small) <= 400
    assert read_header(small)["max_zoom"] == 9


def test_nothing_fits_into_nothing(archive):
    assert clip_archive(archive, HERE, max_bytes=10) == b""


def test_an_extent_without_tiles_gives_nothing(archive):
    assert clip_archive(archive, (0.0, 0.0, 1.0, 1.0), max_bytes=100_000) == b""


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 a zip file", b"PMTiles cut off"])
def test_other_files_are_refused(content):
    with pytest.raises(InputError, match="PMTiles"):
        read_header(content)
