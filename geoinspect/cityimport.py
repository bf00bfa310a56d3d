"""
How each table comes into a city: read, saved, and what to say about it; one way for all.

Reading and saving are two steps, so that a job can announce that it is about to save.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from geoinspect.borders import repair_borders
from geoinspect.demo import categories_file, checklist_file
from geoinspect.inspectors import unknown_ties
from geoinspect.intake import (
    read_checklists,
    read_districts,
    read_inspections,
    read_inspectors,
    read_marks,
    read_points,
    read_units,
    read_violations,
)
from geoinspect.messages import Remark
from geoinspect.store import Changes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    import pandas as pd

    from geoinspect.checklists import Checklist
    from geoinspect.cityfolder import CityFolder
    from geoinspect.intake import Import
    from geoinspect.store import Store


@dataclass(frozen=True)
class FileToRead:
    """
    A file that somebody brings in.

    Attributes
    ----------
    path
        The file.
    datum
        Datum of its coordinates; None if the file says it.
    sheet
        Sheet or layer; None for the one that fits.
    """

    path: Path
    datum: str | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class TableRead:
    """
    A table that was read and is not saved yet.

    Attributes
    ----------
    imported
        What became of each row.
    save
        Saves it in a store, and returns what changed.
    remarks
        Returns what to say about it, from the store that it was saved in.
    """

    imported: Import
    save: Callable[[Store], Changes]
    remarks: Callable[[Store], list[Remark]]


def read_file(city: CityFolder, what: str, file: FileToRead) -> TableRead:
    """
    Read a table for a city.

    Parameters
    ----------
    city
        The city.
    what
        A key of `TABLES`.
    file
        The file.

    Raises
    ------
    NothingImportedError
        If not a single row can be imported.
    InputError
        If the file cannot be read.
    """
    return TABLES[what](city, file)


def shipped_categories() -> list[str]:
    """Return the categories that come with geoinspect."""
    with categories_file().open(encoding="utf-8", newline="") as stream:
        return [row["name_zh"] for row in csv.DictReader(stream)]


def shipped_checklist() -> Checklist:
    """Return the checklist that comes with geoinspect."""
    (checklist,) = read_checklists(checklist_file(), known=shipped_categories()).checklists
    return checklist


def _points(_city: CityFolder, file: FileToRead) -> TableRead:
    imported = read_points(file.path, datum=file.datum, sheet=file.sheet)
    said: list[Remark] = []
    if (imported.points["datum_evidence"] == "assumed").any():
        said.append(
            Remark(
                "The file does not say its datum: WGS-84 was assumed. Coordinates from a Chinese "
                "map service need the datum gcj02 or bd09."
            )
        )
    return TableRead(imported, lambda store: store.merge_points(imported.points), lambda _: said)


def _districts(_city: CityFolder, file: FileToRead) -> TableRead:
    imported = read_districts(file.path, datum=file.datum)
    districts, notes = repair_borders(imported.districts)
    return TableRead(
        imported,
        lambda store: store.replace_districts(districts),
        lambda _: [Remark(note.sentence, note.data) for note in notes],
    )


def _units(_city: CityFolder, file: FileToRead) -> TableRead:
    imported = read_units(file.path, sheet=file.sheet)
    return TableRead(imported, lambda store: store.replace_units(imported.units), _nothing)


def _violations(city: CityFolder, file: FileToRead) -> TableRead:
    imported = read_violations(
        file.path,
        timezone=city.settings.timezone,
        now=datetime.now(UTC),
        datum=file.datum,
        sheet=file.sheet,
    )
    return TableRead(
        imported,
        lambda store: store.merge_violations(imported.violations),
        lambda store: _unknown_points(imported.violations["point_id"].dropna(), store),
    )


def _inspections(city: CityFolder, file: FileToRead) -> TableRead:
    imported = read_inspections(
        file.path, timezone=city.settings.timezone, now=datetime.now(UTC), sheet=file.sheet
    )
    return TableRead(
        imported,
        lambda store: store.merge_inspections(imported.inspections),
        lambda store: _unknown_points(imported.inspections["point_id"], store),
    )


def _inspectors(_city: CityFolder, file: FileToRead) -> TableRead:
    imported = read_inspectors(file.path, sheet=file.sheet)
    return TableRead(
        imported,
        lambda store: store.replace_inspectors(imported.inspectors),
        lambda store: _unknown_ties(imported.inspectors, store),
    )


def _checklist(city: CityFolder, file: FileToRead) -> TableRead:
    known = {*shipped_categories(), *city.store().points()["category"]}
    imported = read_checklists(file.path, known=known, sheet=file.sheet)
    return TableRead(
        imported,
        lambda store: Changes(*store.checklists.merge(imported.checklists)),
        lambda store: _versions(imported.checklists, store),
    )


def _marks(_city: CityFolder, file: FileToRead) -> TableRead:
    imported = read_marks(file.path, sheet=file.sheet)
    return TableRead(
        imported,
        lambda store: store.merge_marks(imported.marks),
        lambda store: _unknown_names(imported.marks["name"], store),
    )


#: How each table is read, by the name that commands and addresses give it.
TABLES: dict[str, Callable[[CityFolder, FileToRead], TableRead]] = {
    "points": _points,
    "districts": _districts,
    "units": _units,
    "inspectors": _inspectors,
    "inspections": _inspections,
    "violations": _violations,
    "checklist": _checklist,
    "marks": _marks,
}


def _nothing(_store: Store) -> list[Remark]:
    return []


def _unknown_points(named: Iterable[str], store: Store) -> list[Remark]:
    """Say how many points the city does not have."""
    return _unknown(
        named,
        store.points().index,
        "{n} point ids are not among the city's points, for example {example}: import the "
        "points, or correct the ids.",
    )


def _unknown_names(named: Iterable[str], store: Store) -> list[Remark]:
    """Say how many marks are of nobody whom a report knows."""
    assigned = store.assignments()
    known = set(store.districts()["name"])
    if assigned is not None:
        known |= set(assigned["unit_name"].dropna()) | set(assigned["unit_id"].dropna())
    return _unknown(
        named,
        known,
        "{n} names are those of no district and of no unit that answers for a point, for example "
        "{example}: write them as in the tables of districts and units.",
    )


def _unknown(named: Iterable[str], known: Iterable[str], sentence: str) -> list[Remark]:
    """Say how many names are not known, and one of them; nothing if all are."""
    unknown = sorted(set(named) - set(known))
    return [Remark(sentence, {"n": len(unknown), "example": unknown[0]})] if unknown else []


def _unknown_ties(roster: pd.DataFrame, store: Store) -> list[Remark]:
    """Say which units and districts of a roster keep nobody away from anything."""
    units, districts = unknown_ties(roster, store.units()["unit_name"], store.districts()["name"])
    of_units = Remark(
        "Nobody is kept away from the unit {name}: it answers for no points of the city. "
        "If it should, write its name as in the table of units."
    )
    of_districts = Remark(
        "Nobody is kept away from the district {name}: the city has none of this name. "
        "Write it as in the table of districts."
    )
    return [
        Remark(remark.sentence, {"name": name})
        for remark, names in ((of_units, units), (of_districts, districts))
        for name in names
    ]


def _versions(checklists: Sequence[Checklist], store: Store) -> list[Remark]:
    """Say what each version holds, and which points the last one leaves out."""
    sentence = "Version {version}: {items} items for {categories} categories, from {day}."
    said = [
        Remark(
            sentence,
            {
                "version": each.version,
                "items": len(each.items),
                "categories": len(each.weights),
                "day": each.effective_from,
            },
        )
        for each in checklists
    ]
    return [*said, *uncovered_remarks(store.points(), checklists[-1])]


def uncovered_remarks(points: pd.DataFrame, checklist: Checklist) -> list[Remark]:
    """Name the categories of some points that have no items; nothing if all have some."""
    missing = sorted(set(points["category"]) - set(checklist.weights))
    sentence = "Points of these categories have no items in version {version}: {categories}."
    facts = {"version": checklist.version, "categories": ", ".join(missing)}
    return [Remark(sentence, facts)] if missing else []
