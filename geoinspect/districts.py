"""
Find the district of every inspection point, and say where the answer is doubtful.

Borders are drawn by hand and points are clicked by hand, so a point a few metres
from a border may belong to the other side; overlapping and missing polygons happen.
None of that is decided silently: every point gets one of four statuses.

inside
    In exactly one district, no other district within the tolerance.
near-boundary
    In exactly one district, another one within the tolerance. A point on the very
    border counts for the smallest district id that it touches.
overlap
    In several districts at once; none of them is picked.
gap
    In no district; the nearest one is named, not assigned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from geoinspect.errors import InputError
from geoinspect.geometry import WGS84, LocalProjection

if TYPE_CHECKING:
    from collections.abc import Callable

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

STATUSES = ("inside", "near-boundary", "overlap", "gap")

# Between the district ids of the column `also`.
ID_SEPARATOR = ", "

# Files carry seven decimals of a degree, about a centimetre: closer is "on the border".
ON_BORDER_M = 0.01

# A border is straight in degrees and slightly bent in metres. Cut into pieces of about
# 200 m the bend stays below a millimetre, so that neighbours still share their border.
_PIECE_DEG = 0.002


class _Refusals(NamedTuple):
    """Why a table is not taken, in whole sentences that can be translated."""

    other_crs: str
    repeated_id: str
    no_geometry: str


_POINT_REFUSALS = _Refusals(
    "The points are not in WGS-84 but in {crs}; convert them first.",
    "The point id {id} occurs twice; give every point its own.",
    "Point {id} has no coordinates; complete it or leave it out.",
)
_DISTRICT_REFUSALS = _Refusals(
    "The districts are not in WGS-84 but in {crs}; convert them first.",
    "The district id {id} occurs twice; give every district its own.",
    "District {id} has no polygon; complete it or leave it out.",
)


def locate(
    points: GeoDataFrame,
    districts: GeoDataFrame,
    *,
    tolerance_m: float = 30.0,
    translate: Callable[[str], str] = str,
) -> pd.DataFrame:
    """
    Find the district of every point.

    All pairs of a point and a district within the tolerance come from one query of
    an STR tree in the metric plane of the districts. The order of the rows of either
    table plays no part.

    Parameters
    ----------
    points
        Inspection points in WGS-84, uniquely indexed by point id.
    districts
        Polygons in WGS-84, uniquely indexed by district id, with a column `name`.
    tolerance_m
        How close to another district a point is called near its boundary, in metres.
    translate
        Turns the English sentence of a reason into the reader's language.

    Returns
    -------
    located
        One row a point, in the order of `points`: `district_id` (None where it is
        an overlap or a gap), `status` (one of `STATUSES`), `also` (ids of the other
        districts concerned, in order, joined by ", "), `distance_m` (to the nearest
        other district; in a gap to the nearest district; NaN where none is within
        the tolerance) and `reason` (one sentence, empty where the status is inside).

    Raises
    ------
    InputError
        If there are no districts, ids repeat, a geometry is missing, a polygon
        crosses itself, or a table is not in WGS-84.

    Examples
    --------
    >>> from geoinspect.demo import tinytown
    >>> located = locate(tinytown.points(), tinytown.districts())
    >>> located.loc["TT08", ["district_id", "status", "also"]].tolist()
    ['D1', 'near-boundary', 'D2']
    >>> located.loc["TT08", "reason"]
    'The point lies in 西桥区 (D1), 15 m from 东禾区 (D2).'
    """
    if tolerance_m < 0:
        raise ValueError(f"tolerance_m must not be negative, got {tolerance_m}")
    _check_table(districts, _DISTRICT_REFUSALS)
    _check_table(points, _POINT_REFUSALS)
    if districts.empty:
        raise InputError("There are no districts; give a file with at least one polygon.")
    _check_borders(districts)
    districts = districts.sort_index()
    places, polygons = _in_metres(points, districts)
    pairs = _pairs_within(places, polygons, max(tolerance_m, ON_BORDER_M))
    pairs = pd.concat([pairs, _nearest_pairs(places, polygons, pairs)])
    located = _classify(pairs, len(points))
    return _in_words(located, pairs, points.index, districts, translate)


def _check_table(frame: GeoDataFrame, refusals: _Refusals) -> None:
    """Refuse a table that cannot be located: other CRS, repeated ids, no geometry."""
    if frame.crs is None or not frame.crs.equals(WGS84, ignore_axis_order=True):
        crs = "?" if frame.crs is None else frame.crs.name
        raise InputError(refusals.other_crs, crs=crs)
    if not frame.index.is_unique:
        raise InputError(refusals.repeated_id, id=frame.index[frame.index.duplicated()][0])
    missing = np.flatnonzero(frame.geometry.isna() | frame.geometry.is_empty)
    if missing.size:
        raise InputError(refusals.no_geometry, id=frame.index[missing[0]])


def _check_borders(districts: GeoDataFrame) -> None:
    """Refuse a polygon that crosses itself, and an id that breaks a list of ids."""
    # GEOS would mend a crossing silently when it cuts the border into pieces.
    crossing = np.flatnonzero(~districts.geometry.is_valid)
    if crossing.size:
        raise InputError(
            "The polygon of district {id} crosses itself; correct it in a map program.",
            id=districts.index[crossing[0]],
        )
    for district_id in districts.index:
        if ID_SEPARATOR.strip() in str(district_id):
            raise InputError(
                "The district id {id} has a comma in it; ids are listed with commas, rename it.",
                id=district_id,
            )


def _in_metres(
    points: GeoDataFrame, districts: GeoDataFrame
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Points and polygons in the metric plane around the districts."""
    borders = straight_pieces(districts.geometry.to_numpy())
    plane = LocalProjection.around(shapely.get_coordinates(borders))
    polygons = shapely.transform(borders, plane.to_xy)
    lonlat = shapely.get_coordinates(points.geometry.to_numpy())
    xy = plane.to_xy(lonlat)
    lost = np.flatnonzero(~np.isfinite(xy).all(axis=1))
    if lost.size:
        lon, lat = lonlat[lost[0]]
        raise InputError(
            "Point {id} at {lon}, {lat} is on the other side of the earth; check its coordinates.",
            id=points.index[lost[0]],
            lon=lon,
            lat=lat,
        )
    return np.asarray(shapely.points(xy), dtype=object), polygons


