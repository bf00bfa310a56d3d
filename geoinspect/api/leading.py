"""What leaders compare: groups, with how sure each rank is, and two stretches of days."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from geoinspect.api.endpoints.reports import evidence_of
from geoinspect.cityreport import usual_day
from geoinspect.estimates import RateParams
from geoinspect.messages import translator
from geoinspect.reports.kinds import Kind
from geoinspect.reports.making import SPANS
from geoinspect.reports.numbers import Figure
from geoinspect.reports.opening import headline
from geoinspect.reports.periods import Period, Span
from geoinspect.reports.tables import changes, groups
from geoinspect.reports.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoinspect.api.sight import Sight
    from geoinspect.messages import Language
    from geoinspect.people import Actor
    from geoinspect.reports.evidence import Evidence
    from geoinspect.reports.numbers import Line

By = Literal["district_id", "unit_id", "category"]

#: What groups are called.
GROUPS: dict[By, str] = {
    "district_id": "Districts",
    "unit_id": "Responsible units",
    "category": "Categories",
}

#: Lengths of the periods that groups are ranked over, and what each is called.
RANKED = {
    Kind.WEEKLY: "a week",
    Kind.MONTHLY: "a month",
    Kind.QUARTERLY: "a quarter",
    Kind.ANNUAL: "a year",
}

# where the reports' tables have the figure that is drawn: of a ranking, and of a comparison
_RANKED_BY, _CHANGE = 4, 3

_A_WEEK = 7
_FOUR_WEEKS = 28


@dataclass(frozen=True)
class Stretch(Period):
    """
    Some days in a row that are compared with some others, whatever the calendar says.

    Attributes
    ----------
    earlier
        What they are compared with.
    """

    earlier: Period

    def before(self) -> Period:
        """Return what the stretch is compared with."""
        return self.earlier


@dataclass(frozen=True)
class Bar:
    """
    An estimate with its interval, drawn along a scale; all in percent of its length.

    Attributes
    ----------
    at
        Of the estimate.
    low, high
        Of the ends of the interval.
    """

    at: float
    low: float
    high: float


@dataclass(frozen=True)
class Row:
    """
    A group in a ranking or a comparison.

    Attributes
    ----------
    group, name
        Its id and its name.
    cells
        The cells of the report's table after the name.
    mark
        "red", "black", "few" or "".
    bar
        The estimate, None where there is none to draw.
    is_own
        Whether the reader answers for it, or chose to follow it.
    """

    group: str
    name: str
    cells: tuple[str | Figure, ...]
    mark: str
    bar: Bar | None
    is_own: bool


@dataclass(frozen=True)
class Ranking:
    """
    Groups of a period.

    Attributes
    ----------
    rows
        Those with enough inspections, the highest rate first.
    few
        Those with too few.
    city
        The rate of everything that the reader sees.
    city_at
        Where it lies on the scale, in percent.
    top
        Value at the end of the scale.
    """

    rows: tuple[Row, ...]
    few: tuple[Row, ...]
    city: Figure
    city_at: float | None
    top: float

    @property
    def own(self) -> tuple[Row, ...]:
        """The reader's own groups, ranked or not."""
        return tuple(row for row in (*self.rows, *self.few) if row.is_own)


def period_of(sight: Sight, kind: Kind, day: date | None) -> Period:
    """Return the period of a report that a day lies in; without one, the last that is over."""
    wanted = day or usual_day(sight.now.astimezone(sight.folder.settings.zone), kind)
    return Period.around(wanted, SPANS[kind])


def work_of(
    sight: Sight, period: Period, language: Language, evidence: Evidence | None = None
) -> Work:
    """Return the evidence of a period, of what somebody may see, as the reports count it."""
    days = Period(period.span, period.before().first, period.last)
    known = evidence_of(sight, days, described=False) if evidence is None else evidence
    return Work(known, period, RateParams(), translator(language))


def ranking_of(work: Work, by: By, own: frozenset[str]) -> Ranking | None:
    """
    Rank groups as the reports do.

    Parameters
    ----------
    work
        From `work_of`.
    by
        Which groups.
    own
        Ids of those that the reader answers for.

    Returns
    -------
    ranking
        None if nothing was inspected.
    """
    table = groups(work, by)
    if table is None:
        return None
    city = dict(headline(work))["Problems per 100 inspections"]
    ranked = [line for line in table.lines if line.mark != "few"]
    apart = [line for line in table.lines if line.mark == "few"]
    top = _round_top(_upper([_figure(line, _RANKED_BY) for line in ranked] or [city]))
    rows, few = (
        tuple(_row(line, by, own, _RANKED_BY, 0, top) for line in lines)
        for lines in (ranked, apart)
    )
    at = None if city.value is None else _percent(city.value, 0, top)
    return Ranking(rows, few, city, at, top)


