"""Reports of a city on disk: its records joined, its plans read once, every form checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from geoinspect.errors import InputError, NotFoundError, VerificationError
from geoinspect.estimates.attribution import SELF_FOUND
from geoinspect.messages import translator
from geoinspect.printing import render_pdf
from geoinspect.promised import promised_visits
from geoinspect.reports import (
    COVERED,
    DESCRIBED,
    SPANS,
    Kind,
    Period,
    check_forms,
    days_behind,
    fill_template,
    join_evidence,
    make_report,
    render_page,
    write_spreadsheet,
    write_word,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor
    from datetime import date, datetime

    from geoinspect.cityfolder import CityFolder
    from geoinspect.messages import Language
    from geoinspect.reports import Evidence, Figure, ReportNumbers

FORMATS = ("html", "pdf", "docx", "xlsx")

#: Folder of a city in which an office puts Word templates of its own, one a kind of report.
TEMPLATES = "templates"


@dataclass(frozen=True)
class Forms:
    """
    The forms of one report; those that were not asked for are empty.

    Attributes
    ----------
    numbers
        What all of them say.
    html, pdf, docx, xlsx
        The forms.
    """

    numbers: ReportNumbers
    html: str = ""
    pdf: bytes = b""
    docx: bytes = b""
    xlsx: bytes = b""

    def content(self, form: str) -> bytes:
        """Return a form as bytes."""
        content: str | bytes = getattr(self, form)
        return content.encode() if isinstance(content, str) else content


def city_evidence(
    folder: CityFolder,
    now: datetime,
    days: Period | None = None,
    *,
    described: bool = True,
    covered: bool = True,
    own: tuple[str, Period] | None = None,
) -> Evidence:
    """
    Join the records of a city with what its plans promised, for the days that are over.

    Parameters
    ----------
    folder
        The city.
    now
        Now, timezone-aware: a plan of today or later is still sealed and stays so.
    days
        Only the records of these days, see `geoinspect.reports.days_behind`; None for all.
    described
        Whether problems are wanted in the words of who found them.
    covered
        Whether it is wanted which points were inspected on other days.
    own
        A unit and a period: of other days only the records of the unit are wanted; None for
        those of the city.
    """
    store, zone = folder.store(), folder.settings.zone
    today = now.astimezone(zone).date()
    during = None if days is None else days.moments(zone)
    try:
        # what a unit reported itself bears on what is found later
        finds = store.finds(
            during,
            sources=SELF_FOUND,
            described=described,
            own=None if own is None else (own[0], own[1].moments(zone)),
        )
        ends = None if days is None else (days.first, days.last)
        elsewhen = during if covered else None
        return join_evidence(
            store.points(),
            store.assignments(),
            store.districts(),
            *finds,
            promised_visits(store, folder.path, today, ends),
            store.cases.standing(),
            zone=zone,
            visited=store.points_inspected_outside(elsewhen) if elsewhen else frozenset(),
        )
    finally:
        store.close()


def report_evidence(
    folder: CityFolder, kind: Kind, period: Period, now: datetime, unit_id: str = ""
) -> Evidence:
    """Join the records that a report is made from, a scorecard of a unit; see `city_evidence`."""
    return city_evidence(
        folder,
        now,
        days_behind(kind, period),
        described=kind in DESCRIBED,
        covered=kind in COVERED,
        # beside the city a scorecard puts its unit in its own period alone
        own=(unit_id, period) if kind is Kind.SCORECARD else None,
    )


def city_report(
    folder: CityFolder,
    kind: Kind,
    day: date,
    *,
    now: datetime,
    language: Language,
    unit_id: str = "",
    evidence: Evidence | None = None,
    is_whole: bool = True,
) -> ReportNumbers:
    """
    Count what a report of a city says.

    Parameters
    ----------
    folder
        The city.
    kind, day
        Which report, of the period in which a day lies.
    now
        Now, timezone-aware.
    language
        Language of the report.
    unit_id
        Whose scorecard it is.
    evidence
        From `report_evidence`, where it is at hand.
    is_whole
        Whether the evidence is that of the whole city, which a scorecard compares with.

    Raises
    ------
    InputError
        If the period has not begun, or a scorecard names no unit.
    NotFoundError
        If nobody knows the unit.
    """
    zone = folder.settings.zone
    period = Period.around(day, SPANS[kind])
    if period.first > now.astimezone(zone).date():
        raise InputError("{day} lies ahead: a report is about days that have begun.", day=day)
    known = evidence or report_evidence(folder, kind, period, now, unit_id)
    if kind is Kind.SCORECARD and not unit_id:
        raise InputError("A scorecard is about one unit: name it with --unit.")
    if unit_id and not (known.points["unit_id"] == unit_id).any():
        raise NotFoundError("No point is assigned to the unit {unit_id}.", unit_id=unit_id)
    return make_report(
        kind,
        known,
        period,
        city=folder.settings.name,
        made_at=now.astimezone(zone),
        translate=translator(language),
        unit_id=unit_id if kind is Kind.SCORECARD else "",
        is_whole=is_whole,
    )


def make_forms(
    folder: CityFolder,
    numbers: ReportNumbers,
    formats: tuple[str, ...],
    *,
    language: Language,
    made_for: str = "",
    link: Callable[[Figure], str] | None = None,
    printer: Executor | None = None,
) -> Forms:
    """
    Make the forms of a report, and read each back.

    A file `templates/<kind>.docx` in the city's folder takes the place of our own Word layout.

    Parameters
    ----------
    folder, numbers
        The city, and what all forms say.
    formats
        Which of `FORMATS`.
    language, made_for, link
        As in `geoinspect.reports.render_page`.
    printer
        Prints the paper while the other forms are made, see `geoinspect.printing`; None to
        print it after them.

    Raises
    ------
    VerificationError
        If a form does not show a figure as it is.
    InputError
        If the office's template cannot be filled.
    """
    issuer = folder.settings.issuer
    page = ""
    if {"html", "pdf"} & set(formats):
        page = render_page(numbers, language=language, issuer=issuer, made_for=made_for, link=link)
    paper: Callable[[], bytes] = bytes
    if "pdf" in formats:
        printed = None if printer is None else printer.submit(render_pdf, page)
        paper = partial(render_pdf, page) if printed is None else printed.result
    template = folder.path / TEMPLATES / f"{numbers.kind}.docx"
    own = template.is_file()
    word = b""
    if "docx" in formats and own:
        word = fill_template(template, numbers, language=language, issuer=issuer)
    elif "docx" in formats:
        word = write_word(numbers, language=language, issuer=issuer, made_for=made_for)
    sheet = write_spreadsheet(numbers, language=language) if "xlsx" in formats else b""
    # an office's own layout may leave figures out
    differing = check_forms(numbers, page=page, word=b"" if own else word, spreadsheet=sheet)
    if differing:
        first = differing[0]
        raise VerificationError(
            "The report's form {form} shows {found!r} for {figure_id}, not {expected!r}.",
            form=first.form,
            found=first.found,
            figure_id=first.figure_id,
            expected=first.expected,
        )
    return Forms(numbers, page if "html" in formats else "", paper(), word, sheet)


def usual_day(now: datetime, kind: Kind) -> date:
    """Return a day of the last period that is over, which is what a report is usually about."""
    if kind is Kind.DAILY:
        return now.date()
    return Period.around(now.date(), SPANS[kind]).first - timedelta(days=1)
