"""Read tickets as hotlines (12345, 12319) and the grid export them; personal data is masked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd

from geoinspect.geometry import WGS84
from geoinspect.intake.cells import clean_prose, raw_text
from geoinspect.intake.columns import (
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
from geoinspect.intake.violations import read_point_ids
from geoinspect.intake.vocabulary import TICKET_ROLES
from geoinspect.masking import mask

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from os import PathLike

    from geoinspect.intake.columns import Columns

#: Columns of the masked table that hold text of the ticket.
MASKED = ("title", "description", "place", "district", "street", "point_name", "item", "source")


@dataclass(frozen=True)
class TicketsImport(Import):
    """
    Tickets read from a file.

    `tickets` is indexed by ticket_id with the masked texts title, description, place,
    district, street, point_name, item and source, and point_id (None if it names none),
    received_at (UTC), geometry (WGS-84 point or None) and source_row. `originals` holds
    what was masked, by ticket id: every cell of a row by its label; empty unless wanted.
    """

    tickets: gpd.GeoDataFrame
    originals: Mapping[str, dict[str, str]]

    id_role: ClassVar[str] = "ticket_id"


def read_tickets(
    path: str | PathLike[str],
    *,
    source: str,
    timezone: str = "Asia/Shanghai",
    now: datetime | None = None,
    datum: str | None = None,
    keep_originals: bool = False,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> TicketsImport:
    """
    Read tickets from a table.

    Names and telephone numbers in columns of their own are not taken over; they help to mask
    the texts, which may repeat them. See `geoinspect.masking`.

    Parameters
    ----------
    path
        File of any format that `read_table` reads.
    source
        Source of rows that name none: "12345", "12319", "grid".
    timezone
        IANA name of the zone that times without one are in.
    now
        Moment of the import, timezone-aware; later tickets are set aside.
    datum
        Datum of coordinates, where there are some; as in `read_points`.
    keep_originals
        Whether to return what was masked, for people whose role lets them read it.
    sheet
        Sheet, if several may be meant.
    columns
        Labels of columns that are not recognised, by role.

    Returns
    -------
    imported
        Tickets, and the ledger of all rows.

    Raises
    ------
    MissingColumnError
        If there are no ids, times or texts.
    InputError
        If nothing can be read, or there are rows and none can be imported.
    """
    table = read_table(path, sheet=sheet, labels=(columns or {}).values())
    found = find_columns(table, TICKET_ROLES, columns)
    found.require("ticket_id")
    found.require("received_at", "received_on")
    found.require("description", "title", "item")
    log = RowLog(table.notes)
    ids = read_ids(found, "ticket_id", "T", log)
    check_cells(found, log)
    moments = read_moments(found, "received_at", "received_on", timezone, now, log)
    texts = _masked(found, log)
    check_duplicates(found, ids, contents_of(found), log)
    if len(table.cells):
        refuse_if_nothing_left(table, log)
    tickets = gpd.GeoDataFrame(
        {
            **texts,
            "point_id": pd.Series(read_point_ids(found), dtype=object),
            "received_at": moments,
            "geometry": gpd.GeoSeries(_geometry(found, datum, log), crs=WGS84),
            "source_row": np.array(found.rows, dtype=np.int64),
        },
        crs=WGS84,
    )
    tickets["source"] = [text or source for text in texts["source"]]
    tickets.index = pd.Index(ids, name="ticket_id", dtype="str")
    kept = tickets[~tickets["source_row"].isin(log.quarantined_rows)]
    identity = {row: (key, "") for row, key in zip(found.rows, ids, strict=True)}
    originals = _originals(found, ids) if keep_originals else {}
    return TicketsImport(
        table,
        log,
        identity,
        tickets=kept,
        originals={key: cells for key, cells in originals.items() if key in kept.index},
    )


def _masked(columns: Columns, log: RowLog) -> dict[str, list[str]]:
    """Read the texts of every row without what tells who somebody is."""
    known = list(zip(columns.texts("caller"), columns.texts("phone"), strict=True))
    texts: dict[str, list[str]] = {}
    changed: set[int] = set()
    for role in MASKED:
        read = columns.prose(role)
        texts[role] = [
            mask(text, of_row) if text else "" for text, of_row in zip(read, known, strict=True)
        ]
        rows = zip(columns.rows, read, texts[role], strict=True)
        changed |= {row for row, text, masked in rows if text != masked}
    if changed:
        log.note("Personal data was masked in {n} tickets.", n=len(changed))
    if "caller" in columns or "phone" in columns:
        log.note("Columns with names and telephone numbers of people were not taken over.")
    return texts


def _geometry(columns: Columns, datum: str | None, log: RowLog) -> list[Any]:
    """Read the coordinates that some exports have; a ticket may do without."""
    if not has_places(columns):
        return [None] * len(columns.rows)
    optional = [True] * len(columns.rows)
    return list(read_places(columns, datum, log, is_optional=optional).geometry)


def _originals(columns: Columns, ids: list[str]) -> dict[str, dict[str, str]]:
    """Return every cell of every row as text, by label."""
    labels = columns.table.labels
    rows = columns.table.cells.to_numpy(dtype=object).tolist()
    return {
        key: {label: clean_prose(raw_text(cell)) for label, cell in zip(labels, row, strict=True)}
        for key, row in zip(ids, rows, strict=True)
    }
