"""Whatever the city looks like: chances are exact, routes fit, and no byte can be changed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from geoinspect.errors import LotteryError, VerificationError
from geoinspect.lottery.book import BookParams
from geoinspect.lottery.day import DayParams, Workload, draw_day_books
from geoinspect.lottery.probabilities import inclusion_probabilities
from geoinspect.lottery.randomness import derive_key, stream, uniform
from geoinspect.lottery.record import to_bytes
from geoinspect.lottery.verify import verify

QUICK = DayParams(book=BookParams(candidates=500, scouts=150))
MINUTE = 60_000


@st.composite
def workloads(draw: st.DrawFn) -> Workload:
    """Cities with clusters, one-way detours, heavy and light points, long and short visits."""
    n = draw(st.integers(8, 60))
    state = stream(derive_key("city", str(draw(st.integers(0, 2**32)))))
    clusters = draw(st.integers(1, 5))
    xy = np.array([[uniform(state), uniform(state)] for _ in range(n + 1)])
    centre = np.array([[uniform(state), uniform(state)] for _ in range(clusters)])
    xy = 0.3 * xy + centre[np.arange(n + 1) % clusters]
    apart = np.linalg.norm(xy[:, None] - xy[None], axis=2)
    detour = np.array([[uniform(state) for _ in range(n + 1)] for _ in range(n + 1)])
    across = draw(st.sampled_from([5, 20, 40]))
    times = (across * MINUTE * apart * (1 + 0.3 * detour)).astype(np.int64)
    service = np.array([draw(st.integers(5, 25)) * MINUTE for _ in range(n)], dtype=np.int64)
    weight = np.array([draw(st.sampled_from([0.2, 1.0, 1.0, 5.0])) for _ in range(n)])
    return Workload(
        times,
        service,
        weight,
        draw(st.integers(180, 480)) * MINUTE,
        min(n, draw(st.integers(1, 4))),
    )


@settings(max_examples=25, deadline=None, derandomize=True)
@given(workload=workloads())
def test_books_of_any_city_are_exact_and_feasible(workload: Workload) -> None:
    try:
        day = draw_day_books(workload, b"property", QUICK)
    except LotteryError as error:
        event(f"refused: {error.sentence}")  # a refusal is honest; an inexact book is not
        return
    assert sorted(np.concatenate(day.members).tolist()) == list(range(len(workload.service)))
    for members, book in zip(day.members, day.books, strict=True):
        assert np.abs(book.chances(len(members)) - day.probability[members]).max() <= 1e-9
        service = np.append(workload.service[members], 0)
        duration = book.routes.travel + service[book.routes.stops].sum(axis=1)
        assert duration.max() <= workload.shift


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
