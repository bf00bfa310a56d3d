"""What the map of rates through time is drawn from, field by field."""

from __future__ import annotations

from datetime import date  # noqa: TC003  pydantic reads the annotations
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class HeatTimeline(BaseModel):
    """Events or counts, packed, and how to turn those of any period into a surface."""

    # the script of the map reads these names
    model_config = ConfigDict(extra="forbid", frozen=True)

    bounds: list[float] = Field(
        min_length=4,
        max_length=4,
        description="West, south, east, north of the first view, WGS-84 degrees.",
    )
    districts: dict[str, Any] = Field(description="GeoJSON, with `id`, `name` and `label`.")
    isRate: bool = Field(
        description="Violations per 100 inspections; if not, per km2, as no inspection is known."
    )
    generated: bool = Field(description="Whether any violation is made up for a demonstration.")
    remarks: list[str] = Field(description="What does not count, and why.")
    firstDay: date = Field(description="The day with number 0.")
    nDays: int = Field(description="Days from the first to the last.")
    window: int = Field(description="Length in days of the period that is shown first.")
    windows: list[int] = Field(description="Lengths in days to choose from.")
    kernel: dict[str, float] = Field(
        description="`bandwidth` and `cell` in metres, `reach` in bandwidths, `minimum`: "
        "inspections that a rate needs."
    )
    grid: dict[str, Any] = Field(
        description="Corner and `cell` in metres of Web Mercator, `rows`, `columns`, and the "
        "`areas` of a cell of each row in km2."
    )
    scale: dict[str, Any] = Field(description="Colours, and the values at their ticks.")
    categories: list[str] = Field(description="Names by code.")
    districtNames: list[str] = Field(description="Names by code.")
    severities: list[int] = Field(description="Least severities to choose from, 0 for all.")
    asCounts: bool = Field(
        description="Whether what is packed are counts by cell, day and category, not events."
    )
    violations: str = Field(description="Packed as `geoinspect.maps.events` says, base 64.")
    inspections: str = Field(description="As the violations.")
    dots: list[list[float]] = Field(description="Inspection points as lat, lon.")
    spots: dict[str, Any] | None = Field(
        description="Areas that are surely above or below the city, over all days."
    )
    emerging: dict[str, Any] | None = Field(
        description="Areas that were hot in some period: new, growing, lasting, fading."
    )
    ages: dict[str, Any] | None = Field(
        description="How long ago each point was inspected, in classes of days."
    )
