"""What keeps the city going: files brought in, the calendar, the base map, the system itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request

from geoinspect.api.endpoints.jobs import job_status
from geoinspect.api.pages.rendering import AppPage, language_of, render
from geoinspect.api.permits import needs
from geoinspect.api.sight import SightDep  # noqa: TC001  FastAPI reads the annotation
from geoinspect.basemaps import basemap_state
from geoinspect.jobs import has_answer
from geoinspect.messages import translator
from geoinspect.people import Permission
from geoinspect.workingdays import DayKind, days_of, unknown_year

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from geoinspect.api.sight import Sight
    from geoinspect.workingdays import CalendarDay

router = APIRouter(prefix="/app", include_in_schema=False)

#: What can be brought in, and what it is called.
KINDS = (
    ("points", "Points"),
    ("districts", "Districts"),
    ("units", "Responsible units"),
    ("inspectors", "Inspectors"),
    ("inspections", "Inspections"),
    ("violations", "Problems"),
    ("checklist", "Checklist"),
    ("marks", "Marks of documents and questionnaires"),
)

#: What a day is called in the calendar.
DAY_WORDS = {
    DayKind.WORKING: "Working day",
    DayKind.WEEKEND: "Weekend",
    DayKind.HOLIDAY: "Holiday",
    DayKind.MAKE_UP: "Make-up day, worked",
}

#: Heads of the weeks in the calendar.
WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")

_JOBS_SHOWN = 20
_YEARS = (2000, 2100)


@router.get("/imports", **needs(Permission.IMPORT_DATA))
def show_imports(request: Request, sight: SightDep) -> AppPage:
    """Offer to bring in files, and show what became of those before."""
    return render(
        request,
        sight,
        "imports",
        kinds=KINDS,
        jobs=jobs_of(request, sight, ("import", "network", "assign")),
        largest_mb=sight.folder.settings.max_upload_mb,
        counts={
            "points": len(sight.points()),
            "districts": len(sight.districts()),
            "units": len(sight.store.units()),
            "roads": sight.folder.network_path.is_file(),
        },
    )


@router.get("/calendar", **needs(Permission.MANAGE_SYSTEM, Permission.READ_LEDGER))
def show_calendar(
    request: Request,
    sight: SightDep,
    year: Annotated[int | None, Query(ge=_YEARS[0], le=_YEARS[1])] = None,
) -> AppPage:
    """Show the working days, holidays and make-up days of a year."""
    settings = sight.folder.settings
    today = sight.now.astimezone(settings.zone).date()
    shown = year or today.year
    translate = translator(language_of(request, settings.language))
    days, warning = days_of(shown), unknown_year(shown)
    return render(
        request,
        sight,
        "calendar",
        year=shown,
        years=_YEARS,
        today=today,
        months=_months(days),
        words=DAY_WORDS,
        weekdays=WEEKDAYS,
        n_worked=sum(each.is_worked for each in days),
        spans=_spans(days),
        warning="" if warning is None else warning.render(translate),
        own_off=settings.chances.days_off,
        own_on=settings.chances.days_on,
    )


@router.get("/basemap", **needs(Permission.MANAGE_SYSTEM))
def show_basemap(request: Request, sight: SightDep) -> AppPage:
    """Show the state of the base map, build it anew, check the datum of an online map."""
    return render(
        request,
        sight,
        "basemap",
        base=basemap_state(sight.folder),
        online=sight.folder.settings.basemap.online,
        jobs=jobs_of(request, sight, ("basemap",)),
        largest_mb=sight.folder.settings.max_upload_mb,
    )


@router.get("/system", **needs(Permission.MANAGE_SYSTEM))
def show_system(request: Request, sight: SightDep) -> AppPage:
    """Show whether the service can work, and how to keep it."""
    return render(request, sight, "system", counts=sight.store.jobs.counts())


def jobs_of(request: Request, sight: Sight, kinds: Iterable[str]) -> list[dict[str, Any]]:
    """Return the last own jobs of some kinds: `job`, `what`, its `file`, `has_answer`."""
    language = language_of(request, sight.folder.settings.language)
    own = [job for job in sight.store.jobs.made_by(sight.actor.user_id) if job.kind in set(kinds)]
    return [
        {
            "job": job_status(job, language),
            "what": str(job.arguments.get("what", "")),
            "file": str(job.arguments.get("upload") or "").partition("/")[2],
            "has_answer": job.is_final and has_answer(sight.folder, job.job_id),
        }
        for job in reversed(own[-_JOBS_SHOWN:])
    ]


def _months(days: list[CalendarDay]) -> list[list[list[CalendarDay | None]]]:
    """Arrange the days of a year as twelve months of weeks that begin on Monday."""
    months = []
    for number in range(1, 13):
        of_month: list[CalendarDay | None] = [each for each in days if each.day.month == number]
        first = days[0].day.replace(month=number)
        cells = [None] * first.weekday() + of_month
        cells += [None] * (-len(cells) % 7)
        months.append([cells[k : k + 7] for k in range(0, len(cells), 7)])
    return months


def _spans(days: list[CalendarDay]) -> list[dict[str, Any]]:
    """Return each holiday with its first and last day off and the days worked for it."""
    spans: dict[str, dict[str, Any]] = {}
    for each in days:
        if each.holiday:
            span = spans.setdefault(each.holiday, {"name": each.holiday, "off": [], "made_up": []})
            span["off" if each.kind is DayKind.HOLIDAY else "made_up"].append(each.day)
    told = [span | _ends(span["off"]) for span in spans.values() if span["off"]]
    return sorted(told, key=lambda span: span["first"])


def _ends(off: list[date]) -> dict[str, Any]:
    return {"first": off[0], "last": off[-1], "n": len(off)}
