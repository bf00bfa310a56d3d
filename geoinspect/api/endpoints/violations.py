"""Violations that are written down or corrected one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import geopandas as gpd
import numpy as np
import shapely
from fastapi import APIRouter, Request, Response

from geoinspect.api.collections import COLLECTIONS
from geoinspect.api.dependencies import ActorDep  # noqa: TC001
from geoinspect.api.endpoints.features import CRS_HEADERS, ROOT, as_feature, feature_of, row_of
from geoinspect.api.entitytags import changed_meanwhile, require_match, tag_of
from geoinspect.api.featureschemas import Feature, NewViolation
from geoinspect.api.idempotency import KeyDep  # noqa: TC001
from geoinspect.api.permits import needs
from geoinspect.api.responses import GeoJSONResponse, problems
from geoinspect.api.sight import SightDep  # noqa: TC001
from geoinspect.errors import InputError
from geoinspect.geometry import WGS84
from geoinspect.people import Permission

if TYPE_CHECKING:
    from geoinspect.api.sight import Sight

router = APIRouter(
    prefix=f"{ROOT}/collections/violations/items",
    tags=["features"],
    default_response_class=GeoJSONResponse,
    responses=problems(409),
)

_COLLECTION = next(each for each in COLLECTIONS if each.name == "violations")
_CORRECTS = frozenset({Permission.READ_VIOLATIONS, Permission.ADD_VIOLATION})


@router.post("", status_code=201, **needs(Permission.ADD_VIOLATION))
def add_violation(
    violation: NewViolation, response: Response, actor: ActorDep, sight: SightDep, key: KeyDep
) -> Feature:
    """Write down a violation; the answer's `Location` is where it can be read."""
    violation_id = f"S{key or uuid4().hex}"
    row = _checked(sight, violation_id, violation, source=f"service:{actor.user_id}")
    sight.store.merge_violations(row)
    response.headers.update(CRS_HEADERS)
    response.headers["Location"] = f"{ROOT}/collections/violations/items/{violation_id}"
    return Feature(id=violation_id, **violation.model_dump(mode="json", exclude={"type"}))


@router.put("/{feature_id:path}", responses=problems(412, 428),
            **needs(_CORRECTS))  # fmt: skip
def correct_violation(
    feature_id: str,
    violation: NewViolation,
    request: Request,
    response: Response,
    sight: SightDep,
) -> Feature:
    """Correct a violation; `If-Match` names the version that was read."""
    before = row_of(_COLLECTION, sight, feature_id)
    # the same bytes as in the answer to a GET
    require_match(request, _tag(as_feature(before)))
    if sight.actor.is_restricted and violation.properties.point_id is None:
        raise InputError("Whoever sees a part of the city only must name a point_id.")
    source = str(before["source"].iloc[0])
    row = _checked(sight, feature_id, violation, source=source)
    if not sight.store.correct_violation(row, before):
        raise changed_meanwhile()
    after = feature_of(_COLLECTION, sight, feature_id)
    response.headers.update({**CRS_HEADERS, "ETag": _tag(after)})
    return after


def _tag(feature: Feature) -> str:
    """Return the entity tag that a GET of a feature answers with."""
    return tag_of(bytes(GeoJSONResponse(feature.model_dump(mode="json")).body))


def _checked(
    sight: Sight, violation_id: str, violation: NewViolation, *, source: str
) -> gpd.GeoDataFrame:
    """Return a violation as the store takes it, or say what is wrong with it."""
    facts = violation.properties
    if facts.point_id is None and violation.geometry is None:
        raise InputError("The violation lies nowhere: name a point_id or a geometry.")
    if facts.point_id is not None and facts.point_id not in sight.points().index:
        raise InputError("There is no inspection point {point_id!r}.", point_id=facts.point_id)
    if facts.found_at.tzinfo is None:
        raise InputError(
            "{at} has no offset from UTC: write it like 2026-11-23T10:40:00+08:00.",
            at=facts.found_at,
        )
    if facts.found_at > sight.now:
        raise InputError("{at} is in the future: correct the date.", at=facts.found_at)
    place = violation.geometry
    frame = gpd.GeoDataFrame(
        [{**facts.model_dump(), "source": source}],
        index=[violation_id],
        geometry=np.array([None if place is None else shapely.Point(place.coordinates)]),
        crs=WGS84,
    )
    return frame.rename_axis("violation_id")
