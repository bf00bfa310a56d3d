"""
The books of one day: chances, zones and one calibrated book a team.

The chances are scaled to the number of stops that the teams can really make, and
the zones are balanced by the travel that routes through them really need: both are
learnt from sampled routes. What is then left of a shift, or too much for it, shows in
the book, and scales the chances of its zone. That is fair as long as nobody looks at the
draw, because no point's chance depends on it.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from geoinspect.errors import LotteryError
from geoinspect.lottery.book import (
    BookParams,
    Filling,
    LotteryBook,
    OverloadedZoneError,
    build_book,
)
from geoinspect.lottery.candidates import draw_candidates
from geoinspect.lottery.probabilities import CAP, FLOOR, inclusion_probabilities
from geoinspect.lottery.randomness import derive_key, next_integer, stream
from geoinspect.lottery.zones import ZoneParams, draw_zones

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoinspect.arrays import FloatArray, IntArray, RandomState
    from geoinspect.lottery.workload import Workload

_FIRST_GUESS_TRAVEL_MS = 6 * 60_000
_FEWER_STOPS = 0.96


@dataclass(frozen=True)
class DayParams:
    """
    Knobs of a day's lottery.

    Attributes
    ----------
    fill
        Share of its shift that a team's expected route uses.
    floor, cap
        Bounds of each point's daily chance.
    attempts
        How often zones and books are drawn before giving up.
    sampled_routes
        Routes drawn in each zone to learn its travel.
    zones, book
        Knobs of the parts.
    """

    fill: float = 0.905
    floor: float = FLOOR
    cap: float = CAP
    attempts: int = 8
    sampled_routes: int = 40
    zones: ZoneParams = field(default_factory=ZoneParams)
    book: BookParams = field(default_factory=BookParams)

    def __post_init__(self) -> None:
        if not 0 < self.fill <= 1:
            raise ValueError("0 < fill <= 1 must hold")
        if not 0 < self.floor < self.cap < 1:
            raise ValueError("0 < floor < cap < 1 must hold")


@dataclass(frozen=True)
class DayBooks:
    """
    The books of one day.

    Attributes
    ----------
    probability
        Promised chance of each point, shape (n,).
    members
        Point numbers of each team's zone.
    books
        Book of each team, in points of its zone.
    """

    probability: FloatArray
    members: tuple[IntArray, ...]
    books: tuple[LotteryBook, ...]


def draw_day_books(
    workload: Workload,
    key: bytes,
    params: DayParams | None = None,
    *,
    report: Callable[[int, int], None] | None = None,
) -> DayBooks:
    """
    Draw the zones of a day and build one calibrated book a team.

    Parameters
    ----------
    workload
        Points, times, shift and teams.
    key
        Secret randomness, 32 bytes.
    params
        Knobs.
    report
        Called with the number of books done and wanted.

    Raises
    ------
    LotteryError
        If there are fewer points than teams, or no attempt kept every promise.
    """
    params = params or DayParams()
    fill = 1.0
    for attempt in range(params.attempts):
        attempt_key = derive_key("zones and books", key, str(attempt))
        probability, zone = _balanced_zones(workload, stream(attempt_key), params, fill)
        members = tuple(np.flatnonzero(zone == k) for k in range(len(workload.teams)))
        try:
            books = _build_books(workload, members, probability, attempt_key, params, report)
        except OverloadedZoneError:
            fill *= _FEWER_STOPS
            continue
        for points, book in zip(members, books, strict=True):
            probability[points] = book.promised
        return DayBooks(probability, members, books)
    raise LotteryError(
        "No fair set of routes was found for {teams} teams and {points} points after {attempts} "
        "attempts: lengthen the shift, add teams, or leave out the most distant points.",
        teams=len(workload.teams),
        points=workload.n_points,
        attempts=params.attempts,
    )


def _build_books(
    workload: Workload,
    members: tuple[IntArray, ...],
    probability: FloatArray,
    key: bytes,
    params: DayParams,
    report: Callable[[int, int], None] | None,
) -> tuple[LotteryBook, ...]:
    """Build the book of each zone, several side by side."""

    def build(k: int) -> LotteryBook:
        zone = workload.zone(k, members[k], probability)
        # a stream of its own for each zone: the order of work plays no part
        state = stream(derive_key("book", key, str(k)))
        filling = Filling(params.fill, params.floor, params.cap)
        return build_book(zone, state, params.book, filling=filling)

    books = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for done, book in enumerate(pool.map(build, range(len(members))), start=1):
            books.append(book)
            if report is not None:
                report(done, len(members))
    return tuple(books)


def _balanced_zones(
    workload: Workload, state: RandomState, params: DayParams, fill: float
) -> tuple[FloatArray, IntArray]:
    """Draw chances and zones that fill the shifts evenly, learning travel on the way."""
    per_stop = np.full(workload.n_points, float(_FIRST_GUESS_TRAVEL_MS))
    probability = _chances(workload, per_stop, params, fill)

    def load_after(zone: IntArray) -> FloatArray:
        nonlocal per_stop
        latest = _travel_per_stop(workload, zone, probability, state, params)
        per_stop = (per_stop + latest) / 2
        return probability * (workload.service + per_stop)

    load = probability * (workload.service + per_stop)
    zone = draw_zones(workload.territory, load, state, params.zones, reweigh=load_after)
    return _chances(workload, per_stop, params, fill), zone


def _chances(
    workload: Workload, per_stop: FloatArray, params: DayParams, fill: float
) -> FloatArray:
    """Chances that fill the shifts if each stop costs `per_stop` of travel."""
    n, probability = workload.n_points, np.full(workload.n_points, 1 / workload.n_points)
    for _ in range(3):
        # bounds and unlike costs shift the mean cost of a stop a little
        cost = float(probability @ (workload.service + per_stop) / probability.sum())
        stops = params.fill * fill * float(workload.shifts.sum()) / cost
        stops = min(max(stops, n * params.floor), n * params.cap)
        probability = inclusion_probabilities(
            workload.weight, stops, floor=params.floor, cap=params.cap
        )
    return probability


def _travel_per_stop(
    workload: Workload,
    zone: IntArray,
    probability: FloatArray,
    state: RandomState,
    params: DayParams,
) -> FloatArray:
    """Mean travel a stop, in milliseconds, of sampled routes in each point's zone."""
    per_stop = np.empty(workload.n_points)
    own_states = [np.array([next_integer(state)]) for _ in workload.teams]

    def sample(k: int) -> None:
        members = np.flatnonzero(zone == k)
        if len(members):
            # the limit is lifted: what does not fit must count, or full zones look light
            long_shift = 4 * workload.teams[k].shift_ms
            endless = workload.zone(k, members, probability).with_shift(long_shift)
            routes = draw_candidates(
                endless, own_states[k], count=params.sampled_routes, tilt=params.book.tilt
            )
            per_stop[members] = routes.travel.sum() / routes.size.sum()

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(sample, range(len(workload.teams))))
    return per_stop
