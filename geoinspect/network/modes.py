"""
Who travels: the network of a car, seen by somebody on a bicycle or on foot.

What the network keeps of a street decides, so there are limits. Only streets that a car
may use are read: footpaths, cycleways, alleys with bollards and pedestrian zones are
missing, and a way on foot may be longer here than it is. Pavements and side lanes are
taken for granted on every street but motorways.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from geoinspect.errors import InputError
from geoinspect.network.build import DirectedEdges, build_network, durations
from geoinspect.network.graph import WAY_CLASSES
from geoinspect.network.polylines import ranges

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geoinspect.network.build import BuildReport
    from geoinspect.network.graph import RoadNetwork
    from geoinspect.travel import Mode

SPEEDS_KPH: dict[Mode, float] = {"bicycle": 12.0, "foot": 4.5}
"""Speeds in km/h with waiting at crossings; those of a car are in the network."""

MOTOR_ONLY = ("motorway", "motorway_link")
"""
Way classes closed to bicycles and pedestrians (Road Traffic Safety Law, art. 67).

Trunk roads are not among them: many bridges have no other way across, and without them
the two banks of a large river fall apart.
"""


def for_mode(
    network: RoadNetwork,
    mode: Mode,
    *,
    speed_kph: float | None = None,
    report: Callable[[BuildReport], None] | None = None,
) -> RoadNetwork:
    """
    Return the network as somebody travels it by car, by bicycle or on foot.

    A car keeps the network as it is. Bicycles, which ride both ways on the side lanes of
    Chinese streets, and pedestrians use every street but motorways, in both directions
    and at one speed. What they can no longer reach is left out, as by `read_network`.
    The same network, mode and speed give the same arrays, so the checksum of the result
    follows from that of `network`; applied twice it changes nothing more.

    Parameters
    ----------
    network
        Road network of a car.
    mode
        "car", "bicycle" or "foot".
    speed_kph
        Speed in km/h; that of `SPEEDS_KPH` by default. Not for a car.
    report
        Called with what was left out, unless for a car.

    Returns
    -------
    network
        `network` itself for a car, else a new one with nodes and edges of its own.

    Raises
    ------
    InputError
        If the speed is not above 0, or one is given for a car, or there is nothing but
        motorways.

    Examples
    --------
    >>> from geoinspect.demo import tinytown_folder
    >>> from geoinspect.network import read_network
    >>> by_car = read_network(tinytown_folder() / "streets.osm")
    >>> on_foot = for_mode(by_car, "foot", speed_kph=3.6)
    >>> bool((on_foot.reverse_edge >= 0).all()), bool((by_car.reverse_edge >= 0).all())
    (True, False)
    """
    if mode == "car":
        if speed_kph is not None:
            raise InputError(
                "A car keeps the speeds of the streets: leave out the speed of {speed_kph} km/h.",
                speed_kph=speed_kph,
            )
        return network
    speed_kph = SPEEDS_KPH[mode] if speed_kph is None else speed_kph
    if not (math.isfinite(speed_kph) and speed_kph > 0):
        raise InputError(
            "Nobody gets anywhere at {speed_kph} km/h: name a speed above 0.", speed_kph=speed_kph
        )
    if not open_to_all(network).any():
        raise InputError("The road network holds nothing but motorways: nobody may walk there.")
    other, built = build_network(_both_ways(network, speed_kph))
    if report:
        report(built)
    return other


def open_to_all(network: RoadNetwork) -> NDArray[np.bool_]:
    """Tell which edges are open to bicycles and pedestrians, shape (m,)."""
    closed = [WAY_CLASSES.index(name) for name in MOTOR_ONLY]
    return ~np.isin(network.way_class, closed)


def _both_ways(network: RoadNetwork, speed_kph: float) -> DirectedEdges:
    """Open edges in their order, then the way back along those that have none."""
    is_open = open_to_all(network)
    ahead = np.flatnonzero(is_open)
    back = np.flatnonzero(is_open & (network.reverse_edge < 0))
    back = back[[not _is_there_and_back(network, edge) for edge in back.tolist()]]
    edge = np.concatenate((ahead, back))
    is_back = np.repeat([False, True], [len(ahead), len(back)])
    first = network.shape_start[edge]
    count = network.shape_start[edge + 1] - first
    start, vertex = ranges(first, count, is_reversed=is_back)
    length_m = network.length_m[edge]
    return DirectedEdges(
        node_lonlat=network.node_lonlat,
        tail=np.where(is_back, network.head[edge], network.tail[edge]),
        head=np.where(is_back, network.tail[edge], network.head[edge]),
        length_m=length_m,
        duration_ms=durations(length_m, np.full(len(edge), speed_kph)),
        way_class=network.way_class[edge],
        name_index=network.name_index[edge],
        names=network.names,
        shape_start=start,
        shape_lonlat=network.shape_lonlat[vertex],
    )


def _is_there_and_back(network: RoadNetwork, edge: int) -> bool:
    """Tell whether a street leads back to its begin along itself: it is its own way back."""
    line = network.edge_lonlat(edge)
    return bool(network.tail[edge] == network.head[edge]) and np.array_equal(line, line[::-1])
