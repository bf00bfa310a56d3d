"""A day's books: every promise kept, shifts well used, nobody safe, nobody certain."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geoinspect.errors import LotteryError
from geoinspect.lottery.book import BookParams
from geoinspect.lottery.day import DayParams, draw_day_books
from geoinspect.lottery.workload import ALWAYS, DutyTeam

from .conftest import MINUTE, make_workload

QUICK = DayParams(book=BookParams(candidates=900, scouts=300))


def test_every_point_is_in_one_book_with_its_promised_chance() -> None:
    day = draw_day_books(make_workload(120, 3), b"key", QUICK)
    assert sorted(np.concatenate(day.members).tolist()) == list(range(120))
    for members, book in zip(day.members, day.books, strict=True):
        assert np.abs(book.chances(len(members)) - day.probability[members]).max() <= 1e-10


def test_shifts_are_used_but_never_overrun() -> None:
    workload = make_workload(120, 3)
    day = draw_day_books(workload, b"key", QUICK)
    for book in day.books:
        duration = book.routes.travel + 12 * MINUTE * book.routes.size
        assert duration.max() <= workload.shifts[0]
        used = float((book.probability * duration).sum()) / workload.shifts[0]
        assert used == pytest.approx(QUICK.fill, abs=0.006)


def test_points_of_a_zone_have_chances_in_proportion_to_their_weights() -> None:
    weight = 1.0 + np.arange(120) % 7
    day = draw_day_books(replace(make_workload(120, 3), weight=weight), b"key", QUICK)
    for members in day.members:
        ratio = day.probability[members] / weight[members]
        assert ratio == pytest.approx(np.full(len(members), ratio[0]))


def test_a_point_open_for_a_moment_has_the_chance_that_its_hour_allows() -> None:
    # a third of the city is open in the same twenty minutes only
    workload = make_workload(90, 3)
    hours = np.full((90, 1, 2), (-ALWAYS, ALWAYS))
    hours[::3] = (200 * MINUTE, 220 * MINUTE)
    day = draw_day_books(replace(workload, hours=hours), b"key", QUICK)
    assert day.probability[::3].sum() == pytest.approx(3)
    assert day.probability[::3].min() >= 0.005
    assert day.probability[1::3].mean() > 2 * day.probability[::3].mean()
    for members, book in zip(day.members, day.books, strict=True):
        assert np.abs(book.chances(len(members)) - day.probability[members]).max() <= 1e-9


def test_heavier_points_get_larger_chances_within_the_bounds() -> None:
    weight = np.where(np.arange(80) < 5, 1000.0, 1.0)
    weight[79] = 1e-6
    day = draw_day_books(replace(make_workload(80, 2), weight=weight), b"key", QUICK)
    assert day.probability[:5] == pytest.approx(0.95)
    assert day.probability[79] == pytest.approx(0.005)


def test_a_city_that_fits_into_one_day_is_not_visited_with_certainty() -> None:
    workload = replace(make_workload(4, 1), times=(make_workload(4, 1).times[0] // 20,))
    day = draw_day_books(workload, b"key", QUICK)
    assert day.probability == pytest.approx(0.95)


def test_progress_counts_the_books() -> None:
    seen: list[tuple[int, int]] = []
    draw_day_books(make_workload(60, 2), b"key", QUICK, report=lambda *done: seen.append(done))
    assert seen[-2:] == [(1, 2), (2, 2)]


def test_a_day_without_a_fair_set_of_routes_is_refused() -> None:
    # one visit fits, but 400 points want at least 0.005 each
    near = (make_workload(400, 1).times[0] // 200,)
    workload = replace(make_workload(400, 1), times=near, teams=(DutyTeam(0, 13 * MINUTE),))
    with pytest.raises(LotteryError, match="No fair set of routes was found for 1 teams"):
        draw_day_books(workload, b"key", QUICK)


@pytest.mark.parametrize("wrong", [{"fill": 0.0}, {"fill": 1.01}, {"floor": 0.0}, {"cap": 1.0}])
def test_params_refuse_nonsense(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must hold"):
        DayParams(**wrong)
