"""
The one set of numbers that all forms of a report show.

A figure has an id, a value and the records behind it. Word, Excel, paper, the page and the API
show figures and count nothing themselves, so that they cannot differ; `geoinspect.reports.check`
reads them back all the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

if TYPE_CHECKING:
    from datetime import datetime

    import shapely

    from geoinspect.arrays import FloatArray
    from geoinspect.messages import Remark
    from geoinspect.reports.evidence import Evidence
    from geoinspect.reports.kinds import Kind
    from geoinspect.reports.periods import Period

RecordTable = Literal["inspections", "violations", "points", "marks"]


@dataclass(frozen=True)
class Records:
    """
    Which records are behind a figure.

    Attributes
    ----------
    table
        Of which kind they are.
    where
        Columns and the values they have.
    days
        When they were made; None for the report's period.
    points
        Ids of the points at which they were made; None for all.
    """

    table: RecordTable
    where: tuple[tuple[str, str], ...] = ()
    days: Period | None = None
    points: frozenset[str] | None = field(default=None, repr=False)

    def rows(self, evidence: Evidence) -> pd.DataFrame:
        """Return them from the evidence of `days`, or of the report's period."""
        rows: pd.DataFrame = getattr(evidence, self.table)
        if self.points is not None:
            point = rows.index if self.table == "points" else rows["point_id"]
            rows = rows[point.isin(self.points)]
        for column, value in self.where:
            values = rows[column]
            # words that many rows share are compared as they are: a million texts are slow to make
            shared = isinstance(values.dtype, pd.CategoricalDtype)
            rows = rows[((values if shared else values.astype(str)) == value).to_numpy()]
        return rows


@dataclass(frozen=True)
class Figure:
    """
    One number of a report.

    Attributes
    ----------
    figure_id
        Its name, such as "unit_id/U3/rate", the same in every form.
    value
        The number; None where there is none to show.
    digits
        Decimals that are shown.
    low, high
        Ends of its interval, if it is an estimate.
    records
        What it was counted from.

    Examples
    --------
    >>> Figure("city/rate", 12.345, 1, low=10.0, high=15.06).text
    '12.3 (10.0~15.1)'
    >>> Figure("city/rate", None, 1).text
    '–'
    """

    figure_id: str
    value: float | None
    digits: int = 0
    low: float | None = None
    high: float | None = None
    records: Records | None = None

    @property
    def text(self) -> str:
        """The number as it is printed everywhere."""
        if self.value is None:
            return "–"
        if self.low is None or self.high is None:
            return self._print(self.value)
        interval = f"{self._print(self.low)}~{self._print(self.high)}"
        return f"{self._print(self.value)} ({interval})"

    def _print(self, value: float) -> str:
        return f"{value:,.{self.digits}f}"


@dataclass(frozen=True)
class Line:
    """
    One row of a table.

    Attributes
    ----------
    cells
        Words and figures, one a column.
    mark
        "red", "black", "few" (too few inspections to be ranked) or "".
    """

    cells: tuple[str | Figure, ...]
    mark: str = ""


@dataclass(frozen=True)
class Table:
    """
    A table of a report.

    Attributes
    ----------
    table_id
        Its name, the same in every form.
    title, columns
        What it shows, English sentences to be translated.
    lines
        Its rows.
    note
        What a reader must know of it; None for nothing.
    most
        Rows that pages and paper show of it; the workbook and the API have all. None for all.
        Only lists without figures are cut.
    """

    table_id: str
    title: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    note: Remark | None = None
    most: int | None = None

    @property
    def printed(self) -> tuple[Line, ...]:
        """The rows that pages and paper show."""
        return self.lines[: self.most]


@dataclass(frozen=True)
class Series:
    """
    Values over periods, with their intervals.

    Attributes
    ----------
    series_id, title
        Its name, and what it shows.
    labels
        Names of the periods.
    figures
        One a period.
    """

    series_id: str
    title: str
    labels: tuple[str, ...]
    figures: tuple[Figure, ...]

    def table(self) -> Table:
        """Return the figures as a table, for whoever cannot see the picture."""
        lines = map(Line, zip(self.labels, self.figures, strict=True))
        return Table(self.series_id, self.title, ("Period", self.title), tuple(lines))


