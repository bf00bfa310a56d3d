"""Sheets of the checklist: one to edit, and the matrix of what nobody has looked at."""

from __future__ import annotations

import tempfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Response

from geoinspect.api.permits import needs
from geoinspect.api.responses import WORKBOOK, attachment, described, problems
from geoinspect.api.sight import SightDep  # noqa: TC001  FastAPI reads the annotation
from geoinspect.audit import log
from geoinspect.checklists import Checklist, Matrix, in_force, point_item_matrix
from geoinspect.cityimport import shipped_checklist
from geoinspect.errors import InputError, NotFoundError
from geoinspect.exports import write_checklist, write_matrix
from geoinspect.people import Permission

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoinspect.api.sight import Sight

router = APIRouter(prefix="/checklists", tags=["checklists"], responses=problems(404, 422))

#: Whoever brings checklists in reads them, with all that is missing in their own scope.
READS = needs(Permission.IMPORT_DATA)

Day = Annotated[date | None, Query()]
Version = Annotated[
    str, Query(max_length=200, description="Empty for the one that comes with geoinspect.")
]


@router.get(
    "/sheet",
    response_class=Response,
    responses=described(WORKBOOK, "One row an item."),
    **READS,
)
def get_checklist_sheet(sight: SightDep, version: Version = "") -> Response:
    """Return a version of the checklist as a sheet to edit and bring in again."""
    checklist = named(sight.store.checklists.all(), version) if version else shipped_checklist()
    content = _workbook(lambda path: write_checklist(checklist, path))
    return attachment(content, "checklist.xlsx", WORKBOOK)


@router.get(
    "/matrix",
    response_class=Response,
    responses=described(WORKBOOK, "A row a point, a column an item: how often it was looked at."),
    **READS,
)
def get_checklist_matrix(sight: SightDep, first: Day = None, last: Day = None) -> Response:
    """Return how often each item of each point was looked at in a period."""
    matrix, begin, end, _ = matrix_of(sight, first, last)
    language = sight.folder.settings.language
    content = _workbook(lambda path: write_matrix(matrix, path, language=language))
    log(sight.store, sight.actor.user_id, "export", f"matrix {begin}/{end}", at=sight.now)
    return attachment(content, f"matrix-{begin}-{end}.xlsx", WORKBOOK)


def named(versions: list[Checklist], version: str) -> Checklist:
    """
    Return the version of a name.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    for each in versions:
        if each.version == version:
            return each
    raise NotFoundError("There is no version {version!r} of the checklist.", version=version)


def matrix_of(
    sight: Sight, first: date | None, last: date | None
) -> tuple[Matrix, date, date, Checklist]:
    """
    Count the results of the points that somebody sees.

    Returns
    -------
    matrix, first, last, checklist
        Of the period, from the first day of the version that holds on its last day unless
        `first` says otherwise; `last` is today if left out.

    Raises
    ------
    NotFoundError
        If no version of the checklist holds on the last day.
    InputError
        If the period ends before it begins.
    """
    zone = sight.folder.settings.zone
    end = last or sight.now.astimezone(zone).date()
    checklist = in_force(sight.store.checklists.all(), end)
    begin = first or checklist.effective_from
    if begin > end:
        raise InputError(
            "The period ends on {last}, before it begins on {first}.", first=begin, last=end
        )
    results = sight.store.results.results(
        datetime.combine(begin, time(), zone),
        datetime.combine(end + timedelta(days=1), time(), zone),
    )
    return point_item_matrix(sight.points(), results, checklist), begin, end, checklist


def _workbook(write: Callable[[Path], object]) -> bytes:
    """Return what a function writes into a workbook."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"
        write(path)
        return path.read_bytes()
