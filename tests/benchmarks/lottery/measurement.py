"""The days of a case, their books, and what a plain script and a solver do on the same days."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from lottery.chance import exact_sample, uniforms, weighted_choice
from lottery.days import make_day
from lottery.rivals import route_all, task

if TYPE_CHECKING:
    from collections.abc import Callable

    from scipy.sparse import csr_array

    from geoinspect.arrays import BoolArray, FloatArray, IntArray
    from lottery.cases import Case
    from lottery.days import Day
    from lottery.rivals import Routed

_MINUTE_MS = 60_000
_FEWEST_FOR_SLOPE = 8


@dataclass(frozen=True)
class Effort:
    """
    How much is simulated.

    Attributes
    ----------
    days
        Days with zones and books of their own.
    draws
        Draws from the books of each day.
    routed
        Samples that go to the solver, of the plain script and exact ones.
    routed_again
        How many of the exact ones also get ten times the iterations.
    iterations
        Iterations of the plain script's solver.
    years, year
        Years of past plans that the predictor sees, and their length in days.
    following
        Days that follow each other, each with the chances that the draws before have made.
    jobs
        Solvers at a time.
    """

    days: int = 24
    draws: int = 420
    routed: int = 12
    routed_again: int = 2
    iterations: int = 1000
    years: int = 4
    year: int = 264
    following: int = 132
    jobs: int = 2


@dataclass(frozen=True)
class Travel:
    """Mean travel a stop in minutes, and its standard error relative to it."""

    a_stop: float
    error: float

    def against(self, other: Travel) -> str:
        """Write the ratio to another travel with its standard error."""
        ratio = self.a_stop / other.a_stop
        return f"{ratio:.3f} ± {ratio * np.hypot(self.error, other.error):.3f}"


@dataclass(frozen=True)
class Rival:
    """
    Another way to choose points on the same days.

    Attributes
    ----------
    visits
        Chosen points, shape (days x draws, n), all draws of a day together.
    asked
        Stops that each routed sample asks for.
    remoteness
        Mean remoteness of the stops that each routed sample asks for, less its
        expectation under this way to choose.
    routed
        What the solver made of these samples.
    routed_again
        The first of them with ten times the iterations.
    """

    visits: BoolArray
    asked: list[int]
    remoteness: FloatArray
    routed: list[Routed]
    routed_again: list[Routed]

    @property
    def best(self) -> list[Routed]:
        """What the solver made of the samples with most effort."""
        return self.routed_again or self.routed

    @property
    def travel(self) -> Travel:
        """
        Travel of the solver's best effort.

        Samples differ more from each other than efforts do, above all by how remote
        their points are. So many samples are routed with little effort, their
        remoteness is allowed for (regression estimator: Cochran 1977, chapter 7), and
        the mean is scaled by what more effort saves on some (double sampling, chapter
        12).
        """
        minutes = [each.travel_ms / _MINUTE_MS / len(each.visited) for each in self.routed]
        quick = _mean_and_error(_without_slope(np.array(minutes), self.remoteness))
        if not self.routed_again:
            return Travel(*quick)
        pairs = zip(self.routed_again, self.routed, strict=False)
        saved = _mean_and_error(np.array([best.travel_ms / few.travel_ms for best, few in pairs]))
        return Travel(quick[0] * saved[0], float(np.hypot(quick[1], saved[1])))


def _without_slope(values: FloatArray, covariate: FloatArray) -> FloatArray:
    """Take out of `values` what follows from a covariate of mean zero."""
    if len(values) < _FEWEST_FOR_SLOPE:
        return values
    centred = covariate - covariate.mean()
    slope = (centred @ values) / (centred @ centred)
    adjusted: FloatArray = values - slope * covariate
    return adjusted


def _mean_and_error(values: FloatArray) -> tuple[float, float]:
    """Mean of independent values, and its standard error relative to it."""
    mean = float(values.mean())
    spread = float(values.std(ddof=1)) if len(values) > 1 else 0.0
    return mean, spread / mean / len(values) ** 0.5


def year_of_days(n_days: int, n_draws: int, length: int, label: str) -> tuple[IntArray, IntArray]:
    """
    Put days and draws together to a year in which no draw comes twice.

    Returns
    -------
    day, draw
        Number of the book and of the draw from it, shape (length,): every book equally
        often, in random order. Shorter if there are not so many draws.
    """
    rounds = -(-min(length, n_days * n_draws) // n_days)
    order = [np.argsort(uniforms((n_days,), "year", label, str(k))) for k in range(rounds)]
    first = int(uniforms((1,), "first draw", label)[0] * n_draws)
    draw = (first + np.repeat(np.arange(rounds), n_days)) % n_draws
    return np.concatenate(order)[:length], draw[:length]


class Measurement:
    """All days of a case, and everything that is counted on them more than once."""

    def __init__(self, case: Case, effort: Effort, say: Callable[[str], None]) -> None:
        self.case = case
        self.effort = effort
        self.matrix_s = _matrix_seconds(case)
        self.days: list[Day] = []
        for number in range(effort.days):
            say(f"{case.name}: books of day {number + 1} of {effort.days}")
            self.days.append(make_day(case, number, effort.draws))
        self.visits: BoolArray = np.vstack([day.visits() for day in self.days])
        say(f"{case.name}: a plain script on the same days")
        self.script = self._rival(self._choose, optional=True, again=0)
        say(f"{case.name}: exact samples and the solver")
        self.solver = self._rival(self._sample, optional=False, again=effort.routed_again)

    @cached_property
    def promised(self) -> FloatArray:
        """Promised chances of each day, shape (days, n)."""
        return np.array([day.probability for day in self.days])

    @cached_property
    def covariance(self) -> csr_array:
        """Sum over all draws of the covariance of visits, shape (n, n)."""
        total = self.days[0].covariance()
        for day in self.days[1:]:
            total = total + day.covariance()
        return total * self.effort.draws

    @cached_property
    def smallest_joint(self) -> float:
        """Smallest chance of any two points to come together on a day, by the books."""
        n = self.case.n_points
        total = np.zeros((n, n))
        for day in self.days:
            joint = np.outer(day.probability, day.probability)
            for team in day.teams:
                joint[np.ix_(team.members, team.members)] = 0.0
            total += joint + day.joint().toarray()
        np.fill_diagonal(total, np.inf)
        return float(total.min()) / len(self.days)

    def years(self, visits: BoolArray) -> list[tuple[BoolArray, FloatArray]]:
        """Years of past plans, one draw a day, books in random order: visits and promises."""
        by_day = visits.reshape(len(self.days), self.effort.draws, -1)
        found = []
        for year in range(self.effort.years):
            day, draw = year_of_days(*by_day.shape[:2], self.effort.year, str(year))
            found.append((by_day[day, draw], self.promised[day]))
        return found

    def _choose(self, day: int) -> BoolArray:
        """Weighted choice of as many points as the books visit in the mean."""
        chance = self.promised[day]
        size = round(float(chance.sum()))
        return weighted_choice(chance, size, self.effort.draws, f"{self.case.name} {day}")

    def _sample(self, day: int) -> BoolArray:
        return exact_sample(self.promised[day], self.effort.draws, f"{self.case.name} {day}")

    def _rival(self, draw: Callable[[int], BoolArray], *, optional: bool, again: int) -> Rival:
        """Draw samples for every day; route some, the days in turn, and some of these again."""
        visits = [draw(day) for day in range(len(self.days))]
        turns = [divmod(i, len(visits)) for i in range(self.effort.routed)]
        samples = [np.flatnonzero(visits[day][turn]) for turn, day in turns]

        def route(count: int, iterations: int) -> list[Routed]:
            tasks = [
                task(self.case, sample, optional=optional, iterations=iterations, seed=seed)
                for seed, sample in enumerate(samples[:count])
            ]
            return route_all(tasks, self.effort.jobs)

        remoteness = self._remoteness(visits)
        return Rival(
            np.vstack(visits),
            [len(sample) for sample in samples],
            np.array([remoteness[day][turn] for turn, day in turns]),
            route(len(samples), self.effort.iterations),
            route(again, 10 * self.effort.iterations),
        )

    def _remoteness(self, visits: list[BoolArray]) -> list[FloatArray]:
        """
        Mean remoteness of each draw's points, less the mean of its day.

        A point is remote by the time to and from its nearest points.
        """
        remote = self.case.remoteness
        of_draws = [drawn @ remote / drawn.sum(axis=1) for drawn in visits]
        return [each - each.mean() for each in of_draws]

    @cached_property
    def travel(self) -> Travel:
        """Travel of the drawn routes as they are driven, reversed or not."""
        minutes = [float(day.travel_ms().mean()) / _MINUTE_MS for day in self.days]
        return Travel(*_mean_and_error(np.array(minutes) / self.promised.sum(axis=1)))


def _matrix_seconds(case: Case) -> float:
    """Measure all travel times; 0 where a day measures those it needs itself."""
    if case.is_cut:
        return 0.0
    start = perf_counter()
    case.measure_workload()
    return perf_counter() - start
