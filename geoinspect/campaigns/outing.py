"""Who goes out when: days, teams and hours of a campaign, whatever it visits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from geoinspect.errors import InputError
from geoinspect.frame import DIGITS
from geoinspect.network.snapping import MAX_SNAP_DISTANCE_M
from geoinspect.routing import Campaign, Team, least_team_days, plan_campaign, solve
from geoinspect.routing.solve import ITERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, time

    from geoinspect.routing import RoutingProblem
    from geoinspect.shifts import Shift

DAY_MS = 86_400_000
_SATURDAY = 5


@dataclass(frozen=True)
class Outing:
    """
    What whoever sends teams out decides.

    Attributes
    ----------
    first_day
        The first day.
    n_teams
        Number of teams.
    shifts
        Working hours by the clock, in turn for the teams: one holds for all of them.
    depots
        WGS-84 longitude and latitude where routes start and end, in turn for the teams;
        none for the place that is nearest to all others.
    units
        Names of the units in each team, in turn for the teams.
    n_days
        Days at hand; None for as many as it takes. Where they are too few, stops are
        left out and listed.
    max_stops
        Most stops of a route; None for no limit.
    rests_at_weekends
        Whether nobody goes out on Saturdays and Sundays.
    max_snap_distance_m
        Farthest distance between a place and a street.
    iterations, seed
        Length and seed of the search for routes.
    """

    first_day: date
    n_teams: int
    shifts: tuple[Shift, ...]
    depots: tuple[tuple[float, float], ...] = field(default=(), kw_only=True)
    units: tuple[tuple[str, ...], ...] = field(default=(), kw_only=True)
    n_days: int | None = field(default=None, kw_only=True)
    max_stops: int | None = field(default=None, kw_only=True)
    rests_at_weekends: bool = field(default=False, kw_only=True)
    max_snap_distance_m: float = field(default=MAX_SNAP_DISTANCE_M, kw_only=True)
    iterations: int = field(default=ITERATIONS, kw_only=True)
    seed: int = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        if self.n_teams < 1:
            raise InputError("{teams} teams cannot go out: name at least 1.", teams=self.n_teams)
        if self.n_days is not None and self.n_days < 1:
            raise InputError("{days} days are too few: name at least 1.", days=self.n_days)

    def teams(self, n_depots: int) -> tuple[Team, ...]:
        """Describe the teams of one day; their clock counts from midnight."""
        return tuple(self._team(k, n_depots) for k in range(self.n_teams))

    def days(self, number: int) -> list[date]:
        """Return so many days from the first on, without days of rest."""
        days: list[date] = []
        day = self.first_day
        while len(days) < number:
            if not (self.rests_at_weekends and day.weekday() >= _SATURDAY):
                days.append(day)
            day += timedelta(days=1)
        return days

    def _team(self, k: int, n_depots: int) -> Team:
        """Describe team number `k`."""
        start_ms, end_ms = span_ms(self.shifts[k % len(self.shifts)])
        return Team(
            team_id=str(k + 1),
            start_ms=start_ms,
            end_ms=end_ms,
            depot=k % n_depots,
            max_stops=self.max_stops,
            units=self.units[k % len(self.units)] if self.units else (),
        )


def plan_outing(
    problem: RoutingProblem, outing: Outing, *, report: Callable[[str], None] | None = None
) -> Campaign:
    """
    Visit all stops in the fewest team-days, or as many as fit into the days at hand.

    Parameters
    ----------
    problem
        Stops and travel times, and the teams of one day.
    outing
        Days at hand, and how long to search.
    report
        Called with the name of each step as it begins, in English.
    """
    iterations, seed = outing.iterations, outing.seed
    if outing.n_days is None:
        return plan_campaign(problem, iterations=iterations, seed=seed, report=report)
    if report:
        report("Planning the routes")
    several = replace(problem, teams=problem.teams * outing.n_days)
    result = solve(several, iterations=iterations, seed=seed)
    left = [entry.stop for entry in result.unplanned]
    is_planned = ~np.isin(np.arange(problem.n_stops), left)
    return Campaign(problem.teams, result, least_team_days(problem, is_planned))


def team_rows(
    teams: Sequence[Team], outing: Outing, depots: Sequence[tuple[float, float]]
) -> list[dict[str, Any]]:
    """Write what the teams are, for a record."""
    return [
        {
            "team_id": team.team_id,
            "units": list(team.units),
            "shift": {"start": f"{shift.start:%H:%M}", "end": f"{shift.end:%H:%M}"},
            "depot": {"lon": round(lon, DIGITS), "lat": round(lat, DIGITS)},
        }
        for k, team in enumerate(teams)
        for shift in (outing.shifts[k % len(outing.shifts)],)
        for lon, lat in (depots[team.depot],)
    ]


def span_ms(shift: Shift) -> tuple[int, int]:
    """Milliseconds from midnight to start and end of a shift."""
    start_ms, end_ms = (_since_midnight_ms(moment) for moment in (shift.start, shift.end))
    return start_ms, end_ms if end_ms > start_ms else end_ms + DAY_MS


def _since_midnight_ms(moment: time) -> int:
    return 1000 * (3600 * moment.hour + 60 * moment.minute + moment.second)
