"""
The books of one day: chances, zones and one calibrated book a team.

The chances are scaled to the number of stops that the teams can really make, and
the zones are balanced by the travel that routes through them really need: both are
learnt from sampled routes. The books promise what they can keep: where a zone turns
out overloaded, zones and books are drawn again with slightly fewer stops. That is
fair as long as nobody looks at the draw, because no point's chance depends on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from geoinspect.errors import LotteryError
from geoinspect.lottery.book import BookParams, LotteryBook, OverloadedZoneError, build_book
from geoinspect.lottery.candidates import draw_candidates
from geoinspect.lottery.probabilities import CAP, FLOOR, inclusion_probabilities
from geoinspect.lottery.randomness import derive_key, stream
from geoinspect.lottery.routes import Zone
from geoinspect.lottery.zones import ZoneParams, draw_zones

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoinspect.arrays import FloatArray, IntArray, RandomState

_FIRST_GUESS_TRAVEL_MS = 6 * 60_000
_FEWER_STOPS = 0.96


@dataclass(frozen=True)
class DayParams:
    """
    Knobs of a day's lottery.

    Attributes
    ----------
    fill
        Share of the shifts that the expected routes use.
    fullest
        Largest share that the expected route of one zone may use.
    floor, cap
        Bounds of each point's daily chance.
    attempts
        How often zones and books are drawn before giving up.
    sampled_routes
        Routes drawn in each zone to learn its travel.
    zones, book
        Knobs of the parts.
    """

    fill: float = 0.88
    fullest: float = 0.91
    floor: float = FLOOR
    cap: float = CAP
    attempts: int = 8
    sampled_routes: int = 60
    zones: ZoneParams = field(default_factory=ZoneParams)
    book: BookParams = field(default_factory=BookParams)

    def __post_init__(self) -> None:
        if not 0 < self.fill <= self.fullest <= 1:
            raise ValueError("0 < fill <= fullest <= 1 must hold")
        if not 0 < self.floor < self.cap < 1:
            raise ValueError("0 < floor < cap < 1 must hold")


@dataclass(frozen=True)
class Workload:
    """
    What the teams could do on one day.

    Attributes
    ----------
    times
        Travel times in integer milliseconds, shape (n + 1, n + 1); index 0 is the
        depot, index i + 1 is point i.
    service
        Service time at each point in milliseconds, shape (n,).
    weight
        Relative wish to visit each point, shape (n,), positive.
    shift
        Length of the shift in milliseconds.
    n_teams
        Number of teams.
    """

    times: IntArray
    service: IntArray
    weight: FloatArray
    shift: int
    n_teams: int

    def zone(self, members: IntArray, probability: FloatArray) -> Zone:
        """Return the part of the city that `members` (point numbers) make up."""
        rows = np.concatenate(([0], members + 1))
        return Zone(
            np.ascontiguousarray(self.times[np.ix_(rows, rows)]),
            self.service[members],
            self.shift,
            probability[members],
        )


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
    shrink = 1.0
    for attempt in range(params.attempts):
        state = stream(derive_key("zones and books", key, str(attempt)))
        probability, zone = _balanced_zones(workload, state, params, shrink)
        members = tuple(np.flatnonzero(zone == k) for k in range(workload.n_teams))
        try:
            books = _build_books(workload, members, probability, state, params, report)
        except OverloadedZoneError:
            shrink *= _FEWER_STOPS
            continue
        return DayBooks(probability, members, books)
    raise LotteryError(
        "No fair set of routes was found for {teams} teams and {points} points after {attempts} "
        "attempts: lengthen the shift, add teams, or leave out the most distant points.",
        teams=workload.n_teams,
        points=len(workload.service),
        attempts=params.attempts,
    )


def _build_books(
    workload: Workload,
    members: tuple[IntArray, ...],
    probability: FloatArray,
    state: RandomState,
    params: DayParams,
    report: Callable[[int, int], None] | None,
) -> tuple[LotteryBook, ...]:
    """Build the book of each zone."""
    books = []
    for done, points in enumerate(members, start=1):
        books.append(build_book(workload.zone(points, probability), state, params.book))
        if report is not None:
            report(done, len(members))
    return tuple(books)


def _balanced_zones(
    workload: Workload, state: RandomState, params: DayParams, shrink: float
) -> tuple[FloatArray, IntArray]:
    """Draw chances and zones that fill the shifts evenly, learning travel on the way."""
    per_stop = np.full(len(workload.service), float(_FIRST_GUESS_TRAVEL_MS))
    probability = _chances(workload, per_stop, params)
    latest = per_stop

    def load_after(zone: IntArray) -> FloatArray:
        nonlocal per_stop, latest
        latest = _travel_per_stop(workload, zone, probability, state, params)
        per_stop = (per_stop + latest) / 2
        return probability * (workload.service + per_stop)

    load = probability * (workload.service + per_stop)
    zone = draw_zones(
        workload.times[1:, 1:], load, workload.n_teams, state, params.zones, reweigh=load_after
    )
    for _ in range(2):
        latest = _travel_per_stop(workload, zone, probability, state, params)
        probability = _refilled(workload, zone, probability, latest, params)
    return _rescaled(workload, probability.sum() * shrink, params), zone


def _chances(workload: Workload, per_stop: FloatArray, params: DayParams) -> FloatArray:
    """Chances for as many stops as fit if every stop costs `per_stop` of travel."""
    working_time = params.fill * workload.n_teams * workload.shift
    return _rescaled(workload, working_time / float((workload.service + per_stop).mean()), params)


def _rescaled(workload: Workload, stops: float, params: DayParams) -> FloatArray:
    """Chances that sum to `stops`, as far as floor and cap allow."""
    n = len(workload.weight)
    possible = min(max(stops, n * params.floor), n * params.cap)
    return inclusion_probabilities(workload.weight, possible, floor=params.floor, cap=params.cap)


def _refilled(
    workload: Workload,
    zone: IntArray,
    probability: FloatArray,
    per_stop: FloatArray,
    params: DayParams,
) -> FloatArray:
    """Chances scaled so that the zones' expected routes fill the shift as wished."""
    time = probability * (workload.service + per_stop)
    use = np.bincount(zone, weights=time, minlength=workload.n_teams) / workload.shift
    factor = min(params.fill / use.mean(), params.fullest / use.max())
    return _rescaled(workload, probability.sum() * factor, params)


def _travel_per_stop(
    workload: Workload,
    zone: IntArray,
    probability: FloatArray,
    state: RandomState,
    params: DayParams,
) -> FloatArray:
    """Mean travel a stop, in milliseconds, of sampled routes in each point's zone."""
    per_stop = np.empty(len(zone))
    for k in range(workload.n_teams):
        members = np.flatnonzero(zone == k)
        part = workload.zone(members, probability)
        # the limit is lifted: what does not fit must count, or full zones would look light
        endless = Zone(part.times, part.service, 4 * part.shift, part.probability)
        routes = draw_candidates(endless, state, count=params.sampled_routes, tilt=params.book.tilt)
        per_stop[members] = routes.travel.sum() / routes.size.sum()
    return per_stop
