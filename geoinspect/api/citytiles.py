"""The base map as the service shows it: drawn by the first who needs it, kept open for tiles."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from geoinspect.basemaps import city_basemap, kept_basemap
from geoinspect.maps import TileArchive

if TYPE_CHECKING:
    from pathlib import Path

    from geoinspect.cityfolder import CityFolder

# requests run in threads; two of them must not draw the same base map
_DRAWING = Lock()


def current_basemap(folder: CityFolder) -> Path | None:
    """Return the file of the base map, drawn by the first who asks after a change."""
    with _DRAWING:
        return city_basemap(folder)


def current_tiles(folder: CityFolder) -> TileArchive | None:
    """Return the base map of the present roads, districts and areas, None without roads."""
    path = current_basemap(folder)
    return None if path is None else _opened(path)


def kept_tiles(folder: CityFolder) -> TileArchive | None:
    """
    Return the base map that was drawn last; see `geoinspect.basemaps.kept_basemap`.

    A map asks for dozens of tiles at once: whether it is the present one is asked once,
    by the page (`current_tiles`), and not for each of them.
    """
    path = kept_basemap(folder)
    return current_tiles(folder) if path is None else _opened(path)


@lru_cache(8)
def _opened(path: Path) -> TileArchive:
    """Open an archive, which its name tells from any other; a few cities may share a process."""
    return TileArchive(path)
