"""The routes of a released day: on the map, as timetables, and how far the teams are."""

from __future__ import annotations

from datetime import date  # noqa: TC003  FastAPI reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request

from geoinspect.amending.progress import moment
from geoinspect.api.citymap import map_facts
from geoinspect.api.pages.days import today_of
from geoinspect.api.pages.rendering import AppPage, language_of, render
from geoinspect.api.permits import needs
from geoinspect.api.running import ask_what_if, running_day
from geoinspect.api.sight import SightDep  # noqa: TC001  FastAPI reads the annotation
from geoinspect.errors import NotFoundError
from geoinspect.maps.colours import team_colours, text_colour_on
from geoinspect.maps.routes import route_line
from geoinspect.messages import translator
from geoinspect.people import Permission

if TYPE_CHECKING:
    from geoinspect.amending.standing import StopStanding, TeamStanding
    from geoinspect.api.running import RunningDay
    from geoinspect.api.sight import Sight

router = APIRouter(prefix="/app/routes", include_in_schema=False)

_DAY = Query(alias="date")
Id = Annotated[str, Query(min_length=1, max_length=200)]


@router.get("", **needs(Permission.READ_RELEASED_PLAN, Permission.READ_OWN_ROUTE))
def show_routes(
    request: Request, sight: SightDep, day: Annotated[date | None, _DAY] = None
) -> AppPage:
    """Show the newest routes that are released to the one who asks, or those of a day."""
    if not sight.may(Permission.READ_RELEASED_PLAN):
        return _own_routes(request, sight)
    try:
        found = running_day(sight, day)
    except NotFoundError:
        return render(request, sight, "routes", day=None)
    language = language_of(request, sight.folder.settings.language)
    points = sight.points(by=Permission.READ_RELEASED_PLAN)
    facts = map_facts(sight.folder, points, translator(language), language, None)
    return render(
        request,
        sight,
        "running",
        map=facts,
        map_teams=[_on_map(team, found) for team in found.teams],
        teams=[_timed(team, found) for team in found.teams],
        is_today=found.day == today_of(sight),
        **_standing(found),
    )


@router.get("/standing", **needs(Permission.READ_RELEASED_PLAN))
def show_standing(
    request: Request, sight: SightDep, day: Annotated[date | None, _DAY] = None
) -> AppPage:
    """Show how far the teams are by now, as a part of the page."""
    return render(request, sight, "standing", **_standing(running_day(sight, day)))


@router.get("/why", **needs(Permission.READ_RELEASED_PLAN))
def show_why(
    request: Request,
    sight: SightDep,
    day: Annotated[date, _DAY],
    point_id: Id,
    to_team_id: Id,
    position: Annotated[int, Query(ge=1, le=1_000)],
) -> AppPage:
    """Tell why a stop cannot move, as a part of the page."""
    answer = ask_what_if(sight, day, point_id, to_team_id, position)
    translate = translator(language_of(request, sight.folder.settings.language))
    return render(
        request,
        sight,
        "why",
        move=answer.move,
        obstacles=[(each.code, each.remark.render(translate)) for each in answer.obstacles],
        effects=answer.effects,
        amend=day == today_of(sight) and sight.may(Permission.AMEND_PLAN),
    )


def _own_routes(request: Request, sight: Sight) -> AppPage:
    """Show the routes of somebody who sees no others."""
    try:
        plan: dict[str, Any] | None = sight.plan()
    except NotFoundError:
        plan = None
    return render(request, sight, "routes", day=None if plan is None else plan["date"])


def _colours(found: RunningDay) -> dict[str, str]:
    """Return the colour of each team."""
    colours = team_colours(len(found.teams))
    return {team.team_id: colour for team, colour in zip(found.teams, colours, strict=True)}


def _on_map(team: TeamStanding, found: RunningDay) -> dict[str, Any]:
    """Return a team as the script of the map reads it."""
    colour = _colours(found)[team.team_id]
    return {
        "id": team.team_id,
        "color": colour,
        "textColor": text_colour_on(colour),
        "line": [[lat, lon] for lon, lat in route_line(team.route)],
        "stops": [
            {
                "id": each.stop["point_id"],
                "n": n,
                "name": each.stop["name"],
                "category": each.stop["category"],
                "time": _clock(each.stop["arrival"]),
                "at": [each.stop["lat"], each.stop["lon"]],
            }
            for n, each in enumerate(team.stops, start=1)
        ],
    }


def _timed(team: TeamStanding, found: RunningDay) -> dict[str, Any]:
    """Return a team with its timetable."""
    route = team.route
    people = {row["inspector_id"]: row["name"] for row in found.plan["inspectors"]}
    drawn = {str(row["team_id"]): row["inspector_ids"] for row in found.plan["draw"]["inspectors"]}
    return {
        "team_id": team.team_id,
        "colour": _colours(found)[team.team_id],
        "departure": _clock(route["departure"]),
        "back": _clock(route["return"]),
        "km": round(route["length_m"] / 1000, 1),
        "people": [people[each] for each in drawn.get(team.team_id, [])],
        "stops": [_row(each, found) for each in team.stops],
    }


def _row(each: StopStanding, found: RunningDay) -> dict[str, Any]:
    stop = each.stop
    return {
        "point_id": stop["point_id"],
        "name": stop["name"],
        "category": stop["category"],
        "arrival": _clock(stop["arrival"]),
        "departure": _clock(stop["departure"]),
        "state": each.state.value,
        "problems": found.problems.get(stop["point_id"], 0),
    }


def _standing(found: RunningDay) -> dict[str, Any]:
    """Return what the part of the page that is renewed needs."""
    return {
        "found": found,
        "colours": _colours(found),
        "states": [
            {"id": each.stop["point_id"], "state": each.state.value}
            for team in found.teams
            for each in team.stops
        ],
    }


def _clock(at: str | None) -> str:
    return "" if at is None else f"{moment(at):%H:%M}"
