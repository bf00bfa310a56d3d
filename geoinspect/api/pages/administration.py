"""What keeps the city going: files brought in, people, the log, the system itself."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from geoinspect.api.endpoints.jobs import job_status
from geoinspect.api.pages.rendering import AppPage, language_of, render
from geoinspect.api.permits import needs
from geoinspect.api.sight import SightDep  # noqa: TC001  FastAPI reads the annotation
from geoinspect.audit import verify_chain
from geoinspect.messages import translator
from geoinspect.people import Permission, Role

router = APIRouter(prefix="/app", include_in_schema=False)

_LOG_ROWS = 100

#: What can be brought in, and what it is called.
KINDS = (
    ("points", "Points"),
    ("districts", "Districts"),
    ("units", "Responsible units"),
    ("inspectors", "Inspectors"),
    ("inspections", "Inspections"),
    ("violations", "Problems"),
)


@router.get("/imports", **needs(Permission.IMPORT_DATA))
def show_imports(request: Request, sight: SightDep) -> AppPage:
    """Offer to bring in files, and show what became of those before."""
    language = language_of(request, sight.folder.settings.language)
    jobs = [
        job_status(job, language)
        for job in reversed(sight.store.jobs.made_by(sight.actor.user_id))
        if job.kind in ("import", "network", "assign")
    ]
    return render(
        request,
        sight,
        "imports",
        kinds=KINDS,
        jobs=jobs[:20],
        largest_mb=sight.folder.settings.max_upload_mb,
        counts={
            "points": len(sight.points()),
            "districts": len(sight.store.districts()),
            "units": len(sight.store.units()),
            "roads": sight.folder.network_path.is_file(),
        },
    )


@router.get("/people", **needs(Permission.MANAGE_PEOPLE))
def show_people(request: Request, sight: SightDep) -> AppPage:
    """List the accounts, and offer to add one."""
    return render(
        request,
        sight,
        "people",
        accounts=sorted(sight.store.people.accounts(), key=lambda account: account.user_id),
        roles=[role.value for role in Role],
    )


@router.get("/log", **needs(Permission.READ_LOG))
def show_log(
    request: Request, sight: SightDep, actor: Annotated[str, Query(max_length=100)] = ""
) -> AppPage:
    """Show the newest rows of the log, and whether its chain holds."""
    rows = sight.store.audit.rows()
    translate = translator(language_of(request, sight.folder.settings.language))
    fault = verify_chain(rows)
    shown = [row for row in reversed(rows) if not actor or row.actor == actor]
    return render(
        request,
        sight,
        "log",
        rows=shown[:_LOG_ROWS],
        n=len(rows),
        broken=None if fault is None else fault.problem.render(translate),
        chosen=actor,
        actors=sorted({row.actor for row in rows}),
    )


@router.get("/system", **needs(Permission.MANAGE_SYSTEM))
def show_system(request: Request, sight: SightDep) -> AppPage:
    """Show whether the service can work, and how to keep it."""
    return render(request, sight, "system", counts=sight.store.jobs.counts())