def _pairs_within(
    places: NDArray[np.object_], polygons: NDArray[np.object_], distance_m: float
) -> pd.DataFrame:
    """
    All pairs of a point and a district within a distance.

    `outside_m` is the distance to the polygon, 0 inside it; `deep` tells a point
    that lies inside and not on the border.
    """
    borders = shapely.boundary(polygons)
    shapely.prepare(polygons)
    shapely.prepare(borders)
    tree = shapely.STRtree(places)
    district, point = tree.query(polygons, predicate="dwithin", distance=distance_m)
    outside_m = np.zeros(len(point))
    out = ~shapely.intersects(polygons[district], places[point])
    outside_m[out] = shapely.distance(polygons[district[out]], places[point[out]])
    on_border = shapely.dwithin(borders[district], places[point], ON_BORDER_M)
    return pd.DataFrame(
        {
            "point": point,
            "district": district,
            "outside_m": outside_m,
            "deep": (outside_m == 0) & ~on_border,
            "touches": (outside_m == 0) | on_border,
        }
    )


def _nearest_pairs(
    places: NDArray[np.object_], polygons: NDArray[np.object_], pairs: pd.DataFrame
) -> pd.DataFrame:
    """Pair the points that have no district within reach with the nearest one."""
    lonely = np.setdiff1d(np.arange(len(places)), pairs["point"].to_numpy())
    segments, owner = _border_segments(polygons)
    (point, segment), outside_m = shapely.STRtree(segments).query_nearest(
        places[lonely], all_matches=True, return_distance=True
    )
    nearest = pd.DataFrame(
        {"point": lonely[point], "district": owner[segment], "outside_m": outside_m}
    ).sort_values(["point", "district"])
    return nearest.drop_duplicates("point").assign(deep=False, touches=False)


