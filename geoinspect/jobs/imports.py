"""The job that brings a file into the city, and what it tells about each row."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from geoinspect.borders import repair_borders
from geoinspect.intake import (
    read_districts,
    read_inspections,
    read_inspectors,
    read_points,
    read_units,
    read_violations,
)
from geoinspect.jobs.uploads import upload_path
from geoinspect.messages import translator

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from geoinspect.intake import Import
    from geoinspect.jobs.run import Run
    from geoinspect.store import Changes, Store

#: How many quarantined rows a result names; `n_quarantined` counts them all.
ROWS_NAMED = 200


def import_file(run: Run) -> dict[str, Any]:
    """Bring in a file that was sent in, row by row or with a reason why not."""
    file = upload_path(run.folder, run.arguments["upload"])
    run.step("Reading the file")
    imported, merge = READERS[run.arguments["what"]](run, file)
    run.step("Saving the rows")
    run.intend({})
    store = run.folder.store()
    try:
        return _told(run, imported, merge(store))
    finally:
        store.close()


def _points(run: Run, file: Path) -> tuple[Import, Callable[[Store], Changes]]:
    imported = read_points(file, datum=run.arguments["datum"], sheet=run.arguments["sheet"])
    return imported, lambda store: store.merge_points(imported.points)


def _districts(run: Run, file: Path) -> tuple[Import, Callable[[Store], Changes]]:
    imported = read_districts(file, datum=run.arguments["datum"])
    districts, _ = repair_borders(imported.districts)
    return imported, lambda store: store.replace_districts(districts)


def _units(run: Run, file: Path) -> tuple[Import, Callable[[Store], Changes]]:
    imported = read_units(file, sheet=run.arguments["sheet"])
    return imported, lambda store: store.replace_units(imported.units)


def _violations(run: Run, file: Path) -> tuple[Import, Callable[[Store], Changes]]:
    imported = read_violations(
        file,
        timezone=run.folder.settings.timezone,
        now=datetime.now(UTC),
        datum=run.arguments["datum"],
        sheet=run.arguments["sheet"],
    )
    return imported, lambda store: store.merge_violations(imported.violations)


def _inspections(run: Run, file: Path) -> tuple[Import, Callable[[Store], Changes]]:
    imported = read_inspections(
        file,
        timezone=run.folder.settings.timezone,
        now=datetime.now(UTC),
        sheet=run.arguments["sheet"],
    )
    return imported, lambda store: store.merge_inspections(imported.inspections)


def _inspectors(run: Run, file: Path) -> tuple[Import, Callable[[Store], Changes]]:
    imported = read_inspectors(file, sheet=run.arguments["sheet"])
    return imported, lambda store: store.replace_inspectors(imported.inspectors)


#: How each table is read, and how it goes into the store.
READERS: dict[str, Callable[[Run, Path], tuple[Import, Callable[[Store], Changes]]]] = {
    "points": _points,
    "districts": _districts,
    "units": _units,
    "violations": _violations,
    "inspections": _inspections,
    "inspectors": _inspectors,
}


def _told(run: Run, imported: Import, changes: Changes) -> dict[str, Any]:
    """Say what became of every row of a file."""
    translate = translator(run.folder.settings.language)
    quarantined = imported.quarantined_in(translate)
    named = quarantined.head(ROWS_NAMED)[["source_row", imported.id_role, "code", "reason"]]
    named = named.rename(columns={"source_row": "row", imported.id_role: "id"})
    return {
        "added": changes.added,
        "updated": changes.updated,
        "unchanged": changes.unchanged,
        "n_quarantined": len(quarantined),
        "quarantined": named.astype({"row": int, "id": str}).to_dict(orient="records"),
        "n_fixed": len(imported.fixed),
        "ignored": imported.ignored,
        "notes": [note.render(translate) for note in imported.notes],
    }
