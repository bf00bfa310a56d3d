"""The job that brings a file into the city, and what it tells about each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoinspect.cityimport import FileToRead, TableRead, read_file
from geoinspect.intake import NothingImportedError
from geoinspect.jobs.answersheets import keep_answer
from geoinspect.jobs.uploads import upload_path
from geoinspect.messages import translator

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoinspect.intake import Import
    from geoinspect.jobs.run import Run
    from geoinspect.messages import Remark
    from geoinspect.store import Changes

#: How many quarantined rows a result names; `n_quarantined` counts them all.
ROWS_NAMED = 200


def import_file(run: Run) -> dict[str, Any]:
    """Bring in a file that was sent in, row by row or with a reason why not."""
    read = _read(run)
    keep_answer(run.folder, run.job.job_id, read.imported)
    run.step("Saving the rows")
    run.intend({})
    store = run.folder.store()
    try:
        changes = read.save(store)
        return _told(run, read.imported, changes, read.remarks(store))
    finally:
        store.close()


def rows_aside(imported: Import, translate: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return the first rows that were put aside: `row`, `id`, `code` and `reason` of each."""
    quarantined = imported.quarantined_in(translate)
    named = quarantined.head(ROWS_NAMED)[["source_row", imported.id_role, "code", "reason"]]
    named = named.rename(columns={"source_row": "row", imported.id_role: "id"})
    rows = named.astype({"row": int, "id": str}).to_dict(orient="records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _read(run: Run) -> TableRead:
    """Read the file; where no row is left, the answer sheet says why all the same."""
    order = run.arguments
    path = upload_path(run.folder, order["upload"])
    run.step("Reading the file")
    try:
        return read_file(
            run.folder, order["what"], FileToRead(path, order["datum"], order["sheet"])
        )
    except NothingImportedError as error:
        keep_answer(run.folder, run.job.job_id, error.ledger)
        raise


def _told(run: Run, imported: Import, changes: Changes, remarks: list[Remark]) -> dict[str, Any]:
    """Say what became of every row of a file."""
    translate = translator(run.folder.settings.language)
    return {
        "added": changes.added,
        "updated": changes.updated,
        "unchanged": changes.unchanged,
        "n_quarantined": len(imported.log.quarantined_rows),
        "quarantined": rows_aside(imported, translate),
        "n_fixed": len(imported.fixed),
        "ignored": imported.ignored,
        "notes": [each.render(translate) for each in (*imported.notes, *remarks)],
    }
