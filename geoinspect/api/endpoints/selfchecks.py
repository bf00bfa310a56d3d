"""Self-checks: what a unit finds at its own points, which costs it no points."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any
from uuid import uuid4

import geopandas as gpd
import numpy as np
from fastapi import APIRouter, Form, Response

from geoinspect.api.casedetails import details_of
from geoinspect.api.caseschemas import CaseDetails, Text  # noqa: TC001
from geoinspect.api.endpoints.cases import MaybePhotos, kept_photos
from geoinspect.api.idempotency import KeyDep  # noqa: TC001  FastAPI reads the annotations
from geoinspect.api.permits import needs
from geoinspect.api.responses import problems
from geoinspect.api.sight import Sight, SightDep  # noqa: TC001
from geoinspect.cases import Defect
from geoinspect.errors import InputError
from geoinspect.estimates.attribution import SELF_CHECK
from geoinspect.geometry import WGS84
from geoinspect.people import Permission

router = APIRouter(prefix="/self-checks", tags=["cases"], responses=problems(409, 422))

PointId = Annotated[str, Form(max_length=200, description="One of the own points.")]
Severity = Annotated[int, Form(ge=1, le=3, description="1 minor to 3 grave.")]
ClassOfDefect = Annotated[Defect, Form(description="A thing, or how people act.")]


@router.post("", status_code=201, **needs(Permission.SELF_CHECK))
def add_self_check(
    response: Response,
    sight: SightDep,
    key: KeyDep,
    point_id: PointId,
    text: Annotated[Text, Form(description="What is wrong.")],
    photos: MaybePhotos,
    severity: Severity = 1,
    defect: ClassOfDefect = Defect.CONDUCT,
) -> CaseDetails:
    """
    Report a problem at one of one's own points, before an inspector finds it.

    It is counted for nobody: whoever looks at the own points is not punished for it.
    """
    if point_id not in sight.points(by=Permission.SELF_CHECK).index:
        raise InputError("There is no inspection point {point_id!r}.", point_id=point_id)
    kept = kept_photos(sight, photos)
    case_id = f"S{key or uuid4().hex}"
    sight.store.merge_violations(_violation(case_id, point_id, text, severity, sight))
    sight.store.cases.open(case_id, defect, at=sight.now)
    if kept:
        sight.store.cases.add_photos(case_id, kept)
    response.headers["Location"] = f"/cases/{case_id}"
    now = replace(sight)
    return details_of(now, case_id)


def _violation(
    case_id: str, point_id: str, text: str, severity: int, sight: Sight
) -> gpd.GeoDataFrame:
    """Return what was found as the store takes it."""
    facts: dict[str, Any] = {
        "point_id": point_id,
        "category": None,
        "item": None,
        "severity": severity,
        "found_at": sight.now,
        "description": text.strip(),
        "source": SELF_CHECK,
    }
    place = np.array([None])
    frame = gpd.GeoDataFrame([facts], index=[case_id], geometry=place, crs=WGS84)
    return frame.rename_axis("violation_id")
