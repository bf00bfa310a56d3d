"""What the service tells of a day under way, field by field."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003  pydantic reads the annotations

from pydantic import BaseModel, ConfigDict, Field

from geoinspect.amending.standing import StopState  # noqa: TC001  pydantic reads the annotation


class _Schema(BaseModel):
    """A field that is not declared is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StopRow(_Schema):
    """What is known of a drawn stop."""

    point_id: str
    state: StopState
    planned_at: datetime
    arrived_at: datetime | None
    finished_at: datetime | None
    problems: int = Field(description="Problems found there that day.")


class TeamRow(_Schema):
    """How far a team is, by the stops that it returned."""

    team_id: str
    stops: int
    done: int
    late: int
    skipped: int
    behind_s: float
    rows: list[StopRow]


class DayStanding(_Schema):
    """How far the teams of a released day are."""

    date: date
    teams: list[TeamRow]


class Hindrance(_Schema):
    """One reason why a stop cannot move."""

    code: str
    detail: str = Field(description="One sentence in the language of the city.")
    late_s: float | None = Field(
        description="By how much a visit or the end of a shift would be missed; null for others."
    )


class TeamChange(_Schema):
    """What would become of a team."""

    team_id: str
    back_before: datetime
    back: datetime
    shift_end: datetime
    overrun_s: float
    travel_before_s: float
    travel_s: float


class WhatIf(_Schema):
    """Why a stop cannot move, and what would become of the day: computed, never done."""

    date: date
    point_id: str
    team_id: str
    to_team_id: str
    position: int
    obstacles: list[Hindrance] = Field(description="Never empty: that the draw binds is first.")
    teams: list[TeamChange] = Field(description="Empty where no timetable can be made.")
