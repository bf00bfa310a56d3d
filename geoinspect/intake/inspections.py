"""Read inspections: which point was visited when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from geoinspect.intake.columns import (
    check_cells,
    check_duplicates,
    contents_of,
    find_columns,
    read_ids,
)
from geoinspect.intake.imports import Import, refuse_if_nothing_left
from geoinspect.intake.moments import read_moments
from geoinspect.intake.rowlog import RowLog
from geoinspect.intake.table import read_table
from geoinspect.intake.violations import read_point_ids
from geoinspect.intake.vocabulary import INSPECTION_ROLES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from os import PathLike


@dataclass(frozen=True)
class InspectionsImport(Import):
    """
    Inspections read from a file.

    `inspections` is indexed by inspection_id with the columns point_id,
    inspected_at (UTC) and source_row.
    """

    inspections: pd.DataFrame

    id_role: ClassVar[str] = "inspection_id"


def read_inspections(
    path: str | PathLike[str],
    *,
    timezone: str = "Asia/Shanghai",
    now: datetime | None = None,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> InspectionsImport:
    """
    Read inspections from a table.

    Parameters
    ----------
    path
        File of any format that `read_table` reads.
    timezone
        IANA name of the zone that times without one are in.
    now
        Moment of the import, timezone-aware; later inspections are set aside. None
        accepts them.
    sheet
        Sheet, if several may be meant.
    columns
        Labels of columns that are not recognised, by role.

    Returns
    -------
    imported
        Inspections, and the ledger of all rows.

    Raises
    ------
    MissingColumnError
        If there is no column of point ids or of times.
    InputError
        If nothing can be read, or there are rows and none can be imported.
    """
    table = read_table(path, sheet=sheet, labels=(columns or {}).values())
    found = find_columns(table, INSPECTION_ROLES, columns)
    found.require("point_id")
    found.require("inspected_at", "inspected_on")
    log = RowLog(table.notes)
    ids = read_ids(found, "inspection_id", "I", log)
    check_cells(found, log)
    point_ids = read_point_ids(found)
    for row, point_id in zip(found.rows, point_ids, strict=True):
        if point_id is None:
            log.quarantine(row, "NO_POINT", "There is no point id: enter which point was visited.")
    moments = read_moments(found, "inspected_at", "inspected_on", timezone, now, log)
    check_duplicates(found, ids, contents_of(found), log)
    if len(table.cells):
        refuse_if_nothing_left(table, log)
    inspections = pd.DataFrame(
        {
            "point_id": pd.Series(point_ids, dtype=object),
            "inspected_at": moments,
            "source_row": np.array(found.rows, dtype=np.int64),
        }
    )
    inspections.index = pd.Index(ids, name="inspection_id", dtype="str")
    kept = inspections[~inspections["source_row"].isin(log.quarantined_rows)]
    identity = {row: (key, "") for row, key in zip(found.rows, ids, strict=True)}
    return InspectionsImport(table, log, identity, inspections=kept)
