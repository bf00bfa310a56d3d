"""The frame of a day: the points that some route can visit, and what was left out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geoinspect.errors import InputError
from geoinspect.network import snap, travel_times

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from geoinspect.arrays import BoolArray, FloatArray, IntArray
    from geoinspect.network import RoadNetwork, Snaps
    from geoinspect.travel import Mode

Place = tuple[float, float]

#: Digits behind the point of degrees, a centimetre: what a record holds is what is measured.
DIGITS = 7

#: Why a point leaves the frame, by code.
REASONS = {
    "BAD_GEOM": "The point has no usable coordinates.",
    "SNAP_TOO_FAR": "The nearest street is {distance_m} m away.",
    "OUT_OF_REACH": "The way there and back and one visit do not fit into the shift.",
    "CLOSED": "No team is on duty during its opening hours.",
}

# so many points tell as well as all which of them lies in the middle
_SAMPLE_FOR_CENTRE = 1000


@dataclass(frozen=True)
class Frame:
    """
    Points near a street, and the places that their routes start from.

    Attributes
    ----------
    points
        The points, sorted by id so that the order of a file plays no part.
    depots
        WGS-84 longitude and latitude where routes start and end.
    lonlat
        WGS-84 degrees of the points, shape (n, 2), rounded to `DIGITS`.
    snaps
        Positions on streets by way of travelling: the depots, then the points.
    excluded
        One entry a point that left the frame: `point_id`, `name`, `code` (a key of
        `REASONS`), `distance_m` to the nearest street and `reason`.
    """

    points: gpd.GeoDataFrame
    depots: tuple[Place, ...]
    lonlat: FloatArray
    snaps: Mapping[Mode, Snaps]
    excluded: tuple[dict[str, Any], ...]

    def times_ms(self, network: RoadNetwork, mode: Mode = "car") -> IntArray:
        """Travel times between depots, which come first, and points; shape (d + n, d + n)."""
        return travel_times(network, self.snaps[mode])

    def depot_times_ms(self, network: RoadNetwork, mode: Mode, depot: int) -> IntArray:
        """Travel times from a depot to each point and back, shape (2, n)."""
        snaps, points = self.snaps[mode], np.arange(len(self.depots), len(self.snaps[mode]))
        there = travel_times(network, snaps, origins=np.array([depot]), destinations=points)
        back = travel_times(network, snaps, origins=points, destinations=np.array([depot]))
        return np.vstack((there, back.T))

    def keeping(self, is_kept: BoolArray, codes: Sequence[str]) -> Frame:
        """Leave points out, each with the code of the reason; masks of shape (n,)."""
        first = next(iter(self.snaps.values()))
        distance_m = first.distance_m[len(self.depots) :]
        left_out = [
            _left_out(self.points.iloc[i], codes[i], float(distance_m[i]))
            for i in np.flatnonzero(~is_kept).tolist()
        ]
        rows = np.concatenate((np.ones(len(self.depots), dtype=np.bool_), is_kept))
        return replace(
            self,
            points=self.points[is_kept],
            lonlat=self.lonlat[is_kept],
            snaps={mode: snaps.take(rows) for mode, snaps in self.snaps.items()},
            excluded=tuple(sorted((*self.excluded, *left_out), key=_id)),
        )


def near_streets(
    points: gpd.GeoDataFrame,
    networks: Mapping[Mode, RoadNetwork],
    *,
    depots: Sequence[Place | None] = (None,),
    max_snap_distance_m: float,
) -> Frame:
    """
    Find the points that lie near a street.

    Parameters
    ----------
    points
        Inspection points in WGS-84, indexed by point id.
    networks
        Road network by way of travelling.
    depots
        WGS-84 longitude and latitude; None for the point with the least mean travel time
        to and from the others.
    max_snap_distance_m
        Farthest distance between a point and a street.

    Raises
    ------
    InputError
        If no point is left, or a depot is far from every street.
    """
    points = points.sort_index()
    lonlat = np.column_stack((points.geometry.x, points.geometry.y)).round(DIGITS)
    ids = points.index.tolist()
    alone = {
        mode: snap(network, ids, lonlat, max_distance_m=max_snap_distance_m)
        for mode, network in networks.items()
    }
    is_near = np.logical_or.reduce([snaps.ok for snaps in alone.values()])
    if not is_near.any():
        raise InputError(
            "None of the {n} points lies within {metres} m of a street of the road network: "
            "check that the network is of this city and that the datum of the points is right.",
            n=len(points),
            metres=round(max_snap_distance_m),
        )
    mode = next(mode for mode, snaps in alone.items() if snaps.ok.any())
    found = [place or _central(networks[mode], alone[mode], lonlat) for place in depots]
    places = tuple((round(lon, DIGITS), round(lat, DIGITS)) for lon, lat in found)
    snaps = {
        mode: snap(
            network,
            [*("" for _ in places), *ids],
            np.vstack((places, lonlat)),
            max_distance_m=max_snap_distance_m,
        )
        for mode, network in networks.items()
    }
    _check_depots(places, snaps)
    codes = next(iter(alone.values())).code.tolist()
    return Frame(points, places, lonlat, snaps, ()).keeping(is_near, codes)


def _central(network: RoadNetwork, snaps: Snaps, lonlat: FloatArray) -> Place:
    """Position of the point with the least mean travel time to and from the others."""
    ok = np.flatnonzero(snaps.ok)
    others = ok[:: -(-len(ok) // _SAMPLE_FOR_CENTRE)]
    there = travel_times(network, snaps, origins=ok, destinations=others)
    back = travel_times(network, snaps, origins=others, destinations=ok)
    central = ok[(there + back.T).sum(axis=1).argmin()]
    return float(lonlat[central, 0]), float(lonlat[central, 1])


def _check_depots(depots: Sequence[Place], snaps: Mapping[Mode, Snaps]) -> None:
    """Refuse a depot that lies far from the streets of a way of travelling."""
    for found in snaps.values():
        for k, (lon, lat) in enumerate(depots):
            if not found.ok[k]:
                raise InputError(
                    "The depot at longitude {lon}, latitude {lat} is {metres:.0f} m from the "
                    "nearest street: correct it in geoinspect.toml or leave it out.",
                    lon=lon,
                    lat=lat,
                    metres=float(found.distance_m[k]),
                )


def _left_out(point: Any, code: str, distance_m: float) -> dict[str, Any]:
    """Say why a point left the frame."""
    entry = {
        "point_id": str(point.name),
        "name": str(point["name"]),
        "code": code,
        "distance_m": round(distance_m, 1) if np.isfinite(distance_m) else None,
    }
    return entry | {"reason": REASONS[code].format(**entry)}


def _id(entry: dict[str, Any]) -> str:
    return str(entry["point_id"])