def changes_of(work: Work, by: By, own: frozenset[str]) -> tuple[list[Row], float] | None:
    """
    Compare groups with the stretch before as the reports do.

    Those that improved most come first, those with too few inspections last.

    Returns
    -------
    rows, top
        The groups, and the value at both ends of the scale; None if one of the stretches has
        no inspections.
    """
    table = changes(work, by)
    if table is None:
        return None
    ranked = [_figure(line, _CHANGE) for line in table.lines if line.mark != "few"]
    top = _round_top(_upper(ranked))
    lines = sorted(table.lines, key=lambda line: line.mark == "few")
    return [_row(line, by, own, _CHANGE, -top, top) for line in lines], top


def stretch_of(begin: date, end: date | None, days: int) -> Stretch:
    """
    Return the days after something, to be compared with as many days before it.

    Parameters
    ----------
    begin, end
        Its first and last day, which count for neither side; without `end` it lasted no day,
        and `begin` is the first day after it.
    days
        Length of both sides.

    Examples
    --------
    >>> week = stretch_of(date(2026, 11, 16), None, 7)
    >>> week.first.isoformat(), week.last.isoformat(), week.before().first.isoformat()
    ('2026-11-16', '2026-11-22', '2026-11-09')
    """
    after = begin if end is None else end + timedelta(days=1)
    before = Period(Span.DAY, begin - timedelta(days=days), begin - timedelta(days=1))
    return Stretch(Span.DAY, after, after + timedelta(days=days - 1), before)


def usual_stretches(today: date) -> dict[str, tuple[date, int]]:
    """Return the comparisons that are asked for most: first day and length, by their names."""
    monday = Period.around(today, Span.WEEK).first
    return {
        "Last week against the week before": (monday - timedelta(days=_A_WEEK), _A_WEEK),
        "The last 4 weeks against the 4 before": (
            monday - timedelta(days=_FOUR_WEEKS),
            _FOUR_WEEKS,
        ),
    }


def own_groups(actor: Actor, by: By, followed: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Return the ids of the groups that somebody answers for or follows."""
    scope = {"district_id": actor.districts, "unit_id": actor.units, "category": actor.categories}
    return scope[by] | {group for kind, group in followed if kind == by}


def group_of(line: Line, by: By) -> str:
    """Return the id of the group that a line of a report's table is about."""
    first = next(cell for cell in line.cells if isinstance(cell, Figure))
    return first.figure_id.removeprefix(f"{by}/").rpartition("/")[0]


def _row(line: Line, by: By, own: frozenset[str], estimate: int, bottom: float, top: float) -> Row:
    group = group_of(line, by)
    bar = None if line.mark == "few" else _bar(_figure(line, estimate), bottom, top)
    return Row(group, str(line.cells[0]), line.cells[1:], line.mark, bar, group in own)


def _figure(line: Line, column: int) -> Figure:
    cell = line.cells[column]
    if not isinstance(cell, Figure):
        raise TypeError(f"column {column} of the report's table holds no figure")
    return cell


def _bar(figure: Figure, bottom: float, top: float) -> Bar | None:
    if figure.value is None:
        return None
    ends = (figure.value, figure.low, figure.high)
    at, low, high = (_percent(figure.value if each is None else each, bottom, top) for each in ends)
    return Bar(at, low, high)


def _percent(value: float, bottom: float, top: float) -> float:
    share = 100 * (value - bottom) / (top - bottom)
    return round(min(max(share, 0.0), 100.0), 2)


def _upper(figures: Iterable[Figure]) -> float:
    """Return how far from 0 figures and their intervals reach."""
    values = [abs(end) for each in figures for end in (each.value, each.low, each.high) if end]
    return max(values, default=1.0)


def _round_top(value: float) -> float:
    """Return the next round number: 1, 2, 3, 4, 5, 6, 8, 10, 20, 30 and so on."""
    step = 10.0 ** math.floor(math.log10(value)) if value > 1 else 1.0
    return next(factor * step for factor in (1, 2, 3, 4, 5, 6, 8, 10) if value <= factor * step)
