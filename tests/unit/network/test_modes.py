"""The network of a car as a bicycle and a pedestrian travel it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geoinspect.errors import InputError
from geoinspect.network import INF_MS, for_mode, legs, snap, travel_times


def _street(network, name):
    return np.flatnonzero(network.name_index == network.names.index(name))


def test_a_car_keeps_its_network(town):
    assert for_mode(town, "car") is town


@pytest.mark.parametrize("mode", ["foot", "bicycle"])
def test_one_way_streets_hold_for_cars_only(town, positions, mode):
    snaps = positions(town, "East 0.75", "East 0.25")
    assert travel_times(town, snaps)[0, 1] == 5000  # round the town
    other = for_mode(town, mode, speed_kph=4.0)
    assert (other.reverse_edge >= 0).all()
    both = positions(other, "East 0.75", "East 0.25")
    half_s = 0.5 * other.length_m[_street(other, "East")[0]] / (4.0 / 3.6)
    assert travel_times(other, both)[0, 1] == pytest.approx(1000 * half_s, abs=1)


def test_times_are_lengths_by_the_speed(town):
    for mode, kph in (("foot", 4.5), ("bicycle", 12.0)):
        network = for_mode(town, mode)
        assert network.duration_ms == pytest.approx(network.length_m / kph * 3600, abs=0.5)


def test_the_way_back_runs_along_the_same_line(town):
    on_foot = for_mode(town, "foot")
    assert on_foot.n_edges == 2 * 5
    for edge, back in enumerate(on_foot.reverse_edge):
        assert on_foot.edge_lonlat(back).tolist() == on_foot.edge_lonlat(edge)[::-1].tolist()
        assert on_foot.length_m[back] == on_foot.length_m[edge]
        assert on_foot.name_index[back] == on_foot.name_index[edge]


@pytest.mark.parametrize("mode", ["foot", "bicycle"])
@pytest.mark.parametrize("way_class", ["motorway", "motorway_link"])
def test_nobody_walks_or_cycles_on_a_motorway(build, mode, way_class):
    town = build(
        "A=B 1 South", "B=C 1 East", "C=D 1 North", "D=A 1 West", highway={"East": way_class}
    )
    other = for_mode(town, mode)
    assert set(other.names) == {"", "South", "North", "West"}
    ends = snap(other, ["B", "C"], np.array([[0.001, 0.0], [0.001, 0.001]]))
    (way,) = legs(other, ends, [(0, 1)])
    assert list(way.streets) == ["South", "West", "North"]


def test_a_trunk_road_may_be_the_only_bridge(build):
    town = build("A=B 1 South", "B=C 1 Bridge", "C=D 1 North", highway={"Bridge": "trunk"})
    other = for_mode(town, "foot")
    assert "Bridge" in other.names
    ends = snap(other, ["A", "D"], np.array([[0.0, 0.0], [0.0, 0.001]]))
    assert travel_times(other, ends)[0, 1] < INF_MS


def test_what_only_a_motorway_leads_to_is_left_out_and_told(build):
    streets = ("A=B 1 South", "B=C 1 East", "C=D 1 North")
    town = build(*streets, "D=y 1 Far", highway={"North": "motorway"})
    reports = []
    other = for_mode(town, "foot", report=reports.append)
    # the far street is a little longer than the two at home
    assert set(other.names) in ({"", "South", "East"}, {"", "Far"})
    assert reports[0].n_edges == other.n_edges
    assert reports[0].n_edges_left_out == 6 - other.n_edges
    assert reports[0].length_left_out_km > 0


def test_the_checksum_follows_from_network_mode_and_speed(town, tmp_path):
    on_foot = for_mode(town, "foot")
    assert for_mode(replace(town), "foot").checksum == on_foot.checksum
    town.save(tmp_path / "town.gin")
    assert for_mode(type(town).load(tmp_path / "town.gin"), "foot").checksum == on_foot.checksum
    others = [town, for_mode(town, "bicycle"), for_mode(town, "foot", speed_kph=5)]
    assert len({on_foot.checksum, *(other.checksum for other in others)}) == 4
    slower_cars = replace(town, duration_ms=town.duration_ms + 1)
    assert for_mode(slower_cars, "foot").checksum == on_foot.checksum


@pytest.mark.parametrize("speed", [0.0, -3.0, float("nan"), float("inf")])
def test_a_speed_that_is_none_is_refused(town, speed):
    with pytest.raises(InputError, match="name a speed above 0"):
        for_mode(town, "foot", speed_kph=speed)


def test_a_car_is_given_no_speed(town):
    with pytest.raises(InputError, match="A car keeps the speeds of the streets"):
        for_mode(town, "car", speed_kph=30)


def test_nobody_walks_where_there_are_only_motorways(build):
    highway = dict.fromkeys(("South", "East"), "motorway")
    with pytest.raises(InputError, match="nothing but motorways"):
        for_mode(build("A=B 1 South", "B=C 1 East", highway=highway), "foot")
