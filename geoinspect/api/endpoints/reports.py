"""The office's reports: their numbers, their forms, and the records behind each figure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from geoinspect.api.permits import needs
from geoinspect.api.responses import PageResponse
from geoinspect.api.sight import SightDep  # noqa: TC001  FastAPI reads the annotation
from geoinspect.audit import log
from geoinspect.cityforms import make_forms
from geoinspect.cityreport import city_evidence, city_report, usual_day
from geoinspect.errors import NotFoundError
from geoinspect.people import Permission
from geoinspect.reports.kinds import Kind
from geoinspect.reports.making import SPANS, days_behind, records_for
from geoinspect.reports.numbers import RecordTable  # noqa: TC001  pydantic reads the annotation
from geoinspect.reports.periods import Period

if TYPE_CHECKING:
    import pandas as pd

    from geoinspect.api.sight import Sight
    from geoinspect.messages import Language
    from geoinspect.reports.evidence import Evidence
    from geoinspect.reports.numbers import Figure, ReportNumbers

router = APIRouter(prefix="/reports", tags=["reports"])

Form = Literal["html", "pdf", "docx", "xlsx"]
Day = Annotated[date | None, Query(alias="date", description="A day of the period.")]
Unit = Annotated[str, Query(max_length=200, description="Unit of a scorecard.")]

MEDIA_TYPES = {
    "html": "text/html",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_READS = needs(Permission.READ_REPORTS, Permission.READ_SCORECARD)
_MOST_RECORDS = 1000
_FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {media_type: {} for media_type in MEDIA_TYPES.values()}}
}


class ReportFacts(BaseModel):
    """The one set of numbers that all forms of a report show."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    city: str
    subject: str
    first: date
    last: date
    made_at: str
    figures: list[dict[str, Any]] = Field(
        description="Id, value, interval, text, and whether records are behind it."
    )
    tables: list[dict[str, Any]]


