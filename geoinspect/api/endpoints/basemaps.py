"""The base map: drawn as a job, and the check of an online map's datum."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from fastapi import APIRouter, File, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from geoinspect.api.dependencies import ActorDep, FolderDep, NowDep, StoreDep  # noqa: TC001
from geoinspect.api.endpoints.jobs import accepted
from geoinspect.api.idempotency import KeyDep  # noqa: TC001
from geoinspect.api.jobschemas import JobStatus  # noqa: TC001
from geoinspect.api.permits import needs
from geoinspect.api.responses import problems
from geoinspect.controlpoints import check_datum
from geoinspect.errors import InputError
from geoinspect.jobs import keep_upload
from geoinspect.people import Permission
from geoinspect.settings import NO_ONLINE_BASEMAP

router = APIRouter(prefix="/basemap", tags=["base map"], responses=problems(409, 413))

_MANAGES = needs(Permission.MANAGE_SYSTEM)

Extract = Annotated[
    UploadFile | None,
    File(description="OpenStreetMap extract (.osm.pbf) with water, green and buildings."),
]
Position = tuple[Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-90, le=90)]]


class _Schema(BaseModel):
    """A field that is not declared is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ControlPoint(_Schema):
    """A place that is known for sure, and where the online map has it: longitude, latitude."""

    known: Position = Field(description="True position, WGS-84.")
    seen: Position = Field(description="Position read off the online map.")


class ControlPoints(_Schema):
    """Places to check the online map by."""

    points: list[ControlPoint] = Field(min_length=1, max_length=100)


class DatumFits(_Schema):
    """The online map is in the datum of its settings."""

    datum: str
    n: int
    distance_m: float = Field(description="Median distance between what was read and the place.")


@router.post("", status_code=202, **_MANAGES)
def build_basemap(
    response: Response,
    actor: ActorDep,
    folder: FolderDep,
    store: StoreDep,
    at: NowDep,
    key: KeyDep,
    file: Extract = None,
) -> JobStatus:
    """
    Draw the base map of the present roads and districts.

    Water, green and buildings are those of the extract that was sent last.
    """
    is_sent = file is not None and bool(file.size)
    upload = keep_upload(folder, file.file, file.filename or "") if file and is_sent else ""
    job = store.jobs.add("basemap", {"upload": upload}, made_by=actor.user_id, at=at, job_id=key)
    return accepted(job, folder.settings.language, response)


@router.post("/check", responses=problems(422), **_MANAGES)
def check_online_datum(places: ControlPoints, folder: FolderDep) -> DatumFits:
    """Check by known places that the online map is in the datum of its settings."""
    online = folder.settings.basemap.online
    if online is None:
        raise InputError(NO_ONLINE_BASEMAP)
    known = np.array([point.known for point in places.points])
    seen = np.array([point.seen for point in places.points])
    found = check_datum(known, seen, online.crs)
    found.require()
    return DatumFits(datum=online.crs, n=len(known), distance_m=round(found.expected_m, 1))
