"""
What the plans of days that are over promised: every drawn visit with its whole chance.

A record is large, so what is needed of it is kept beside the city. The name of a kept file says
of which draw it is and how many amendments the day has: neither a draw nor an amendment ever
changes, so that a kept file cannot be out of date.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geoinspect.atomic import write_bytes
from geoinspect.estimates import visits_of
from geoinspect.ledger import binding_numbers

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from geoinspect.arrays import BoolArray
    from geoinspect.ledger import Entry
    from geoinspect.store import Store

_KEPT = "kept"
_KEPT_COLUMNS = ("point_id", "team_id", "inclusion_probability")
_OF_THE_LIST = {"provenance": "listed", "category": "", "district": ""}


def promised_visits(
    store: Store, folder: Path, before: date, since: date | None = None
) -> pd.DataFrame:
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
    since
        Only visits of this day or later, and of the days before those of targets: it is plans
        that say where a target lies. None for all.

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
        (entry.day, _visits(store, folder, entry, amended.get(entry.commitment, 0)))
        for entry in entries
        if entry.number in numbers and entry.day < before
    ]
    if since is not None:
        days = [(day, kept if day >= since else _of_targets(kept)) for day, kept in days]
    sizes = [len(kept["point_id"]) for _, kept in days]
    moments = np.array([day for day, _ in days], dtype="datetime64[us]")
    table = pd.DataFrame(
        {
            "day": np.repeat(moments, sizes),
            **{name: [v for _, kept in days for v in kept[name]] for name in _KEPT_COLUMNS},
        }
    )
    targets = {key: fact for _, kept in days for key, fact in kept["targets"].items()}
    is_target = table["point_id"].isin(list(targets)).to_numpy()
    for name, words in zip(_OF_THE_LIST, _words(targets), strict=True):
        told = np.full(len(table), _OF_THE_LIST[name], dtype=object)
        told[is_target] = table["point_id"][is_target].map(words)
        table[name] = told
    return table.assign(is_visited=~_is_dropped(table, days))


def kept_path(folder: Path, number: int, commitment: str, n_amendments: int) -> Path:
    """Return where the visits of a draw are kept, with the amendments of its day."""
    return folder / _KEPT / f"promised-{number}-{commitment[:16]}-{n_amendments}.json"


def _visits(store: Store, folder: Path, entry: Entry, n_amendments: int) -> dict[str, Any]:
    """Return the visits of one draw, column by column."""
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


def _of_targets(kept: dict[str, Any]) -> dict[str, Any]:
    """Leave out of the visits of a draw those to points of the list."""
    rows = [row for row, point in enumerate(kept["point_id"]) if point in kept["targets"]]
    return kept | {name: [kept[name][row] for row in rows] for name in _KEPT_COLUMNS}


def _words(targets: dict[str, list[str]]) -> tuple[dict[str, str], ...]:
    """Return what is said of targets, by their ids: provenance, category, district."""
    return (
        dict.fromkeys(targets, "generated"),
        {key: category for key, (category, _) in targets.items()},
        {key: district for key, (_, district) in targets.items()},
    )


def _is_dropped(table: pd.DataFrame, days: list[tuple[date, dict[str, Any]]]) -> BoolArray:
    """Tell which visits were dropped on their day."""
    dropped = np.zeros(len(table), np.bool_)
    start = 0
    for _, kept in days:
        stop = start + len(kept["point_id"])
        if kept["dropped"]:
            dropped[start:stop] = table["point_id"].iloc[start:stop].isin(kept["dropped"])
        start = stop
    return dropped
