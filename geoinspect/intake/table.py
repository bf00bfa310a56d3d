"""Read any file as one table: header found, totals and blanks counted, row numbers kept."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from geoinspect.errors import InputError
from geoinspect.intake.cells import clean_text, is_blank
from geoinspect.intake.files import read_file
from geoinspect.intake.grid import Grid, trimmed
from geoinspect.intake.layers import GEOMETRY_TYPES, Layer, read_geojson, read_vector
from geoinspect.intake.plaintext import decode_text, read_delimited
from geoinspect.intake.refusals import damaged
from geoinspect.intake.vocabulary import count_recognised
from geoinspect.intake.webtables import read_html_tables
from geoinspect.intake.workbooks import read_xls, read_xlsx
from geoinspect.messages import Remark

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from os import PathLike
    from pathlib import Path

    from geoinspect.intake.cells import Cell
    from geoinspect.intake.grid import Row

# What an answer sheet adds to the user's own columns; never data.
STATUS_LABELS = ("导入状态", "导入说明", "import status", "import remarks")

_HEADER_SEARCH_ROWS = 30
_TOTAL = re.compile(
    r"(本页|本街道|本区|全区|全市|各项)?(合计|小计|总计|共计|累计)\W*\d*\W*[个处条家]?"
    r"|(sub|grand )?total\W*"
)
_FOOTNOTE = re.compile(r"(注|备注|说明|填表人|填报人|制表人?|审核人?|联系人|填报单位)\s*[:：].*")


@dataclass(frozen=True)
class Table:
    """
    The rows of a file that hold data, as they are written.

    Parameters
    ----------
    source_file
        Name of the file, without folders.
    sheet
        Name of the sheet or layer; "" where there is none.
    cells
        One row a data row, index `source_row` (the number that the user sees, from
        1, header included; of a map file the number of the feature), columns the
        user's labels. Values as read, merged cells filled.
    ignored
        Rows that are no data, with the reason: "blank", "total", "header", "footnote".
    notes
        What else was noticed about the file.
    grid
        The whole sheet, for the answer to the user; None for map files.
    header_row
        Number of the (last) row of labels; 0 for map files.
    layer
        The geometry, for map files.
    """

    source_file: str
    sheet: str
    cells: pd.DataFrame
    ignored: Mapping[int, str] = field(default_factory=dict)
    notes: tuple[Remark, ...] = ()
    grid: Grid | None = None
    header_row: int = 0
    layer: Layer | None = None

    @property
    def labels(self) -> list[str]:
        """The user's column labels."""
        return [str(label) for label in self.cells.columns]

    @property
    def n_rows(self) -> int:
        """Number of rows below the header: data and ignored ones."""
        return len(self.cells) + len(self.ignored)

    @property
    def starts_1904(self) -> bool:
        """Whether numbers of days count from 1904."""
        return self.grid is not None and self.grid.starts_1904


def read_table(
    path: str | PathLike[str], *, sheet: str | None = None, labels: Collection[str] = ()
) -> Table:
    """
    Read a table from .xlsx, .xls, .csv, .txt, .html, .geojson, .json, .gpkg or .shp.

    What the file is, its encoding, its delimiter and its header row are found by
    looking, not by its name.

    Parameters
    ----------
    path
        The file.
    sheet
        Sheet of a workbook or layer of a GeoPackage; needed only if several hold
        a table.
    labels
        Labels of the user that no vocabulary knows, to find the header by.

    Returns
    -------
    table
        The rows that hold data.

    Raises
    ------
    InputError
        If there is no such file, or nothing in it can be read as a table.
    """
    path, kind, content = read_file(path)
    if kind in ("gpkg", "shp"):
        layer = read_vector(path, is_shapefile=kind == "shp", layer_name=sheet)
        return _table_of_layer(layer, path.name, sheet or "")
    if kind == "json":
        return _table_of_json(content, path, labels)
    if kind == "xlsx":
        return _table_of_sheets(read_xlsx(content, path.name), path.name, sheet, labels)
    if kind == "xls":
        return _table_of_sheets(read_xls(content, path.name), path.name, sheet, labels)
    text, notes = decode_text(content)
    if kind == "html":
        grids = read_html_tables(text)
        return _with_notes(_table_of_sheets(grids, path.name, sheet, labels), notes)
    grid = read_delimited(text, path.name, lambda grid: _best_header(grid, labels)[0])
    return _with_notes(_table_of_grid(grid, path.name, labels), notes)


