"""What comes into the city: files, roads, and who answers for each point. All of it is jobs."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, Response, UploadFile

from geoinspect.api.dependencies import ActorDep, FolderDep, NowDep, StoreDep  # noqa: TC001
from geoinspect.api.endpoints.jobs import accepted
from geoinspect.api.idempotency import KeyDep  # noqa: TC001
from geoinspect.api.jobschemas import JobStatus  # noqa: TC001
from geoinspect.api.permits import needs
from geoinspect.api.responses import problems
from geoinspect.jobs import keep_upload
from geoinspect.people import Permission

router = APIRouter(tags=["imports"], responses=problems(409, 413))

What = Literal[
    "points", "districts", "units", "violations", "inspections", "inspectors", "checklist", "marks"
]
Upload = Annotated[UploadFile, File(description="The file.")]
Datum = Annotated[
    Literal["", "wgs84", "cgcs2000", "gcj02", "bd09"],
    Form(description="Datum of the coordinates; empty if the file says it."),
]
Sheet = Annotated[str, Form(max_length=200, description="Sheet or layer; empty for the first.")]


@router.post("/imports/{what}", status_code=202, **needs(Permission.IMPORT_DATA))
def import_table(
    what: What,
    file: Upload,
    response: Response,
    actor: ActorDep,
    folder: FolderDep,
    store: StoreDep,
    at: NowDep,
    key: KeyDep,
    datum: Datum = "",
    sheet: Sheet = "",
) -> JobStatus:
    """
    Bring in a file: xlsx, xls, csv, geojson or gpkg.

    Points, violations and inspections are added or updated by id, marks by year and name;
    districts, units and inspectors replace those at hand; a checklist is taken whole or not at
    all. The result tells what became of every row, and `/jobs/{job_id}/answer` has the sheet to
    correct.
    """
    arguments = {
        "what": what,
        "upload": keep_upload(folder, file.file, file.filename or ""),
        "datum": datum or None,
        "sheet": sheet or None,
    }
    job = store.jobs.add("import", arguments, made_by=actor.user_id, at=at, job_id=key)
    return accepted(job, folder.settings.language, response)


@router.post("/network", status_code=202, **needs(Permission.BUILD_NETWORK))
def build_network(
    file: Upload,
    response: Response,
    actor: ActorDep,
    folder: FolderDep,
    store: StoreDep,
    at: NowDep,
    key: KeyDep,
) -> JobStatus:
    """Build the road network from an OpenStreetMap extract (.osm.pbf)."""
    upload = {"upload": keep_upload(folder, file.file, file.filename or "")}
    job = store.jobs.add("network", upload, made_by=actor.user_id, at=at, job_id=key)
    return accepted(job, folder.settings.language, response)


@router.post("/assignments", status_code=202, **needs(Permission.ASSIGN_UNITS))
def assign_units(
    response: Response,
    actor: ActorDep,
    folder: FolderDep,
    store: StoreDep,
    at: NowDep,
    key: KeyDep,
) -> JobStatus:
    """Give every point its district and responsible unit."""
    job = store.jobs.add("assign", {}, made_by=actor.user_id, at=at, job_id=key)
    return accepted(job, folder.settings.language, response)
