"""Whatever the city looks like: chances are exact, routes fit, and no byte can be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from geoinspect.errors import LotteryError, VerificationError
from geoinspect.lottery.book import BookParams
from geoinspect.lottery.day import DayParams, draw_day_books
from geoinspect.lottery.probabilities import inclusion_probabilities
from geoinspect.lottery.randomness import derive_key, stream, uniform
from geoinspect.lottery.record import to_bytes
from geoinspect.lottery.verify import verify
from geoinspect.lottery.workload import ALWAYS, DutyTeam, Workload

if TYPE_CHECKING:
    from geoinspect.lottery.routes import Zone

QUICK = DayParams(book=BookParams(candidates=500, scouts=150))
MINUTE = 60_000


DAY_START = 8 * 60 * MINUTE


@st.composite
def workloads(draw: st.DrawFn) -> Workload:
    """Cities with clusters, detours, unlike teams and depots, and points with opening hours."""
    n, d = draw(st.integers(8, 60)), draw(st.integers(1, 3))
    state = stream(derive_key("city", str(draw(st.integers(0, 2**32)))))
    clusters = draw(st.integers(1, 5))
    xy = np.array([[uniform(state), uniform(state)] for _ in range(n + d)])
    centre = np.array([[uniform(state), uniform(state)] for _ in range(clusters)])
    xy = 0.3 * xy + centre[np.arange(n + d) % clusters]
    apart = np.linalg.norm(xy[:, None] - xy[None], axis=2)
    detour = np.array([[uniform(state) for _ in range(n + d)] for _ in range(n + d)])
    across = draw(st.sampled_from([5, 20, 40]))
    times = (across * MINUTE * apart * (1 + 0.3 * detour)).astype(np.int64)
    weight = [draw(st.sampled_from([0.2, 1.0, 1.0, 5.0])) for _ in range(n)]
    return Workload(
        (times, 2 * times),
        np.array([draw(st.integers(5, 25)) * MINUTE for _ in range(n)], dtype=np.int64),
        np.array(weight),
        tuple(draw(duty_teams(d)) for _ in range(min(n, draw(st.integers(1, 4))))),
        draw(st.none() | opening_hours(n)),
        d,
    )


@st.composite
def duty_teams(draw: st.DrawFn, n_depots: int) -> DutyTeam:
    """Shifts of three to eight hours that begin in the morning."""
    return DutyTeam(
        DAY_START + draw(st.integers(0, 120)) * MINUTE,
        draw(st.integers(180, 480)) * MINUTE,
        draw(st.integers(0, n_depots - 1)),
        draw(st.integers(0, 1)),
    )


@st.composite
def opening_hours(draw: st.DrawFn, n: int) -> np.ndarray:
    """Some points open twice for a while, the others always."""
    hours = np.full((n, 2, 2), (1, 0), dtype=np.int64)
    hours[:, 0] = (-ALWAYS, ALWAYS)
    for point in range(n):
        if draw(st.integers(0, 3)) == 0:
            first, second = draw(st.integers(0, 120)), draw(st.integers(200, 400))
            hours[point] = [[first, first + 80], [second, second + 80]]
            hours[point] = DAY_START + hours[point] * MINUTE
    return hours


def can_be_driven(zone: Zone, stops: list[int], departure: int) -> bool:
    """Drive a route by the clock, waiting where a point is closed."""
    now, place = departure, 0
    for stop in stops:
        now += int(zone.times[place, stop + 1])
        begins = [max(now, first) for first, last in zone.ground.spans[stop] if now <= last]
        begins = [
            begin
            for begin in begins
            if any(first <= begin <= last for first, last in zone.ground.spans[stop])
        ]
        if not begins:
            return False
        now, place = min(begins) + int(zone.service[stop]), stop + 1
    return now + int(zone.times[place, 0]) <= zone.shift


@settings(max_examples=40, deadline=None, derandomize=True)
@given(workload=workloads())
def test_books_of_any_city_are_exact_and_feasible(workload: Workload) -> None:
    if not workload.is_possible.any(axis=1).all():
        event("some point suits no team")  # such points have left the frame before
        return
    try:
        day = draw_day_books(workload, b"property", QUICK)
    except LotteryError as error:
        event(f"refused: {error.sentence}")  # a refusal is honest; an inexact book is not
        return
    event("drawn, with hours" if workload.hours is not None else "drawn")
    assert sorted(np.concatenate(day.members).tolist()) == list(range(len(workload.service)))
    for k, (members, book) in enumerate(zip(day.members, day.books, strict=True)):
        assert np.abs(book.chances(len(members)) - day.probability[members]).max(initial=0) <= 1e-9
        zone = workload.zone(k, members, day.probability)
        for row in np.linspace(0, len(book.routes) - 1, 12).astype(int):
            stops = book.routes.stops[row, : book.routes.size[row]].tolist()
            for order, slack in (
                (stops, book.routes.slack),
                (stops[::-1], book.routes.reverse_slack),
            ):
                if slack[row] >= 0:
                    assert can_be_driven(zone, order, int(slack[row]))
                    assert not can_be_driven(zone, order, int(slack[row]) + 1) or not order
            assert book.routes.slack[row] >= 0


@settings(max_examples=100, deadline=None)
@given(
    weight=st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=50),
    share=st.floats(0.02, 0.9),
)
def test_chances_sum_to_the_stops_and_keep_the_order_of_the_weights(
    weight: list[float], share: float
) -> None:
    weights = np.array(weight)
    chances = inclusion_probabilities(weights, share * len(weights))
    assert chances.sum() == pytest.approx(share * len(weights), rel=1e-9)
    assert ((chances >= 0.005) & (chances <= 0.95)).all()
    assert (np.diff(chances[np.argsort(weights, kind="stable")]) >= 0).all()


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(position=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255))
def test_any_changed_byte_is_found(
    tinytown_plan: dict[str, Any], position: float, change: int
) -> None:
    content = bytearray(to_bytes(tinytown_plan))
    content[int(position * len(content))] ^= change
    with pytest.raises(VerificationError) as caught:
        verify(bytes(content))
    assert caught.value.data["place"]
