"""Single tiles are those of the whole archive, without reading all of it."""

from __future__ import annotations

import gzip
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoinspect.errors import InputError
from geoinspect.maps import TileArchive
from geoinspect.maps.archive import read_tiles, write_archive

CHINA = (73.0, 18.0, 135.0, 54.0)


def test_every_tile_is_that_of_the_whole_archive(tinytown_basemap):
    archive = TileArchive(tinytown_basemap)
    tiles = read_tiles(tinytown_basemap.read_bytes())
    assert len(tiles) > 10
    for tile, content in tiles.items():
        assert archive.tile(*tile) == content
        assert gzip.decompress(archive.packed_tile(*tile) or b"") == content


@given(st.integers(-1, 40), st.integers(-5, 2**41), st.integers(-5, 2**41))
def test_there_is_nothing_where_the_archive_has_no_tile(tinytown_basemap, z, x, y):
    tiles = read_tiles(tinytown_basemap.read_bytes())
    assert TileArchive(tinytown_basemap).tile(z, x, y) == tiles.get((z, x, y))


def test_an_archive_with_leaf_directories_is_read_through_them(tmp_path):
    # contents of all lengths, so that the entries do not fit into the root
    sizes = np.random.default_rng(7).integers(1, 5000, (150, 150))
    tiles = {(9, x, y): sizes[x, y].tobytes() * int(sizes[x, y]) for x, y in np.ndindex(150, 150)}
    path = tmp_path / "many.pmtiles"
    path.write_bytes(write_archive(tiles, CHINA, {}))
    archive = TileArchive(path)
    assert archive._header["leaf_directory_length"] > 0
    for tile in [(9, 0, 0), (9, 149, 149), (9, 77, 3)]:
        assert archive.tile(*tile) == tiles[tile]
    assert archive.tile(9, 150, 150) is None


def test_many_may_read_at_once(tinytown_basemap):
    archive = TileArchive(tinytown_basemap)
    tiles = read_tiles(tinytown_basemap.read_bytes())
    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(lambda tile: archive.tile(*tile), list(tiles) * 20))
    assert read == list(tiles.values()) * 20


def test_the_fingerprint_changes_with_the_archive(tinytown_basemap, tmp_path):
    other = tmp_path / "other.pmtiles"
    other.write_bytes(write_archive({(6, 1, 1): b"tile"}, CHINA, {}))
    same = tmp_path / "same.pmtiles"
    same.write_bytes(tinytown_basemap.read_bytes())
    fingerprint = TileArchive(tinytown_basemap).fingerprint
    assert TileArchive(same).fingerprint == fingerprint != TileArchive(other).fingerprint


@pytest.mark.parametrize("content", [b"", b"PMTiles", b"GIF89a" * 100])
def test_a_file_that_is_no_archive_is_refused(tmp_path, content):
    path = tmp_path / "wrong.pmtiles"
    path.write_bytes(content)
    with pytest.raises(InputError, match="no PMTiles archive"):
        TileArchive(path)
