"""Days of one city: their lottery books, and many draws from each."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, csr_array

from geoinspect.lottery.draw import sha256_hex
from geoinspect.lottery.randomness import derive_key
from lottery.cases import HOUR_MS
from lottery.driving import as_written, begins, turned

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoinspect.arrays import BoolArray, FloatArray, IntArray
    from geoinspect.lottery.book import LotteryBook
    from geoinspect.lottery.day import DayBooks
    from geoinspect.lottery.routes import RouteSet, Zone
    from lottery.cases import Case

_MINUTE_MS = 60_000
_BITS = 256
_WEIGHT_BITS = 53


@dataclass(frozen=True)
class Draws:
    """
    Many draws from the books of one day, each shape (draws, teams).

    Attributes
    ----------
    index
        Number of the drawn route in the team's book.
    reversed
        Whether it is driven the other way round.
    offset_ms
        Departure after the start of the shift.
    """

    index: IntArray
    reversed: BoolArray
    offset_ms: IntArray


@dataclass(frozen=True)
class TeamDay:
    """
    What one team may be drawn to do on one day.

    Attributes
    ----------
    members
        Numbers of its points, shape (m,).
    zone
        The same points with travel times, service times and shift.
    hours
        Their opening and closing in milliseconds after the start of the shift, (m, s, 2).
    start_ms
        Start of the shift by the clock.
    book
        Its lottery book.
    """

    members: IntArray
    zone: Zone
    hours: IntArray
    start_ms: int
    book: LotteryBook

    @property
    def seen(self) -> BoolArray:
        """Whether each route visits each of the members, shape (routes, m)."""
        return incidence(self.book.routes, len(self.members))


@dataclass(frozen=True)
class Day:
    """
    One day: books, draws from them, and how long one draw of everything took.

    Attributes
    ----------
    probability
        Promised chance of each point, shape (n,).
    teams
        Zones and books.
    draws
        Many draws.
    seconds, processor_s
        For zones, books and a single draw: by the clock, and of all processors.
    """

    probability: FloatArray
    teams: tuple[TeamDay, ...]
    draws: Draws
    seconds: float
    processor_s: float

    def visits(self) -> BoolArray:
        """Whether each draw visits each point, shape (draws, n)."""
        visits = np.zeros((len(self.draws.index), len(self.probability)), dtype=np.bool_)
        for k, team in enumerate(self.teams):
            visits[:, team.members] = team.seen[self.draws.index[:, k]]
        return visits

    def travel_ms(self) -> IntArray:
        """Travel of all teams together, shape (draws,)."""
        total = np.zeros(len(self.draws.index), dtype=np.int64)
        for k, team in enumerate(self.teams):
            index, is_turned = self.draws.index[:, k], self.draws.reversed[:, k]
            routes = team.book.routes
            total += np.where(is_turned, routes.reverse_travel[index], routes.travel[index])
        return total

    def forward_travel_ms(self) -> float:
        """Expected travel of all teams together, if no route were driven backwards."""
        return sum(float(team.book.probability @ team.book.routes.travel) for team in self.teams)

    def promise_gap(self) -> float:
        """Largest difference between a promised chance and what the books give."""
        chance = np.zeros(len(self.probability))
        for team in self.teams:
            chance[team.members] += team.book.chances(len(team.members))
        return float(np.abs(chance - self.probability).max())

    def shift_use(self) -> FloatArray:
        """Expected share of the shift that each team travels and inspects, shape (teams,)."""
        use = []
        for team in self.teams:
            service = team.book.chances(len(team.members)) @ team.zone.service
            travel = team.book.probability @ team.book.routes.travel
            use.append((travel + service) / team.zone.shift)
        return np.array(use)

    def joint(self) -> csr_array:
        """Chance that two points of one zone come together; 0 across zones; shape (n, n)."""
        return self._by_zone(_joint_chances)

    def never_together(self) -> csr_array:
        """Pairs of one zone that no route joins, 1 each; shape (n, n)."""
        return self._by_zone(lambda seen, p: (_joint_chances(seen, p) == 0).astype(np.float64))

    def covariance(self) -> csr_array:
        """Covariance of the visits to two points on this day, shape (n, n)."""
        return self._by_zone(_covariances)

    def _by_zone(self, entries: Callable[[FloatArray, FloatArray], FloatArray]) -> csr_array:
        """Put together one matrix from a function of each zone's routes and weights."""
        rows, columns, values = [], [], []
        for team in self.teams:
            block = entries(team.seen.astype(np.float64), team.book.probability)
            rows.append(np.repeat(team.members, len(team.members)))
            columns.append(np.tile(team.members, len(team.members)))
            values.append(block.ravel())
        n = len(self.probability)
        places = (np.concatenate(rows), np.concatenate(columns))
        return csr_array(coo_array((np.concatenate(values), places), shape=(n, n)))

    def visits_by_hour(self) -> IntArray:
        """Count the visits to each point by hour of the clock, two days long, shape (n, 48)."""
        counts = np.zeros((len(self.probability), 48), dtype=np.int64)
        for k, team in enumerate(self.teams):
            point, begin_ms = self._visits_of(k)
            hour = (begin_ms + team.start_ms) // HOUR_MS
            np.add.at(counts, (team.members[point], hour), 1)
        return counts

    def visits_in_time(self) -> tuple[int, int]:
        """Count the drawn visits within opening hours and shift, and all of them."""
        in_time = made = 0
        for k, team in enumerate(self.teams):
            point, begin_ms = self._visits_of(k)
            end_ms = begin_ms + team.zone.service[point]
            back_ms = end_ms + team.zone.times[point + 1, 0]
            after, before = begin_ms[:, np.newaxis], end_ms[:, np.newaxis]
            hours = team.hours[point]
            is_open = ((hours[:, :, 0] <= after) & (before <= hours[:, :, 1])).any(axis=1)
            in_time += int((is_open & (back_ms <= team.zone.shift)).sum())
            made += len(point)
        return in_time, made

    def _visits_of(self, k: int) -> tuple[IntArray, IntArray]:
        """Point and begin after the start of the shift of every visit drawn for a team."""
        team = self.teams[k]
        index, is_turned = self.draws.index[:, k], self.draws.reversed[:, k]
        stops = team.book.routes.stops[index]
        stops[is_turned] = turned(team.book.routes, index[is_turned])
        begin_ms, _ = begins(team.zone, team.hours, stops, self.draws.offset_ms[:, k])
        is_stop = stops >= 0
        return stops[is_stop], begin_ms[is_stop]

    def faulty_routes(self) -> tuple[int, int]:
        """Count the routes that break a rule, and all routes, of every book."""
        faulty = checked = 0
        for team in self.teams:
            is_right = as_written(team.zone, team.hours, team.book.routes)
            faulty += int((~is_right).sum())
            checked += len(is_right)
        return faulty, checked


