"""Vector tiles in one PMTiles archive: join archives tile by tile, cut a piece out."""

from __future__ import annotations

import gzip
import io
from typing import TYPE_CHECKING, Any

import numpy as np
from pmtiles.reader import Reader, all_tiles
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from geoinspect.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Bounds = tuple[float, float, float, float]
Tile = tuple[int, int, int]

#: Length of the header of an archive.
HEADER_BYTES = 127


def read_tiles(archive: bytes) -> dict[Tile, bytes]:
    """
    Return the tiles of an archive by zoom, column and row, each a plain MVT message.

    Raises
    ------
    InputError
        If the bytes are no PMTiles archive of vector tiles.
    """
    header = read_header(archive)
    packed = header["tile_compression"] == Compression.GZIP
    tiles = all_tiles(_bytes_of(archive))  # type: ignore[no-untyped-call]
    return {tile: gzip.decompress(content) if packed else content for tile, content in tiles}


def read_header(archive: bytes) -> dict[str, Any]:
    """
    Return the header of an archive, among others its zooms and its bounds.

    Raises
    ------
    InputError
        If the bytes are no PMTiles archive of vector tiles.
    """
    if archive[:7] != b"PMTiles" or len(archive) < HEADER_BYTES:
        raise InputError(
            "The base map is no PMTiles archive: delete it, and the next map draws it anew."
        )
    header: dict[str, Any] = _open(archive).header()
    return header


def join_tiles(parts: Iterable[Mapping[Tile, bytes]]) -> dict[Tile, bytes]:
    """
    Join layers tile by tile.

    A tile is a protobuf message with repeated layers, so that the bytes of two tiles
    one after the other are the tile with the layers of both.

    Examples
    --------
    >>> join_tiles([{(0, 0, 0): b"ab"}, {(0, 0, 0): b"c", (1, 0, 1): b"d"}])
    {(0, 0, 0): b'abc', (1, 0, 1): b'd'}
    """
    joined: dict[Tile, bytes] = {}
    for part in parts:
        for tile, content in part.items():
            joined[tile] = joined.get(tile, b"") + content
    return joined


def write_archive(
    tiles: Mapping[Tile, bytes], bounds: Bounds, metadata: Mapping[str, Any]
) -> bytes:
    """
    Write plain MVT messages as one PMTiles archive; the same tiles give the same bytes.

    Parameters
    ----------
    tiles
        MVT messages by zoom, column, row; at least one.
    bounds
        West, south, east, north in WGS-84 degrees, for the header.
    metadata
        JSON values: `attribution`, and `vector_layers` for readers like GDAL and QGIS.
    """
    stream = io.BytesIO()
    writer: Any = Writer(stream)  # type: ignore[no-untyped-call]
    for tile in sorted(tiles, key=lambda tile: zxy_to_tileid(*tile)):
        writer.write_tile(zxy_to_tileid(*tile), gzip.compress(tiles[tile], 9, mtime=0))
    west, south, east, north = (round(degrees * 1e7) for degrees in bounds)
    header = {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_zoom": 0,
        "center_lon_e7": (west + east) // 2,
        "center_lat_e7": (south + north) // 2,
    }
    writer.finalize(header, dict(metadata))
    return stream.getvalue()


def clip_archive(archive: bytes, bounds: Bounds, *, max_bytes: int) -> bytes:
    """
    Keep the tiles that touch `bounds`, and as many zooms as fit into `max_bytes`.

    What is left out is the highest zoom first: a map draws on from the tiles below it
    ("overzoom"), with coarser lines.

    Parameters
    ----------
    archive
        PMTiles archive of vector tiles.
    bounds
        West, south, east, north in WGS-84 degrees.
    max_bytes
        Largest size of the result.

    Returns
    -------
    clipped
        PMTiles archive. With no tile in the bounds, or none that fits, it is empty
        (`b""`).

    Raises
    ------
    InputError
        If the bytes are no PMTiles archive of vector tiles.
    """
    header = read_header(archive)
    tiles = {tile: data for tile, data in read_tiles(archive).items() if _touches(tile, bounds)}
    metadata = _open(archive).metadata()
    for max_zoom in range(header["max_zoom"], header["min_zoom"] - 1, -1):
        kept = {tile: data for tile, data in tiles.items() if tile[0] <= max_zoom}
        clipped = write_archive(kept, bounds, metadata) if kept else b""
        if len(clipped) <= max_bytes:
            return clipped
    return b""


def _open(archive: bytes) -> Any:
    """Open an archive that lies in memory; the reader has no types."""
    return Reader(_bytes_of(archive))  # type: ignore[no-untyped-call]


def _bytes_of(archive: bytes) -> Callable[[int, int], bytes]:
    """Return the function that reads some bytes from an offset on."""
    return lambda offset, length: archive[offset : offset + length]


def _touches(tile: Tile, bounds: Bounds) -> bool:
    """Tell whether a tile overlaps the bounds."""
    zoom, column, row = tile
    west, south, east, north = bounds
    first_column, first_row = _tile_position(west, north, zoom)
    last_column, last_row = _tile_position(east, south, zoom)
    return first_column <= column <= last_column and first_row <= row <= last_row


def _tile_position(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Column and row of the tile that holds a position."""
    size = 2**zoom
    northing = np.arcsinh(np.tan(np.radians(lat))) / np.pi
    return int((lon + 180) / 360 * size), int((1 - northing) / 2 * size)
