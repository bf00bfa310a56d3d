"""A day of the benchmark is drawn, driven and counted as a plan is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from lottery.days import Case, Day, make_day

from geoinspect.lottery.book import BookParams
from geoinspect.lottery.day import DayParams, Workload
from geoinspect.lottery.draw import draw_route, sha256_hex
from geoinspect.lottery.randomness import derive_key, stream, uniform

MINUTE = 60_000
DRAWS = 300


@pytest.fixture(scope="module")
def day() -> Day:
    state = stream(derive_key("benchmark test"))
    xy = np.array([[uniform(state), uniform(state)] for _ in range(41)])
    times = (30 * MINUTE * np.abs(xy[:, None] - xy[None]).sum(axis=2)).astype(np.int64)
    times += np.triu(times // 10)
    service = np.full(40, 12 * MINUTE, dtype=np.int64)
    params = DayParams(book=BookParams(candidates=300, scouts=100))
    return make_day(
        Case("test", Workload(times, service, np.ones(40), 300 * MINUTE, 2), params), 0, DRAWS
    )


def test_a_draw_is_the_one_that_a_plan_makes(day):
    book = day.books.books[1]
    service = 12 * MINUTE * book.routes.size
    draw = draw_route(
        sha256_hex("benchmark 0 7"),
        "2",
        weights=book.weights.tolist(),
        durations_ms=(book.routes.travel + service).tolist(),
        reverse_durations_ms=(book.routes.reverse_travel + service).tolist(),
        shift_ms=300 * MINUTE,
    )
    assert day.draws.index[7, 1] == draw.index
    assert day.draws.reversed[7, 1] == draw.reversed
    assert day.draws.offset_ms[7, 1] == draw.start_offset_ms


def test_visits_are_the_stops_of_the_drawn_routes(day):
    visits = day.visits()
    first = [book.routes.stops[day.draws.index[0, k]] for k, book in enumerate(day.books.books)]
    stops = [day.books.members[k][each[each >= 0]] for k, each in enumerate(first)]
    assert sorted(np.concatenate(stops)) == np.flatnonzero(visits[0]).tolist()
    assert day.visits_by_hour().sum() == visits.sum()


def test_books_keep_promises_and_the_covariance_has_their_variance(day):
    p = day.books.probability
    assert day.promise_gap() < 1e-9
    assert day.covariance().diagonal() == pytest.approx(p * (1 - p))
    assert day.joint().diagonal() == pytest.approx(p)


def test_all_routes_of_the_books_are_drivable(day):
    faulty, checked = day.faulty_routes()
    assert (faulty, checked) == (0, sum(len(book.routes) for book in day.books.books))


def test_a_route_that_does_not_take_what_the_matrix_says_is_found(day):
    book = day.books.books[0]
    slower = replace(book.routes, travel=book.routes.travel + (np.arange(len(book.routes)) == 3))
    books = (replace(book, routes=slower), *day.books.books[1:])
    assert replace(day, books=replace(day.books, books=books)).faulty_routes()[0] == 1


def test_a_shorter_shift_makes_routes_faulty(day):
    longest = max(
        int((book.routes.travel + 12 * MINUTE * book.routes.size).max()) for book in day.books.books
    )
    shorter = replace(day.workload, shift=longest - 1)
    assert replace(day, workload=shorter).faulty_routes()[0] >= 1