@dataclass(frozen=True)
class Panel:
    """
    Values of one group over periods.

    Attributes
    ----------
    name
        Of the group.
    figures
        One a period.
    """

    name: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Panels:
    """
    Small multiples: the same values of several groups, each in a panel, all on one scale.

    Attributes
    ----------
    panels_id, title, label
        Their name, what they show, and what a group is called.
    panels
        One a group.
    beside
        What all of them are compared with; it names the periods.
    top
        Where the scale of values ends; ends of intervals may lie above.
    notes
        What a reader must know of them.
    """

    panels_id: str
    title: str
    label: str
    panels: tuple[Panel, ...]
    beside: Series
    top: float
    notes: tuple[Remark, ...] = ()

    def table(self) -> Table:
        """Return the figures as a table, for whoever cannot see the picture."""
        lines = tuple(Line((panel.name, *panel.figures)) for panel in self.panels)
        return Table(self.panels_id, self.title, (self.label, *self.beside.labels), lines)


@dataclass(frozen=True)
class PlaceMap:
    """
    A picture of where the areas of a table lie; all in WGS-84 degrees.

    Attributes
    ----------
    table_id
        The table that it belongs to.
    areas
        Number in the table, kind and outline of each.
    dots
        The points of the city, longitude and latitude, shape (n, 2).
    borders
        Outlines of the districts.
    """

    table_id: str
    areas: tuple[tuple[int, str, shapely.Geometry], ...]
    dots: FloatArray = field(repr=False)
    borders: tuple[shapely.Geometry, ...] = field(repr=False)


@dataclass(frozen=True)
class ReportNumbers:
    """
    Everything that a report says.

    Attributes
    ----------
    kind, city, period, made_at
        Which report it is; `made_at` is timezone-aware.
    subject
        Whom a scorecard is about; "" for the whole city.
    headline
        The first figures, by what they are called (English).
    sentences
        What is to be said about them.
    tables, series
        The rest.
    remarks
        What limits the numbers: how many records were left out, and why.
    maps
        Pictures of places that stand with a table.
    panels
        The first series, group by group; None where there is nothing to compare.
    """

    kind: Kind
    city: str
    period: Period
    made_at: datetime
    subject: str
    headline: tuple[tuple[str, Figure], ...]
    sentences: tuple[Remark, ...]
    tables: tuple[Table, ...]
    series: tuple[Series, ...] = ()
    remarks: tuple[Remark, ...] = field(default=())
    maps: tuple[PlaceMap, ...] = field(default=())
    panels: Panels | None = None

    def drawn(self) -> tuple[Table, ...]:
        """Return the figures that pictures alone show, as tables."""
        tables = [series.table() for series in self.series]
        return (*tables, self.panels.table()) if self.panels else tuple(tables)

    def figures(self) -> dict[str, Figure]:
        """Return every figure by its id."""
        found = [figure for _, figure in self.headline]
        for table in (*self.tables, *self.drawn()):
            found += [c for line in table.lines for c in line.cells if isinstance(c, Figure)]
        return {figure.figure_id: figure for figure in found}

    def to_json(self) -> dict[str, Any]:
        """Return the numbers as JSON values, as the API gives them."""
        return {
            "kind": self.kind.value,
            "city": self.city,
            "subject": self.subject,
            "first": self.period.first.isoformat(),
            "last": self.period.last.isoformat(),
            "made_at": self.made_at.isoformat(),
            "figures": [_figure_json(figure) for figure in self.figures().values()],
            "tables": [_table_json(table) for table in self.tables],
        }


def count(figure_id: str, n: float, records: Records | None = None) -> Figure:
    """Return a figure that counts records."""
    return Figure(figure_id, int(n), records=records)


def estimate(
    figure_id: str, value: float, low: float, high: float, *, records: Records | None = None
) -> Figure:
    """Return problems per 100 inspections, from a rate per inspection and its interval."""
    if math.isnan(value):
        return Figure(figure_id, None, 1, records=records)
    if math.isnan(low) or math.isnan(high):
        return Figure(figure_id, 100 * value, 1, records=records)
    return Figure(figure_id, 100 * value, 1, 100 * low, 100 * high, records)


def _figure_json(figure: Figure) -> dict[str, Any]:
    return {
        "figure_id": figure.figure_id,
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "text": figure.text,
        "has_records": figure.records is not None,
    }


def _table_json(table: Table) -> dict[str, Any]:
    return {
        "table_id": table.table_id,
        "title": table.title,
        "columns": list(table.columns),
        "lines": [
            {"cells": [c.text if isinstance(c, Figure) else c for c in line.cells],
             "mark": line.mark}
            for line in table.lines
        ],
    }  # fmt: skip
