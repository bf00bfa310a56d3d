"""Streets that are closed for a day: the same network without some of its edges."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geoinspect.errors import InputError
from geoinspect.network.polylines import ranges
from geoinspect.network.snapping import snap

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoinspect.network.graph import RoadNetwork


def edges_named(network: RoadNetwork, street: str) -> NDArray[np.bool_]:
    """
    Tell which edges bear a street name, shape (m,).

    Raises
    ------
    InputError
        If none does.
    """
    if street not in network.names[1:]:
        raise InputError(
            "The road network knows no street {street!r}: write the name as the map does, or "
            "name a place on it by --closed-near LON,LAT.",
            street=street,
        )
    return np.asarray(network.name_index == network.names.index(street), np.bool_)


def edges_near(network: RoadNetwork, lonlat: tuple[float, float]) -> NDArray[np.bool_]:
    """
    Tell which edges are the street nearest to a place, in both directions, shape (m,).

    Raises
    ------
    InputError
        If there is no street near.
    """
    place = snap(network, [""], np.array([lonlat]))
    if not place.ok[0]:
        raise InputError(
            "There is no street near longitude {lon}, latitude {lat}: correct the place.",
            lon=lonlat[0],
            lat=lonlat[1],
        )
    edge = int(place.edge[0])
    return np.isin(np.arange(network.n_edges), (edge, network.reverse_edge[edge]))


def without_edges(network: RoadNetwork, closed: NDArray[np.bool_]) -> RoadNetwork:
    """
    Return the network without some edges; its nodes stay.

    What lay on a closed street is then nearest to another one, from where the last way
    is walked.

    Parameters
    ----------
    network
        Road network.
    closed
        Which edges to leave out, shape (m,).
    """
    kept = np.flatnonzero(~closed)
    first = network.shape_start[kept]
    start, vertex = ranges(first, network.shape_start[kept + 1] - first)
    edges = ("tail", "head", "length_m", "duration_ms", "way_class", "name_index")
    return replace(
        network,
        **{name: getattr(network, name)[kept] for name in edges},
        shape_start=start,
        shape_lonlat=network.shape_lonlat[vertex],
        hierarchy={},
    )
