"""What nearly every request reads and only imports change: points, who answers, districts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoinspect.store import tables

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geoinspect.audit import AuditRow, Head

#: Tables whose import changes places: new rules undo who answers for each point.
_TABLES = {table.name for table in (tables.points, tables.districts, tables.units)}


@dataclass(frozen=True)
class Places:
    """
    The places of a city as of one moment.

    Attributes
    ----------
    points, districts
        As `geoinspect.store.Store` returns them.
    assignments
        Who answers for each point, None before `assign` or after a change.
    head
        The end of the log at that moment: what comes after it tells whether they changed.
    """

    points: gpd.GeoDataFrame
    assignments: pd.DataFrame | None
    districts: gpd.GeoDataFrame
    head: Head


def changes_places(row: AuditRow) -> bool:
    """Tell whether what a row of the log tells of may have changed the places of its city."""
    if row.action == "import":
        return row.object in _TABLES
    return row.action in {"assign", "restore"}
