"""Ways through the town of conftest.py."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geoinspect.errors import NetworkError
from geoinspect.network import legs, travel_times

pytestmark = pytest.mark.parametrize("engine", ["cch", "scipy"])

SIDE_M = 111.0
"""Side of the town in metres, within a per cent."""


def test_a_leg_follows_the_road_and_names_its_streets(town, positions, engine):
    snaps = positions(town, "South 0.5", "North 0.5")
    (leg,) = legs(town, snaps, [(0, 1)], engine=engine)
    assert leg.duration_ms == 500 + 2000 + 500
    assert leg.lonlat.round(9).tolist() == [
        [0.0005, 0],
        [0.001, 0],
        [0.001, 0.001],
        [0.0005, 0.001],
    ]
    assert leg.length_m == pytest.approx(2 * SIDE_M, rel=0.01)
    assert leg.streets == ("South", "East", "North")
    assert [town.names[name] for name in town.name_index[leg.edges]] == ["South", "East", "North"]


def test_a_leg_along_one_street_is_a_part_of_it_in_either_direction(town, positions, engine):
    snaps = positions(town, "South 0.2", "South 0.7")
    there, back = legs(town, snaps, [(0, 1), (1, 0)], engine=engine)
    assert there.duration_ms == back.duration_ms == 500
    assert there.lonlat.tolist() == back.lonlat[::-1].tolist()
    assert there.length_m == pytest.approx(SIDE_M / 2, rel=0.01)
    assert back.length_m == pytest.approx(there.length_m)
    assert there.streets == back.streets == ("South",)
    assert town.reverse_edge[there.edges].tolist() == back.edges.tolist()


def test_a_leg_to_a_position_behind_goes_round_the_town(town, positions, engine):
    snaps = positions(town, "East 0.75", "East 0.25")
    (leg,) = legs(town, snaps, [(0, 1)], engine=engine)
    assert leg.streets == ("East", "North", "West", "South", "East")
    assert leg.lonlat[[0, -1]].tolist() == snaps.lonlat.tolist()
    assert leg.length_m == pytest.approx(3.5 * SIDE_M, rel=0.01)


def test_a_bend_of_the_road_is_in_the_line_unless_it_is_cut_off(build, positions, engine):
    town = build("A=x=B 1000 Bypass", "B=C 1000 East")
    snaps = replace(
        positions(town, "Bypass 0.25", "Bypass 0.75", "East 0.0"),
        lonlat=np.array([[0.00025, -0.00025], [0.00075, -0.00025], [0.001, 0]]),
    )
    over_the_bend, behind_it = legs(town, snaps, [(0, 1), (1, 2)], engine=engine)
    assert over_the_bend.lonlat.tolist() == [
        [0.00025, -0.00025],
        [0.0005, -0.0005],
        [0.00075, -0.00025],
    ]
    assert behind_it.lonlat.tolist() == [[0.00075, -0.00025], [0.001, 0]]


def test_a_leg_from_a_corner_does_not_touch_the_street_it_turns_its_back_on(
    town, positions, engine
):
    snaps = positions(town, "South 1.0", "East 0.5")
    (leg,) = legs(town, snaps, [(0, 1)], engine=engine)
    assert leg.streets == ("East",)
    assert len(leg.lonlat) == 2


def test_a_leg_to_the_same_place_takes_no_time_and_is_that_place_twice(town, positions, engine):
    snaps = positions(town, "South 0.5", "South 0.5")
    (leg,) = legs(town, snaps, [(0, 1)], engine=engine)
    assert (leg.duration_ms, leg.length_m) == (0, 0.0)
    assert leg.lonlat.tolist() == snaps.lonlat.tolist()


def test_a_corner_is_one_place_whichever_street_names_it(town, positions, engine):
    snaps = positions(town, "South 1.0", "East 0.0")
    (leg,) = legs(town, snaps, [(0, 1)], engine=engine)
    assert (leg.duration_ms, leg.length_m, leg.streets) == (0, 0.0, ())
    assert leg.lonlat.tolist() == [[0.001, 0], [0.001, 0]]


def test_streets_without_a_name_are_left_out_and_neighbours_of_one_name_merged(
    build, positions, engine
):
    town = build("A=D 1000 Ring", "A=B 1000 Ring", "B=C 1000 Lane", "C=y 1000 Ring")
    unnamed = replace(town, names=tuple(name.replace("Lane", "") for name in town.names))
    nothing = unnamed.names.index("", 1)
    unnamed = replace(
        unnamed, name_index=np.where(unnamed.name_index == nothing, 0, unnamed.name_index)
    )
    snaps = positions(unnamed, "Ring 0.5", "Ring 0.5")
    far_end = int(np.flatnonzero(unnamed.head == unnamed.n_nodes - 1)[0])
    snaps = replace(snaps, edge=np.array([snaps.edge[0], far_end], np.int32))
    (leg,) = legs(unnamed, snaps, [(0, 1)], engine=engine)
    assert len(leg.edges) == 4
    assert leg.streets == ("Ring",)


def test_legs_come_in_the_order_of_the_pairs_with_the_times_of_the_matrix(town, positions, engine):
    snaps = positions(town, "South 0.5", "North 0.1", "East 0.9", "Loop 0.3", "West 0.5")
    times = travel_times(town, snaps, engine=engine)
    pairs = [(i, j) for i in range(5) for j in range(5)]
    found = legs(town, snaps, pairs, engine=engine)
    assert [(leg.origin, leg.destination) for leg in found] == pairs
    assert [leg.duration_ms for leg in found] == times.ravel().tolist()


def test_a_leg_to_a_position_that_is_not_ok_is_refused_by_name(town, positions, engine):
    snaps = replace(positions(town, "South 0.5", "North 0.1"), ok=np.array([True, False]))
    with pytest.raises(NetworkError, match="no way by road from P0 to P1"):
        legs(town, snaps, [(0, 1)], engine=engine)
