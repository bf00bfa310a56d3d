"""Inspection points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import pandas as pd
from fastapi import APIRouter, Query, Request

from geoinspect.api.dependencies import read_bbox
from geoinspect.api.permits import needs
from geoinspect.api.places import text_of
from geoinspect.api.responses import GeoJSONResponse
from geoinspect.api.schemas import (
    Link,
    PointCollection,
    PointDetails,
    PointDetailsFeature,
    PointQuery,
)
from geoinspect.api.sight import SightDep  # noqa: TC001
from geoinspect.errors import NotFoundError
from geoinspect.people import Permission

if TYPE_CHECKING:
    from geoinspect.api.sight import Sight


router = APIRouter(prefix="/points", tags=["points"], default_response_class=GeoJSONResponse)


@router.get("", **needs(Permission.READ_POINTS))
def list_points(
    request: Request, sight: SightDep, query: Annotated[PointQuery, Query()]
) -> PointCollection:
    """List inspection points as GeoJSON, sorted by id, page by page."""
    points = sight.point_features(_fits(sight, query))
    page = points[query.offset : query.offset + query.limit]
    return PointCollection(
        numberMatched=len(points),
        numberReturned=len(page),
        links=_links(request, query, len(points)),
        features=page,
    )


@router.get("/{point_id:path}", **needs(Permission.READ_POINTS))
def get_point(point_id: str, sight: SightDep) -> PointDetailsFeature:
    """Return all that is known about one inspection point."""
    points = sight.described_points()
    if point_id not in points.index:
        raise NotFoundError("There is no inspection point {point_id!r}.", point_id=point_id)
    row: Any = next(points.loc[[point_id]].itertuples())
    [feature] = sight.point_features(points.index == point_id)
    details = PointDetails(
        **feature.properties.model_dump(),
        rule=text_of(row.rule),
        reason=text_of(row.reason),
        claimed_datum=row.claimed_datum,
        datum_evidence=row.datum_evidence,
        original_x=_number(row.original_x),
        original_y=_number(row.original_y),
        source_file=row.source_file,
        source_row=row.source_row,
        n_violations=_count(sight.violations(), point_id),
        n_inspections=_count(sight.inspections(), point_id),
    )
    return PointDetailsFeature(id=point_id, geometry=feature.geometry, properties=details)


def _fits(sight: Sight, query: PointQuery) -> pd.Series[bool] | None:
    """Tell which points fit all filters, None where there are no filters."""
    if query.bbox is None and query.category is None and query.district is None:
        return None
    points = sight.described_points()
    fits = pd.Series(True, index=points.index)
    if query.bbox is not None:
        west, south, east, north = read_bbox(query.bbox)
        fits &= points.geometry.x.between(west, east) & points.geometry.y.between(south, north)
    if query.category is not None:
        fits &= points["category"] == query.category
    if query.district is not None:
        fits &= (points["district_id"] == query.district) | (points["district"] == query.district)
    return fits


def _links(request: Request, query: PointQuery, n_points: int) -> list[Link]:
    """Link to this page and to its neighbours."""
    links = [Link(rel="self", href=str(request.url))]
    if query.offset + query.limit < n_points:
        links.append(_link(request, "next", query.offset + query.limit))
    if query.offset > 0:
        links.append(_link(request, "prev", max(query.offset - query.limit, 0)))
    return links


def _link(request: Request, rel: Any, offset: int) -> Link:
    return Link(rel=rel, href=str(request.url.include_query_params(offset=offset)))


def _number(value: Any) -> float | None:
    """Return a cell as a number, None where there is none."""
    return None if value is None or value != value else float(value)


def _count(events: pd.DataFrame, point_id: str) -> int:
    """Count the events of a point."""
    return int((events["point_id"] == point_id).sum())