def _with_notes(table: Table, notes: tuple[Remark, ...]) -> Table:
    """Return the table with more notes."""
    return replace(table, notes=(*notes, *table.notes))


def _table_of_json(content: bytes, path: Path, labels: Collection[str]) -> Table:
    """Read GeoJSON, or a plain list of records as web services return it."""
    text, notes = decode_text(content)
    try:
        payload = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise damaged(path.name, "JSON") from error
    kind = payload.get("type") if isinstance(payload, dict) else None
    if kind in ("FeatureCollection", "Feature") or (
        kind in GEOMETRY_TYPES and ("coordinates" in payload or "geometries" in payload)
    ):
        return _with_notes(_table_of_layer(read_geojson(payload, path.name), path.name, ""), notes)
    if isinstance(payload, list) and payload and all(isinstance(r, dict) for r in payload):
        return _with_notes(_table_of_grid(_grid_of_records(payload), path.name, labels), notes)
    raise InputError(
        "{file} is JSON but neither GeoJSON nor a list of records: export it as GeoJSON or .xlsx.",
        file=path.name,
    )


def _grid_of_records(records: list[dict[str, Any]]) -> Grid:
    """Lay out records under a header of all their keys, in order of appearance."""
    keys = list(dict.fromkeys(key for record in records for key in record))
    rows: list[list[Cell]] = [list(keys)]
    rows += [[_scalar(record.get(key)) for key in keys] for record in records]
    return Grid("", trimmed(rows))


def _scalar(value: Any) -> Cell:
    """Keep plain values; nested ones become text."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _table_of_layer(layer: Layer, source_file: str, sheet: str) -> Table:
    """Make a table of the features' properties; feature i is row i."""
    columns = list(dict.fromkeys(key for record in layer.properties for key in record))
    rows = [[record.get(column) for column in columns] for record in layer.properties]
    index = pd.RangeIndex(1, len(rows) + 1, name="source_row")
    cells = pd.DataFrame(rows, index=index, columns=columns, dtype=object)
    return Table(source_file, sheet, cells, layer=layer)


def _table_of_sheets(
    grids: list[Grid], source_file: str, sheet: str | None, labels: Collection[str]
) -> Table:
    """Choose the sheet, read it, and say which others there are."""
    chosen = _chosen_grid(grids, source_file, sheet, labels)
    hidden = [grid.name for grid in grids if grid.hidden and grid is not chosen]
    others = [g.name for g in grids if not (g.hidden or g.is_empty) and g is not chosen]
    notes = []
    if hidden:
        notes.append(Remark("Hidden sheets were not read: {sheets}.", {"sheets": _joined(hidden)}))
    if others:
        notes.append(Remark("Other sheets were not read: {sheets}.", {"sheets": _joined(others)}))
    return _with_notes(_table_of_grid(chosen, source_file, labels), tuple(notes))


def _chosen_grid(
    grids: list[Grid], source_file: str, sheet: str | None, labels: Collection[str]
) -> Grid:
    """Take the sheet asked for, or the only one that looks like a table."""
    names = [grid.name for grid in grids]
    if sheet is not None:
        if sheet not in names:
            raise InputError(
                "{file} has no sheet '{sheet}', only {sheets}.",
                file=source_file,
                sheet=sheet,
                sheets=_joined(names),
            )
        return grids[names.index(sheet)]
    filled = [grid for grid in grids if not (grid.hidden or grid.is_empty)]
    known = [grid for grid in filled if _best_header(grid, labels)[0] >= 2]
    if len(known) == 1 or len(filled) == 1:
        return (known or filled)[0]
    if not filled:
        raise InputError(
            "{file} has no visible sheet with anything in it (sheets: {sheets}).",
            file=source_file,
            sheets=_joined(names) or "-",
        )
    raise InputError(
        "{file} has several sheets that may be meant: {sheets}. Name one of them.",
        file=source_file,
        sheets=_joined([grid.name for grid in known or filled]),
    )


