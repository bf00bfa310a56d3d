"""Read violations, as found on routes or reported by citizens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd

from geoinspect.geometry import WGS84
from geoinspect.intake.cells import clean_id, clean_text, means_nothing
from geoinspect.intake.columns import (
    Columns,
    check_cells,
    check_duplicates,
    contents_of,
    find_columns,
    read_ids,
)
from geoinspect.intake.imports import Import, refuse_if_nothing_left
from geoinspect.intake.moments import read_moments
from geoinspect.intake.places import has_places, read_places
from geoinspect.intake.rowlog import RowLog
from geoinspect.intake.table import read_table
from geoinspect.intake.vocabulary import VIOLATION_ROLES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from os import PathLike

    from numpy.typing import NDArray

# 1 minor to 3 grave; the words of inspection forms and of the hotline.
SEVERITIES: dict[str, int] = {
    **dict.fromkeys(("1", "一般", "轻微", "较轻", "轻", "低", "1级", "minor", "low"), 1),
    **dict.fromkeys(("2", "较重", "较严重", "中", "中等", "较大", "2级", "moderate", "medium"), 2),
    **dict.fromkeys(
        ("3", "严重", "重", "重大", "特别严重", "高", "3级", "grave", "serious", "severe", "high"),
        3,
    ),
}


@dataclass(frozen=True)
class ViolationsImport(Import):
    """
    Violations read from a file.

    `violations` is indexed by violation_id with the columns point_id (None if
    unattached), category, item, severity (1 minor to 3 grave), found_at (UTC),
    description, source, geometry (WGS-84 point, None where only the point id is
    known) and source_row.
    """

    violations: gpd.GeoDataFrame

    id_role: ClassVar[str] = "violation_id"


def read_violations(
    path: str | PathLike[str],
    *,
    timezone: str = "Asia/Shanghai",
    now: datetime | None = None,
    datum: str | None = None,
    source: str = "import",
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> ViolationsImport:
    """
    Read violations from a table or a map file.

    Parameters
    ----------
    path
        File of any format that `read_table` reads.
    timezone
        IANA name of the zone that times without one are in.
    now
        Moment of the import, timezone-aware; later violations are set aside. None
        accepts them.
    datum
        Datum of the coordinates, as in `read_points`.
    source
        Source of rows that name none.
    sheet
        Sheet or layer, if several may be meant.
    columns
        Labels of columns that are not recognised, by role.

    Returns
    -------
    imported
        Violations, and the ledger of all rows.

    Raises
    ------
    MissingColumnError
        If there is no time, or neither a point id nor coordinates.
    InputError
        If nothing can be read, or there are rows and none can be imported.
    """
    table = read_table(path, sheet=sheet, labels=(columns or {}).values())
    found = find_columns(table, VIOLATION_ROLES, columns)
    found.require("found_at", "found_on")
    if not has_places(found):
        found.require("point_id", "lon", "lonlat")
    log = RowLog(table.notes)
    ids = read_ids(found, "violation_id", "V", log)
    check_cells(found, log)
    moments = read_moments(found, "found_at", "found_on", timezone, now, log)
    point_ids = read_point_ids(found)
    geometry = _geometry(found, point_ids, datum, log)
    severity = _severities(found, log)
    check_duplicates(found, ids, contents_of(found, _shapes(geometry)), log)
    if len(table.cells):
        refuse_if_nothing_left(table, log)
    violations = gpd.GeoDataFrame(
        {
            "point_id": pd.Series(point_ids, dtype=object),
            "category": found.texts("category"),
            "item": found.texts("item"),
            "severity": np.array(severity, dtype=np.int64),
            "found_at": moments,
            "description": found.prose("description"),
            "source": [text or source for text in found.texts("source")],
            "geometry": gpd.GeoSeries(list(geometry), crs=WGS84),
            "source_row": np.array(found.rows, dtype=np.int64),
        },
        crs=WGS84,
    )
    violations.index = pd.Index(ids, name="violation_id", dtype="str")
    kept = violations[~violations["source_row"].isin(log.quarantined_rows)]
    identity = {row: (key, "") for row, key in zip(found.rows, ids, strict=True)}
    return ViolationsImport(table, log, identity, violations=kept)


def read_point_ids(columns: Columns) -> list[str | None]:
    """Read the point that each row belongs to; None if it names none."""
    texts = [clean_id(cell) for cell in columns.cells("point_id")]
    return [None if means_nothing(text) else text for text in texts]


def _geometry(
    columns: Columns, point_ids: list[str | None], datum: str | None, log: RowLog
) -> NDArray[np.object_]:
    """Read where each violation is; rows that name their point may do without."""
    if not has_places(columns):
        for row, point_id in zip(columns.rows, point_ids, strict=True):
            if point_id is None:
                log.quarantine(row, "NO_PLACE", "There is neither a point id nor a coordinate.")
        return np.full(len(point_ids), None, dtype=object)
    optional = [point_id is not None for point_id in point_ids]
    return read_places(columns, datum, log, is_optional=optional).geometry


def _severities(columns: Columns, log: RowLog) -> list[int]:
    """Read how grave each violation is; what says nothing counts as minor, and is logged."""
    if "severity" not in columns and columns.rows:
        log.note("There is no column of severity: every violation counts as 1 (minor).")
    return [
        _severity(row, clean_text(cell), log, has_column="severity" in columns)
        for row, cell in zip(columns.rows, columns.cells("severity"), strict=True)
    ]


def _severity(row: int, text: str, log: RowLog, *, has_column: bool) -> int:
    """Read one severity."""
    if means_nothing(text):
        if has_column:
            log.fix(
                row,
                "severity",
                (text, "1"),
                "BLANK_SEVERITY",
                "No severity: it counts as 1 (minor).",
            )
        return 1
    if text.lower() not in SEVERITIES:
        log.quarantine(
            row,
            "BAD_SEVERITY",
            "'{value}' is no severity: write 1, 2, 3 or 一般, 较重, 严重.",
            value=text,
        )
    return SEVERITIES.get(text.lower(), 1)


def _shapes(geometry: NDArray[np.object_]) -> list[str]:
    """Write positions as text, so that reports differ by where they are."""
    return ["" if point is None else point.wkt for point in geometry]
