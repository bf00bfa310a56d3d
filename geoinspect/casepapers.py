"""Papers of a case of a city on disk: its photos read, its place drawn, the office's template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoinspect.cases import Act
from geoinspect.cases.signs import FINDING
from geoinspect.cityforms import TEMPLATES
from geoinspect.errors import InputError
from geoinspect.messages import translator
from geoinspect.officialpaper import fill_marks
from geoinspect.papers import (
    CasePaper,
    Kind,
    Look,
    Reply,
    as_picture,
    draw_place,
    marks_of,
    write_notice,
    write_reinspection,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from geoinspect.cases import Notice
    from geoinspect.cityfolder import CityFolder
    from geoinspect.messages import Language
    from geoinspect.officialpaper import Picture
    from geoinspect.store import Store
    from geoinspect.store.casetables import Case, Shown, Told

#: How a Word document is called on the web.
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def case_paper(
    folder: CityFolder, store: Store, case_id: str, kind: Kind, *, language: Language
) -> bytes:
    """
    Write a paper of a case as a Word document.

    A file `templates/notice.docx` or `templates/reinspection.docx` in the city's folder takes
    the place of our own layout; see `geoinspect.papers.case.marks_of` for its marks.

    Raises
    ------
    NotFoundError
        If there is no such case, or a photo of it is gone.
    InputError
        If it has no notice yet, or the office's template cannot be filled.
    """
    case = store.cases.case(case_id)
    if case.notice is None:
        raise InputError(
            "Case {case_id} has no notice yet: its papers begin with one.", case_id=case_id
        )
    names = {account.user_id: account.name for account in store.people.accounts()}
    translate = translator(language)
    paper = _paper(folder, case, case.notice, store.cases.told(case_id), names, translate)
    template = folder.path / TEMPLATES / f"{kind.value}.docx"
    if template.is_file():
        return fill_marks(template, marks_of(paper, translate))
    write = write_notice if kind is Kind.NOTICE else write_reinspection
    return write(paper, language=language)


def _paper(
    folder: CityFolder,
    case: Case,
    notice: Notice,
    told: Told,
    names: dict[str, str],
    translate: Callable[[str], str],
) -> CasePaper:
    """Gather what the papers show."""
    by_move, n_hidden = _pictures(folder, told.photos)
    approved = _approvals(case, names)
    moves = case.standing.moves
    head = folder.settings.issuer or translate("Office for the Civilised City of {city}").format(
        city=folder.settings.name
    )
    return CasePaper(
        notice=notice,
        head=head,
        zone=folder.settings.zone,
        issued_by=names.get(notice.issued_by, notice.issued_by),
        deadline=case.deadline or notice.deadline,
        state=f"case is {case.standing.state.value}",
        photos=by_move.get(0, ()),
        place=_place(folder, notice, translate),
        replies=tuple(
            Reply(
                move.at, names.get(move.mover.name, move.mover.name), told.replies[move.number],
                by_move.get(move.number, ()), approved.get(move.number, ""),
            )
            for move in moves
            if move.act is Act.REPLY
        ),
        looks=tuple(
            Look(
                move.at, names.get(move.mover.name, move.mover.name), told.passed[move.number],
                move.reason, by_move.get(move.number, ()),
            )
            for move in moves
            if move.act is Act.REINSPECT
        ),
        n_hidden=n_hidden,
    )  # fmt: skip


def _approvals(case: Case, names: dict[str, str]) -> dict[int, str]:
    """Return who approved each reply, by the number of its move."""
    approved, last = {}, 0
    for move in case.standing.moves:
        if move.act is Act.REPLY:
            last = move.number
        elif move.act is Act.APPROVE:
            approved[last] = names.get(move.mover.name, move.mover.name)
    return approved


def _pictures(
    folder: CityFolder, photos: Iterable[Shown]
) -> tuple[dict[int, tuple[Picture, ...]], int]:
    """Return the photos of each move, 0 for the finding, and how many cannot be shown."""
    pictures: dict[int, tuple[Picture, ...]] = {}
    n_hidden = 0
    for photo in photos:
        picture = as_picture(folder.photos.content(photo.sha256), photo.sha256)
        move = 0 if photo.use == FINDING else photo.move
        if picture is None:
            n_hidden += 1
        else:
            pictures[move] = (*pictures.get(move, ()), picture)
    return pictures, n_hidden


def _place(folder: CityFolder, notice: Notice, translate: Callable[[str], str]) -> Picture | None:
    """Draw the place, if it is known and the city has its roads."""
    if notice.lonlat is None or not folder.network_path.is_file():
        return None
    return draw_place(folder.network(), notice.lonlat, translate("Here"))
