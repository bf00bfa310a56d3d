"""
What the plans of days that are over promised: every drawn visit with its whole chance.

A record is large, so what is needed of it is kept beside the city. The name of a kept file says
of which draw it is and how many amendments the day has: neither a draw nor an amendment ever
changes, so that a kept file cannot be out of date.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd

from geoinspect.atomic import write_bytes
from geoinspect.estimates import visits_of
from geoinspect.ledger import binding_numbers

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from geoinspect.ledger import Entry
    from geoinspect.store import Store

_KEPT = "kept"
_COLUMNS = {
    "day": "datetime64[us]",
    "point_id": "str",
    "team_id": "str",
    "inclusion_probability": "float64",
    "provenance": "str",
    "category": "str",
    "district": "str",
    "is_visited": "bool",
}


def promised_visits(store: Store, folder: Path, before: date) -> pd.DataFrame:
    """
    Return what the binding plans of the days before a date drew.

    Parameters
    ----------
    store
        Database of the city.
    folder
        The city's folder, in which a day that is over is kept.
    before
        A plan of this day or later is still sealed and stays so.

    Returns
    -------
    visits
        Columns day, point_id, team_id, inclusion_probability (the whole chance, of targets of
        both stages), provenance ("listed" or "generated"), is_visited (False where the visit
        was dropped during the day), and of targets their category and the name of their
        district, "" for points of the list.
    """
    entries = store.ledger.entries()
    numbers = binding_numbers(entries)
    amended = store.ledger.amendment_counts()
    days = [
        _frame(_visits(store, folder, entry, amended.get(entry.commitment, 0)), entry.day)
        for entry in entries
        if entry.number in numbers and entry.day < before
    ]
    empty = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _COLUMNS.items()})
    return pd.concat(days, ignore_index=True) if days else empty


def kept_path(folder: Path, number: int, commitment: str, n_amendments: int) -> Path:
    """Return where the visits of a draw are kept, with the amendments of its day."""
    return folder / _KEPT / f"promised-{number}-{commitment[:16]}-{n_amendments}.json"


def _visits(store: Store, folder: Path, entry: Entry, n_amendments: int) -> dict[str, Any]:
    """Return the visits of one draw, column by column; see `_frame`."""
    path = kept_path(folder, entry.number, entry.commitment, n_amendments)
    if path.is_file():
        kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return kept
    record = json.loads(store.ledger.drawn_record(entry))
    amendments = store.ledger.amendments(entry.commitment) if n_amendments else []
    visits = visits_of(record, amendments)
    targets = visits[visits["provenance"] == "generated"].set_index("point_id")
    content = {
        "point_id": visits["point_id"].tolist(),
        "team_id": visits["team_id"].tolist(),
        "inclusion_probability": visits["inclusion_probability"].tolist(),
        "targets": {str(row.Index): [row.category, row.district] for row in targets.itertuples()},
        "dropped": visits.loc[~visits["is_visited"].astype(bool), "point_id"].tolist(),
    }
    write_bytes(path, json.dumps(content, ensure_ascii=False).encode(), mode=0o600)
    return content


def _frame(kept: dict[str, Any], day: date) -> pd.DataFrame:
    """Lay out the visits of one day."""
    table = pd.DataFrame({name: kept[name] for name in _COLUMNS if name in kept})
    targets: dict[str, list[str]] = kept["targets"]
    none = ["", ""]
    facts = [targets.get(p, none) for p in kept["point_id"]] if targets else none
    return table.assign(
        day=pd.Timestamp(day).as_unit("us"),
        provenance=(
            ["generated" if p in targets else "listed" for p in kept["point_id"]]
            if targets
            else "listed"
        ),
        category=[fact[0] for fact in facts] if targets else "",
        district=[fact[1] for fact in facts] if targets else "",
        is_visited=~table["point_id"].isin(kept["dropped"]),
    )[list(_COLUMNS)]
