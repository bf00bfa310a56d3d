"""
What inspections found, in the database: every revision of every record, and the violations.

A record is an item of an inspection. Sent twice it changes nothing; with a higher revision it
takes the place of the one before, which stays; with the same revision and other content it is
a conflict, which is shown and not written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
from sqlalchemy import insert, select

from geoinspect.store import tables
from geoinspect.store.checklists import read_checklists
from geoinspect.store.columns import frame_of
from geoinspect.store.databases import reading, writing
from geoinspect.store.linking import INSPECTED, Cases
from geoinspect.store.people import from_naive, naive
from geoinspect.tickets import LinkParams

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Connection, Engine

    from geoinspect.checklists import Item
    from geoinspect.store.desk import Desk

_RESULTS = tables.results.c
#: What makes two records of one revision the same: not in which file they stood.
_CONTENT = (
    *("point_id", "category", "inspected_at", "version", "n_breaches", "score", "photos"),
    *("remark", "inspector"),
)

Row = dict[str, Any]
Key = tuple[str, str, int]
#: What became of one record.
Outcome = Literal["added", "unchanged", "superseded", "late", "conflict"]


@dataclass
class ResultChanges:
    """
    What an import of results changed.

    Attributes
    ----------
    added, unchanged
        Records that were new, or were there already.
    superseded
        Records of which a higher revision took the place.
    late
        Records whose place a higher revision had taken before they came; kept, not current.
    conflicts
        Records that are there with other content: (record, column, what is there, what came).
        Nothing of them was written.
    opened, linked
        Violations that failing items led to, or were found to be.
    withdrawn
        Violations whose record a higher revision says to be fine; for a person to decide.
    reused_photos
        Photos that another inspection has shown already: (photo, record).
    outcomes
        What became of each record, by inspection, item and revision.
    newest
        Highest revision of each item of an inspection that is there now.
    """

    added: int = 0
    unchanged: int = 0
    superseded: int = 0
    late: int = 0
    conflicts: list[tuple[str, str, str, str]] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    linked: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    reused_photos: list[tuple[str, str]] = field(default_factory=list)
    outcomes: dict[Key, Outcome] = field(default_factory=dict)
    newest: dict[tuple[str, str], int] = field(default_factory=dict)


class ResultStore:
    """
    Results of inspections.

    Parameters
    ----------
    engine
        Database.
    desk
        Who is at work.
    """

    def __init__(self, engine: Engine, desk: Desk) -> None:
        self._engine = engine
        self._desk = desk

    def add(self, results: pd.DataFrame, params: LinkParams | None = None) -> ResultChanges:
        """
        Enter results, the inspections they were made by, and violations for failing items.

        Parameters
        ----------
        results
            As `geoinspect.intake.read_results` gives them.
        params
            How near two reports of one violation are.

        Returns
        -------
        changes
            What became of the records.
        """
        with writing(self._engine) as connection:
            return enter_results(connection, self._desk, results, params or LinkParams())

    def results(
        self,
        first: datetime | None = None,
        last: datetime | None = None,
        *,
        current: bool = True,
    ) -> pd.DataFrame:
        """
        Return results in the order of inspections, items and revisions.

        Parameters
        ----------
        first, last
            Of inspections at or after, and before, timezone-aware; None for no limit.
        current
            Whether to leave out records that a higher revision took the place of.

        Returns
        -------
        results
            Columns of the table `results`, `inspected_at` in UTC.
        """
        wanted = select(tables.results).order_by(
            _RESULTS.inspection_id, _RESULTS.item_id, _RESULTS.revision
        )
        if first is not None:
            wanted = wanted.where(_RESULTS.inspected_at >= naive(first))
        if last is not None:
            wanted = wanted.where(_RESULTS.inspected_at < naive(last))
        with reading(self._engine) as connection:
            rows = connection.execute(wanted).all()
        frame = frame_of(rows, [column.name for column in tables.results.columns])
        frame["inspected_at"] = pd.to_datetime(frame["inspected_at"]).dt.tz_localize("UTC")
        frame = frame.astype({"n_breaches": "Int64", "score": "Float64"})
        of_none = frame["violation_id"].isna()
        frame["violation_id"] = frame["violation_id"].astype(object).mask(of_none, None)
        if current:
            frame = frame.drop_duplicates(["inspection_id", "item_id"], keep="last")
        return frame.reset_index(drop=True)

    def points_of(self, inspection_ids: Collection[str]) -> dict[str, str]:
        """Return at which point each of some inspections was made; unknown ones are left out."""
        visits = tables.inspections.c
        wanted = select(visits.inspection_id, visits.point_id).where(
            visits.inspection_id.in_(sorted(inspection_ids))
        )
        with reading(self._engine) as connection:
            return {row.inspection_id: row.point_id for row in connection.execute(wanted)}

    def class_of(self, violation_id: str) -> str | None:
        """Return the class of the item that a violation was found by, None if by none."""
        items = tables.checklist_items.c
        of_item = (_RESULTS.version == items.version) & (_RESULTS.item_id == items.item_id)
        wanted = (
            select(items.item_class)
            .join_from(tables.results, tables.checklist_items, of_item)
            .where(_RESULTS.violation_id == violation_id)
            .order_by(_RESULTS.inspected_at)
        )
        with reading(self._engine) as connection:
            found: str | None = connection.scalars(wanted).first()
        return found

    def of_violation(self, violation_id: str) -> pd.DataFrame:
        """Return the records of a violation; several if it was found several times."""
        results = self.results(current=False)
        return results[results["violation_id"] == violation_id].reset_index(drop=True)


def enter_results(
    connection: Connection, desk: Desk, results: pd.DataFrame, params: LinkParams
) -> ResultChanges:
    """Enter results within a transaction of `writing`; see `ResultStore.add`."""
    changes = _Entering(connection, results, params).run()
    facts = {
        "added": changes.added,
        "conflicts": len(changes.conflicts),
        "opened": len(changes.opened),
    }
    desk.enter(connection, "import", "results", facts)
    return changes


class _Entering:
    """One import, within one transaction."""

    def __init__(self, connection: Connection, results: pd.DataFrame, params: LinkParams) -> None:
        self._connection = connection
        self._rows = [_plain(row) for row in results.to_dict("records")]
        self._items = {
            checklist.version: checklist.items for checklist in read_checklists(connection)
        }
        self._stored = self._read_stored()
        self._newest: dict[tuple[str, str], Key] = {}
        for key in sorted(self._stored):
            self._newest[key[:2]] = key
        self._visits = self._read_visits()
        self._new: list[Row] = []
        self._new_visits: list[Row] = []
        self._photos = self._read_photos()
        moments = [from_naive(row["inspected_at"]) for row in self._rows]
        self._cases = Cases(connection, [at for at in moments if at is not None], params)
        self._changes = ResultChanges()

    def run(self) -> ResultChanges:
        """Enter all records, those of low revisions first."""
        for row in sorted(self._rows, key=lambda row: (row["inspected_at"], *_key(row))):
            self._enter(row)
        self._cases.write()
        for table, rows in ((tables.inspections, self._new_visits), (tables.results, self._new)):
            if rows:
                self._connection.execute(insert(table), rows)
        self._changes.newest = {item: key[2] for item, key in self._newest.items()}
        return self._changes

    def _enter(self, row: Row) -> None:
        """Enter one record."""
        key, changes = _key(row), self._changes
        there = self._stored.get(key)
        if there is not None:
            self._compare(row, there)
            return
        if self._has_other_visit(row):
            changes.outcomes[key] = "conflict"
            return
        newest = self._newest.get(key[:2])
        changes.added += 1
        changes.outcomes[key] = "added"
        if newest is None:
            self._link(row)
        elif newest < key:
            changes.outcomes[key] = "superseded"
            changes.superseded += 1
            self._take_over(row, self._stored[newest])
        else:
            changes.outcomes[key] = "late"
            changes.late += 1
        self._note_photos(row)
        self._new.append(row)
        self._stored[key] = row
        self._newest[key[:2]] = max(newest or key, key)

    def _compare(self, row: Row, there: Row) -> None:
        """Compare a record with the one of the same revision."""
        differing = [name for name in _CONTENT if row[name] != there[name]]
        self._changes.outcomes[_key(row)] = "conflict" if differing else "unchanged"
        if not differing:
            self._changes.unchanged += 1
        for name in differing:
            self._changes.conflicts.append((_shown(row), name, str(there[name]), str(row[name])))

    def _has_other_visit(self, row: Row) -> bool:
        """Enter the inspection; tell whether its id stands for a visit elsewhere already."""
        there = self._visits.get(row["inspection_id"])
        if there is None:
            self._visits[row["inspection_id"]] = row["point_id"]
            values = {name: row[name] for name in ("inspection_id", "point_id", "inspected_at")}
            self._new_visits.append(values)
        elif there != row["point_id"]:
            self._changes.conflicts.append((_shown(row), "point_id", there, row["point_id"]))
            return True
        return False

    def _link(self, row: Row) -> None:
        """Make a violation of a failing item, or link it to the one it is."""
        item = self._items[row["version"]][row["item_id"]]
        if row["n_breaches"] is None or not item.is_failed(row["n_breaches"]):
            return
        case_id, link = self._cases.link_or_open(self._violation(row, item))
        row["violation_id"] = case_id
        row["link_reason"] = "" if link is None else link.to_text()
        (self._changes.opened if link is None else self._changes.linked).append(case_id)

    def _violation(self, row: Row, item: Item) -> Row:
        """Return the violation that a failing item is."""
        return {
            # an inspection finds an item wanting once, whatever the revision
            "violation_id": f"{row['inspection_id']}/{row['item_id']}",
            "point_id": row["point_id"],
            "category": row["category"],
            "item": item.text_zh,
            "severity": item.severity,
            "found_at": row["inspected_at"],
            "description": row["remark"] or item.text_zh,
            "source": INSPECTED,
            "geometry": self._cases.geometry_of(row["point_id"]),
        }

    def _take_over(self, row: Row, before: Row) -> None:
        """Let a higher revision take the place of a record."""
        row["violation_id"], row["link_reason"] = before["violation_id"], before["link_reason"]
        item = self._items[row["version"]][row["item_id"]]
        fails = row["n_breaches"] is not None and item.is_failed(row["n_breaches"])
        if fails and row["violation_id"] is None:
            self._link(row)
        elif not fails and row["violation_id"] is not None:
            self._changes.withdrawn.append(row["violation_id"])

    def _note_photos(self, row: Row) -> None:
        """Note photos that other inspections have shown."""
        for photo in filter(None, row["photos"].split("、")):
            earlier = self._photos.setdefault(photo, row["inspection_id"])
            if earlier != row["inspection_id"]:
                self._changes.reused_photos.append((photo, _shown(row)))

    def _read_stored(self) -> dict[Key, Row]:
        """Read the records of the inspections that came."""
        ids = sorted({row["inspection_id"] for row in self._rows})
        stored: dict[Key, Row] = {}
        for start in range(0, len(ids), 500):
            own = _RESULTS.inspection_id.in_(ids[start : start + 500])
            for found in self._connection.execute(select(tables.results).where(own)):
                row = dict(found._mapping)
                stored[_key(row)] = row
        return stored

    def _read_visits(self) -> dict[str, str]:
        """Read which point each inspection was made at."""
        visits = tables.inspections.c
        known = self._connection.execute(select(visits.inspection_id, visits.point_id))
        return {row.inspection_id: row.point_id for row in known}

    def _read_photos(self) -> dict[str, str]:
        """Read which inspection showed each photo first."""
        shown = select(_RESULTS.photos, _RESULTS.inspection_id).where(_RESULTS.photos != "")
        photos: dict[str, str] = {}
        for names, inspection_id in self._connection.execute(shown.order_by(_RESULTS.inspected_at)):
            for name in names.split("、"):
                photos.setdefault(name, inspection_id)
        return photos


def _plain(values: dict[Any, Any]) -> Row:
    """Return a record as the table takes it."""
    row: Row = {column.name: values.get(column.name) for column in tables.results.columns}
    at = pd.Timestamp(row["inspected_at"]).floor("us").to_pydatetime()
    for name, kind in (("n_breaches", int), ("score", float)):
        row[name] = None if pd.isna(row[name]) else kind(row[name])
    return row | {"inspected_at": naive(at), "violation_id": None, "link_reason": ""}


def _key(row: Row) -> Key:
    return row["inspection_id"], row["item_id"], row["revision"]


def _shown(row: Row) -> str:
    """Return the name of a record for people."""
    return "/".join(map(str, _key(row)))