class RecordList(BaseModel):
    """Records behind a figure."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: RecordTable
    first: date
    last: date
    total: int
    records: list[dict[str, Any]] = Field(description="The first 1000.")


@router.get("/{kind}", **_READS)
def get_report(sight: SightDep, kind: Kind, day: Day = None, unit: Unit = "") -> ReportFacts:
    """Return the numbers of a report, of the last period that is over if no day is named."""
    numbers = report_of(sight, kind, day, unit, sight.folder.settings.language)
    return ReportFacts.model_validate(numbers.to_json())


@router.get("/{kind}/files/{form}", responses=_FILES, response_class=Response, **_READS)
def get_report_file(
    sight: SightDep, kind: Kind, form: Form, day: Day = None, unit: Unit = ""
) -> Response:
    """Return a form of a report; the export is entered in the log."""
    settings = sight.folder.settings
    numbers = report_of(sight, kind, day, unit, settings.language)
    forms = make_forms(
        sight.folder,
        numbers,
        (form,),
        language=settings.language,
        made_for=sight.actor.name,
        # paper leads nowhere
        link=partial(_to_records, asked_for(numbers, unit)) if form == "html" else None,
    )
    stem = f"{kind}-{numbers.period.first}"
    log(sight.store, sight.actor.user_id, "export", f"report {stem}.{form}", at=sight.now)
    if form == "html":
        return PageResponse(forms.html)
    headers = {"Content-Disposition": f'attachment; filename="{stem}.{form}"'}
    return Response(forms.content(form), media_type=MEDIA_TYPES[form], headers=headers)


@router.get("/{kind}/records", **_READS)
def get_report_records(
    sight: SightDep,
    kind: Kind,
    figure: Annotated[str, Query(max_length=300, description="Id of a figure that has records.")],
    day: Day = None,
    unit: Unit = "",
) -> RecordList:
    """Return the records behind a figure of a report."""
    found = records_behind(sight, kind, day, unit, figure, sight.folder.settings.language)
    return RecordList(
        table=found.table,
        first=found.days.first,
        last=found.days.last,
        total=len(found.rows),
        records=_plain(found.rows.head(_MOST_RECORDS)),
    )


class Behind(NamedTuple):
    """
    What is behind a figure.

    Attributes
    ----------
    numbers, figure
        The report, and the figure in it.
    table, days, rows
        The records, and when they were made.
    names
        Names of points, by their id.
    """

    numbers: ReportNumbers
    figure: Figure
    table: RecordTable
    days: Period
    rows: pd.DataFrame
    names: pd.Series[str]


def records_behind(
    sight: Sight, kind: Kind, day: date | None, unit: str, figure_id: str, language: Language
) -> Behind:
    """
    Find the records that a figure was counted from, as far as somebody may see them.

    Raises
    ------
    NotFoundError
        If the report has no such figure, or a figure without records, or may not be seen.
    """
    numbers = report_of(sight, kind, day, unit, language)
    figure = numbers.figures().get(figure_id)
    records = None if figure is None else figure.records
    if figure is None or records is None:
        raise NotFoundError(
            "The report has no figure {figure_id!r} with records.", figure_id=figure_id
        )
    days = records.days or numbers.period
    evidence = evidence_of(sight, days, marked=records.table == "marks").within(days)
    own = evidence.where(unit_id=unit) if kind is Kind.SCORECARD else evidence
    return Behind(numbers, figure, records.table, days, records.rows(own), own.points["name"])


def report_of(
    sight: Sight, kind: Kind, day: date | None, unit: str, language: Language
) -> ReportNumbers:
    """
    Count a report from what somebody may see.

    Raises
    ------
    NotFoundError
        If a unit asks for another report than its own scorecard, or nobody knows the unit.
    """
    check_unit(sight, kind, unit)
    wanted = _day(sight, kind, day)
    days = days_behind(kind, Period.around(wanted, SPANS[kind]))
    return city_report(
        sight.folder,
        kind,
        wanted,
        now=sight.now,
        language=language,
        unit_id=unit,
        evidence=evidence_of(sight, days, **records_for(kind)),
        is_whole=not sight.actor.is_restricted,
    )


def asked_for(numbers: ReportNumbers, unit: str) -> dict[str, str]:
    """Return what to ask for to get a report again."""
    return {"kind": numbers.kind.value, "date": numbers.period.last.isoformat(), "unit": unit}


def _to_records(asked: dict[str, str], figure: Figure) -> str:
    """Return the address of the page with the records behind a figure; "" where there is none."""
    if figure.records is None:
        return ""
    return f"/app/reports/records?{urlencode({**asked, 'figure': figure.figure_id})}"


def check_unit(sight: Sight, kind: Kind, unit: str) -> None:
    """Let a unit have its own scorecard only; all else answers like what does not exist."""
    actor = sight.actor
    if sight.may(Permission.READ_REPORTS):
        return
    if kind is not Kind.SCORECARD or unit not in actor.units:
        raise NotFoundError("No point is assigned to the unit {unit_id}.", unit_id=unit)


def evidence_of(
    sight: Sight,
    days: Period | None = None,
    *,
    described: bool = True,
    covered: bool = False,
    marked: bool = False,
) -> Evidence:
    """Return the records of a city as far as somebody may see them; see `city_evidence`."""
    known = city_evidence(
        sight.folder, sight.now, days, described=described, covered=covered, marked=marked
    )
    if not sight.actor.is_restricted:
        return known
    own = sight.in_scope()
    return replace(
        known,
        points=known.points[known.points.index.isin(own)],
        inspections=known.inspections[known.inspections["point_id"].isin(own)],
        violations=known.violations[known.violations["point_id"].isin(own)],
    )


def _day(sight: Sight, kind: Kind, day: date | None) -> date:
    return day or usual_day(sight.now.astimezone(sight.folder.settings.zone), kind)


def _plain(rows: Any) -> list[dict[str, Any]]:
    """Return rows as JSON values."""
    texts = rows.reset_index().astype(str)
    return [{str(key): value for key, value in row.items()} for row in texts.to_dict("records")]
