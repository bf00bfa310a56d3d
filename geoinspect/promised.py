"""
What the plans of days that are over promised: every drawn visit with its whole chance.

A record is large, so what is needed of it is kept beside the city. The name of a kept file says
of which draw it is and how many amendments the day has: neither a draw nor an amendment ever
changes, so that a kept file cannot be out of date.
"""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pydantic_core import from_json

from geoinspect.atomic import write_bytes
from geoinspect.estimates import visits_of
from geoinspect.ledger import binding_numbers
from geoinspect.words import as_categories

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from geoinspect.arrays import BoolArray
    from geoinspect.ledger import Entry
    from geoinspect.store import Store

_KEPT = "kept"
_KEPT_COLUMNS = ("point_id", "team_id", "inclusion_probability")
_NO_TARGETS = b'"targets": {}'
_OF_THE_LIST = {"provenance": "listed", "category": "", "district": ""}


def promised_visits(
    store: Store, folder: Path, before: date, during: tuple[date, date] | None = None
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
    during
        Only visits of the days from the first to the last of these, and of other days those of
        targets: it is plans that say where a target lies. None for all.

    Returns
    -------
    visits
        Columns day, point_id, team_id, inclusion_probability (the whole chance, of targets of
        both stages), provenance ("listed" or "generated"), is_visited (False where the visit
        was dropped during the day), and of targets their category and the name of their
        district, "" for points of the list; all words are kept as categories.
    """
    entries = store.ledger.entries()
    numbers = binding_numbers(entries)
    amended = store.ledger.amendment_counts()
    days = []
    for entry in entries:
        if entry.number in numbers and entry.day < before:
            is_whole = during is None or during[0] <= entry.day <= during[1]
            read = _visits if is_whole else _visits_of_targets
            n_amendments = amended.get(entry.commitment, 0)
            days.append((entry.day, read(store, folder, entry, n_amendments)))
    sizes = [len(kept["point_id"]) for _, kept in days]
    moments = np.array([day for day, _ in days], dtype="datetime64[us]")
    table = pd.DataFrame(
        {
            "day": np.repeat(moments, sizes),
            "point_id": as_categories(_joined(days, "point_id")),
            "team_id": as_categories(_joined(days, "team_id")),
            "inclusion_probability": np.array(_joined(days, "inclusion_probability"), np.float64),
        }
    )
    targets = {key: fact for _, kept in days for key, fact in kept["targets"].items()}
    drawn = table["point_id"].cat
    row = pd.Index(list(targets), dtype=object).get_indexer(drawn.categories)[drawn.codes]
    for name, words in _words(targets).items():
        # what is no target takes the last word
        table[name] = pd.Categorical([*words, _OF_THE_LIST[name]]).take(row)
    return table.assign(is_visited=~_is_dropped(table, days))


def kept_path(folder: Path, number: int, commitment: str, n_amendments: int) -> Path:
    """Return where the visits of a draw are kept, with the amendments of its day."""
    return folder / _KEPT / f"promised-{number}-{commitment[:16]}-{n_amendments}.json"


def _visits(store: Store, folder: Path, entry: Entry, n_amendments: int) -> dict[str, Any]:
    """Return the visits of one draw, column by column."""
    path = kept_path(folder, entry.number, entry.commitment, n_amendments)
    if path.is_file():
        # a year of chances is a million numbers, which the standard library reads slowly
        kept: dict[str, Any] = from_json(path.read_bytes())
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


def _visits_of_targets(
    store: Store, folder: Path, entry: Entry, n_amendments: int
) -> dict[str, Any]:
    """Return the visits of one draw, without those to points of the list."""
    path = kept_path(folder, entry.number, entry.commitment, n_amendments)
    # most plans draw no target, and what else they drew takes long to parse
    if path.is_file() and _NO_TARGETS in path.read_bytes():
        return {name: [] for name in _KEPT_COLUMNS} | {"targets": {}, "dropped": []}
    kept = _visits(store, folder, entry, n_amendments)
    rows = [row for row, point in enumerate(kept["point_id"]) if point in kept["targets"]]
    return kept | {name: [kept[name][row] for row in rows] for name in _KEPT_COLUMNS}


def _joined(days: list[tuple[date, dict[str, Any]]], name: str) -> list[Any]:
    """Return a column of all days."""
    return list(chain.from_iterable(kept[name] for _, kept in days))


def _words(targets: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return what is said of targets, in their order."""
    return {
        "provenance": ["generated"] * len(targets),
        "category": [category for category, _ in targets.values()],
        "district": [district for _, district in targets.values()],
    }


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
