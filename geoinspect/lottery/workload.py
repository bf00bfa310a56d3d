"""What the teams of one day could do: points, travel times, shifts and opening hours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from geoinspect.lottery.routes import Zone
from geoinspect.lottery.zones import Territory

if TYPE_CHECKING:
    from geoinspect.arrays import BoolArray, FloatArray, IntArray

#: Closes no point: later than the end of any shift.
ALWAYS = 2**40


@dataclass(frozen=True)
class DutyTeam:
    """
    One team on one day.

    Attributes
    ----------
    start_ms, shift_ms
        Start of the shift, by the clock that opening hours are told by, and its length,
        in milliseconds.
    depot
        Number of the depot.
    mode
        Number of the way of travelling.
    """

    start_ms: int
    shift_ms: int
    depot: int = 0
    mode: int = 0


@dataclass(frozen=True)
class Workload:
    """
    What the teams could do on one day: n points, d depots, k teams.

    Attributes
    ----------
    times
        Travel times in integer milliseconds for each way of travelling, each shape
        (d + n, d + n): first the depots, then the points.
    service
        Service time at each point in milliseconds, shape (n,).
    weight
        Relative wish to visit each point, shape (n,), positive.
    teams
        The teams.
    hours
        Opening and closing of each point in milliseconds of the clock, shape (n, s, 2);
        the whole visit lies between. A span that ends before it begins is none. None if
        every point is always open.
    n_depots
        Number of depots.
    """

    times: tuple[IntArray, ...]
    service: IntArray
    weight: FloatArray
    teams: tuple[DutyTeam, ...]
    hours: IntArray | None = None
    n_depots: int = 1

    @classmethod
    def alike(
        cls, times: IntArray, service: IntArray, weight: FloatArray, shift: int, n_teams: int
    ) -> Workload:
        """Return the day of `n_teams` teams with one depot and one shift, every point open."""
        return cls((times,), service, weight, (DutyTeam(0, shift),) * n_teams)

    @property
    def n_points(self) -> int:
        """Number of points."""
        return len(self.service)

    @cached_property
    def shifts(self) -> FloatArray:
        """Length of each team's shift in milliseconds, shape (k,)."""
        return np.array([team.shift_ms for team in self.teams], dtype=np.float64)

    @cached_property
    def is_possible(self) -> BoolArray:
        """Whether each team could visit each point as its only one, shape (n, k)."""
        return np.column_stack([self._is_possible(team) for team in self.teams])

    def _is_possible(self, team: DutyTeam) -> BoolArray:
        there, back = self._depot_times(team)
        return can_visit(self.spans(team), there, back, self.service, team.shift_ms)

    def _depot_times(self, team: DutyTeam) -> tuple[IntArray, IntArray]:
        """Travel times from the depot of a team to all points, and back, each shape (n,)."""
        times = self.times[team.mode]
        return times[team.depot, self.n_depots :], times[self.n_depots :, team.depot]

    def spans(self, team: DutyTeam) -> IntArray:
        """When visits may begin, in milliseconds after the start of the shift; (n, s, 2)."""
        if self.hours is None:
            hours = np.array([[[-ALWAYS, ALWAYS]]]).repeat(self.n_points, axis=0)
        else:
            hours = self.hours
        return begin_spans(hours, self.service, team.start_ms, team.shift_ms)

    @cached_property
    def territory(self) -> Territory:
        """The same as zones are cut from it."""
        d = self.n_depots
        return Territory(
            both_ways=tuple(times[d:, d:] + times[d:, d:].T for times in self.times),
            mode=np.array([team.mode for team in self.teams]),
            from_depot=np.array([sum(self._depot_times(team)) for team in self.teams]),
            capacity=self.shifts,
            is_possible=self.is_possible,
        )

    def zone(self, k: int, members: IntArray, probability: FloatArray) -> Zone:
        """Return the part of the city that `members` (point numbers) make up for team `k`."""
        team = self.teams[k]
        rows = np.concatenate(([team.depot], members + self.n_depots))
        spans = self.spans(team)[members]
        is_open = (spans[:, 0, 0] == 0) & (spans[:, 0, 1] >= team.shift_ms - self.service[members])
        # spans of use come first; what no point has only takes time
        spans = spans[:, : max(1, int((spans[:, :, 0] <= spans[:, :, 1]).sum(axis=1).max()))]
        return Zone(
            np.ascontiguousarray(self.times[team.mode][np.ix_(rows, rows)]),
            self.service[members],
            team.shift_ms,
            probability[members],
            None if is_open.all() else np.ascontiguousarray(spans),
            self.weight[members],
        )


def begin_spans(hours: IntArray, service: IntArray, start_ms: int, shift_ms: int) -> IntArray:
    """
    Turn opening hours into the spans in which a visit of a shift may begin.

    Parameters
    ----------
    hours
        Opening and closing by the clock in milliseconds, shape (n, s, 2).
    service
        Service time in milliseconds, shape (n,).
    start_ms, shift_ms
        Start by the clock and length of the shift.

    Returns
    -------
    spans
        First and last begin after the start of the shift, shape (n, s, 2); (1, 0) where
        there is none. Spans of use come first.
    """
    first = np.maximum(hours[:, :, 0] - start_ms, 0)
    last = np.minimum(hours[:, :, 1] - start_ms, shift_ms) - service[:, np.newaxis]
    spans = np.stack((first, last), axis=2).astype(np.int64)
    spans[last < first] = (1, 0)
    order = np.argsort(last < first, axis=1, kind="stable")
    return np.take_along_axis(spans, order[:, :, np.newaxis], axis=1)


def can_visit(
    spans: IntArray, there: IntArray, back: IntArray, service: IntArray, shift_ms: int
) -> BoolArray:
    """
    Tell the points that a team can visit as its only one.

    Parameters
    ----------
    spans
        When visits may begin, as `begin_spans` gives them, shape (n, s, 2).
    there, back
        Travel from and to the depot in milliseconds, shape (n,).
    service
        Service time in milliseconds, shape (n,).
    shift_ms
        Length of the shift.
    """
    begin = np.maximum(spans[:, :, 0], there[:, np.newaxis])
    done = begin + (service + np.minimum(back, ALWAYS))[:, np.newaxis]
    is_right: BoolArray = (begin <= spans[:, :, 1]) & (done <= shift_ms)
    fits: BoolArray = np.logical_or.reduce(is_right, axis=1)
    return fits
