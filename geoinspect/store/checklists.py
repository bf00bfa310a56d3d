"""Versions of the checklist in the database; see `geoinspect.checklists`."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, insert, select

from geoinspect.checklists import Checklist, Item, ItemClass, Kind
from geoinspect.errors import InputError
from geoinspect.store import tables
from geoinspect.store.databases import reading, writing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, Engine, Row

    from geoinspect.store.desk import Desk

_VERSIONS, _ITEMS = tables.checklists, tables.checklist_items


class ChecklistStore:
    """
    All versions of a city's checklist.

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

    def all(self) -> list[Checklist]:
        """Return all versions, the one that begins first before the others."""
        with reading(self._engine) as connection:
            return read_checklists(connection)

    def merge(self, checklists: Iterable[Checklist]) -> tuple[int, int, int]:
        """
        Add versions, or replace those that nobody has used yet.

        Returns
        -------
        added, updated, unchanged
            Numbers of versions.

        Raises
        ------
        InputError
            If results are pinned to a version that would change, or two versions would begin
            on one day.
        """
        counts = [0, 0, 0]
        with writing(self._engine) as connection:
            for checklist in checklists:
                counts[_merge_one(connection, checklist)] += 1
            _refuse_same_start(connection)
            if counts[0] or counts[1]:
                facts = dict(zip(("added", "updated", "unchanged"), counts, strict=True))
                self._desk.enter(connection, "import", "checklists", facts)
        return counts[0], counts[1], counts[2]


def _merge_one(connection: Connection, checklist: Checklist) -> int:
    """Write one version; return 0 if it was new, 1 if it was replaced, 2 if it was there."""
    own = _VERSIONS.c.version == checklist.version
    found = connection.scalar(select(_VERSIONS.c.sha256).where(own))
    if found == checklist.sha256:
        return 2
    if found is not None:
        _refuse_used(connection, checklist.version)
        connection.execute(delete(_ITEMS).where(_ITEMS.c.version == checklist.version))
        connection.execute(delete(_VERSIONS).where(own))
    connection.execute(insert(_VERSIONS).values(**_version_row(checklist)))
    connection.execute(insert(_ITEMS), _item_rows(checklist))
    return 0 if found is None else 1


def _refuse_used(connection: Connection, version: str) -> None:
    """Refuse to change a version that results are pinned to."""
    used = exists().where(tables.results.c.version == version)
    if connection.scalar(select(used)):
        raise InputError(
            "Version {version} of the checklist has results and cannot change any more: give "
            "what you changed a version and an effective date of its own.",
            version=version,
        )


def _refuse_same_start(connection: Connection) -> None:
    """Refuse versions that begin on the same day."""
    begun: dict[str, str] = {}
    for version, day in connection.execute(
        select(_VERSIONS.c.version, _VERSIONS.c.effective_from).order_by(_VERSIONS.c.version)
    ):
        if day in begun:
            raise InputError(
                "The versions {first} and {second} both begin on {day}: give each its own day.",
                first=begun[day],
                second=version,
                day=day,
            )
        begun[day] = version


def _version_row(checklist: Checklist) -> dict[str, Any]:
    end = checklist.effective_to
    return {
        "version": checklist.version,
        "effective_from": checklist.effective_from.isoformat(),
        "effective_to": None if end is None else end.isoformat(),
        "sha256": checklist.sha256,
    }


def _item_rows(checklist: Checklist) -> list[dict[str, Any]]:
    """Return the items with their weights by category."""
    return [
        vars(item)
        | {
            "version": checklist.version,
            "kind": item.kind.value,
            "item_class": item.item_class.value,
            "weights": json.dumps(
                {
                    category: of_items[item.item_id]
                    for category, of_items in checklist.weights.items()
                    if item.item_id in of_items
                },
                ensure_ascii=False,
            ),
        }
        for item in checklist.items.values()
    ]


def read_checklists(connection: Connection) -> list[Checklist]:
    """Read all versions with their items, the one that begins first before the others."""
    of_version: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(select(_ITEMS).order_by(_ITEMS.c.version, _ITEMS.c.item_id)):
        of_version.setdefault(row.version, []).append(row)
    versions = connection.execute(select(_VERSIONS).order_by(_VERSIONS.c.effective_from)).all()
    return [_checklist(version, of_version.get(version.version, [])) for version in versions]


def _checklist(version: Row[Any], rows: list[Row[Any]]) -> Checklist:
    """Put a version together."""
    weights: dict[str, dict[str, float]] = {}
    for row in rows:
        for category, weight in json.loads(row.weights).items():
            weights.setdefault(category, {})[row.item_id] = weight
    end = version.effective_to
    return Checklist(
        version.version,
        date.fromisoformat(version.effective_from),
        None if end is None else date.fromisoformat(end),
        {row.item_id: _item(row) for row in rows},
        weights,
    )


def _item(row: Row[Any]) -> Item:
    values = dict(row._mapping)
    del values["version"], values["weights"]
    return Item(**values | {"kind": Kind(row.kind), "item_class": ItemClass(row.item_class)})
