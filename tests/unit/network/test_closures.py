"""A closed street is gone from the network, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from geoinspect.errors import InputError
from geoinspect.network import snap, travel_times
from geoinspect.network.closures import edges_named, edges_near, without_edges

if TYPE_CHECKING:
    from geoinspect.network import RoadNetwork


def test_closing_nothing_changes_nothing(tinytown_network: RoadNetwork) -> None:
    nothing = np.zeros(tinytown_network.n_edges, dtype=np.bool_)
    assert without_edges(tinytown_network, nothing).checksum == tinytown_network.checksum


def test_the_edges_that_stay_keep_their_lines(tinytown_network: RoadNetwork) -> None:
    closed = edges_named(tinytown_network, tinytown_network.names[1])
    rest = without_edges(tinytown_network, closed)
    kept = np.flatnonzero(~closed)
    assert rest.n_edges == len(kept) < tinytown_network.n_edges
    for new, old in enumerate(kept.tolist()):
        assert np.array_equal(rest.edge_lonlat(new), tinytown_network.edge_lonlat(old))


def test_a_place_closes_both_directions_of_its_street_and_no_way_gets_quicker(
    tinytown_network: RoadNetwork,
) -> None:
    edge = int(np.flatnonzero(tinytown_network.reverse_edge >= 0)[0])
    lon, lat = tinytown_network.edge_lonlat(edge).mean(axis=0)
    closed = edges_near(tinytown_network, (float(lon), float(lat)))
    assert closed.sum() == 2
    rest = without_edges(tinytown_network, closed)
    places = snap(rest, ["a", "b", "c"], tinytown_network.node_lonlat[[0, 20, 40]])
    before = snap(tinytown_network, ["a", "b", "c"], places.lonlat)
    assert (travel_times(rest, places) >= travel_times(tinytown_network, before)).all()


def test_an_unknown_street_and_a_distant_place_are_refused(tinytown_network: RoadNetwork) -> None:
    with pytest.raises(InputError, match="knows no street ''"):
        edges_named(tinytown_network, "")
    with pytest.raises(InputError, match="no street near longitude 0"):
        edges_near(tinytown_network, (0.0, 0.0))
