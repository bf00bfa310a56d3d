"""What a patrol costs between its walks."""

from __future__ import annotations

import numpy as np
import pytest

from geoinspect.errors import InputError
from geoinspect.network import INF_MS
from geoinspect.patrol import walks as walks_module
from geoinspect.patrol.walks import lay_out

from .conftest import SIDE_M, lonlat

SIDE_MS = 1000 * SIDE_M


def _places(beat, walks, name):
    """Both places of the one walk along a street."""
    names = [beat.network.names[index] for index in beat.network.name_index[beat.streets.edge]]
    (walk,) = (k for k, segment in enumerate(walks.segment) if names[segment] == name)
    return walks.places[walk]


def test_a_walk_takes_its_length_by_the_speed_in_whole_seconds(beat, params):
    walks = lay_out(beat("A=B South", "B=C East"), params(inspect_kph=3.0))
    assert walks.service_s == pytest.approx([SIDE_M * 1.2] * 2, abs=1)
    assert (walks.problem(params()).service_ms == 1000 * walks.service_s).all()


def test_streets_that_meet_cost_nothing_in_between(beat, params):
    line = beat("A=B West", "B=E East")
    walks = lay_out(line, params())
    west, east = _places(line, walks, "West"), _places(line, walks, "East")
    between = walks.problem(params()).times_ms[np.ix_(west, east)]
    # one of the four pairs meets, one has both streets in between, two have one of them
    assert np.sort(between, axis=None) == pytest.approx([0, SIDE_MS, SIDE_MS, 2 * SIDE_MS], abs=3)


def test_a_walk_is_left_at_the_other_end_than_it_is_entered_at(beat, params):
    walks = lay_out(beat("A=B South", "B=C East"), params())
    there, back = walks.places.T
    assert (walks.entry[there] == walks.exit[back]).all()
    assert (walks.exit[there] == walks.entry[back]).all()
    assert (walks.entry[there] != walks.exit[there]).all()
    assert [walks.is_backward(place) for place in walks.places.ravel()] == [False, True] * 2


def test_both_sides_of_a_street_are_walked_there_and_back_for_nothing(beat, params):
    order = params(both_sides=True)
    walks = lay_out(beat("A=B South primary"), order)
    times_ms = walks.problem(order).times_ms
    (left_there, left_back), (right_there, right_back) = walks.places
    assert times_ms[left_there, right_back] == times_ms[right_back, left_there] == 0
    assert times_ms[left_there, right_there] == pytest.approx(SIDE_MS, abs=2)
    assert times_ms[right_back, left_back] == pytest.approx(SIDE_MS, abs=2)


def test_one_way_streets_do_not_hold_on_foot(beat, params):
    ring = beat("A>B South", "B>C East", "C>D North", "D>A West")
    walks = lay_out(ring, params())
    assert set(walks.times_ms) == {"foot"}
    assert (walks.times_ms["foot"] == walks.times_ms["foot"].T).all()
    assert walks.times_ms["foot"].max() <= 2 * SIDE_MS + 3


def test_a_car_is_taken_where_it_is_quicker(beat, params):
    line = beat("A=B South", "B=C East", "C=D North")
    order = params(move="car", walk_kph=3.6)
    walks = lay_out(line, order)
    south, north = _places(line, walks, "South"), _places(line, walks, "North")
    modes = {
        mode: leg.duration_ms
        for here in south
        for there in north
        for mode, leg in walks.ways([int(here), int(there)])
    }
    assert set(modes) == {"car"}
    slow_car = lay_out(line, params(move="car", walk_kph=36.0))
    assert {mode for mode, _ in slow_car.ways([int(south[0]), int(north[0])])} == {"foot"}


def test_a_car_at_the_end_of_a_one_way_street_need_not_come_through_it(beat, params):
    streets = beat("A=B South", "B>C East", "C>D North", "D>A West", "C=F Far")
    walks = lay_out(streets, params(move="car"))
    south, far = _places(streets, walks, "South"), _places(streets, walks, "Far")
    by_car = walks.times_ms["car"][np.ix_(walks.exit[south], walks.entry[far])]
    # from B by way of East to C, from A first along South; then along Far or not
    assert np.sort(by_car, axis=None).tolist() == [120_000, 240_000, 240_000, 360_000]


def test_the_depot_is_the_end_nearest_to_all_others_unless_told(beat, params):
    star = beat("A=B South", "B=E South", "B=C East")
    (depot,) = lay_out(star, params()).depots
    assert depot == pytest.approx(lonlat("B"), abs=1e-7)
    own = (lonlat("A"), lonlat("C"))
    assert lay_out(star, params(depots=own)).depots == own


def test_a_depot_far_from_every_street_is_refused(beat, params):
    with pytest.raises(InputError, match=r"The depot at longitude 1\.0, latitude 1\.0 is"):
        lay_out(beat(), params(depots=((1.0, 1.0),)))


def test_too_many_walks_are_refused(beat, params, monkeypatch):
    monkeypatch.setattr(walks_module, "MOST_PASSES", 5)
    with pytest.raises(InputError, match="6 walks are too many for one patrol, 5 at most"):
        lay_out(beat(), params())


def test_streets_beyond_a_motorway_are_out_of_reach_on_foot_but_not_by_car(beat, params):
    island = beat("A=B South", "B=E South", "D=A Bridge motorway", "D=C North")
    on_foot, by_car = lay_out(island, params()), lay_out(island, params(move="car"))
    places = _places(island, by_car, "North")
    assert (on_foot.problem(params()).times_ms[0, places] >= INF_MS).all()
    assert (by_car.problem(params()).times_ms[0, places] < INF_MS).all()
