"""Travel times in the town of conftest.py."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from geoinspect.network import INF_MS, travel_times

pytestmark = pytest.mark.parametrize("engine", ["cch", "scipy"])


def test_a_position_may_be_left_both_ways_of_a_two_way_street(town, positions, engine):
    snaps = positions(town, "South 0.25", "North 0.25", "East 0.5")
    assert travel_times(town, snaps, engine=engine).tolist() == [
        # east of South to B, East to C, three quarters of North to the west
        [0, 750 + 2000 + 750, 750 + 1000],
        # west end of North, down West, a quarter of South
        [250 + 2000 + 250, 0, 250 + 2000 + 1000 + 1000],
        # the rest of East, then North, or on round the town
        [1000 + 1000 + 2000 + 250, 1000 + 750, 0],
    ]


def test_a_one_way_street_is_driven_round_the_town_to_a_position_behind(town, positions, engine):
    snaps = positions(town, "East 0.75", "East 0.25")
    assert travel_times(town, snaps, engine=engine).tolist() == [[0, 5000], [1000, 0]]


def test_positions_on_one_two_way_street_are_reached_directly_both_ways(town, positions, engine):
    snaps = positions(town, "South 0.1", "South 0.8")
    assert travel_times(town, snaps, engine=engine).tolist() == [[0, 700], [700, 0]]


def test_leaving_a_street_can_be_quicker_than_driving_along_it(build, positions, engine):
    town = build("A=B 10000 Slow", "A=x=B 100 Quick")
    snaps = positions(town, "Slow 0.01", "Slow 0.99")
    assert travel_times(town, snaps, engine=engine)[0, 1] == 100 + 100 + 100


def test_of_parallel_streets_the_quicker_one_is_driven(build, positions, engine):
    streets = ("A=B 3000 South", "A=x=B 500 Bypass", "B=C 1000 East", "A=D 1000 West")
    for order in (streets, streets[::-1]):
        town = build(*order)
        snaps = positions(town, "West 0.5", "East 0.5")
        between = travel_times(town, snaps, engine=engine)
        assert between[0, 1] == between[1, 0] == 500 + 500 + 500


def test_a_position_on_one_of_two_parallel_streets_leaves_along_its_own(build, positions, engine):
    town = build("A=B 3000 South", "A=x=B 500 Bypass", "B=C 1000 East")
    snaps = positions(town, "South 0.5", "East 0.0")
    assert travel_times(town, snaps, engine=engine)[0, 1] == 1500


def test_a_one_way_street_beside_a_two_way_street_is_not_left_backwards(build, positions, engine):
    town = build("A>B 3000 South", "A=x=B 500 Bypass", "B=C 1000 East")
    snaps = positions(town, "South 0.5", "Bypass 0.0")
    assert travel_times(town, snaps, engine=engine).tolist() == [[0, 1500 + 500], [1500, 0]]


def test_a_loop_is_entered_and_left_at_its_only_junction(town, positions, engine):
    snaps = positions(town, "Loop 0.5", "North 1.0")
    assert travel_times(town, snaps, engine=engine).tolist() == [[0, 300], [300, 0]]


def test_parts_of_an_edge_add_up_to_the_edge(build, positions, engine):
    town = build("A=B 1001 South", "B=C 1000 East", "A=D 1000 West")
    snaps = positions(town, "West 0.0", "South 0.5", "East 0.0")
    west, middle, east = travel_times(town, snaps, engine=engine)
    assert west[1] + middle[2] == west[2] == 1001
    assert east[1] + middle[0] == east[0] == 1001


def test_both_edges_of_a_street_name_the_same_position(town, positions, engine):
    snaps = positions(town, "South 0.3", "North 0.3", "East 0.5")
    other = town.reverse_edge[snaps.edge]
    turned = replace(
        snaps,
        edge=np.where(other >= 0, other, snaps.edge),
        fraction=np.where(other >= 0, 1 - snaps.fraction, snaps.fraction),
    )
    assert (
        travel_times(town, turned, engine=engine).tolist()
        == travel_times(town, snaps, engine=engine).tolist()
    )


def test_a_position_that_is_not_ok_has_no_times_and_does_not_touch_the_others(
    town, positions, engine
):
    snaps = positions(town, "South 0.1", "South 0.5", "South 0.8")
    without = replace(snaps, ok=np.array([True, False, True]), edge=np.array([0, -1, 0], np.int32))
    times = travel_times(town, without, engine=engine)
    assert (times[1] == INF_MS).all()
    assert (times[:, 1] == INF_MS).all()
    assert times[0, 2] == 700


def test_no_positions_give_an_empty_matrix(town, positions, engine):
    snaps = positions(town, "South 0.1")
    nothing = replace(snaps, edge=snaps.edge[:0], fraction=snaps.fraction[:0], ok=snaps.ok[:0])
    assert travel_times(town, nothing, engine=engine).shape == (0, 0)


def test_threads_may_share_a_network(town, positions, engine):
    snaps = positions(town, *(f"{name} {k / 8}" for name in ("South", "East") for k in range(8)))
    expected = travel_times(town, snaps, engine=engine).tolist()
    with ThreadPoolExecutor(4) as pool:
        results = pool.map(lambda _: travel_times(town, snaps, engine=engine), range(40))
        assert all(result.tolist() == expected for result in results)
