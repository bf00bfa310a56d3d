"""What the service understands and answers, field by field."""

from __future__ import annotations

from datetime import date  # noqa: TC003  pydantic reads the annotations
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]


class _Schema(BaseModel):
    """A field that is not declared is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Health(_Schema):
    """Whether the service can read its city."""

    status: Literal["ok"]
    version: str = Field(description="Version of geoinspect.")
    city: str = Field(description="Name of the city.")


class Problem(_Schema):
    """What went wrong (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str = Field(description="The phrase of the HTTP status.")
    status: int
    detail: str = Field(default="", description="One sentence with the way out.")


class Link(_Schema):
    """A page of the same list."""

    rel: Literal["self", "next", "prev"]
    href: str
    type: Literal["application/geo+json"] = "application/geo+json"


class PointGeometry(_Schema):
    """A position, WGS-84."""

    type: Literal["Point"] = "Point"
    coordinates: tuple[Longitude, Latitude]


class PointProperties(_Schema):
    """What a list tells about an inspection point."""

    name: str
    category: str
    district: str = Field(description="Name of the district, empty if unknown.")
    unit: str = Field(description="Name of the responsible unit, empty if unknown.")
    status: str = Field(description="How the unit was found; empty before the assignment.")


class PointDetails(PointProperties):
    """All that is known about an inspection point."""

    rule: str = Field(description="The rule that named the unit.")
    reason: str = Field(description="What is doubtful about it; empty if nothing.")
    claimed_datum: str = Field(description="wgs84, cgcs2000, gcj02 or bd09.")
    datum_evidence: str = Field(description="Why that datum is believed.")
    original_x: float | None = Field(description="As written in the file.")
    original_y: float | None = Field(description="As written in the file.")
    source_file: str
    source_row: int
    n_violations: int = Field(description="Violations recorded for the point.")
    n_inspections: int = Field(description="Inspections recorded for the point.")


class PointFeature(_Schema):
    """An inspection point."""

    type: Literal["Feature"] = "Feature"
    id: str
    geometry: PointGeometry
    properties: PointProperties


class PointDetailsFeature(_Schema):
    """An inspection point with all that is known about it."""

    type: Literal["Feature"] = "Feature"
    id: str
    geometry: PointGeometry
    properties: PointDetails


class PointQuery(_Schema):
    """Which points to list; a parameter that is not declared is refused, not ignored."""

    bbox: str | None = Field(
        default=None,
        description="Only what lies in west,south,east,north: WGS-84 degrees.",
        examples=["118.7,32.0,118.9,32.1"],
    )
    category: str | None = Field(default=None, description="Exactly this category.")
    district: str | None = Field(default=None, description="Id or name of a district.")
    limit: int = Field(default=1_000, ge=1, le=10_000, description="Points a page.")
    offset: int = Field(default=0, ge=0, le=2**31 - 1, description="Points to pass over.")


class PointCollection(_Schema):
    """A page of the list of inspection points, sorted by id."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    numberMatched: int = Field(description="Points that fit the filters.")
    numberReturned: int = Field(description="Points on this page.")
    links: list[Link]
    features: list[PointFeature]


class RouteGeometry(_Schema):
    """Where a stop lies, or the line of a leg."""

    type: Literal["Point", "LineString"]
    coordinates: list[Any]


class RouteFeature(_Schema):
    """A stop or a leg."""

    type: Literal["Feature"] = "Feature"
    geometry: RouteGeometry
    properties: dict[str, Any] = Field(
        description="`kind` is stop or leg; the leg with the same `sequence` leads to the stop."
    )


class RouteCollection(_Schema):
    """Stops and legs of all teams, in the order of travel."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    city: str
    date: date
    commitment: str
    attribution: str
    features: list[RouteFeature]


class OwnRoutes(_Schema):
    """Routes of one's own teams, whole or stop by stop."""

    date: date
    routes: list[dict[str, Any]] = Field(description="Rows as in the plan's record.")


class LeftOutRows(_Schema):
    """Rows that a surface does not count."""

    code: str
    n: int
    sentence: str


class CellGeometry(_Schema):
    """A cell."""

    type: Literal["Polygon"] = "Polygon"
    coordinates: list[list[tuple[Longitude, Latitude]]]


class CellFeature(_Schema):
    """A cell with its value."""

    type: Literal["Feature"] = "Feature"
    geometry: CellGeometry
    properties: dict[str, float] = Field(
        description="`rate` and `exposure`; or `events_per_km2` where inspections are unknown."
    )


class HeatCollection(_Schema):
    """Violations per inspection, or their density where inspections are unknown."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    kind: Literal["rate", "density"]
    period: tuple[date, date] | None = Field(description="First and last day counted.")
    n_violations: int
    n_inspections: int | None = Field(description="Null if unknown.")
    n_outside: int = Field(description="Events beyond the cells.")
    bandwidth_m: float
    cell_m: float
    minimum_exposure: float | None = Field(
        description="Inspections that must stand behind a cell; null if they are unknown."
    )
    generated: bool = Field(description="True for demonstration data, which is made up.")
    left_out: list[LeftOutRows] = Field(description="What is not counted, and why.")
    features: list[CellFeature]
