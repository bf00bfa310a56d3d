"""A walk along a part of a street: where it begins and where it leads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoinspect.targets.landmarks import COMPASS, compass
from geoinspect.targets.streets import lines_xy

if TYPE_CHECKING:
    from geoinspect.arrays import FloatArray
    from geoinspect.network import RoadNetwork
    from geoinspect.targets.landmarks import Landmark, Landmarks

_LOOK_AHEAD_M = 30.0
"""How far ahead somebody looks to tell the direction."""


@dataclass(frozen=True)
class Walk:
    """
    A walk along a part of a street.

    Attributes
    ----------
    street
        Name of the street, "" if it has none.
    start, end
        What is at the two ends of the street, in the direction of the walk.
    offset_m
        Way from the start of the street to where the walk begins, in metres.
    length_m
        Length of the walk.
    rest_m
        Way from where the walk ends to the end of the street.
    heading
        Direction where the walk begins, a word of `COMPASS`.
    """

    street: str
    start: Landmark
    end: Landmark
    offset_m: float
    length_m: float
    rest_m: float
    heading: str

    def side(self, hand: str) -> str:
        """Return the direction of the left or right hand where the walk begins."""
        turn = {"left": -2, "right": 2}[hand]
        return COMPASS[(COMPASS.index(self.heading) + turn) % len(COMPASS)]


def walk(network: RoadNetwork, landmarks: Landmarks, edge: int, begin: float, end: float) -> Walk:
    """
    Describe the walk along an edge from one fraction of it to another.

    Parameters
    ----------
    network, landmarks
        Roads, and what they are told by.
    edge
        The edge.
    begin, end
        Fractions from its tail; an end before the begin is a walk against the edge.
    """
    length_m = float(network.length_m[edge])
    street = network.names[network.name_index[edge]]
    nodes = [int(network.tail[edge]), int(network.head[edge])]
    behind, ahead = begin, 1 - end
    if end < begin:
        nodes.reverse()
        behind, ahead = 1 - begin, end
    return Walk(
        street=street,
        start=landmarks.at(nodes[0], street),
        end=landmarks.at(nodes[1], street),
        offset_m=length_m * behind,
        length_m=length_m * abs(end - begin),
        rest_m=length_m * ahead,
        heading=_heading(network, edge, begin, is_reversed=end < begin),
    )


def positions(
    network: RoadNetwork, edge: np.ndarray[tuple[int], np.dtype[np.int32]], fraction: FloatArray
) -> FloatArray:
    """Return places on edges as WGS-84 degrees, shape (n, 2)."""
    places = shapely.line_interpolate_point(lines_xy(network, edge), fraction, normalized=True)
    return network.projection.to_lonlat(shapely.get_coordinates(places))


def _heading(network: RoadNetwork, edge: int, begin: float, *, is_reversed: bool) -> str:
    """Direction of the next metres from a place on an edge."""
    (line,) = lines_xy(network, np.array([edge], np.int32))
    at_m = begin * line.length
    ahead_m = np.clip(at_m + (-1 if is_reversed else 1) * _LOOK_AHEAD_M, 0, line.length)
    here, there = (np.array(line.interpolate(m).coords[0]) for m in (at_m, ahead_m))
    return compass(there - here)
