"""Read the tables of HTML pages; the hotline 12345 exports such pages as .xls."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from geoinspect.intake.grid import Grid, fill_merged, trimmed

if TYPE_CHECKING:
    from geoinspect.intake.cells import Cell

# A cell that claims to span more is broken; filling it would exhaust the memory.
_MAX_SPAN = 1000


def read_html_tables(text: str) -> list[Grid]:
    """
    Return the tables of an HTML page that hold anything.

    Examples
    --------
    >>> [grid] = read_html_tables("<table><tr><td>编号<td>名称</table>")
    >>> grid.rows
    (('编号', '名称'),)
    """
    parser = _TableParser()
    parser.feed(text)
    parser.close()
    grids = [table.to_grid(f"table {n}") for n, table in enumerate(parser.tables, 1)]
    return [grid for grid in grids if not grid.is_empty]


@dataclass
class _WebTable:
    """A table while it is being read: cells by place, and the areas that span cells."""

    rows: list[list[Cell]] = field(default_factory=list)
    areas: list[tuple[int, int, int, int]] = field(default_factory=list)

    def add(self, text: str, n_rows: int, n_columns: int) -> None:
        """Put a cell behind the cells that already reach into the last row."""
        top = len(self.rows) - 1
        row = self.rows[top]
        while any(t < top < b and left <= len(row) < r for t, b, left, r in self.areas):
            row.append(None)
        if n_rows > 1 or n_columns > 1:
            self.areas.append((top, top + n_rows, len(row), len(row) + n_columns))
        row.extend([text] + [None] * (n_columns - 1))

    def to_grid(self, name: str) -> Grid:
        """Fill the spans and finish."""
        width = max(map(len, self.rows), default=0)
        rows = [row + [None] * (width - len(row)) for row in self.rows]
        fill_merged(rows, self.areas)
        return Grid(name, trimmed(rows))


class _TableParser(HTMLParser):
    """Collect tables; end tags of rows and cells may be missing, as HTML allows."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[_WebTable] = []
        self._open: list[_WebTable] = []
        self._span = (1, 1)
        self._text: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a table, a row or a cell."""
        if tag == "table":
            self._finish_cell()
            self.tables.append(_WebTable())
            self._open.append(self.tables[-1])
        elif tag == "tr" and self._open:
            self._finish_cell()
            self._open[-1].rows.append([])
        elif tag in ("td", "th") and self._open and self._open[-1].rows:
            self._finish_cell()
            given = dict(attrs)
            self._span = (_span(given.get("rowspan")), _span(given.get("colspan")))
            self._text = []
        elif tag == "br" and self._text is not None:
            self._text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Close a cell, a row or a table."""
        if tag in ("td", "th", "tr", "table"):
            self._finish_cell()
        if tag == "table" and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Take text that stands inside a cell."""
        if self._text is not None:
            self._text.append(data)

    def close(self) -> None:
        """Finish the last cell of a page that just ends."""
        super().close()
        self._finish_cell()

    def _finish_cell(self) -> None:
        """Hand the open cell to its table."""
        if self._text is not None and self._open:
            self._open[-1].add("".join(self._text).strip(), *self._span)
        self._text = None


def _span(given: str | None) -> int:
    """Read a rowspan or colspan; nonsense counts as 1, as in browsers."""
    if given is None or not given.strip().isdecimal():
        return 1
    return min(max(int(given), 1), _MAX_SPAN)
