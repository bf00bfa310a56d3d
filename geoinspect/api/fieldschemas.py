"""What an inspector's phone gets and sends, field by field."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003  pydantic reads the annotations
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from geoinspect.api.schemas import Latitude, Longitude  # noqa: TC001

#: Made by the phone, so that nothing it sends twice is entered twice.
InspectionId = Annotated[
    str,
    Field(
        pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        description="UUID in small letters, made by the phone.",
    ),
]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="SHA-256 in small letters.")]


class _Schema(BaseModel):
    """A field that is not declared is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SheetItem(_Schema):
    """One item of the checklist as it holds for a stop."""

    item_id: str
    text_zh: str
    text_en: str
    kind: Literal["yes_no", "count_500m", "count_5min", "photo"]
    weight: float = Field(description="Of all items of the category 100 together.")
    severity: int = Field(description="1 minor to 3 grave.")
    allowance: int = Field(description="Breaches that cost nothing and are no violation.")
    defect: Literal["hardware", "conduct"] = Field(
        description="Class of defects, which decides the deadline."
    )
    working_days: int = Field(description="That a unit has to put a violation right.")


class SheetStop(_Schema):
    """One stop, and what is to be looked at there."""

    sequence: int
    point_id: str
    name: str
    category: str
    lon: Longitude
    lat: Latitude
    arrival: datetime
    departure: datetime
    planned_arrival: datetime = Field(description="As drawn, before any amendment.")
    dropped: Literal["", "NO_TIME", "ROAD_CLOSED", "BREAKDOWN"] = Field(
        description="Why an amendment took the stop out; empty for a stop that is to be made."
    )
    items: list[SheetItem]


class SheetRoute(_Schema):
    """One's own route as far as it is released."""

    team_id: str
    is_whole: bool = Field(description="False while further stops may follow.")
    stops: list[SheetStop]


class Sheet(_Schema):
    """All that an inspector needs for a day, also out of reach."""

    date: date
    version: str | None = Field(description="Of the checklist; null if none holds that day.")
    routes: list[SheetRoute]


class Visit(_Schema):
    """An inspector at a stop, as far as is known by now."""

    inspection_id: InspectionId
    point_id: str = Field(max_length=200)
    arrived_at: AwareDatetime
    finished_at: AwareDatetime | None = None
    lon: Longitude | None = Field(default=None, description="Of the phone, WGS-84.")
    lat: Latitude | None = None
    accuracy_m: float | None = Field(default=None, ge=0, le=1e7)


class ItemResult(_Schema):
    """What was seen of one item."""

    inspection_id: InspectionId
    item_id: str = Field(max_length=200)
    revision: int = Field(ge=1, le=9999, description="Higher takes the place of lower.")
    point_id: str = Field(max_length=200)
    inspected_at: AwareDatetime
    n_breaches: int | None = Field(
        ge=0, le=9999, description="0 or 1 where nothing is counted; null: does not apply."
    )
    photos: list[Digest] = Field(default=[], max_length=20)
    remark: str = Field(default="", max_length=2000)


class FieldReport(_Schema):
    """What a phone sends."""

    visits: list[Visit] = Field(default=[], max_length=200)
    records: list[ItemResult] = Field(default=[], max_length=1000)


class Difference(_Schema):
    """One field of a conflict, side by side."""

    field: str
    there: str
    came: str


class VisitOutcome(_Schema):
    """What became of a visit."""

    inspection_id: str
    outcome: Literal["added", "unchanged", "completed", "conflict"]
    differences: list[Difference]


class RecordOutcome(_Schema):
    """What became of a record."""

    inspection_id: str
    item_id: str
    revision: int
    outcome: Literal["added", "unchanged", "superseded", "late", "conflict"] = Field(
        description=(
            "superseded: it took the place of a lower revision; late: a higher one was there; "
            "conflict: the same revision was there with other content, nothing was written."
        )
    )
    newest: int = Field(description="Highest revision that is there.")
    differences: list[Difference]


class FieldReportOutcome(_Schema):
    """What became of all that a phone sent, in the order of the request."""

    visits: list[VisitOutcome]
    records: list[RecordOutcome]


class KeptPhoto(_Schema):
    """A photo that is there."""

    sha256: Digest
    outcome: Literal["added", "unchanged"]
    kind: str
    size: int = Field(description="Bytes.")
    width: int
    height: int
    taken_at: datetime | None
    lon: Longitude | None
    lat: Latitude | None
