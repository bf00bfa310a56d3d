"""The first page: what matters today to the one who signed in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse

from geoinspect.api.endpoints.jobs import job_status
from geoinspect.api.pages.days import STEPS, day_of, today_of
from geoinspect.api.pages.problems import cases_card
from geoinspect.api.pages.rendering import LANGUAGE_COOKIE, AppPage, language_of, render
from geoinspect.api.permits import PUBLIC, needs
from geoinspect.api.running import running_day
from geoinspect.api.sight import SightDep  # noqa: TC001  FastAPI reads the annotation
from geoinspect.errors import NotFoundError
from geoinspect.ledger import attempts_of, unrevealed
from geoinspect.messages import LANGUAGES
from geoinspect.people import Permission, may

if TYPE_CHECKING:
    from geoinspect.api.running import RunningDay
    from geoinspect.api.sight import Sight

router = APIRouter(include_in_schema=False)

_A_YEAR_S = 365 * 86_400
_RECENT_DAYS = 30


@router.get("/", **needs())
def go_to_overview(sight: SightDep) -> RedirectResponse:
    """Lead to the first page."""
    del sight
    return RedirectResponse("/app", status_code=303)


@router.get("/app", **needs())
def show_overview(request: Request, sight: SightDep) -> AppPage:
    """Show the first page of the one who asks."""
    return render(
        request,
        sight,
        "overview",
        days=_days(sight) if may(sight.actor, Permission.READ_LEDGER) else [],
        running=_running(sight),
        steps=STEPS,
        today=today_of(sight),
        lapsed=_lapsed(sight) if may(sight.actor, Permission.READ_LEDGER) else 0,
        own_figures=_figures(sight) if _has_own_points(sight) else None,
        cases=cases_card(sight),
        jobs=_jobs(request, sight) if may(sight.actor, Permission.RUN_JOBS) else [],
    )


@router.get("/app/language", **PUBLIC)
def choose_language(to: str, back: str = "/app") -> RedirectResponse:
    """Keep the language that a reader chose."""
    # a way back leads to this service only
    path = urlsplit(back).path if back.startswith("/") and not back.startswith("//") else "/app"
    response = RedirectResponse(path, status_code=303)
    if to in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE, to, max_age=_A_YEAR_S, samesite="strict", httponly=True
        )
    return response


@router.get("/app/jobs/{job_id}", **needs(Permission.RUN_JOBS))
def show_job(request: Request, sight: SightDep, job_id: str) -> AppPage:
    """Show where one of one's own jobs stands, as a part of a page."""
    job = sight.store.jobs.get(job_id)
    if job.made_by != sight.actor.user_id:
        raise NotFoundError("There is no job {job_id!r}.", job_id=job_id)
    language = language_of(request, sight.folder.settings.language)
    return render(request, sight, "job", job=job_status(job, language), answer="")


def _days(sight: Sight) -> list[Any]:
    """Return today and tomorrow."""
    attempts = attempts_of(sight.store.ledger.entries())
    today = today_of(sight)
    return [day_of(sight, day, attempts) for day in (today, today + timedelta(days=1))]


def _running(sight: Sight) -> RunningDay | None:
    """Return how far today's teams are, None before the release and for those who see no routes."""
    if not may(sight.actor, Permission.READ_RELEASED_PLAN):
        return None
    try:
        return running_day(sight, today_of(sight))
    except NotFoundError:
        return None


def _lapsed(sight: Sight) -> int:
    attempts = attempts_of(sight.store.ledger.entries())
    return len(unrevealed(attempts, now=sight.now, timezone=sight.folder.settings.zone))


def _has_own_points(sight: Sight) -> bool:
    """Tell who sees points, but no reports that say what their counts mean."""
    return may(sight.actor, Permission.READ_POINTS) and not may(
        sight.actor, Permission.READ_REPORTS
    )


def _figures(sight: Sight) -> dict[str, int]:
    """Count somebody's own points, and what was found there of late."""
    since = sight.now - timedelta(days=_RECENT_DAYS)
    violations, inspections = sight.violations(), sight.inspections()
    return {
        "points": len(sight.points()),
        "inspections": int((inspections["inspected_at"] >= since).sum()),
        "violations": int((violations["found_at"] >= since).sum()),
    }


def _jobs(request: Request, sight: Sight) -> list[Any]:
    """Return the last jobs of the one who asks."""
    language = language_of(request, sight.folder.settings.language)
    jobs = sight.store.jobs.made_by(sight.actor.user_id)[-5:]
    return [job_status(job, language) for job in reversed(jobs)]