def _border_segments(
    polygons: NDArray[np.object_],
) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Straight segments of all borders, and the position of the polygon of each."""
    rings, owner = shapely.get_rings(polygons, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    joined = np.flatnonzero(ring[:-1] == ring[1:])
    segments = shapely.linestrings(np.stack((xy[joined], xy[joined + 1]), axis=1))
    return np.asarray(segments, dtype=object), owner[ring[joined]]


def _classify(pairs: pd.DataFrame, n_points: int) -> pd.DataFrame:
    """Status, district (-1 for none) and distance of every point, by position."""
    everyone = range(n_points)
    n_deep = pairs.groupby("point")["deep"].sum().reindex(everyone)
    home = _first_by_point(pairs[pairs["deep"]], everyone)
    home = home.where(home >= 0, _first_by_point(pairs[pairs["touches"]], everyone))
    home = home.where(n_deep < 2, -1)
    others = pairs[pairs["district"] != home.to_numpy()[pairs["point"]]]
    distance_m = others.groupby("point")["outside_m"].min().reindex(everyone)
    status = np.select(
        [n_deep >= 2, home < 0, distance_m.notna()],
        ["overlap", "gap", "near-boundary"],
        "inside",
    )
    return pd.DataFrame({"home": home, "status": status, "distance_m": distance_m})


def _first_by_point(pairs: pd.DataFrame, everyone: range) -> pd.Series[int]:
    """Smallest district of every point among `pairs`, -1 where there is none."""
    return pairs.groupby("point")["district"].min().reindex(everyone, fill_value=-1)


def _in_words(
    located: pd.DataFrame,
    pairs: pd.DataFrame,
    point_ids: pd.Index[str],
    districts: GeoDataFrame,
    translate: Callable[[str], str],
) -> pd.DataFrame:
    """Replace positions by ids and give the doubtful points their reasons."""
    home = located["home"].to_numpy()
    ids = districts.index.to_numpy(dtype=object)
    labels = [f"{name} ({key})" for key, name in zip(ids, districts["name"], strict=True)]
    others = _others(pairs, located)
    also = others.groupby("point")["district"].agg(
        lambda found: ID_SEPARATOR.join(map(str, ids[found]))
    )
    reasons = _reasons(located, others, np.asarray(labels, dtype=object), translate)
    return pd.DataFrame(
        {
            "district_id": pd.Series(np.where(home >= 0, ids[home], None), dtype=object),
            "status": located["status"],
            "also": also.astype(object).reindex(located.index, fill_value=""),
            "distance_m": located["distance_m"],
            "reason": reasons.astype(object).reindex(located.index, fill_value=""),
        }
    ).set_axis(point_ids, axis=0)


def _others(pairs: pd.DataFrame, located: pd.DataFrame) -> pd.DataFrame:
    """
    Pairs with a district that is not the point's own, in the order of the districts.

    In an overlap only those that the point lies in count.
    """
    home = located["home"].to_numpy()[pairs["point"]]
    overlaps = (located["status"] == "overlap").to_numpy()[pairs["point"]]
    others = pairs[(pairs["district"] != home) & (pairs["touches"] | ~overlaps)]
    return others.sort_values(["point", "district"])


def _reasons(
    located: pd.DataFrame,
    others: pd.DataFrame,
    labels: NDArray[np.object_],
    translate: Callable[[str], str],
) -> pd.Series[str]:
    """One sentence for every point that is not plainly inside, by position."""
    sentences = {
        "near-boundary": translate("The point lies in {home}, {distance} m from {others}."),
        "overlap": translate("The point lies in several districts at once: {others}."),
        "gap": translate("The point lies in no district; {nearest} is nearest, {distance} m away."),
    }
    ordered = others.sort_values(["outside_m", "district"], kind="stable")
    nearest = ordered.groupby("point")["district"].first()
    listed = others.groupby("point")["district"].agg(lambda found: ID_SEPARATOR.join(labels[found]))
    doubtful = located.loc[listed.index]
    sentence = [
        sentences[status].format(
            home=labels[home], nearest=labels[near], others=names, distance=metres(distance)
        )
        for status, home, near, names, distance in zip(
            doubtful["status"],
            doubtful["home"],
            nearest,
            listed,
            doubtful["distance_m"],
            strict=True,
        )
    ]
    return pd.Series(sentence, index=listed.index, dtype=object)


def straight_pieces(borders: NDArray[np.object_]) -> NDArray[np.object_]:
    """Cut borders in degrees into pieces so short that they stay straight in metres."""
    return np.asarray(shapely.segmentize(borders, _PIECE_DEG), dtype=object)


def metres(distance_m: float) -> str:
    """
    Write a distance the way people say it: decimetres below ten metres.

    Examples
    --------
    >>> metres(15.03), metres(0.42)
    ('15', '0.4')
    """
    return f"{distance_m:.0f}" if distance_m >= 10 else f"{distance_m:.1f}"
