"""A released day under way: how far its teams are, and why its stops stay where they are."""

from __future__ import annotations

from datetime import date  # noqa: TC003  FastAPI reads the annotations
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query

from geoinspect.amending.standing import StopState
from geoinspect.api.permits import needs
from geoinspect.api.running import ask_what_if, running_day
from geoinspect.api.runningschemas import (
    DayStanding,
    Hindrance,
    StopRow,
    TeamChange,
    TeamRow,
    WhatIf,
)
from geoinspect.api.sight import SightDep  # noqa: TC001
from geoinspect.messages import translator
from geoinspect.people import Permission

if TYPE_CHECKING:
    from geoinspect.amending.standing import StopStanding, TeamStanding
    from geoinspect.api.running import RunningDay

router = APIRouter(prefix="/plans", tags=["plans"])

Id = Annotated[str, Query(min_length=1, max_length=200)]


@router.get("/{day}/standing", **needs(Permission.READ_RELEASED_PLAN))
def get_standing(day: date, sight: SightDep) -> DayStanding:
    """Tell how far the teams of a released day are, by the stops that they returned."""
    found = running_day(sight, day)
    return DayStanding(date=found.day, teams=[_team(team, found) for team in found.teams])


@router.get("/{day}/what-if", **needs(Permission.READ_RELEASED_PLAN))
def get_what_if(
    day: date,
    sight: SightDep,
    point_id: Annotated[Id, Query(description="A stop of a released route.")],
    to_team_id: Annotated[Id, Query(description="Who would visit it.")],
    position: Annotated[
        int, Query(ge=1, le=1_000, description="Which stop of that team it would be.")
    ],
) -> WhatIf:
    """
    Tell why a stop of a released route cannot move, with figures from the roads.

    Nothing is changed, and nothing can be: the draw binds, and only an amendment changes a
    running day.
    """
    answer = ask_what_if(sight, day, point_id, to_team_id, position)
    translate = translator(sight.folder.settings.language)
    return WhatIf(
        date=day,
        point_id=point_id,
        team_id=answer.move.team_id,
        to_team_id=to_team_id,
        position=position,
        obstacles=[
            Hindrance(code=each.code, detail=each.remark.render(translate), late_s=each.late_s)
            for each in answer.obstacles
        ],
        teams=[
            TeamChange(
                team_id=each.team_id,
                back_before=each.back_before,
                back=each.back,
                shift_end=each.shift_end,
                overrun_s=each.overrun_s,
                travel_before_s=each.travel_before_s,
                travel_s=each.travel_s,
            )
            for each in answer.effects
        ],
    )


def _team(team: TeamStanding, found: RunningDay) -> TeamRow:
    return TeamRow(
        team_id=team.team_id,
        stops=len(team.stops),
        done=team.count(StopState.DONE),
        late=team.count(StopState.LATE),
        skipped=team.count(StopState.SKIPPED),
        behind_s=team.behind.total_seconds(),
        rows=[_stop(each, found) for each in team.stops],
    )


def _stop(each: StopStanding, found: RunningDay) -> StopRow:
    return StopRow(
        point_id=each.stop["point_id"],
        state=each.state,
        planned_at=each.stop["arrival"],
        arrived_at=each.returned.arrived,
        finished_at=each.returned.finished,
        problems=found.problems.get(each.stop["point_id"], 0),
    )
