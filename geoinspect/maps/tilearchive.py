"""Read single tiles of a PMTiles archive: the file is mapped into memory, its directories kept."""

from __future__ import annotations

import gzip
import hashlib
import mmap
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pmtiles.tile import Compression, deserialize_directory, find_tile, zxy_to_tileid

from geoinspect.maps.archive import HEADER_BYTES, read_header

if TYPE_CHECKING:
    from pathlib import Path

#: A directory below the root holds some thousand tiles; that of a city has one or none.
_KEPT_DIRECTORIES = 64

#: A root, leaves and leaves of leaves; the format allows no more.
_MAX_DEPTH = 4


class _Span(NamedTuple):
    """Place of some bytes in the file."""

    start: int
    length: int


class TileArchive:
    """
    An open archive; any number of threads may read from it.

    Where the file is replaced by another, this one goes on showing the old tiles.

    Parameters
    ----------
    path
        PMTiles archive (version 3, https://github.com/protomaps/PMTiles) of vector tiles.

    Raises
    ------
    InputError
        If the file is no such archive.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            has_header = len(file.read(HEADER_BYTES)) == HEADER_BYTES
            self._bytes: mmap.mmap | bytes = (
                mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if has_header else b""
            )
        self._header = read_header(self._bytes[:HEADER_BYTES])
        self._directory = lru_cache(_KEPT_DIRECTORIES)(self._read_directory)

    @cached_property
    def fingerprint(self) -> str:
        """Short hash of the whole archive: another archive has another one."""
        return hashlib.sha256(self._bytes).hexdigest()[:16]

    @property
    def zooms(self) -> tuple[int, int]:
        """Lowest and highest zoom that has tiles."""
        return self._header["min_zoom"], self._header["max_zoom"]

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """
        Return the MVT message of a tile, None where the archive has none.

        Parameters
        ----------
        z, x, y
            Zoom, column from the west and row from the north of the Web Mercator grid.
        """
        packed = self.packed_tile(z, x, y)
        return None if packed is None else gzip.decompress(packed)

    def packed_tile(self, z: int, x: int, y: int) -> bytes | None:
        """Return the same packed by gzip, ready for `Content-Encoding: gzip`."""
        lowest, highest = self.zooms
        if not (lowest <= z <= highest and 0 <= x < 1 << z and 0 <= y < 1 << z):
            return None
        place = self._find(zxy_to_tileid(z, x, y))
        if place is None:
            return None
        content = self._read(place)
        is_packed = self._header["tile_compression"] == Compression.GZIP
        return content if is_packed else gzip.compress(content, mtime=0)

    def _find(self, tile_id: int) -> _Span | None:
        """Go down the directories to the place of a tile."""
        span = _Span(self._header["root_offset"], self._header["root_length"])
        for _ in range(_MAX_DEPTH):
            entry = find_tile(self._directory(span), tile_id)
            if entry is None:
                return None
            if entry.run_length:
                return _Span(self._header["tile_data_offset"] + entry.offset, entry.length)
            span = _Span(self._header["leaf_directory_offset"] + entry.offset, entry.length)
        return None

    def _read_directory(self, span: _Span) -> list[Any]:
        directory: list[Any] = deserialize_directory(self._read(span))
        return directory

    def _read(self, span: _Span) -> bytes:
        return bytes(self._bytes[span.start : span.start + span.length])
