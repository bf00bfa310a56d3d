"""A case put together from its rows, for answers and for pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from geoinspect.api.caseschemas import (
    CaseDetails,
    CaseMove,
    CaseNotice,
    CasePhoto,
    CaseSummary,
)
from geoinspect.api.entitytags import tag_of
from geoinspect.api.problems import days_left, find_problem, steps_of
from geoinspect.cases import Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoinspect.api.problems import Row
    from geoinspect.api.sight import Sight
    from geoinspect.cases import Move, Notice
    from geoinspect.store.casetables import Shown, Told


def summary_of(sight: Sight, row: Row) -> CaseSummary:
    """Tell of one problem what a list tells."""
    return CaseSummary(**_facts(sight, row))


def details_of(sight: Sight, case_id: str) -> CaseDetails:
    """
    Tell all of one problem in sight.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    return details_of_row(sight, find_problem(sight, case_id))


def details_of_row(sight: Sight, row: Row) -> CaseDetails:
    """Tell all of one problem in sight that was found already; see `details_of`."""
    case_id = row["case_id"]
    facts = _facts(sight, row)
    standing, notice = standing_of(sight, row)
    told = sight.store.cases.told(case_id)
    return CaseDetails(
        **facts,
        notice=None if notice is None else _notice(notice),
        moves=[_move(case_id, move, told) for move in standing.moves],
        photos=_photos(case_id, told.photos, 0),
        steps=steps_of(sight, standing),
    )


def tag_of_case(details: CaseDetails) -> str:
    """Return the entity tag of a case; what one may do with it is no part of it."""
    return tag_of(details.model_dump_json(exclude={"steps"}).encode())


def standing_of(sight: Sight, row: Row) -> tuple[Standing, Notice | None]:
    """Return where a problem in sight stands, and its notice."""
    if row["defect"] is None:
        # nobody opened a case of this violation
        return Standing(row["case_id"], row["unit_id"], ()), None
    case = sight.store.cases.case(row["case_id"])
    return case.standing, case.notice


def _facts(sight: Sight, row: Row) -> dict[str, Any]:
    today = sight.now.astimezone(sight.folder.settings.zone).date()
    told = {name: value for name, value in row.items() if name != "is_overdue"}
    return {
        **told,
        "overdue": row["is_overdue"],
        "working_days_left": days_left(row["deadline"], today),
    }


def _notice(notice: Notice) -> CaseNotice:
    return CaseNotice(
        number=str(notice.number),
        issued_at=notice.issued_at,
        issued_by=notice.issued_by,
        deadline=notice.deadline,
        working_days=notice.working_days,
        basis=notice.basis,
    )


def _move(case_id: str, move: Move, told: Told) -> CaseMove:
    return CaseMove(
        number=move.number,
        act=move.act,
        state=move.after,
        at=move.at,
        by=move.mover.name,
        party=move.mover.party,
        reason=move.reason,
        text=told.replies.get(move.number, ""),
        passed=told.passed.get(move.number),
        photos=_photos(case_id, told.photos, move.number),
    )


def _photos(case_id: str, photos: Sequence[Shown], move: int) -> list[CasePhoto]:
    """Return the photos that came with a move."""
    return [
        CasePhoto(
            sha256=photo.sha256,
            use=photo.use,  # type: ignore[arg-type]
            kind=photo.kind,
            taken_at=photo.taken_at,
            href=f"/cases/{quote(case_id, safe='')}/photos/{photo.sha256}",
        )
        for photo in photos
        if photo.move == move
    ]