def incidence(routes: RouteSet, n_points: int) -> BoolArray:
    """Whether each route visits each point, shape (m, n_points)."""
    seen = np.zeros((len(routes), n_points + 1), dtype=np.bool_)
    # what is no stop is -1 and falls into the last column
    np.put_along_axis(seen, routes.stops % (n_points + 1), True, axis=1)
    return seen[:, :-1]


def _joint_chances(seen: FloatArray, probability: FloatArray) -> FloatArray:
    return (seen * probability[:, np.newaxis]).T @ seen


def _covariances(seen: FloatArray, probability: FloatArray) -> FloatArray:
    chance = probability @ seen
    return _joint_chances(seen, probability) - np.outer(chance, chance)


def make_day(case: Case, number: int, n_draws: int) -> Day:
    """Draw zones and books of day `number`, and `n_draws` times the routes."""
    start, processor_start = perf_counter(), process_time()
    books = case.draw_books(derive_key("benchmark", case.name, str(number)))
    draw_many(books.books, 1, label=f"{number}")
    seconds, processor_s = perf_counter() - start, process_time() - processor_start
    draws = draw_many(books.books, n_draws, label=f"{number}")
    return Day(books.probability, team_days(case, books), draws, seconds, processor_s)


def team_days(case: Case, books: DayBooks) -> tuple[TeamDay, ...]:
    """Put together what each team may be drawn to do."""
    teams = zip(case.ground.teams, books.members, books.books, strict=True)
    return tuple(
        TeamDay(
            members,
            case.zone(k, members, books.probability),
            case.ground.hours[members] - team.start_ms,
            team.start_ms,
            book,
        )
        for k, (team, members, book) in enumerate(teams)
    )


def draw_many(books: tuple[LotteryBook, ...], n_draws: int, *, label: str) -> Draws:
    """Draw every team's route `n_draws` times, each as a plan draws it once."""
    seeds = [sha256_hex(f"benchmark {label} {i}") for i in range(n_draws)]
    drawn = [_draw_team(book, str(k), seeds) for k, book in enumerate(books, start=1)]
    index, is_turned, offset_ms = (np.column_stack(column) for column in zip(*drawn, strict=True))
    return Draws(index, is_turned, offset_ms)


def _draw_team(
    book: LotteryBook, team_id: str, seeds: list[str]
) -> tuple[IntArray, BoolArray, IntArray]:
    """Do what `geoinspect.lottery.draw.draw_route` does, for many seeds at once."""

    def numbers(purpose: str) -> list[int]:
        return [int(sha256_hex(f"{seed}|{team_id}|{purpose}"), 16) for seed in seeds]

    targets = np.array([number >> (_BITS - _WEIGHT_BITS) for number in numbers("route")])
    index = np.searchsorted(np.cumsum(book.weights), targets, side="right").astype(np.int64)
    wanted = np.array([number % 2 == 1 for number in numbers("direction")])
    backward_ms = book.routes.reverse_slack[index]
    is_turned = wanted & (backward_ms >= 0)
    slack_min = np.where(is_turned, backward_ms, book.routes.slack[index]) // _MINUTE_MS
    starts = zip(numbers("start"), slack_min.tolist(), strict=True)
    offset_min = np.array([number * (slack + 1) >> _BITS for number, slack in starts])
    return index, is_turned, offset_min * _MINUTE_MS
