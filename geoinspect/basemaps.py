"""The base map of a city: drawn once, and again when its roads or districts change."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import shapely

from geoinspect.maps import build_basemap

if TYPE_CHECKING:
    from collections.abc import Callable

    from geopandas import GeoDataFrame

    from geoinspect.cityfolder import CityFolder
    from geoinspect.network import RoadNetwork

_PATTERN = "basemap-{key}.pmtiles"


def city_basemap(city: CityFolder, *, report: Callable[[str], None] | None = None) -> Path | None:
    """
    Return the base map of the present roads and districts.

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
    path = city.path / _PATTERN.format(key=_fingerprint(network, districts))
    if not path.is_file():
        if report is not None:
            report("Drawing the base map")
        # a folder of its own: two processes may draw at the same time
        with tempfile.TemporaryDirectory(dir=city.path, prefix=".part-") as folder:
            build_basemap(network, districts, Path(folder) / path.name).replace(path)
        for old in city.path.glob(_PATTERN.format(key="*")):
            if old != path:
                old.unlink()
    return path


def _fingerprint(network: RoadNetwork, districts: GeoDataFrame | None) -> str:
    """Short hash of everything the base map shows."""
    digest = hashlib.sha256(network.checksum.encode())
    if districts is not None:
        for shape, name in zip(shapely.to_wkb(districts.geometry), districts["name"], strict=True):
            digest.update(shape + str(name).encode())
    return digest.hexdigest()[:12]
