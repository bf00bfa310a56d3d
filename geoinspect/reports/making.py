"""What each report says: figures, tables and series, counted once from the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoinspect.estimates import RateParams
from geoinspect.reports.kinds import Kind
from geoinspect.reports.numbers import ReportNumbers
from geoinspect.reports.opening import headline, remarks, sentences, trend, trend_periods
from geoinspect.reports.panels import district_panels
from geoinspect.reports.periods import Period, Span
from geoinspect.reports.places import emerging_places, history_of
from geoinspect.reports.scores import scores
from geoinspect.reports.tables import (
    against_city,
    changes,
    coverage,
    groups,
    items,
    own_points,
    problem_list,
)
from geoinspect.reports.work import Work

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor
    from datetime import datetime

    from geoinspect.reports.evidence import Evidence
    from geoinspect.reports.numbers import Table
    from geoinspect.rubrics import Rubric

SPANS = {
    Kind.DAILY: Span.DAY,
    Kind.WEEKLY: Span.WEEK,
    Kind.MONTHLY: Span.MONTH,
    Kind.QUARTERLY: Span.QUARTER,
    Kind.ANNUAL: Span.YEAR,
    Kind.SCORECARD: Span.QUARTER,
}


def days_behind(kind: Kind, period: Period) -> Period:
    """
    Return the days whose records a report is made from: those of its trend, its own last.

    Examples
    --------
    >>> from datetime import date
    >>> days = days_behind(Kind.WEEKLY, Period.around(date(2026, 11, 25), Span.WEEK))
    >>> days.first.isoformat(), days.last.isoformat()
    ('2026-10-05', '2026-11-29')
    """
    earlier = [period.before()] if kind is Kind.DAILY else trend_periods(period)
    return Period(period.span, earlier[0].first, period.last)


def make_report(
    kind: Kind,
    evidence: Evidence,
    period: Period,
    *,
    city: str,
    made_at: datetime,
    translate: Callable[[str], str],
    unit_id: str = "",
    is_whole: bool = True,
    params: RateParams | None = None,
    rubrics: tuple[Rubric, ...] = (),
    beside: Executor | None = None,
) -> ReportNumbers:
    """
    Count everything that a report says.

    Parameters
    ----------
    kind
        Which report.
    evidence
        A city's records; see `geoinspect.reports.evidence`.
    period
        What it is about.
    city, made_at
        For its head.
    translate
        Into the language of the report.
    unit_id
        Whose scorecard it is; "" for all other reports.
    is_whole
        Whether the evidence is that of the whole city; otherwise nothing is compared with it.
    params
        How rates are computed.
    rubrics
        How the scores of an assessment are put together.
    beside
        Looks for hot spots while this process counts, see `geoinspect.beside`; None for none.
    """
    own = evidence.where(unit_id=unit_id) if unit_id else evidence
    params = params or RateParams()
    work = Work(own, period, params, translate, of_unit=bool(unit_id), rubrics=rubrics)
    city_work = Work(evidence, period, params, translate)
    # where somebody sees a part of the city only, what stands out in it says nothing of the city
    history = history_of(work, beside) if is_whole and kind in _WITH_PLACES else None
    tables = [
        table
        for make in _TABLES[kind]
        if is_whole or make is not against_city
        if (table := make(work, city_work)) is not None
    ]
    through_time = () if kind is Kind.DAILY else (trend(work),)
    places = None if history is None else emerging_places(work, history)
    return ReportNumbers(
        kind=kind,
        city=city,
        period=period,
        made_at=made_at,
        subject=_unit_name(evidence, unit_id),
        headline=headline(work),
        sentences=sentences(work),
        tables=(*tables, *([places[0]] if places else [])),
        series=through_time,
        remarks=remarks(work, is_whole=is_whole),
        maps=(places[1],) if places and places[1] else (),
        panels=district_panels(work, *through_time) if kind in _WITH_PANELS else None,
    )


def _by(make: Callable[[Work, str], Table | None], by: str) -> Callable[[Work, Work], Table | None]:
    return lambda work, _city: make(work, by)


#: Reports that look back far enough to tell what became of hot spots.
_WITH_PLACES = (Kind.QUARTERLY, Kind.ANNUAL)

#: Reports whose trend is shown district by district, too.
_WITH_PANELS = (Kind.MONTHLY, Kind.QUARTERLY, Kind.ANNUAL)

#: Reports that list problems one by one, in their own words.
_DESCRIBED = frozenset({Kind.DAILY, Kind.SCORECARD})

#: What each report has, in its order.
_TABLES: dict[Kind, tuple[Callable[[Work, Work], Table | None], ...]] = {
    Kind.DAILY: (problem_list,),
    Kind.WEEKLY: (_by(groups, "district_id"), _by(groups, "unit_id"), items),
    Kind.MONTHLY: (
        _by(groups, "district_id"),
        _by(changes, "district_id"),
        _by(groups, "unit_id"),
        _by(groups, "category"),
        items,
    ),
    Kind.QUARTERLY: (
        _by(groups, "district_id"),
        _by(changes, "district_id"),
        _by(groups, "unit_id"),
        _by(changes, "unit_id"),
        _by(groups, "category"),
        items,
        coverage,
    ),
    Kind.ANNUAL: (
        _by(groups, "district_id"),
        _by(groups, "unit_id"),
        _by(groups, "category"),
        _by(scores, "district_id"),
        _by(scores, "unit_id"),
        items,
        coverage,
    ),
    Kind.SCORECARD: (against_city, _by(groups, "category"), items, own_points, problem_list),
}

#: Reports that need the marks of documents and questionnaires.
_MARKED = frozenset({Kind.ANNUAL})

#: Reports that tell which points nobody ever inspected.
_COVERED = frozenset(kind for kind, makers in _TABLES.items() if coverage in makers)


def records_for(kind: Kind) -> dict[str, bool]:
    """Return which records a report needs, as `geoinspect.cityreport.city_evidence` is asked."""
    return {"described": kind in _DESCRIBED, "covered": kind in _COVERED, "marked": kind in _MARKED}


def _unit_name(evidence: Evidence, unit_id: str) -> str:
    """Return what a unit is called; its id where no point is its."""
    own = evidence.points.loc[evidence.points["unit_id"] == unit_id, "unit"]
    return str(own.iloc[0]) if unit_id and len(own) else unit_id
