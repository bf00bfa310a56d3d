"""What OGC API - Features answers and understands, field by field."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  pydantic reads the annotations
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Word = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f]*$")]


class _Schema(BaseModel):
    """A field that is not declared is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WebLink(_Schema):
    """Where something else lies."""

    rel: str
    href: str
    type: str = "application/json"
    title: str = ""


class LandingPage(_Schema):
    """Where to begin."""

    title: str
    description: str
    links: list[WebLink]


class Conformance(_Schema):
    """Which requirements of the standard are met."""

    conformsTo: list[str]


class SpatialExtent(_Schema):
    """Where the features of a collection lie."""

    bbox: list[tuple[Longitude, Latitude, Longitude, Latitude]]
    crs: str = CRS84


class Extent(_Schema):
    """Where the features of a collection lie."""

    spatial: SpatialExtent


class CollectionInfo(_Schema):
    """One collection of features."""

    id: str
    title: str
    description: str
    itemType: Literal["feature"] = "feature"
    crs: list[str] = [CRS84]
    storageCrs: str = CRS84
    extent: Extent | None = Field(description="Null while the collection is empty.")
    links: list[WebLink]


class CollectionList(_Schema):
    """The collections that whoever asks may read."""

    links: list[WebLink]
    collections: list[CollectionInfo]


class ItemQuery(_Schema):
    """Which features to list; a parameter that is not declared is refused, not ignored."""

    bbox: str | None = Field(
        default=None,
        description="Only what touches west,south,east,north: CRS84, degrees.",
        examples=["118.7,32.0,118.9,32.1"],
    )
    datetime: str | None = Field(
        default=None,
        description="A moment, or START/END with .. for an open end, RFC 3339; only violations "
        "and routes have a time.",
        examples=["2026-11-01T00:00:00Z/.."],
    )
    limit: int = Field(default=100, ge=1, le=10_000, description="Features a page.")
    cursor: str | None = Field(
        default=None, max_length=1_000, description="Where to go on: from the link `next`."
    )


class Geometry(_Schema):
    """A geometry of RFC 7946, CRS84."""

    type: Literal["Point", "LineString", "Polygon", "MultiPolygon"]
    coordinates: list[Any]


class Feature(_Schema):
    """A feature of RFC 7946."""

    type: Literal["Feature"] = "Feature"
    id: str
    geometry: Geometry | None
    properties: dict[str, Any]


class FeaturePage(_Schema):
    """A page of a collection, sorted by id."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    numberMatched: int = Field(description="Features that fit the filters.")
    numberReturned: int = Field(description="Features on this page.")
    links: list[WebLink]
    features: list[Feature]


class Place(_Schema):
    """A position, CRS84."""

    type: Literal["Point"]
    coordinates: tuple[Longitude, Latitude]


class ViolationFacts(_Schema):
    """What is known of a violation."""

    point_id: Word | None = Field(default=None, description="Null if it lies at no point.")
    category: Word = ""
    item: Word = ""
    severity: Annotated[int, Field(ge=1, le=3)] = Field(
        default=1, description="1 minor to 3 grave."
    )
    found_at: datetime = Field(description="With its offset from UTC.")
    description: Annotated[str, Field(max_length=4_000)] = ""


class NewViolation(_Schema):
    """A violation as somebody found it; it lies at a point, at a place, or both."""

    type: Literal["Feature"] = "Feature"
    geometry: Place | None = None
    properties: ViolationFacts
