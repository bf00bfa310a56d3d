"""What the map beside a list shows: tiles of the service, or a map service that is configured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoinspect.api.citytiles import current_tiles
from geoinspect.datum import from_wgs84
from geoinspect.errors import NotFoundError
from geoinspect.maps import OSM_ATTRIBUTION, bounds_around, read_style
from geoinspect.settings import NO_ONLINE_BASEMAP

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    import pandas as pd

    from geoinspect.cityfolder import CityFolder
    from geoinspect.messages import Language
    from geoinspect.settings import OnlineBasemap

_DEGREE_DIGITS = 6  # 0.1 m


def map_facts(
    folder: CityFolder,
    points: gpd.GeoDataFrame,
    translate: Callable[[str], str],
    language: Language,
    online: OnlineBasemap | None,
) -> dict[str, Any]:
    """
    Return what the script of the map needs besides the points.

    Parameters
    ----------
    folder
        The city.
    points
        All points that the reader may see; there may be none.
    translate, language
        Of the reader.
    online
        The map service to show instead of the city's own tiles, None for those.
    """
    ground = ground_facts(folder, language, has_tiles=online is None)
    return {
        **ground,
        "online": online and {"urls": online.addresses, "maxZoom": online.max_zoom},
        "attribution": _source(online, has_tiles=ground["tiles"] is not None),
        "bounds": bounds_around(positions_on(points, online), folder.districts()),
        "words": {
            "zoomIn": translate("Zoom in"),
            "zoomOut": translate("Zoom out"),
            "close": translate("Close"),
            "nobody": translate("nobody yet"),
        },
    }


def ground_facts(
    folder: CityFolder, language: Language, *, has_tiles: bool = True
) -> dict[str, Any]:
    """Return what a script needs to draw the city's own base map; `tiles` None without roads."""
    tiles = current_tiles(folder) if has_tiles else None
    address = "" if tiles is None else f"/tiles/{{z}}/{{x}}/{{y}}.mvt?version={tiles.fingerprint}"
    return {
        "tiles": tiles and {"url": address, "maxZoom": tiles.zooms[1]},
        "styles": {"light": read_style("basemap"), "dark": read_style("basemap-dark")},
        "hasDistricts": folder.districts() is not None,
        "language": language,
    }


def positions_on(points: gpd.GeoDataFrame, online: OnlineBasemap | None) -> list[list[float]]:
    """
    Return the positions of points as the base map wants them, as lon, lat.

    GCJ-02 moves every place by another distance, in one city by up to 40 m: each point is
    transformed by itself, never all by one shift.
    """
    lonlat = points.get_coordinates().to_numpy()
    there = from_wgs84(lonlat, "wgs84" if online is None else online.crs)
    return [[float(lon), float(lat)] for lon, lat in there.round(_DEGREE_DIGITS)]


def place_rows(
    table: pd.DataFrame, points: gpd.GeoDataFrame, online: OnlineBasemap | None
) -> list[list[Any]]:
    """List what the map shows of each point: id, name, category, unit, lon, lat."""
    kept = points.loc[table.index]
    facts = table[["name", "category", "unit"]].reset_index().to_numpy().tolist()
    return [[*row, *at] for row, at in zip(facts, positions_on(kept, online), strict=True)]


def chosen_online(folder: CityFolder, base: str) -> OnlineBasemap | None:
    """
    Return the map service if the reader chose it, None for the city's own base map.

    Raises
    ------
    NotFoundError
        If none is configured.
    """
    online = folder.settings.basemap.online
    if base != "online":
        return None
    if online is None:
        raise NotFoundError(NO_ONLINE_BASEMAP)
    return online


def _source(online: OnlineBasemap | None, *, has_tiles: bool) -> str:
    """Name who made the base map, and the number that approves a map for publication."""
    if online is None:
        return OSM_ATTRIBUTION if has_tiles else ""
    return " ".join(filter(None, (online.attribution, online.map_approval)))
