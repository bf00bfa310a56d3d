"""
The base map of a city: drawn once, and again when its roads, districts or areas change.

Water, green and buildings are read from the city's extract once and kept beside the roads,
so that the base map can be drawn again without that file.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas
import shapely

from geoinspect.atomic import write_bytes
from geoinspect.maps import build_basemap, city_outline, read_areas

if TYPE_CHECKING:
    from collections.abc import Callable

    from geopandas import GeoDataFrame

    from geoinspect.cityfolder import CityFolder
    from geoinspect.maps import Areas
    from geoinspect.network import RoadNetwork

_PATTERN = "basemap-{key}.pmtiles"
AREAS_FILE = "areas.fgb"


def city_basemap(city: CityFolder, *, report: Callable[[str], None] | None = None) -> Path | None:
    """
    Return the base map of the present roads, districts and areas.

    Parameters
    ----------
    city
        The city.
    report
        Called with the name of the step if the map has to be drawn.

    Returns
    -------
    path
        PMTiles archive in the city's folder; None while the city has no roads.
    """
    if not city.network_path.is_file():
        return None
    network, districts = city.network(), city.districts()
    areas = city.path / AREAS_FILE
    path = city.path / _PATTERN.format(key=_fingerprint(network, districts, areas))
    if not path.is_file():
        if report is not None:
            report("Drawing the base map")
        # a folder of its own: two processes may draw at the same time
        with tempfile.TemporaryDirectory(dir=city.path, prefix=".part-") as folder:
            part = Path(folder) / path.name
            build_basemap(network, districts, part, areas=_kept_areas(areas)).replace(path)
        for old in city.path.glob(_PATTERN.format(key="*")):
            if old != path:
                old.unlink()
    return path


def kept_basemap(city: CityFolder) -> Path | None:
    """
    Return the base map that was drawn last, None if there is none.

    It may be of earlier roads or districts: to be sure, ask `city_basemap`, which reads
    both to tell.
    """
    kept = list(city.path.glob(_PATTERN.format(key="*")))
    # two only while a new one takes the place of the old
    return max(kept, key=lambda path: path.stat().st_mtime_ns, default=None)


@dataclass(frozen=True)
class BasemapState:
    """
    How the base map stands.

    Attributes
    ----------
    drawn_at, kilobytes
        Of the map that was drawn last; None if there is none.
    has_roads, has_areas
        Whether the city has roads, and water, green and buildings of an extract.
    is_current
        Whether no roads and no areas are newer than the map. Whether the districts are is told
        by drawing it again, which costs nothing if they are the same.
    """

    drawn_at: datetime | None
    kilobytes: int | None
    has_roads: bool
    has_areas: bool
    is_current: bool


def basemap_state(city: CityFolder) -> BasemapState:
    """Tell how the base map of a city stands, without reading any of it."""
    kept, areas = kept_basemap(city), city.path / AREAS_FILE
    sources = [path for path in (city.network_path, areas) if path.is_file()]
    facts = {"has_roads": city.network_path.is_file(), "has_areas": areas.is_file()}
    if kept is None:
        return BasemapState(None, None, is_current=False, **facts)
    drawn = kept.stat()
    return BasemapState(
        datetime.fromtimestamp(drawn.st_mtime, UTC),
        -(-drawn.st_size // 1000),
        is_current=all(path.stat().st_mtime <= drawn.st_mtime for path in sources),
        **facts,
    )


def keep_areas(city: CityFolder, file: Path) -> Areas:
    """
    Read water, green and buildings of the city from an extract, for every base map from now on.

    Parameters
    ----------
    city
        The city, with roads.
    file
        OpenStreetMap extract; it may be larger than the city.

    Returns
    -------
    areas
        What was read; an extract of roads alone has none.

    Raises
    ------
    InputError
        If the file is no OpenStreetMap file.
    NotFoundError
        If the city has no roads.
    """
    areas = read_areas(file, city_outline(city.network(), city.districts()))
    # the driver goes by the ending of a name, and takes no file that is there already
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / AREAS_FILE
        areas.table.to_file(
            part, driver="FlatGeobuf", engine="pyogrio", geometry_type="MultiPolygon"
        )
        write_bytes(city.path / AREAS_FILE, part.read_bytes())
    return areas


def _kept_areas(path: Path) -> GeoDataFrame | None:
    """Read the areas again, None if the city has none."""
    return geopandas.read_file(path, engine="pyogrio") if path.is_file() else None


def _fingerprint(network: RoadNetwork, districts: GeoDataFrame | None, areas: Path) -> str:
    """Short hash of everything the base map shows."""
    digest = hashlib.sha256(network.checksum.encode())
    if districts is not None:
        for shape, name in zip(shapely.to_wkb(districts.geometry), districts["name"], strict=True):
            digest.update(shape + str(name).encode())
    if areas.is_file():
        digest.update(areas.read_bytes())
    return digest.hexdigest()[:12]
