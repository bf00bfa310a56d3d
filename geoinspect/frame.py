"""The frame of a day: the points that some route can visit, and what was left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoinspect.errors import InputError
from geoinspect.network import INF_MS, snap, travel_times

if TYPE_CHECKING:
    import geopandas as gpd

    from geoinspect.arrays import FloatArray, IntArray
    from geoinspect.network import RoadNetwork, Snaps

#: Digits behind the point of degrees, a centimetre: what a record holds is what is measured.
DIGITS = 7

#: Why a point leaves the frame, by code.
REASONS = {
    "BAD_GEOM": "The point has no usable coordinates.",
    "SNAP_TOO_FAR": "The nearest street is {distance_m} m away.",
    "OUT_OF_REACH": "The way there and back and one visit do not fit into the shift.",
}


@dataclass(frozen=True)
class Frame:
    """
    Points that can be visited, with the travel times between them.

    Attributes
    ----------
    points
        The points, sorted by id so that the order of a file plays no part.
    depot
        WGS-84 longitude and latitude where routes start and end.
    lonlat
        WGS-84 degrees of the points, shape (n, 2), rounded to `DIGITS`.
    times
        Travel times in milliseconds, shape (n + 1, n + 1); index 0 is the depot.
    excluded
        One entry a point that left the frame: `point_id`, `name`, `code` (a key of
        `REASONS`), `distance_m` to the nearest street and `reason`.
    """

    points: gpd.GeoDataFrame
    depot: tuple[float, float]
    lonlat: FloatArray
    times: IntArray
    excluded: list[dict[str, Any]]


def visitable_frame(
    points: gpd.GeoDataFrame,
    network: RoadNetwork,
    *,
    depot: tuple[float, float] | None,
    longest_ms: int,
    max_snap_distance_m: float,
) -> Frame:
    """
    Find the points that fit at least into a route of their own.

    Parameters
    ----------
    points
        Inspection points in WGS-84, indexed by point id.
    network
        Road network.
    depot
        WGS-84 longitude and latitude, or None for the point with the least mean
        travel time to and from all others.
    longest_ms
        Longest travel there and back in milliseconds, the shift less one visit.
    max_snap_distance_m
        Farthest distance between a point and a street.

    Raises
    ------
    InputError
        If no point is left, or the depot is far from every street.
    """
    points = points.sort_index()
    lonlat = np.column_stack((points.geometry.x, points.geometry.y)).round(DIGITS)
    snaps = snap(network, points.index.tolist(), lonlat, max_distance_m=max_snap_distance_m)
    if not snaps.ok.any():
        raise InputError(
            "None of the {n} points lies within {metres} m of a street of the road network: "
            "check that the network is of this city and that the datum of the points is right.",
            n=len(snaps),
            metres=round(max_snap_distance_m),
        )
    lon, lat = depot or _central(network, snaps, lonlat)
    depot = (round(lon, DIGITS), round(lat, DIGITS))
    snaps = _with_depot(network, points, lonlat, depot, max_snap_distance_m)
    times = travel_times(network, snaps)
    there_and_back = np.minimum(times[0], INF_MS) + np.minimum(times[:, 0], INF_MS)
    reachable = snaps.ok & (there_and_back <= longest_ms)
    position = np.flatnonzero(reachable)
    if len(position) < 2:
        raise InputError(
            "The shift is too short: no point can be reached, visited and left for the depot "
            "within it. Lengthen the shift or shorten the service time."
        )
    excluded = [_left_out(points.iloc[i - 1], snaps, int(i)) for i in np.flatnonzero(~reachable)]
    rows = position[1:] - 1
    times = times[np.ix_(position, position)]
    return Frame(points.iloc[rows], depot, lonlat[rows], times, excluded)


def _central(network: RoadNetwork, snaps: Snaps, lonlat: FloatArray) -> tuple[float, float]:
    """Position of the point with the least mean travel time to and from all others."""
    times = travel_times(network, snaps)[np.ix_(snaps.ok, snaps.ok)]
    central = np.flatnonzero(snaps.ok)[(times + times.T).sum(axis=1).argmin()]
    return float(lonlat[central, 0]), float(lonlat[central, 1])


def _with_depot(
    network: RoadNetwork,
    points: gpd.GeoDataFrame,
    lonlat: FloatArray,
    depot: tuple[float, float],
    max_snap_distance_m: float,
) -> Snaps:
    """Snap the depot, as number 0, and the points."""
    snaps = snap(
        network,
        ["", *points.index],
        np.vstack((depot, lonlat)),
        max_distance_m=max_snap_distance_m,
    )
    if not snaps.ok[0]:
        raise InputError(
            "The depot at longitude {lon}, latitude {lat} is {metres:.0f} m from the nearest "
            "street: correct it in geoinspect.toml or leave it out.",
            lon=depot[0],
            lat=depot[1],
            metres=float(snaps.distance_m[0]),
        )
    return snaps


def _left_out(point: Any, snaps: Snaps, i: int) -> dict[str, Any]:
    """Say why a point left the frame."""
    code = str(snaps.code[i]) or "OUT_OF_REACH"
    distance_m = float(snaps.distance_m[i])
    entry = {
        "point_id": str(point.name),
        "name": str(point["name"]),
        "code": code,
        "distance_m": round(distance_m, 1) if np.isfinite(distance_m) else None,
    }
    return entry | {"reason": REASONS[code].format(**entry)}
