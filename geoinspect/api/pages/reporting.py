"""The page of the reports: which one, of which period, as what."""

from __future__ import annotations

from datetime import date  # noqa: TC003  FastAPI reads the annotation
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request

from geoinspect.api.endpoints.reports import MEDIA_TYPES, asked_for, records_behind, report_of
from geoinspect.api.pages.city import Page  # noqa: TC001  FastAPI reads the annotation
from geoinspect.api.pages.recordlist import list_records
from geoinspect.api.pages.rendering import AppPage, language_of, render
from geoinspect.api.permits import needs
from geoinspect.api.sight import SightDep  # noqa: TC001  FastAPI reads the annotation
from geoinspect.cityreport import usual_day
from geoinspect.errors import GeoinspectError
from geoinspect.messages import translator
from geoinspect.people import Permission
from geoinspect.reports.kinds import Kind
from geoinspect.reports.titles import figure_name, title_of

router = APIRouter(prefix="/app", include_in_schema=False)

#: What each report is called.
NAMES = {
    Kind.DAILY: "Daily list",
    Kind.WEEKLY: "Weekly bulletin",
    Kind.MONTHLY: "Monthly analysis",
    Kind.QUARTERLY: "Quarterly summary",
    Kind.ANNUAL: "Annual assessment",
    Kind.SCORECARD: "Scorecard of a unit",
}


_READS = needs(Permission.READ_REPORTS, Permission.READ_SCORECARD)
Unit = Annotated[str, Query(max_length=200)]


@router.get("/reports", **_READS)
def show_reports(
    request: Request,
    sight: SightDep,
    kind: Kind = Kind.WEEKLY,
    day: Annotated[date | None, Query(alias="date")] = None,
    unit: Unit = "",
) -> AppPage:
    """Show a report with its forms to take along."""
    kinds = list(NAMES) if sight.may(Permission.READ_REPORTS) else [Kind.SCORECARD]
    kind = kind if kind in kinds else Kind.SCORECARD
    units = _units(sight)
    unit = unit or (next(iter(units), "") if kind is Kind.SCORECARD else "")
    wanted = day or usual_day(sight.now.astimezone(sight.folder.settings.zone), kind)
    language = language_of(request, sight.folder.settings.language)
    try:
        numbers, problem = report_of(sight, kind, wanted, unit, language), ""
    except GeoinspectError as error:
        numbers, problem = None, error.render(translator(language))
    query = {"date": wanted.isoformat()} | ({"unit": unit} if kind is Kind.SCORECARD else {})
    return render(
        request,
        sight,
        "reports",
        kinds={each.value: NAMES[each] for each in kinds},
        kind=kind.value,
        day=wanted,
        unit=unit,
        units=units,
        numbers=numbers,
        sentences=[]
        if numbers is None
        else [each.render(translator(language)) for each in numbers.sentences],
        problem=problem,
        forms=[form for form in MEDIA_TYPES if form != "html"],
        query=urlencode(query),
    )


@router.get("/reports/records", **_READS)
def show_figure(
    request: Request,
    sight: SightDep,
    kind: Kind,
    figure: Annotated[str, Query(max_length=300)],
    day: Annotated[date | None, Query(alias="date")] = None,
    unit: Unit = "",
    page: Page = 1,
) -> AppPage:
    """List the records behind a figure of a report, newest first."""
    language = language_of(request, sight.folder.settings.language)
    found = records_behind(sight, kind, day, unit, figure, language)
    asked = asked_for(found.numbers, unit)
    return render(
        request,
        sight,
        "figure",
        name=figure_name(found.numbers, figure, translator(language)),
        report=title_of(found.numbers, translator(language)),
        text=found.figure.text,
        days=found.days,
        n=len(found.rows),
        **list_records(found.table, found.rows, found.names, page),
        asked=asked,
        query={**asked, "figure": figure},
    )


def _units(sight: SightDep) -> dict[str, str]:
    """Return the units whose points somebody sees, by id."""
    assignments = sight.assignments()
    if assignments is None:
        return {}
    known = assignments.dropna(subset=["unit_id"]).drop_duplicates("unit_id")
    names = {str(k): str(v) for k, v in zip(known["unit_id"], known["unit_name"], strict=True)}
    own = sight.actor.units
    return {k: names[k] for k in sorted(names) if not own or k in own}
