"""A day that runs: what its teams returned, and what was found on their way."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from geoinspect.amending.standing import Returned, StopState, TeamStanding, standings
from geoinspect.amending.whatif import Answer, Move, what_if
from geoinspect.api.citynetwork import current_network
from geoinspect.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoinspect.api.sight import Sight

Record = dict[str, Any]


@dataclass(frozen=True)
class RunningDay:
    """
    A released day as it stands.

    Attributes
    ----------
    day
        The day.
    plan, amendments
        See `geoinspect.api.sight.Sight.running`.
    teams
        How far each team has come.
    problems
        How many problems were found that day at each of its stops, by point id.
    """

    day: date
    plan: Record
    amendments: list[Record]
    teams: list[TeamStanding]
    problems: Mapping[str, int]

    def count(self, *states: StopState) -> int:
        """Return how many stops of all teams are in one of some states."""
        return sum(team.count(*states) for team in self.teams)

    @property
    def n_stops(self) -> int:
        """How many stops were drawn."""
        return sum(len(team.stops) for team in self.teams)

    @property
    def n_problems(self) -> int:
        """How many problems were found at its stops."""
        return sum(self.problems.values())

    @property
    def version(self) -> str:
        """Changes when routes do."""
        teams = "-".join(team.team_id for team in self.teams)
        return f"{self.day}/{teams}/{len(self.amendments)}"


def running_day(sight: Sight, day: date | None = None) -> RunningDay:
    """
    Gather what is known of a released day.

    Parameters
    ----------
    sight
        Who asks; routes are seen by nobody whose scope is a part of the city.
    day
        The day; None for the newest of which routes may be seen.

    Raises
    ------
    NotFoundError
        If no such routes may be seen.
    """
    plan, amendments = sight.running(day)
    shown = date.fromisoformat(plan["date"])
    begin = datetime.combine(shown, time(), tzinfo=sight.folder.settings.zone)
    during = (begin, begin + timedelta(days=1))
    points = {stop["point_id"] for route in plan["routes"] for stop in route["stops"]}
    found = Counter(p for p in sight.store.points_of_violations(during) if p in points)
    teams = standings(plan, amendments, _returned(sight, during), sight.now)
    return RunningDay(shown, plan, amendments, teams, found)


def ask_what_if(sight: Sight, day: date, point_id: str, to_team_id: str, position: int) -> Answer:
    """
    Tell why a stop of a released day cannot move.

    Raises
    ------
    NotFoundError
        If no such routes may be seen, or they have no such stop or team.
    InputError
        If the stop would be where it is.
    """
    plan, amendments = sight.running(day)
    for route in plan["routes"]:
        if any(stop["point_id"] == point_id for stop in route["stops"]):
            move = Move(str(route["team_id"]), point_id, to_team_id, position)
            return what_if(plan, amendments, current_network(sight.folder), move, sight.now)
    raise NotFoundError("No released route of {day} has a stop {point_id}.",
                        day=day, point_id=point_id)  # fmt: skip


def _returned(sight: Sight, during: tuple[datetime, datetime]) -> dict[str, Returned]:
    """Read what phones and imports told of a day; a result ends a visit that has no end."""
    zone = sight.folder.settings.zone
    returned: dict[str, Returned] = {}
    seen = sight.store.inspections(during)
    for point_id, at in zip(seen["point_id"], seen["inspected_at"], strict=True):
        returned[str(point_id)] = Returned(None, at.to_pydatetime().astimezone(zone))
    for visit in sight.store.fieldwork.visits(during):
        arrived, finished = (
            None if each is None else each.replace(tzinfo=UTC).astimezone(zone)
            for each in (visit["arrived_at"], visit["finished_at"])
        )
        known = returned.get(visit["point_id"], Returned())
        returned[visit["point_id"]] = Returned(arrived, finished or known.finished)
    return returned
