"""Reports of a city on disk: its records joined, its plans read once, and counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd

from geoinspect.beside import begun, load
from geoinspect.cityrecords import Wanted, read_found
from geoinspect.errors import InputError, NotFoundError
from geoinspect.messages import translator
from geoinspect.promised import promised_visits
from geoinspect.reports.evidence import join_evidence
from geoinspect.reports.kinds import Kind
from geoinspect.reports.making import SPANS, days_behind, make_report, records_for
from geoinspect.reports.periods import Period

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from datetime import date, datetime

    from geoinspect.cityfolder import CityFolder
    from geoinspect.messages import Language
    from geoinspect.reports.evidence import Evidence
    from geoinspect.reports.numbers import ReportNumbers

#: What a process beside loads while this one joins and counts.
_FOR_PAPER = ("geoinspect.reports.web", "weasyprint")


def city_evidence(
    folder: CityFolder,
    now: datetime,
    days: Period | None = None,
    *,
    described: bool = True,
    covered: bool = True,
    marked: bool = False,
    own: tuple[str, Period] | None = None,
    beside: Executor | None = None,
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
        Whether records are wanted with their ids, and problems in the words of who found them.
    covered
        Whether it is wanted which points were inspected on other days.
    marked
        Whether the marks of the year in which the days end are wanted.
    own
        A unit and a period: of other days only the records of the unit are wanted; None for
        those of the city.
    beside
        Reads one half while this process reads the other, see `geoinspect.beside`; None for none.
    """
    store, zone = folder.store(), folder.settings.zone
    wanted = Wanted(
        during=None if days is None else days.moments(zone),
        described=described,
        own=None if own is None else (own[0], own[1].moments(zone)),
    )
    found = begun(beside, read_found, folder, wanted)
    load(beside, *_FOR_PAPER)
    try:
        known = store.points(), store.assignments(), store.districts()
        visits = store.visits(wanted.during, named=described, own=wanted.own)
        elsewhen = wanted.during if covered else None
        visited = store.points_inspected_outside(elsewhen) if elsewhen else frozenset()
        ends = None if days is None else (days.first, days.last)
        marks = store.marks(days.last.year).reset_index() if marked and days else pd.DataFrame()
        promised = promised_visits(store, folder.path, now.astimezone(zone).date(), ends)
    finally:
        store.close()
    violations, standing = found()
    joined = join_evidence(
        *known, visits, violations, promised, standing, zone=zone, visited=visited
    )
    return replace(joined, marks=marks)


def report_evidence(
    folder: CityFolder,
    kind: Kind,
    period: Period,
    now: datetime,
    unit_id: str = "",
    beside: Executor | None = None,
) -> Evidence:
    """Join the records that a report is made from, a scorecard of a unit; see `city_evidence`."""
    return city_evidence(
        folder,
        now,
        days_behind(kind, period),
        **records_for(kind),
        # beside the city a scorecard puts its unit in its own period alone
        own=(unit_id, period) if kind is Kind.SCORECARD else None,
        beside=beside,
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
    beside: Executor | None = None,
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
    beside
        Reads and counts beside this process, see `geoinspect.beside`; None for none.

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
    known = evidence or report_evidence(folder, kind, period, now, unit_id, beside)
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
        rubrics=folder.settings.rubrics,
        beside=beside,
    )


def usual_day(now: datetime, kind: Kind) -> date:
    """Return a day of the last period that is over, which is what a report is usually about."""
    if kind is Kind.DAILY:
        return now.date()
    return Period.around(now.date(), SPANS[kind]).first - timedelta(days=1)
