"""A day of the benchmark is drawn, driven and counted as a plan is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from lottery.cases import Case, case_of
from lottery.city import on_streets
from lottery.days import Day, make_day

from geoinspect.lottery.book import BookParams
from geoinspect.lottery.day import DayParams
from geoinspect.lottery.draw import draw_route, sha256_hex
from geoinspect.planning import City, TeamOrder
from geoinspect.shifts import read_shift

MINUTE = 60_000
DRAWS = 300


@pytest.fixture(scope="module")
def case(tinytown_city: City) -> Case:
    """Two teams of two hours, forty places on the streets; every fourth closes at ten."""
    city = on_streets(tinytown_city, 40)
    category = np.where(np.arange(40) % 4 == 0, "market", "street")
    city = replace(city, points=city.points.assign(category=category))
    teams = (TeamOrder(read_shift("09:00-11:00")),) * 2
    params = DayParams(book=BookParams(candidates=300, scouts=100))
    return case_of(city, teams, params, hours={"market": (read_shift("09:00-10:00"),)})


@pytest.fixture(scope="module")
def day(case: Case) -> Day:
    return make_day(case, 0, DRAWS)


def test_a_draw_is_the_one_that_a_plan_makes(day):
    for k, team in enumerate(day.teams):
        for i in range(50):
            draw = draw_route(
                sha256_hex(f"benchmark 0 {i}"),
                str(k + 1),
                weights=team.book.weights.tolist(),
                slack_min=team.book.slack_min,
                reverse_slack_min=team.book.reverse_slack_min,
            )
            assert day.draws.index[i, k] == draw.index
            assert day.draws.reversed[i, k] == draw.reversed
            assert day.draws.offset_ms[i, k] == draw.start_offset_ms


def test_visits_are_the_stops_of_the_drawn_routes(day):
    visits = day.visits()
    first = [team.book.routes.stops[day.draws.index[0, k]] for k, team in enumerate(day.teams)]
    stops = [day.teams[k].members[each[each >= 0]] for k, each in enumerate(first)]
    assert sorted(np.concatenate(stops)) == np.flatnonzero(visits[0]).tolist()


def test_visits_are_counted_in_hours_that_are_open(day, case):
    by_hour = day.visits_by_hour()
    assert by_hour.sum() == day.visits().sum()
    assert np.flatnonzero(case.open_hours.any(axis=0)).tolist() == [9, 10]
    assert by_hour[~case.open_hours].sum() == 0
    closes_at_ten = case.ground.hours[:, :, 1].max(axis=1) < 2**40
    assert closes_at_ten.sum() == 10
    assert case.open_hours[closes_at_ten].sum(axis=1).tolist() == [1] * 10


def test_books_keep_promises_and_the_covariance_has_their_variance(day):
    p = day.probability
    assert day.promise_gap() < 1e-9
    assert day.covariance().diagonal() == pytest.approx(p * (1 - p))
    assert day.joint().diagonal() == pytest.approx(p)


def test_all_routes_of_the_books_and_all_drawn_visits_keep_the_rules(day):
    faulty, checked = day.faulty_routes()
    assert (faulty, checked) == (0, sum(len(team.book.routes) for team in day.teams))
    in_time, made = day.visits_in_time()
    assert in_time == made == day.visits().sum()


def first_team_changed(day: Day, **changes) -> Day:
    return replace(day, teams=(replace(day.teams[0], **changes), *day.teams[1:]))


def test_a_route_that_does_not_take_what_the_matrix_says_is_found(day):
    book = day.teams[0].book
    slower = replace(book.routes, travel=book.routes.travel + (np.arange(len(book.routes)) == 3))
    wrong = first_team_changed(day, book=replace(book, routes=slower))
    assert wrong.faulty_routes()[0] == 1


def test_a_route_that_may_leave_too_late_is_found(day):
    book = day.teams[0].book
    later = book.routes.slack + 2 * MINUTE * (np.arange(len(book.routes)) == 3)
    wrong = first_team_changed(day, book=replace(book, routes=replace(book.routes, slack=later)))
    assert wrong.faulty_routes()[0] == 1


def test_visits_outside_other_opening_hours_are_found(day):
    never = np.full_like(day.teams[0].hours, 0)
    wrong = first_team_changed(day, hours=never)
    in_time, made = wrong.visits_in_time()
    assert made == day.visits().sum()
    assert in_time == day.visits()[:, day.teams[1].members].sum()


def test_a_shorter_shift_makes_routes_faulty(day):
    team = day.teams[0]
    shorter = replace(team.zone, shift=team.zone.shift - 30 * MINUTE)
    assert first_team_changed(day, zone=shorter).faulty_routes()[0] >= 1
