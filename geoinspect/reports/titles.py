"""What a report is called and who issues it, in the usual words of the office."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoinspect.reports.kinds import Kind
from geoinspect.reports.numbers import Figure

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoinspect.reports.numbers import ReportNumbers

    Translate = Callable[[str], str]

_TITLES = {
    Kind.DAILY: "List of problems found on {period}",
    Kind.WEEKLY: "Bulletin of the on-site inspections in {period}",
    Kind.MONTHLY: "Analysis of the on-site inspections in {period}",
    Kind.QUARTERLY: "Summary of the on-site inspections in {period}",
    Kind.ANNUAL: "Assessment of {period}",
    Kind.SCORECARD: "Scorecard of {subject} for {period}",
}


def title_of(numbers: ReportNumbers, translate: Translate) -> str:
    """Return the title of a report."""
    period = numbers.period.name(translate)
    return translate(_TITLES[numbers.kind]).format(period=period, subject=numbers.subject)


def figure_name(numbers: ReportNumbers, figure_id: str, translate: Translate) -> str:
    """Return what a figure is called, where it stands: table, row and column."""
    for name, figure in numbers.headline:
        if figure.figure_id == figure_id:
            return translate(name)
    panels = (numbers.panels.table(),) if numbers.panels else ()
    for table in (*numbers.tables, *panels):
        for line in table.lines:
            for column, cell in zip(table.columns, line.cells, strict=True):
                if isinstance(cell, Figure) and cell.figure_id == figure_id:
                    return f"{translate(table.title)} · {line.cells[0]} · {translate(column)}"
    for series in numbers.series:
        for label, figure in zip(series.labels, series.figures, strict=True):
            if figure.figure_id == figure_id:
                return f"{translate(series.title)} · {label}"
    return figure_id


def issued_by(numbers: ReportNumbers, translate: Translate) -> str:
    """Return the office that issues a report, where none is named."""
    return translate("Office for the Civilised City of {city}").format(city=numbers.city)
