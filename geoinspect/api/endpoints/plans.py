"""Plans: the published record and its routes."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from geoinspect.api.dependencies import StoreDep  # noqa: TC001
from geoinspect.api.responses import GeoJSONResponse
from geoinspect.api.schemas import RouteCollection
from geoinspect.exports import routes_geojson

router = APIRouter(prefix="/plans", tags=["plans"])


class RecordResponse(Response):
    """The bytes of a record; their hash is what an auditor compares."""

    media_type = "application/json"


_RECORD: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"schema": {"type": "object"}}}}
}


@router.get("/latest", response_class=RecordResponse, responses=_RECORD)
def get_latest_plan(store: StoreDep) -> RecordResponse:
    """Return the record of the plan made last, byte by byte as it was published."""
    return RecordResponse(store.latest_plan())


@router.get("/latest/routes", response_class=GeoJSONResponse)
def get_latest_routes(store: StoreDep) -> RouteCollection:
    """Return stops and legs of the plan made last as GeoJSON."""
    return RouteCollection.model_validate(routes_geojson(json.loads(store.latest_plan())))
