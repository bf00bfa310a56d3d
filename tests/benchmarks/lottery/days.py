"""Days of one city: their lottery books, and many draws from each."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, csr_array

from geoinspect.lottery.day import DayParams, Workload, draw_day_books
from geoinspect.lottery.draw import draw_route, sha256_hex
from geoinspect.lottery.randomness import derive_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoinspect.arrays import BoolArray, FloatArray, IntArray
    from geoinspect.lottery.day import DayBooks
    from geoinspect.lottery.routes import RouteSet

_HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Case:
    """A city, its teams and the knobs of its lottery: what one table is about."""

    name: str
    workload: Workload
    params: DayParams


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
class Day:
    """
    One day: books, draws from them, and how long one draw of everything took.

    Attributes
    ----------
    workload
        The city.
    books
        Zones and books.
    draws
        Many draws.
    seconds, processor_s
        For zones, books and a single draw: by the clock, and of this processor.
    """

    workload: Workload
    books: DayBooks
    draws: Draws
    seconds: float
    processor_s: float

    def visits(self) -> BoolArray:
        """Whether each draw visits each point, shape (draws, n)."""
        visits = np.zeros((len(self.draws.index), len(self.workload.service)), dtype=np.bool_)
        for k, (members, book) in enumerate(zip(self.books.members, self.books.books, strict=True)):
            visits[:, members] = incidence(book.routes, len(members))[self.draws.index[:, k]]
        return visits

    def travel_ms(self) -> IntArray:
        """Travel of all teams together, shape (draws,)."""
        total = np.zeros(len(self.draws.index), dtype=np.int64)
        for k, book in enumerate(self.books.books):
            index, turned = self.draws.index[:, k], self.draws.reversed[:, k]
            routes = book.routes
            total += np.where(turned, routes.reverse_travel[index], routes.travel[index])
        return total

    def forward_travel_ms(self) -> float:
        """Expected travel of all teams together, if no route were driven backwards."""
        return sum(float(book.probability @ book.routes.travel) for book in self.books.books)

    def promise_gap(self) -> float:
        """Largest difference between a promised chance and what the books give."""
        chance = np.zeros(len(self.books.probability))
        for members, book in zip(self.books.members, self.books.books, strict=True):
            chance[members] += book.chances(len(members))
        return float(np.abs(chance - self.books.probability).max())

    def shift_use(self) -> FloatArray:
        """Mean share of the shift that each team's route takes, shape (teams,)."""
        use = []
        for members, book in zip(self.books.members, self.books.books, strict=True):
            service = book.chances(len(members)) @ self.workload.service[members]
            use.append((book.probability @ book.routes.travel + service) / self.workload.shift)
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
        for members, book in zip(self.books.members, self.books.books, strict=True):
            seen = incidence(book.routes, len(members)).astype(np.float64)
            block = entries(seen, book.probability)
            rows.append(np.repeat(members, len(members)))
            columns.append(np.tile(members, len(members)))
            values.append(block.ravel())
        n = len(self.workload.service)
        places = (np.concatenate(rows), np.concatenate(columns))
        return csr_array(coo_array((np.concatenate(values), places), shape=(n, n)))

    def visits_by_hour(self) -> IntArray:
        """Count the visits to each point by hour of the shift, shape (n, hours)."""
        n, hours = len(self.workload.service), -(-self.workload.shift // _HOUR_MS)
        counts = np.zeros(n * hours, dtype=np.int64)
        for k, (members, book) in enumerate(zip(self.books.members, self.books.books, strict=True)):
            point, arrival_ms = _arrivals(self.workload, members, book.routes, self.draws, k)
            hour = np.clip(arrival_ms // _HOUR_MS, 0, hours - 1)
            counts += np.bincount(point * hours + hour, minlength=n * hours)
        return counts.reshape(n, hours)

    def faulty_routes(self) -> tuple[int, int]:
        """Count the routes that break a rule, and all routes, of every book."""
        faulty = checked = 0
        for members, book in zip(self.books.members, self.books.books, strict=True):
            faulty += int((~_is_drivable(self.workload, members, book.routes)).sum())
            checked += len(book.routes)
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


def _route_times(
    workload: Workload, members: IntArray, stops: IntArray
) -> tuple[IntArray, IntArray]:
    """Arrival after departure at each stop, and end of the route, in milliseconds."""
    is_stop = stops >= 0
    place = np.where(is_stop, members[stops] + 1, 0)
    before = np.pad(place, ((0, 0), (1, 0)))[:, :-1]
    leg = np.where(is_stop, workload.times[before, place], 0)
    service = np.where(is_stop, workload.service[members[stops]], 0)
    arrival = np.cumsum(leg, axis=1) + np.cumsum(service, axis=1) - service
    size = is_stop.sum(axis=1)
    last = np.where(size > 0, place[np.arange(len(place)), np.maximum(0, size - 1)], 0)
    end = leg.sum(axis=1) + service.sum(axis=1) + workload.times[last, 0]
    return arrival, end


def _turned(routes: RouteSet) -> IntArray:
    """Stops of each route in the opposite order, padded behind the last, shape (m, longest)."""
    column = routes.size[:, np.newaxis] - 1 - np.arange(routes.stops.shape[1])
    flipped = np.take_along_axis(routes.stops, np.maximum(column, 0), axis=1)
    return np.where(column >= 0, flipped, -1)


def _is_drivable(workload: Workload, members: IntArray, routes: RouteSet) -> BoolArray:
    """Whether each route fits the shift, has no stop twice and takes what the matrix says."""
    _, end = _route_times(workload, members, routes.stops)
    _, reverse_end = _route_times(workload, members, _turned(routes))
    service = np.where(routes.stops >= 0, workload.service[members[routes.stops]], 0).sum(axis=1)
    seen = incidence(routes, len(members)).sum(axis=1)
    right = (end == routes.travel + service) & (reverse_end == routes.reverse_travel + service)
    answer: BoolArray = right & (end <= workload.shift) & (seen == routes.size)
    return answer


def _arrivals(
    workload: Workload, members: IntArray, routes: RouteSet, draws: Draws, k: int
) -> tuple[IntArray, IntArray]:
    """Point and time after the start of the shift of every visit of team number `k`."""
    index, turned = draws.index[:, k], draws.reversed[:, k, np.newaxis]
    backwards = _turned(routes)
    forward_ms, _ = _route_times(workload, members, routes.stops)
    backward_ms, _ = _route_times(workload, members, backwards)
    stops = np.where(turned, backwards[index], routes.stops[index])
    arrival = np.where(turned, backward_ms[index], forward_ms[index])
    is_stop = stops >= 0
    arrival = arrival + draws.offset_ms[:, k, np.newaxis]
    return members[stops[is_stop]], arrival[is_stop]


def make_day(case: Case, number: int, n_draws: int) -> Day:
    """Draw zones and books of day `number`, and `n_draws` times the routes."""
    start, processor_start = perf_counter(), process_time()
    key = derive_key("benchmark", case.name, str(number))
    books = draw_day_books(case.workload, key, case.params)
    draw_many(case.workload, books, 1, label=f"{number}")
    seconds, processor_s = perf_counter() - start, process_time() - processor_start
    draws = draw_many(case.workload, books, n_draws, label=f"{number}")
    return Day(case.workload, books, draws, seconds, processor_s)


def draw_many(workload: Workload, books: DayBooks, n_draws: int, *, label: str) -> Draws:
    """Draw every team's route `n_draws` times, as a plan draws it once."""
    seeds = [sha256_hex(f"benchmark {label} {i}") for i in range(n_draws)]
    drawn = np.empty((n_draws, len(books.books), 3), dtype=np.int64)
    for k, (members, book) in enumerate(zip(books.members, books.books, strict=True)):
        stops = book.routes.stops
        service = np.where(stops >= 0, workload.service[members[stops]], 0).sum(axis=1)
        weights = book.weights.tolist()
        durations = (book.routes.travel + service).tolist()
        reverse_durations = (book.routes.reverse_travel + service).tolist()
        for i, seed in enumerate(seeds):
            draw = draw_route(
                seed, str(k + 1), weights=weights, durations_ms=durations,
                reverse_durations_ms=reverse_durations, shift_ms=workload.shift,
            )  # fmt: skip
            drawn[i, k] = draw.index, draw.reversed, draw.start_offset_ms
    return Draws(drawn[..., 0], drawn[..., 1].astype(np.bool_), drawn[..., 2])
