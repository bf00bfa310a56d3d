"""Plans: the published record and its routes."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from geoinspect.api.permits import needs
from geoinspect.api.responses import GeoJSONResponse
from geoinspect.api.schemas import OwnRoutes, RouteCollection
from geoinspect.api.sight import SightDep  # noqa: TC001
from geoinspect.exports import routes_geojson
from geoinspect.people import Permission

router = APIRouter(prefix="/plans", tags=["plans"])


class RecordResponse(Response):
    """The bytes of a record; their hash is what an auditor compares."""

    media_type = "application/json"


_RECORD: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"schema": {"type": "object"}}}}
}


@router.get(
    "/latest",
    response_class=RecordResponse,
    responses=_RECORD,
    **needs(Permission.READ_RELEASED_PLAN),
)
def get_latest_plan(sight: SightDep) -> RecordResponse:
    """Return the record of the newest plan that is released whole, as it was published."""
    return RecordResponse(sight.record())


@router.get(
    "/latest/routes",
    response_class=GeoJSONResponse,
    **needs(Permission.READ_RELEASED_PLAN, Permission.READ_OWN_ROUTE),
)
def get_latest_routes(sight: SightDep) -> RouteCollection:
    """Return stops and legs of the newest released routes as GeoJSON."""
    return RouteCollection.model_validate(routes_geojson(sight.plan()))


@router.get("/latest/own", **needs(Permission.READ_OWN_ROUTE))
def get_own_routes(sight: SightDep) -> OwnRoutes:
    """Return the newest routes of one's own teams, as far as they are released."""
    return OwnRoutes.model_validate(sight.own_routes())
