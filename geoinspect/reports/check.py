"""
Read the figures back from every form of a report and compare them.

The forms are made from one set of numbers, so that they cannot differ unless a form is broken;
this finds the form and the figure.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING

from docx import Document
from docx.oxml.ns import qn
from openpyxl import load_workbook

from geoinspect.reports.numbers import Figure
from geoinspect.reports.spreadsheet import FIGURES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from docx.table import Table as WordTable

    from geoinspect.reports.numbers import ReportNumbers

_MARKED = re.compile(r'data-figure="([^"]*)"[^>]*>([^<]*)<')


@dataclass(frozen=True)
class Difference:
    """
    A figure that a form does not show as it is.

    Attributes
    ----------
    form, figure_id
        Where.
    expected, found
        As printed; "" where it is missing.
    """

    form: str
    figure_id: str
    expected: str
    found: str


def check_forms(
    numbers: ReportNumbers, *, page: str = "", word: bytes = b"", spreadsheet: bytes = b""
) -> list[Difference]:
    """
    Compare the forms of a report with its numbers.

    Parameters
    ----------
    numbers
        What all forms must show.
    page, word, spreadsheet
        The forms; those that are empty are left out.

    Returns
    -------
    differences
        Empty if all is well.
    """
    found: list[Difference] = []
    if page:
        found += _by_id("page", numbers, _of_page(page))
    if spreadsheet:
        found += _by_id("spreadsheet", numbers, _of_spreadsheet(spreadsheet))
    if word:
        found += _of_word(numbers, word)
    return found


def _by_id(form: str, numbers: ReportNumbers, shown: dict[str, str]) -> Iterator[Difference]:
    """Compare figures that a form names."""
    for key, figure in numbers.figures().items():
        if shown.get(key, "") != figure.text:
            yield Difference(form, key, figure.text, shown.get(key, ""))


def _of_page(page: str) -> dict[str, str]:
    return {unescape(key): unescape(text).strip() for key, text in _MARKED.findall(page)}


def _of_spreadsheet(content: bytes) -> dict[str, str]:
    sheet = load_workbook(io.BytesIO(content), read_only=True)[FIGURES]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    return {_plain(row[0]): _plain(row[4]) for row in rows}


def _plain(value: object) -> str:
    """Return a text of a cell without the mark that keeps it from running."""
    return str(value).removeprefix("'")


def _of_word(numbers: ReportNumbers, content: bytes) -> Iterator[Difference]:
    """Compare the tables of a Word document cell by cell: it has no room for ids."""
    document = Document(io.BytesIO(content))
    headline, *tables = document.tables
    expected = [[figure for _, figure in numbers.headline]]
    yield from _compare(expected, _grid(headline)[1:])
    for table, grid in zip(numbers.tables, tables, strict=True):
        yield from _compare([list(line.cells) for line in table.printed], _grid(grid)[1:])


def _grid(table: WordTable) -> list[list[str]]:
    """Return the texts of a table; the library would look up the place of each cell for each."""
    rows = table._tbl.iterchildren(qn("w:tr"))
    return [
        ["".join(cell.itertext(qn("w:t"))) for cell in row.iterchildren(qn("w:tc"))] for row in rows
    ]


def _compare(
    lines: Sequence[Sequence[str | Figure]], shown: list[list[str]]
) -> Iterator[Difference]:
    for cells, texts in zip(lines, shown, strict=True):
        for cell, text in zip(cells, texts, strict=True):
            if isinstance(cell, Figure) and cell.text != text:
                yield Difference("word", cell.figure_id, cell.text, text)