def _table_of_grid(grid: Grid, source_file: str, labels: Collection[str]) -> Table:
    """Cut a sheet into header, data and ignored rows."""
    if grid.is_empty:
        raise InputError("{file} is empty.", file=source_file)
    _, header, last = _best_header(grid, labels)
    columns = _unique_labels(header, grid, last)
    data: dict[int, list[Cell]] = {}
    ignored: dict[int, str] = {}
    for number, row in enumerate(grid.rows[last:], last + 1):
        reason = _no_data(row, header, [position for position, _ in columns])
        if reason:
            ignored[number] = reason
        else:
            data[number] = [row[position] for position, _ in columns]
    cells = pd.DataFrame(
        list(data.values()),
        index=pd.Index(list(data), dtype="int64", name="source_row"),
        columns=[label for _, label in columns],
        dtype=object,
    )
    return Table(source_file, grid.name, cells, ignored, grid.notes, grid, last)


def _best_header(grid: Grid, labels: Collection[str]) -> tuple[int, list[str], int]:
    """
    Find the header by vocabulary: (labels known, labels, number of its last row).

    Two rows make a header together if the lower one has nothing but known labels
    (经度 | 纬度 below 坐标). Where no label is known, the fullest row counts as header,
    so that the refusal can name what stands there.
    """
    texts = [[clean_text(cell) for cell in row] for row in grid.rows[:_HEADER_SEARCH_ROWS]]
    best: tuple[int, list[str], int] = (0, [], 0)
    for number, row in enumerate(texts, 1):
        score = count_recognised(row, labels)
        if score > best[0]:
            best = (score, row, number)
        joined = _joined_header(texts[number - 2] if number > 1 else [], row, labels)
        score = count_recognised(joined, labels)
        if score > best[0]:
            best = (score, joined, number)
    if best[0]:
        return best
    fullest = max(range(len(texts)), key=lambda i: (sum(map(bool, texts[i])), -i), default=0)
    return (0, texts[fullest] if texts else [], fullest + 1)


def _joined_header(upper: list[str], lower: list[str], labels: Collection[str]) -> list[str]:
    """Join two rows of labels, if they are some; the lower label wins."""
    filled = [label for label in lower if label]
    if not upper or not filled or not count_recognised(upper, labels):
        return []
    if count_recognised(filled, labels) < len(set(filled)):
        return []
    return [below or above for above, below in zip(upper, lower, strict=True)]


def _unique_labels(header: list[str], grid: Grid, last: int) -> list[tuple[int, str]]:
    """Positions and labels of the columns in use; repeated labels are numbered."""
    columns: list[tuple[int, str]] = []
    seen: dict[str, int] = {}
    for position, text in enumerate(header):
        if text in STATUS_LABELS:
            continue
        if not text and all(is_blank(row[position]) for row in grid.rows[last:]):
            continue
        label = text or f"({position + 1})"
        while label in seen:
            seen[text] = seen.get(text, 1) + 1
            label = f"{text} ({seen[text]})"
        seen[label] = 1
        columns.append((position, label))
    return columns


def _no_data(row: Row, header: list[str], positions: list[int]) -> str:
    """Say why a row is no data; "" if it is."""
    texts = [clean_text(row[position]) for position in positions]
    filled = [text for text in texts if text]
    if not filled:
        return "blank"
    if any(_TOTAL.fullmatch(text.lower()) for text in filled):
        return "total"
    if texts == [header[position] for position in positions]:
        return "header"
    if len(set(filled)) == 1 and _FOOTNOTE.fullmatch(filled[0]):
        return "footnote"
    return ""


def _joined(names: list[str]) -> str:
    """Join names for a sentence."""
    return ", ".join(names)
