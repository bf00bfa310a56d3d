"""One page of the records behind a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoinspect.api.pages.city import n_pages, one_page

if TYPE_CHECKING:
    import pandas as pd

    from geoinspect.reports.numbers import RecordTable

#: When each record was made; points stay in their order.
_MADE: dict[RecordTable, str] = {"violations": "found_at", "inspections": "at"}


def list_records(
    table: RecordTable, rows: pd.DataFrame, names: pd.Series[str], page: int
) -> dict[str, Any]:
    """
    Return one page of records for `app/recordtables.html.j2`, the newest first.

    Parameters
    ----------
    table, rows
        The records.
    names
        Names of points, by their id.
    page
        Which page, from 1.
    """
    if table in _MADE:
        rows = rows.sort_values(_MADE[table], ascending=False, kind="stable")
    shown = one_page(rows, page).reset_index()
    if "point_id" in shown:
        shown = shown.assign(point=shown["point_id"].astype(object).map(names).fillna(""))
    return {
        "table": table,
        "rows": shown.to_dict("records"),
        "page": page,
        "n_pages": n_pages(len(rows)),
    }
