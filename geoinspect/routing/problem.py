"""What is to be planned: stops with service times and opening hours, teams with shifts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from geoinspect.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoinspect.arrays import BoolArray, IntArray

#: Why a stop is not planned, by code.
CODES = {
    "OUT_OF_REACH": "The way there and back and the visit do not fit into any shift.",
    "WINDOW": "No team can be there during its opening hours.",
    "SHIFT_FULL": "The shifts are full: lengthen them or add teams.",
}

#: Largest prize; a wider range would leave the solver no digits for travel.
MAX_PRIZE = 100


@dataclass(frozen=True)
class Team:
    """
    One team on one day.

    Attributes
    ----------
    team_id
        Id of the team.
    start_ms, end_ms
        Its shift in milliseconds of the clock that the windows are told by.
    depot
        Place where the route starts and ends, a row of the matrix of travel times.
    max_stops
        Most stops of the route; None for no limit.
    units
        Names of the units that inspect jointly in this team. Only a label.
    """

    team_id: str
    start_ms: int
    end_ms: int
    depot: int = 0
    max_stops: int | None = None
    units: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.start_ms < self.end_ms:
            raise InputError(
                "The shift of team {team_id} ends before it begins: turn it round.",
                team_id=self.team_id,
            )
        if self.max_stops is not None and self.max_stops < 1:
            raise InputError(
                "Team {team_id} may make {stops} stops: name at least 1.",
                team_id=self.team_id,
                stops=self.max_stops,
            )

    @property
    def shift_ms(self) -> int:
        """Length of the shift in milliseconds."""
        return self.end_ms - self.start_ms


@dataclass(frozen=True, eq=False)
class Options:
    """
    Ways to make a visit: a place and a span of time; m of them.

    Attributes
    ----------
    stop
        Number of the stop, ascending, shape (m,).
    place
        Where it is visited, shape (m,).
    open_ms, close_ms
        Span that must hold the whole visit, shape (m,).
    """

    stop: IntArray
    place: IntArray
    open_ms: IntArray
    close_ms: IntArray


@dataclass(frozen=True, eq=False)
class RoutingProblem:
    """
    Stops to be visited once each by teams that start and end at a depot.

    Parameters
    ----------
    times_ms
        Travel times in milliseconds from place (row) to place (column), int64, shape
        (p, p). Quickest times: no way by another place is shorter. Anything longer than
        all shifts means that there is no way.
    service_ms
        Time at each stop in milliseconds, int64, shape (n,).
    teams
        The teams; each goes out once or not at all.
    windows
        For each stop the spans (open, close), in milliseconds of the clock of the
        shifts, one of which must hold the whole visit; no span means any time. None
        if all stops are open at any time.
    prizes
        How much each stop is wanted, from 1 to `MAX_PRIZE`, where not all fit: the sum
        over the planned stops comes before travel. None if all are wanted alike.
    places
        For each stop the places where it can be visited, any one of which will do:
        rows of `times_ms`, shape (n, a). None if the last n places are the stops.

    Raises
    ------
    InputError
        If there is no team.

    Examples
    --------
    >>> times_ms = np.array([[0, 60, 90], [60, 0, 50], [90, 50, 0]])
    >>> problem = RoutingProblem(times_ms, np.array([600, 600]), (Team("1", 0, 2000),))
    >>> problem.n_stops, problem.stop_places.tolist()
    (2, [[1], [2]])
    """

    times_ms: IntArray
    service_ms: IntArray
    teams: tuple[Team, ...]
    windows: Sequence[Sequence[tuple[int, int]]] | None = None
    prizes: IntArray | None = None
    places: IntArray | None = None

    def __post_init__(self) -> None:
        n, p = self.n_stops, len(self.times_ms)
        if self.times_ms.shape != (p, p) or self.stop_places.shape[:1] != (n,):
            raise ValueError(f"times of shape {self.times_ms.shape} for {n} stops")
        if self.windows is not None and len(self.windows) != n:
            raise ValueError(f"windows of {len(self.windows)} stops for {n} stops")
        if self.prizes is not None and not _are_prizes(self.prizes, n):
            raise ValueError(f"prizes must be {n} numbers from 1 to {MAX_PRIZE}")
        if not self.teams:
            raise InputError("Nobody goes out: name at least one team.")

    @property
    def n_stops(self) -> int:
        """Number of stops."""
        return len(self.service_ms)

    @cached_property
    def stop_places(self) -> IntArray:
        """Places of each stop, shape (n, a)."""
        if self.places is not None:
            return self.places
        p = len(self.times_ms)
        return np.arange(p - self.n_stops, p, dtype=np.int64)[:, None]

    @cached_property
    def options(self) -> Options:
        """Every way to make every visit, whether or not a team can."""
        spans = self.windows or [()] * self.n_stops
        first = min(team.start_ms for team in self.teams)
        last = max(team.end_ms for team in self.teams)
        rows = [
            (stop, place, open_ms, close_ms)
            for stop, places in enumerate(self.stop_places.tolist())
            for place in places
            for open_ms, close_ms in (spans[stop] or [(first, last)])
        ]
        return Options(*np.array(rows, dtype=np.int64).reshape(-1, 4).T)

    @cached_property
    def is_possible(self) -> BoolArray:
        """Whether a team can take an option as its only stop, shape (m, teams)."""
        options = self.options
        service_ms = self.service_ms[options.stop]
        columns = []
        for team in self.teams:
            there_ms = self.times_ms[team.depot, options.place]
            back_ms = self.times_ms[options.place, team.depot]
            begin_ms = np.maximum(team.start_ms + there_ms, options.open_ms)
            end_ms = begin_ms + service_ms
            is_open = end_ms <= options.close_ms
            columns.append(is_open & (end_ms + back_ms <= team.end_ms))
        return np.column_stack(columns)

    @cached_property
    def is_servable(self) -> BoolArray:
        """Whether some team can visit a stop as its only one, shape (n,)."""
        possible = self.options.stop[self.is_possible.any(axis=1)]
        return np.isin(np.arange(self.n_stops), possible)

    @cached_property
    def is_in_reach(self) -> BoolArray:
        """Whether some team can go there, visit and return, at whatever hour; shape (n,)."""
        there_and_back = np.zeros(self.n_stops, dtype=np.bool_)
        for team in self.teams:
            there_ms = self.times_ms[team.depot, self.stop_places]
            back_ms = self.times_ms[self.stop_places, team.depot]
            needed_ms = (there_ms + back_ms).min(axis=1) + self.service_ms
            there_and_back |= needed_ms <= team.shift_ms
        return there_and_back


def _are_prizes(prizes: IntArray, n: int) -> bool:
    return prizes.shape == (n,) and bool(((prizes >= 1) & (prizes <= MAX_PRIZE)).all())
