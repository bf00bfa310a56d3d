"""Read inspection points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import geopandas as gpd
import pandas as pd

from geoinspect.errors import MissingColumnError
from geoinspect.geometry import WGS84
from geoinspect.intake.columns import (
    check_cells,
    check_duplicates,
    contents_of,
    find_columns,
    read_ids,
)
from geoinspect.intake.imports import Import, refuse_if_nothing_left
from geoinspect.intake.places import has_places, read_places
from geoinspect.intake.rowlog import RowLog
from geoinspect.intake.table import read_table
from geoinspect.intake.vocabulary import POINT_ROLES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from geoinspect.intake.columns import Columns
    from geoinspect.intake.places import Places

# Carried along where the file has them; nothing is computed from them here.
_EXTRA_ROLES = ("district", "street", "address")


@dataclass(frozen=True)
class PointsImport(Import):
    """
    Inspection points read from a file.

    `points` is indexed by point_id with the columns name, category, geometry
    (WGS-84 points), original_x, original_y (numbers as written), claimed_datum,
    datum_evidence, source_file, source_row, and district, street, address where
    the file has them.
    """

    points: gpd.GeoDataFrame

    id_role: ClassVar[str] = "point_id"


def read_points(
    path: str | PathLike[str],
    *,
    datum: str | None = None,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> PointsImport:
    """
    Read inspection points from a table or a map file.

    Every row is imported, imported with a logged fix, set aside with a reason, or
    passed over as blank or total.

    Parameters
    ----------
    path
        File of any format that `read_table` reads.
    datum
        Datum of the coordinates, one of `geoinspect.datum.DATUMS`. None takes what
        the file says, and WGS-84 if it says nothing; `datum_evidence` is then
        "assumed".
    sheet
        Sheet or layer, if several may be meant.
    columns
        Labels of columns that are not recognised, by role:
        `{"category": "业态"}`.

    Returns
    -------
    imported
        Points, and the ledger of all rows.

    Raises
    ------
    MissingColumnError
        If there is no category or no coordinate.
    InputError
        If nothing can be read, or not a single row can be imported.
    """
    table = read_table(path, sheet=sheet, labels=(columns or {}).values())
    found = find_columns(table, POINT_ROLES, columns)
    _require_places(found)
    found.require("category")
    log = RowLog(table.notes)
    ids = read_ids(found, "point_id", "P", log)
    check_cells(found, log)
    places = read_places(found, datum, log)
    _check_categories(found, log)
    check_duplicates(found, ids, contents_of(found, _written(places)), log)
    refuse_if_nothing_left(table, log)
    names = found.prose("name")
    identity = dict(zip(found.rows, zip(ids, names, strict=True), strict=True))
    return PointsImport(table, log, identity, points=_points(found, ids, names, places, log))


def _require_places(columns: Columns) -> None:
    """Refuse a file that cannot say where anything is."""
    layer = columns.table.layer
    if has_places(columns):
        return
    if layer is not None:
        raise MissingColumnError(
            "{file} holds {count} features but no points.",
            file=columns.table.source_file,
            count=len(layer.geometry),
        )
    raise MissingColumnError(
        "{file} has no coordinate columns (经度, 纬度 or 坐标); its columns are: {labels}. "
        "Rename them, or say which ones they are.",
        file=columns.table.source_file,
        labels=", ".join(columns.table.labels) or "-",
    )


def _check_categories(columns: Columns, log: RowLog) -> None:
    """Set aside rows without a category: quotas and responsibility hang on it."""
    for row, category in zip(columns.rows, columns.texts("category"), strict=True):
        if not category:
            log.quarantine(row, "NO_CATEGORY", "There is no category: enter one.")


def _written(places: Places) -> list[str]:
    """Coordinates as text, so that features differ by where they are."""
    return [f"{x!r}, {y!r}" for x, y in places.original.tolist()]


def _points(
    columns: Columns, ids: list[str], names: list[str], places: Places, log: RowLog
) -> gpd.GeoDataFrame:
    """Put the rows without obstacles into the contract of points."""
    frame = gpd.GeoDataFrame(
        {
            "name": names,
            "category": columns.texts("category"),
            "geometry": places.geometry,
            "original_x": places.original[:, 0],
            "original_y": places.original[:, 1],
            "claimed_datum": places.claim.datum,
            "datum_evidence": places.claim.evidence,
            "source_file": columns.table.source_file,
            "source_row": columns.rows,
            **{role: columns.texts(role) for role in _EXTRA_ROLES if role in columns},
        },
        index=pd.Index(ids, name="point_id", dtype="str"),
        crs=WGS84,
    )
    return frame[~frame["source_row"].isin(log.quarantined_rows)]
