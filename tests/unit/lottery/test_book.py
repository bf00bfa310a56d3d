"""A lottery book keeps every promise, with routes that fit the shift."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from geoinspect.lottery.book import BookParams, OverloadedZoneError, build_book
from geoinspect.lottery.calibration import calibrate, integer_weights
from geoinspect.lottery.candidates import all_subsets, draw_candidates, draw_candidates_through
from geoinspect.lottery.draw import WEIGHT_TOTAL
from geoinspect.lottery.pricing import price_routes
from geoinspect.lottery.routes import NO_STOP, RouteSet, Zone

from .conftest import MINUTE, make_zone

SMALL = BookParams(candidates=600, scouts=200)


def durations(routes: RouteSet, zone: Zone) -> np.ndarray:
    """Travel and service of each route, travel added up leg by leg."""
    total = []
    for row, size in zip(routes.stops, routes.size, strict=True):
        order = [0, *(row[:size] + 1), 0]
        travel = sum(zone.times[a, b] for a, b in pairwise(order))
        total.append(travel + zone.service[row[:size]].sum())
    return np.array(total)


def route_set(*routes: tuple[int, ...], travel: list[int] | None = None) -> RouteSet:
    """Routes by hand."""
    made = RouteSet.blank(len(routes), max(map(len, routes)))
    for row, route in enumerate(routes):
        made.stops[row, : len(route)] = route
        made.size[row] = len(route)
    if travel is not None:
        made.travel[:] = travel
    return made


def test_weights_follow_from_the_promises_where_they_leave_no_choice() -> None:
    routes = route_set((0,), (1,), (0, 1))
    found = calibrate(routes, np.array([0.5, 0.7]), theta=0.0)
    assert found.is_exact
    assert found.weights == pytest.approx([0.3, 0.5, 0.2])


def test_without_preference_the_weights_have_most_entropy() -> None:
    routes = route_set((0,), (1,), (2,), (3,))
    found = calibrate(routes, np.full(4, 0.25), theta=0.0)
    assert found.effective_routes == pytest.approx(4)


def test_theta_prefers_the_shorter_of_two_interchangeable_routes() -> None:
    routes = route_set((0, 1), (0, 2, 1), (2,), travel=[10 * MINUTE, 20 * MINUTE, 0])
    routes.travel[1] = 10 * MINUTE
    flat = calibrate(routes, np.array([0.5, 0.5, 0.6]), theta=0.0)
    assert flat.is_exact
    twins = route_set((0,), (0,), travel=[10 * MINUTE, 20 * MINUTE])
    weights = calibrate(twins, np.array([1.0]), theta=0.1).weights
    assert weights[0] / weights[1] == pytest.approx(np.exp(1.0))


def test_a_point_on_no_route_leaves_a_gap_and_a_residual() -> None:
    found = calibrate(route_set((0,), (1,)), np.array([0.4, 0.4, 0.2]), theta=0.0)
    assert not found.is_exact
    assert found.residual[2] == pytest.approx(0.2, abs=1e-3)


def test_integer_weights_add_up_exactly_and_stay_near() -> None:
    weights = np.array([0.1, 0.2, 0.3, 0.4 - 1e-17])
    whole = integer_weights(weights)
    assert int(whole.sum()) == WEIGHT_TOTAL
    assert np.abs(whole / WEIGHT_TOTAL - weights).max() < 1e-15


def test_candidates_fit_the_shift_and_visit_no_point_twice(state: np.ndarray) -> None:
    zone = make_zone(40, stops=12)
    routes = draw_candidates(zone, state, count=200, tilt=3.0)
    assert len(routes) > 150
    assert durations(routes, zone).max() <= zone.shift
    for row, size in zip(routes.stops, routes.size, strict=True):
        assert len(set(row[:size].tolist())) == size
        assert (row[size:] == NO_STOP).all()


def test_candidates_know_their_travel_time_in_both_directions(state: np.ndarray) -> None:
    zone = make_zone(30, stops=8)
    routes = draw_candidates(zone, state, count=50, tilt=3.0)
    service = 12 * MINUTE * routes.size
    assert (routes.travel + service).tolist() == durations(routes, zone).tolist()
    turned = RouteSet(
        np.array(
            [[*row[:k][::-1], *row[k:]] for row, k in zip(routes.stops, routes.size, strict=True)]
        ),
        routes.size,
        routes.reverse_travel,
        routes.travel,
        routes.reverse_slack,
        routes.slack,
    )
    assert (routes.reverse_travel + service).tolist() == durations(turned, zone).tolist()


def test_tilted_candidates_travel_less_a_stop(state: np.ndarray) -> None:
    zone = make_zone(60, stops=8)
    spread = draw_candidates(zone, state, count=300, tilt=0.0)
    tight = draw_candidates(zone, state, count=300, tilt=6.0)
    assert tight.travel.sum() / tight.size.sum() < 0.85 * spread.travel.sum() / spread.size.sum()


def test_pull_makes_a_point_more_frequent(state: np.ndarray) -> None:
    zone = make_zone(30, stops=6)
    pull = np.zeros(30)
    pull[3] = 3.0
    plain = draw_candidates(zone, state, count=300, tilt=1.0).routes_per_point(30)
    pulled = draw_candidates(zone, state, count=300, tilt=1.0, pull=pull).routes_per_point(30)
    assert pulled[3] > 2 * plain[3]


def test_forced_candidates_visit_their_point(state: np.ndarray) -> None:
    zone = make_zone(40, stops=14)
    for point in (0, 17, 39):
        routes = draw_candidates_through(zone, state, np.full(10, point), tilt=3.0)
        assert routes.routes_per_point(40)[point] == len(routes) > 0
        assert durations(routes, zone).max() <= zone.shift


def test_small_zones_know_every_feasible_set_of_stops() -> None:
    zone = make_zone(5, stops=2, shift_minutes=10_000)
    routes = all_subsets(zone)
    assert (
        len({frozenset(row[:k].tolist()) for row, k in zip(routes.stops, routes.size, strict=True)})
        == 31
    )


def test_priced_routes_avoid_points_of_no_worth_and_fit_the_shift(state: np.ndarray) -> None:
    zone = make_zone(40, stops=12)
    prize = np.where(np.arange(40) % 2 == 0, 1.0, -1.0)
    routes = price_routes(zone, state, prize, count=30)
    assert (routes.routes_per_point(40)[1::2] == 0).all()
    assert durations(routes, zone).max() <= zone.shift


def test_a_book_gives_every_point_its_promised_chance(state: np.ndarray) -> None:
    zone = make_zone(50, stops=11)
    book = build_book(zone, state, SMALL)
    assert np.abs(book.chances(50) - zone.probability).max() <= 1e-10
    assert int(book.weights.sum()) == WEIGHT_TOTAL
    assert book.weights.min() >= 1
    assert durations(book.routes, zone).max() <= zone.shift


def test_unequal_promises_are_kept_too(state: np.ndarray) -> None:
    zone = make_zone(40, stops=10)
    promised = np.linspace(0.02, 0.6, 40)
    unequal = replace(zone, probability=promised * 9 / promised.sum())
    book = build_book(unequal, state, SMALL)
    assert np.abs(book.chances(40) - unequal.probability).max() <= 1e-10


def test_a_lonely_point_stays_at_home_on_some_days(state: np.ndarray) -> None:
    zone = make_zone(1, stops=0.3)
    book = build_book(zone, state)
    assert book.chances(1) == pytest.approx([0.3], abs=1e-12)
    assert sorted(book.routes.size.tolist()) == [0, 1]


def test_a_zone_that_expects_less_than_a_stop_keeps_its_promises(state: np.ndarray) -> None:
    zone = make_zone(20, stops=0.5)
    book = build_book(zone, state, SMALL)
    assert np.abs(book.chances(20) - 0.025).max() <= 1e-10


def test_an_overloaded_zone_gives_no_book(state: np.ndarray) -> None:
    zone = make_zone(30, stops=27, shift_minutes=120)
    with pytest.raises(OverloadedZoneError, match="do not fit into the shift of 120 minutes"):
        build_book(zone, state, SMALL)


def test_a_zone_out_of_reach_gives_no_book(state: np.ndarray) -> None:
    with pytest.raises(OverloadedZoneError):
        build_book(make_zone(20, stops=3, shift_minutes=13), state, SMALL)


def test_the_same_stream_gives_the_same_book() -> None:
    from geoinspect.lottery.randomness import derive_key, stream

    zone = make_zone(30, stops=8)
    first, second = (build_book(zone, stream(derive_key("same")), SMALL) for _ in range(2))
    assert first.weights.tolist() == second.weights.tolist()
    assert first.routes.stops.tolist() == second.routes.stops.tolist()


def test_few_effective_routes_cost_the_preference_for_short_ones(state: np.ndarray) -> None:
    zone = make_zone(40, stops=9)
    short = build_book(
        zone, state, BookParams(candidates=600, scouts=200, theta=2.0, fewest_effective=1)
    )
    wide = build_book(
        zone, state, BookParams(candidates=600, scouts=200, theta=2.0, fewest_effective=100)
    )
    assert wide.effective_routes > short.effective_routes


@pytest.mark.parametrize("wrong", [{"scouts": 0}, {"scouts": 5000}, {"theta": -1.0}])
def test_params_refuse_nonsense(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        BookParams(**wrong)
