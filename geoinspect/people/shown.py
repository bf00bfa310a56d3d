"""What is left of a plan for somebody who may see some of its routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoinspect.people.rights import may_read_record, visible_teams

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoinspect.people.actor import Actor

Record = dict[str, Any]


def shown_record(
    actor: Actor, record: Mapping[str, Any], released: Mapping[str, bool]
) -> Record | None:
    """
    Return of a drawn record what somebody may see; None if nothing.

    Parameters
    ----------
    actor
        Who asks.
    record
        Drawn record; see `geoinspect.lottery.record`.
    released
        Whether the route of each team is released by now, to its last stop.

    Returns
    -------
    shown
        The whole record, or one that has of `teams`, `points`, `inspectors` and `routes` only
        what belongs to the visible routes, neither books nor secrets, and of the draw the
        commitment and who is on those teams.
    """
    if may_read_record(actor, record, released):
        return dict(record)
    teams = visible_teams(actor, record, released)
    return _part(record, set(teams)) if teams else None


def _part(record: Mapping[str, Any], teams: set[str]) -> Record:
    """Keep what belongs to some teams."""
    routes = _of_teams(record["routes"], teams)
    drawn = _of_teams(record["draw"].get("inspectors", []), teams)
    stops = {stop["point_id"] for route in routes for stop in route["stops"]}
    people = {inspector_id for row in drawn for inspector_id in row["inspector_ids"]}
    return {
        "format": record["format"],
        "city": record["city"],
        "date": record["date"],
        "teams": _of_teams(record["teams"], teams),
        "points": [point for point in record["points"] if point["point_id"] in stops],
        "inspectors": [
            {"inspector_id": row["inspector_id"], "name": row["name"]}
            for row in record["inspectors"]
            if row["inspector_id"] in people
        ],
        "draw": {"commitment": record["draw"]["commitment"], "inspectors": drawn},
        "routes": routes,
    }


def _of_teams(rows: list[Record], teams: set[str]) -> list[Record]:
    return [row for row in rows if str(row["team_id"]) in teams]
