"""The days: which are planned, drawn and released, and the steps of one of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request

from geoinspect.api.pages.rendering import AppPage, render
from geoinspect.api.permits import needs
from geoinspect.api.sight import SightDep  # noqa: TC001  FastAPI reads the annotation
from geoinspect.errors import NotFoundError
from geoinspect.ledger import attempts_of, repeats_of_month, unrevealed
from geoinspect.people import Permission
from geoinspect.people.rights import visible_routes
from geoinspect.sealing import release_time, released_teams
from geoinspect.shifts import USUAL_SHIFT, USUAL_TEAMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoinspect.api.sight import Sight
    from geoinspect.ledger import Attempt

router = APIRouter(prefix="/app/days", include_in_schema=False)

_DAYS_AHEAD = 7
_DAYS_BACK = 60


class Step(StrEnum):
    """How far a day is."""

    OPEN = "open"
    COMMITTED = "committed"
    DRAWN = "drawn"
    RELEASED = "released"


#: What each step is called, in the order of a day.
STEPS = (
    ("order", "Prepare"),
    ("commit", "Commit"),
    ("reveal", "Reveal secrets"),
    ("draw", "Draw and seal"),
    ("release", "Release"),
)
_N_DONE = {Step.OPEN: 0, Step.COMMITTED: 2, Step.DRAWN: 4, Step.RELEASED: 5}


@dataclass(frozen=True)
class Day:
    """
    A day as its pages show it.

    Attributes
    ----------
    day
        The date.
    attempts
        Its commits, first first.
    step
        How far it is.
    """

    day: date
    attempts: tuple[Attempt, ...]
    step: Step

    @property
    def n_done(self) -> int:
        """How many of `STEPS` are done."""
        return _N_DONE[self.step]

    @property
    def binding(self) -> Attempt | None:
        """The attempt whose draw binds, None before it."""
        return next((each for each in self.attempts if each.binding), None)

    @property
    def pending(self) -> Attempt | None:
        """The newest attempt, while it is not drawn."""
        newest = self.attempts[-1] if self.attempts else None
        return newest if newest is not None and not newest.draws else None


def day_of(sight: Sight, day: date, attempts: Sequence[Attempt]) -> Day:
    """Tell how far a day is, without opening its record."""
    own = tuple(attempt for attempt in attempts if attempt.day == day)
    if not own:
        return Day(day, (), Step.OPEN)
    if not any(attempt.binding for attempt in own):
        return Day(day, own, Step.COMMITTED)
    return Day(day, own, Step.RELEASED if day < today_of(sight) else Step.DRAWN)


def today_of(sight: Sight) -> date:
    """Return the date in the city."""
    return sight.now.astimezone(sight.folder.settings.zone).date()


@router.get("", **needs(Permission.READ_LEDGER))
def list_days(request: Request, sight: SightDep) -> AppPage:
    """List the days to come and those of the last weeks."""
    attempts = attempts_of(sight.store.ledger.entries())
    today = today_of(sight)
    coming = [today + timedelta(days=n) for n in range(_DAYS_AHEAD)]
    known = {each.day for each in attempts} | set(coming)
    shown = sorted((d for d in known if d >= today - timedelta(days=_DAYS_BACK)), reverse=True)
    zone = sight.folder.settings.zone
    return render(
        request,
        sight,
        "days",
        days=[day_of(sight, day, attempts) for day in shown],
        today=today,
        lapsed={(a.day, a.number) for a in unrevealed(attempts, now=sight.now, timezone=zone)},
    )


@router.get("/{day}", **needs(Permission.READ_LEDGER))
def show_day(request: Request, sight: SightDep, day: date) -> AppPage:
    """Show the steps of a day: what is done, and what comes next."""
    attempts = attempts_of(sight.store.ledger.entries())
    found = day_of(sight, day, attempts)
    record = _record(sight, found)
    teams = [] if record is None else _teams(sight, record)
    if teams and all(team["is_released"] for team in teams):
        found = Day(found.day, found.attempts, Step.RELEASED)
    return render(
        request,
        sight,
        "day",
        day=found,
        steps=STEPS,
        today=today_of(sight),
        teams=teams,
        commitment=None if found.binding is None else found.binding.commitment,
        reveals=_reveals(sight, found),
        amendments=_amendments(sight, found.day),
        repeats=repeats_of_month(attempts, found.day),
        usual={"teams": USUAL_TEAMS, "shift": USUAL_SHIFT, "service": "12min"},
        has_usual=bool(sight.folder.settings.teams),
        has_roads=sight.folder.network_path.is_file(),
        n_points=len(sight.points()),
    )


def _record(sight: Sight, day: Day) -> dict[str, Any] | None:
    """Open the record of the binding draw; looking is entered in the log while it is sealed."""
    if day.binding is None:
        return None
    ledger = sight.store.ledger
    record: dict[str, Any] = json.loads(ledger.drawn_record(ledger.binding(day.day)))
    return record


def _teams(sight: Sight, record: dict[str, Any]) -> list[dict[str, Any]]:
    """Tell of each team when it may know its route, and the route once somebody may see it."""
    params = sight.folder.settings.release
    released = released_teams(record, sight.now, params)
    # stop by stop, a route begins to be known long before it may be shown whole
    whole = sight.released(record)
    routes = {row["team_id"]: row for row in visible_routes(sight.actor, record, whole)}
    people = {row["team_id"]: row["inspector_ids"] for row in record["draw"].get("inspectors", [])}
    names = {row["inspector_id"]: row["name"] for row in record["inspectors"]}
    return [
        {
            "team_id": team["team_id"],
            "shift": _span(team["shift"]),
            "release": release_time(record, team["team_id"], params),
            "is_released": released[team["team_id"]],
            "route": _timed(routes.get(team["team_id"])),
            "stops": routes.get(team["team_id"], {}).get("stops", []),
            "people": [names[each] for each in people.get(team["team_id"], [])]
            if team["team_id"] in routes
            else [],
        }
        for team in record["teams"]
    ]


def _span(shift: dict[str, str]) -> str:
    start, end = (datetime.fromisoformat(shift[key]) for key in ("start", "end"))
    return f"{start:%H:%M}–{end:%H:%M}"


def _timed(route: dict[str, Any] | None) -> dict[str, Any] | None:
    """Give the times of a route in hours and minutes."""
    if route is None:
        return None
    stops = [
        {
            **stop,
            "arrival": f"{datetime.fromisoformat(stop['arrival']):%H:%M}",
            "departure": f"{datetime.fromisoformat(stop['departure']):%H:%M}",
        }
        for stop in route["stops"]
    ]
    return {
        "stops": stops,
        "departure": f"{datetime.fromisoformat(route['departure']):%H:%M}",
        "back": f"{datetime.fromisoformat(route['return']):%H:%M}" if "return" in route else "",
        "length_km": round(route["length_m"] / 1000, 1) if "length_m" in route else None,
        "travel_min": round(route["travel_s"] / 60) if "travel_s" in route else None,
    }


def _reveals(sight: Sight, day: Day) -> dict[str, Any] | None:
    """Tell which secrets of the attempt that waits are known."""
    if day.pending is None:
        return None
    try:
        entry = sight.store.ledger.pending(day.day)
    except NotFoundError:
        return None
    known = sight.store.ledger.reveals(entry)
    return {
        "commitment": entry.commitment,
        "hashes": [
            {"sha256": sha256, "is_known": secret is not None}
            for sha256, secret in zip(known.hashes, known.secrets, strict=True)
        ],
        "n_missing": len(known.missing),
    }


def _amendments(sight: Sight, day: date) -> list[dict[str, Any]]:
    """Return the amendments of a plan that is open by now to the one who asks."""
    try:
        return sight.amendments(day)
    except NotFoundError:
        return []
