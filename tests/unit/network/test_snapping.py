"""Points tied to streets."""

from __future__ import annotations

import numpy as np
import pytest

from geoinspect.network import snap

M = 0.001 / 111
"""A metre in degrees, near enough at (0, 0)."""


def _street(network, snaps):
    return [network.names[network.name_index[edge]] for edge in snaps.edge]


def test_a_point_is_tied_to_the_nearest_position_of_the_nearest_street(town):
    snaps = snap(town, ["p"], np.array([[0.00025, 20 * M]]))
    assert _street(town, snaps) == ["South"]
    assert snaps.fraction == pytest.approx([0.25], abs=1e-6)
    assert snaps.lonlat == pytest.approx(np.array([[0.00025, 0]]), abs=1e-9)
    assert snaps.distance_m == pytest.approx([20], rel=0.01)
    assert (snaps.ok.tolist(), snaps.code.tolist()) == ([True], [""])


def test_of_the_two_edges_of_a_street_the_first_is_named(town):
    snaps = snap(town, ["p"], np.array([[0.0005, -10 * M]]))
    assert snaps.edge[0] < town.reverse_edge[snaps.edge[0]]


def test_of_equally_near_streets_the_one_with_the_smaller_edge_is_taken(town):
    corner = np.array([[0.001 + 10 * M, -10 * M]])
    snaps = snap(town, ["p"], corner)
    touching = [e for e in range(town.n_edges) if (town.edge_lonlat(e) == [0.001, 0]).all(1).any()]
    assert snaps.edge[0] == min(touching)


def test_a_point_too_far_away_is_marked_with_its_distance_and_stops_no_other(town):
    snaps = snap(town, ["far", "near"], np.array([[0.0005, -0.01], [0.0005, 0]]))
    assert snaps.ok.tolist() == [False, True]
    assert snaps.code.tolist() == ["SNAP_TOO_FAR", ""]
    assert snaps.distance_m[0] == pytest.approx(1106, rel=0.01)
    assert _street(town, snaps) == ["South", "South"]


def test_the_limit_of_the_distance_is_the_callers(town):
    point = np.array([[0.0005, -20 * M]])
    assert snap(town, ["p"], point, max_distance_m=25).ok.tolist() == [True]
    assert snap(town, ["p"], point, max_distance_m=15).code.tolist() == ["SNAP_TOO_FAR"]


def test_a_point_on_the_other_side_of_the_earth_is_too_far(town):
    snaps = snap(town, ["p", "q"], np.array([[180.0, 0.0], [90.0, 0.0]]))
    assert snaps.code.tolist() == ["SNAP_TOO_FAR", "SNAP_TOO_FAR"]


@pytest.mark.parametrize("lonlat", [(np.nan, 0), (0, np.nan), (np.inf, 0), (32.0, 118.0), (200, 0)])
def test_a_point_without_coordinates_on_earth_is_marked(town, lonlat):
    snaps = snap(town, ["bad", "good"], np.array([lonlat, (0.0005, 0)]))
    assert snaps.code.tolist() == ["BAD_GEOM", ""]
    assert np.isnan(snaps.distance_m[0])


def test_nobody_is_sent_to_stop_on_a_motorway(build):
    town = build("A=B 1000 South", "A=x=B 500 Motorway", highway={"Motorway": "motorway"})
    snaps = snap(town, ["p"], np.array([[0.0005, -0.0005]]))
    assert _street(town, snaps) == ["South"]


def test_a_network_of_motorways_offers_no_place_to_stop(build):
    town = build("A=B 1000 South", highway={"South": "motorway"})
    snaps = snap(town, ["p"], np.array([[0.0005, 0]]))
    assert (snaps.edge.tolist(), snaps.code.tolist()) == ([-1], ["SNAP_TOO_FAR"])
    assert snaps.distance_m.tolist() == [np.inf]


def test_a_lesser_street_is_preferred_to_a_trunk_road_that_is_a_little_nearer(build):
    town = build("A=B 1000 Trunk", "B=C 1000 East", "C=D 1000 North", highway={"Trunk": "trunk"})
    near_east, near_trunk = (0.001 - 40 * M, 10 * M), (0.0001, 10 * M)
    snaps = snap(town, ["p", "q"], np.array([near_east, near_trunk]))
    assert _street(town, snaps) == ["East", "Trunk"]


def test_a_trunk_road_within_the_limit_is_taken_before_a_street_beyond_it(build):
    town = build("A=B 1000 Trunk", "B=C 1000 East", highway={"Trunk": "trunk"})
    point = np.array([[0.001 - 40 * M, 10 * M]])
    snaps = snap(town, ["p"], point, max_distance_m=30)
    assert (_street(town, snaps), snaps.ok.tolist()) == (["Trunk"], [True])


def test_no_points_give_no_positions(town):
    snaps = snap(town, [], np.empty((0, 2)))
    assert len(snaps) == 0
    assert snaps.lonlat.shape == (0, 2)


def test_each_coordinate_needs_an_id(town):
    with pytest.raises(ValueError, match="1 point_ids for 2 coordinates"):
        snap(town, ["p"], np.zeros((2, 2)))
