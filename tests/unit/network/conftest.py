"""
A town whose travel times can be told by eye.

     D ===North 1000 ms=== C        === both ways
     |                     ^        ^ v one way
     | West 2000 ms        | East 2000 ms
     v                     |
     A ===South 1000 ms=== B

The sides are a thousandth of a degree (111 m). Round the town, A-B-C-D-A, takes
6000 ms. A one-way loop of 600 ms begins and ends at C, by way of y and z.

A street is written as its places, its time and its name: "A=B 1000 South" is
driven both ways, "B>C 2000 East" from B to C only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from geoinspect.network import WAY_CLASSES, RoadNetwork, Snaps
from geoinspect.network.build import DirectedEdges, build_network
from geoinspect.network.polylines import lengths

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PLACES = {
    "A": (0.0, 0.0),
    "B": (0.001, 0.0),
    "C": (0.001, 0.001),
    "D": (0.0, 0.001),
    "x": (0.0005, -0.0005),
    "y": (0.0015, 0.0015),
    "z": (0.0005, 0.0015),
}

TOWN = (
    "A=B 1000 South",
    "B>C 2000 East",
    "D=C 1000 North",
    "D>A 2000 West",
    "C>y>z>C 600 Loop",
)


@pytest.fixture(scope="session")
def build() -> Callable[..., RoadNetwork]:
    """Build a network from streets as written above, residential unless told otherwise."""
    return _build


@pytest.fixture(scope="session")
def town() -> RoadNetwork:
    return _build(*TOWN)


@pytest.fixture(scope="session")
def positions() -> Callable[..., Snaps]:
    """Positions such as "South 0.25": a quarter of South Street, from A or D if it ends there."""
    return _positions


def _build(*streets: str, highway: Mapping[str, str] | None = None) -> RoadNetwork:
    lines, times, names = [], [], []
    for street in streets:
        way, time_ms, name = street.split()
        line = [PLACES[place] for place in way.replace("=", ">").split(">")]
        for each in [line] if ">" in way else [line, line[::-1]]:
            lines.append(each)
            times.append(int(time_ms))
            names.append(name)
    ends = sorted({end for line in lines for end in (line[0], line[-1])})
    known = ("", *sorted(set(names)))
    classes = [(highway or {}).get(name, "residential") for name in names]
    shape_lonlat = np.array([place for line in lines for place in line])
    shape_start = np.cumsum([0, *map(len, lines)])
    network, _ = build_network(
        DirectedEdges(
            node_lonlat=np.array(ends),
            tail=np.array([ends.index(line[0]) for line in lines]),
            head=np.array([ends.index(line[-1]) for line in lines]),
            length_m=lengths(shape_lonlat, shape_start),
            duration_ms=np.array(times),
            way_class=np.array([WAY_CLASSES.index(name) for name in classes]),
            name_index=np.array([known.index(name) for name in names]),
            names=known,
            shape_start=shape_start,
            shape_lonlat=shape_lonlat,
        )
    )
    return network


def _positions(network: RoadNetwork, *where: str) -> Snaps:
    names, shares = zip(*(each.split() for each in where), strict=True)
    # the first edge of a street begins at the node with the smaller index
    edge = [int(np.flatnonzero(network.name_index == network.names.index(n))[0]) for n in names]
    fraction = np.array(shares, float)
    ends = np.array([network.edge_lonlat(each)[[0, -1]] for each in edge])
    return Snaps(
        point_ids=np.array([f"P{number}" for number in range(len(where))]),
        edge=np.array(edge, np.int32),
        fraction=fraction,
        distance_m=np.zeros(len(where)),
        lonlat=ends[:, 0] + fraction[:, None] * (ends[:, 1] - ends[:, 0]),
        ok=np.ones(len(where), bool),
        code=np.full(len(where), ""),
    )
