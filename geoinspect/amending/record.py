"""
Amendments: what became of a drawn route on the day, written down beside the plan.

An amendment never changes the plan. It is a record of its own, in the canonical form of
`geoinspect.lottery.record`, with these members:

- `format`: "geoinspect-amendment/1".
- `commitment`, `date`: of the plan.
- `number`: 1, 2, ... over all teams of the plan.
- `previous`: SHA-256 of the previous amendment's file, or the plan's commitment for the first.
- `made_at`: when it was made, UTC.
- `team_id`, `at`: whose day changes, and from when.
- `event`: `kind` and what belongs to it: "late" (`late_s`), "stop" (`point_id`, `takes_s`, the
  whole visit), "breakdown", "closed" (`street`, or `lon` and `lat` and the `streets` found
  there; for all teams from then on).
- `visited[]`: point ids of the stops reached before `at`, in order; a visit that lasts is
  finished.
- `kept[]`: point ids of the stops that are left, in the order of the drawn route.
- `dropped[]`: `point_id`, `code` (a key of `REASONS`) and `reason`.
- `choice`: what the rule of `geoinspect.amending.rule` was applied to: `point_ids[]`,
  `times_s[][]` (from where the team is, between the stops, to the depot; null where there is
  no way), `service_s[]`, `ready`, `deadline`. None after a breakdown, which leaves no choice.
- `route`: the whole day as it now stands, built as an entry of `routes` of a plan. After a
  breakdown it ends at the last visited stop and `return` is None. Nobody takes over the stops
  that are left: another team's chances were promised too.

A dropped point stays drawn. Its chance was what was promised, and it came true; the visit did
not. To an estimate it is a drawn point without an answer (non-response): never a point that was
not drawn, and its chance is never corrected afterwards. See `realised`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from geoinspect.amending.rule import Rest
from geoinspect.errors import InputError
from geoinspect.lottery.draw import sha256_hex
from geoinspect.lottery.record import to_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoinspect.amending.rule import Spans
    from geoinspect.lottery.record import Record

FORMAT = "geoinspect-amendment/1"

#: Longer than any day, in milliseconds: where there is no way.
NO_WAY_MS = 2**40

#: Why a stop is dropped, by code.
REASONS = {
    "NO_TIME": "It does not fit any more before the end of the shift or of its opening hours.",
    "ROAD_CLOSED": "No open road leads there and back.",
    "BREAKDOWN": "The team's vehicle broke down.",
}


@dataclass(frozen=True)
class Realised:
    """
    What became of a drawn point.

    Attributes
    ----------
    point_id, team_id
        The point, and the team that drew it.
    inclusion_probability
        The promised chance, which stays what it was.
    visited
        Whether it was visited as planned or amended, as far as the timetable tells.
    code, reason
        Why it was dropped; "" if it was not.
    """

    point_id: str
    team_id: str
    inclusion_probability: float
    visited: bool
    code: str
    reason: str


def realised(plan: Record, amendments: Sequence[Record]) -> list[Realised]:
    """
    Tell what became of each drawn point, in the order of teams and stops.

    Parameters
    ----------
    plan
        Drawn record.
    amendments
        Its amendments, in their order.
    """
    chance = {point["point_id"]: point["inclusion_probability"] for point in plan["points"]}
    dropped = {
        entry["point_id"]: (entry["code"], entry["reason"])
        for amendment in amendments
        for entry in amendment["dropped"]
    }
    return [
        Realised(
            stop["point_id"],
            route["team_id"],
            chance[stop["point_id"]],
            stop["point_id"] not in dropped,
            *dropped.get(stop["point_id"], ("", "")),
        )
        for route in plan["routes"]
        for stop in route["stops"]
    ]


def present_route(plan: Record, amendments: Sequence[Record], team_id: str) -> Record:
    """
    Return the route that a team follows after all amendments.

    Raises
    ------
    InputError
        If the plan has no such team.
    """
    for amendment in reversed(amendments):
        if amendment["team_id"] == team_id:
            route: Record = amendment["route"]
            return route
    for route in plan["routes"]:
        if route["team_id"] == team_id:
            return route
    raise InputError(
        "The plan has no team {team!r}: its teams are {teams}.",
        team=team_id,
        teams=", ".join(route["team_id"] for route in plan["routes"]),
    )


def as_amended(plan: Record, amendments: Sequence[Record]) -> Record:
    """
    Return a plan with the routes as they now stand, to be shown and driven; it verifies no more.

    Teams whose vehicle broke down are left out: their day is over.
    """
    routes = [present_route(plan, amendments, route["team_id"]) for route in plan["routes"]]
    return plan | {"routes": [route for route in routes if route["return"] is not None]}


def rest_of(choice: Record, plan: Record) -> Rest:
    """Return what the rule looks at, from the `choice` of an amendment and the plan's hours."""
    opening = {point["point_id"]: point.get("opening") for point in plan["points"]}
    return Rest(
        tuple(choice["point_ids"]),
        tuple(tuple(_ms(time) for time in row) for row in choice["times_s"]),
        tuple(_ms(service) for service in choice["service_s"]),
        tuple(_spans(opening[point_id]) for point_id in choice["point_ids"]),
        _clock_ms(choice["ready"]),
        _clock_ms(choice["deadline"]),
    )


def _spans(opening: list[list[str]] | None) -> Spans | None:
    if opening is None:
        return None
    return tuple((_clock_ms(start), _clock_ms(end)) for start, end in opening)


def _ms(seconds: float | None) -> int:
    return NO_WAY_MS if seconds is None else round(seconds * 1000)


def _clock_ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def previous_of(plan: Record, amendments: Sequence[Record]) -> str:
    """Return the hash that the next amendment must name as the previous one."""
    if not amendments:
        commitment: str = plan["draw"]["commitment"]
        return commitment
    return sha256_hex(to_bytes(amendments[-1]).decode())


def team_of(plan: Record, team_id: str) -> Record:
    """Return the entry of a team in a plan."""
    return next(team for team in plan["teams"] if team["team_id"] == team_id)
