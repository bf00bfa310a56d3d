"""
A town near the equator on a grid with sides of 360 m: two minutes by car, six on foot.

     D --North-- C --Far-- F
     |           |
    West        East
     |           |
     A --South-- B --South-- E

A street is written as "A=B South" (two directions) or "A>B South" (one way), with its way
class behind it if it is not residential.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import networkx as nx
import pytest

from geoinspect.network import RoadNetwork
from geoinspect.patrol import Beat, PatrolParams
from geoinspect.shifts import read_shift
from geoinspect.targets import street_segments

if TYPE_CHECKING:
    from collections.abc import Callable

SIDE_M = 360.0
_STEP_DEG = SIDE_M / 111_319.49, SIDE_M / 110_574.28
PLACES = {"A": (0, 0), "B": (1, 0), "C": (1, 1), "D": (0, 1), "E": (2, 0), "F": (2, 1)}
TOWN = ("A=B South", "B=E South", "B=C East", "D=C North", "D=A West", "C=F Far")


@pytest.fixture
def town() -> Callable[..., RoadNetwork]:
    """Build a network from streets as written above."""
    return _build


@pytest.fixture
def beat() -> Callable[..., Beat]:
    """Streets to patrol: all those written, or those of the town."""
    return _beat


@pytest.fixture
def params() -> Callable[..., PatrolParams]:
    """Two teams from nine to ten who inspect and walk at a metre a second."""
    return _params


def lonlat(place: str) -> tuple[float, float]:
    x, y = PLACES[place]
    return x * _STEP_DEG[0], y * _STEP_DEG[1]


def _build(*streets: str) -> RoadNetwork:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(crs="epsg:4326")
    for place in PLACES:
        lon, lat = lonlat(place)
        graph.add_node(place, x=lon, y=lat)
    for street in streets or TOWN:
        way, name, *highway = street.split()
        facts = {
            "name": name,
            "highway": highway[0] if highway else "residential",
            "length": SIDE_M,
            "travel_time": 120.0,
        }
        graph.add_edge(way[0], way[2], **facts)
        if "=" in way:
            graph.add_edge(way[2], way[0], **facts)
    return RoadNetwork.from_networkx(graph)


def _beat(*streets: str) -> Beat:
    network = _build(*streets)
    return Beat("小镇", ZoneInfo("Asia/Shanghai"), network, street_segments(network))


def _params(shift: str = "09:00-10:00", **knobs: object) -> PatrolParams:
    plain = {"iterations": 100, "inspect_kph": 3.6, "walk_kph": 3.6}
    return PatrolParams(date(2026, 11, 23), 2, (read_shift(shift),), **{**plain, **knobs})  # type: ignore[arg-type]
