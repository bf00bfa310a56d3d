"""Cases: what is wrong, who has to put it right by when, and each step until it is closed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Query, Request, Response, UploadFile

from geoinspect.api.casedetails import (
    details_of,
    details_of_row,
    standing_of,
    summary_of,
    tag_of_case,
)
from geoinspect.api.caseschemas import (
    Approval,
    CaseDetails,
    CaseList,
    CaseQuery,
    Decision,
    NoticeOrder,
    Reason,
    Text,
)
from geoinspect.api.entitytags import require_match
from geoinspect.api.idempotency import KeyDep  # noqa: TC001  FastAPI reads the annotations
from geoinspect.api.permits import needs
from geoinspect.api.problems import check_step, chosen, defect_of, find_problem, mover_for, rows_of
from geoinspect.api.problems import problems as seen
from geoinspect.api.responses import problems
from geoinspect.api.sight import Sight, SightDep  # noqa: TC001
from geoinspect.audit import log
from geoinspect.casepapers import WORD, case_paper
from geoinspect.cases import Act, Defect, State
from geoinspect.errors import InputError, NotFoundError
from geoinspect.papers import Kind  # noqa: TC001  FastAPI reads the annotation
from geoinspect.people import Permission, may
from geoinspect.photos import read_photo
from geoinspect.photos.reading import kind_of
from geoinspect.store.casenotices import Office

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoinspect.api.problems import Row
    from geoinspect.api.sight import Sight
    from geoinspect.photos import Photo

router = APIRouter(prefix="/cases", tags=["cases"])

#: Files that one step may bring.
_MOST_PHOTOS = 9
#: How each format of photos is called on the web.
_MEDIA_TYPES = {kind: f"image/{kind}" for kind in ("jpeg", "png", "gif", "bmp", "webp", "heic")}
_READS = needs(Permission.READ_VIOLATIONS, Permission.REINSPECT_CASE)
_STEP: dict[str, Any] = {"responses": problems(409, 412, 428)}
_PHOTO: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file as it came in.",
        "content": {
            name: {"schema": {"type": "string", "format": "binary"}}
            for name in _MEDIA_TYPES.values()
        },
    }
}
_PAPER: dict[int | str, dict[str, Any]] = {200: {"content": {WORD: {}}}}

Photos = Annotated[
    list[UploadFile],
    File(description="Photos: JPEG, PNG, WebP, GIF, BMP or HEIC.", max_length=_MOST_PHOTOS),
]
MaybePhotos = Annotated[
    list[UploadFile],
    File(description="Photos, if any.", max_length=_MOST_PHOTOS, default_factory=list),
]
Note = Annotated[str, Form(max_length=4_000, pattern=r"^[^\x00]*$")]


@dataclass(frozen=True)
class Desk:
    """Where a step is taken: one version of one case, once."""

    sight: Sight
    request: Request
    response: Response

    def take(self, case_id: str, act: Act) -> Row:
        """
        Return the case that a step is meant for, if the step is possible.

        Raises
        ------
        NotFoundError
            If it is out of sight.
        MissingVersionError, StaleVersionError
            If the request names another version of it, or none.
        IllegalTransitionError
            If the step is not possible.
        """
        row = find_problem(self.sight, case_id)
        require_match(self.request, tag_of_case(details_of_row(self.sight, row)))
        standing, _ = standing_of(self.sight, row)
        check_step(self.sight, standing, act)
        return row

    def answer(self, case_id: str) -> CaseDetails:
        """Tell how the case stands now."""
        # a copy has read nothing yet
        details = details_of(replace(self.sight), case_id)
        self.response.headers["ETag"] = tag_of_case(details)
        return details


def desk(sight: SightDep, request: Request, response: Response, key: KeyDep) -> Desk:
    """Prepare a step; one that is sent again under its key is answered as before."""
    del key
    return Desk(sight, request, response)


DeskDep = Annotated[Desk, Depends(desk)]


@router.get("", **_READS)
def list_cases(sight: SightDep, query: Annotated[CaseQuery, Query()]) -> CaseList:
    """List the cases in sight; a violation without a case counts as found."""
    every = chosen(sight, seen(sight), query.which)
    if query.state is not None:
        every = every[every["state"] == query.state.value]
    page = every.iloc[query.offset : query.offset + query.limit]
    return CaseList(
        numberMatched=len(every),
        numberReturned=len(page),
        cases=[summary_of(sight, row) for row in rows_of(page)],
    )


@router.get("/{case_id:path}/photos/{sha256}", response_class=Response, responses=_PHOTO, **_READS)
def get_photo(case_id: str, sha256: str, sight: SightDep) -> Response:
    """Return a photo of a case, byte for byte as it came in."""
    find_problem(sight, case_id)
    if sha256 not in {photo.sha256 for photo in sight.store.cases.told(case_id).photos}:
        raise NotFoundError("There is no photo {digest}.", digest=sha256)
    content = sight.folder.photos.content(sha256)
    return Response(content, media_type=_MEDIA_TYPES[kind_of(content, sha256)])


@router.get("/{case_id:path}/papers/{kind}", response_class=Response, responses=_PAPER, **_READS)
def get_paper(case_id: str, kind: Kind, sight: SightDep) -> Response:
    """Return the notice or the form of re-inspection as a Word document; the log notes it."""
    find_problem(sight, case_id)
    settings = sight.folder.settings
    content = case_paper(sight.folder, sight.store, case_id, kind, language=settings.language)
    log(sight.store, sight.actor.user_id, "export", f"{kind.value} of {case_id}", at=sight.now)
    # the name is made here: an id may hold what no header can
    headers = {"Content-Disposition": f'attachment; filename="{kind.value}.docx"'}
    return Response(content, media_type=WORD, headers=headers)


@router.get("/{case_id:path}", **_READS)
def get_case(case_id: str, sight: SightDep, response: Response) -> CaseDetails:
    """Show a case with its notice, every step and the photos."""
    details = details_of(sight, case_id)
    response.headers["ETag"] = tag_of_case(details)
    return details


@router.post("/{case_id:path}/photos", responses=problems(409), **needs(Permission.RUN_CASES))
def add_photos(case_id: str, desk: DeskDep, photos: Photos) -> CaseDetails:
    """Add photos of the finding to a case that is open."""
    row = find_problem(desk.sight, case_id)
    if row["defect"] is None:
        raise InputError("Photos belong to a case: issue the notice of {case_id} first.",
                         case_id=case_id)  # fmt: skip
    desk.sight.store.cases.add_photos(case_id, kept_photos(desk.sight, photos))
    return desk.answer(case_id)


@router.post("/{case_id:path}/notices", **_STEP, **needs(Permission.RUN_CASES))
def issue_notice(case_id: str, order: NoticeOrder, desk: DeskDep) -> CaseDetails:
    """Issue the rectification notice under the next number; opens the case."""
    row, sight = desk.take(case_id, Act.NOTIFY), desk.sight
    if row["unit_id"] is None:
        raise InputError(
            "Nobody answers for the place of case {case_id}: run `geoinspect -C CITY assign`, or "
            "add a rule for it to the table of units.",
            case_id=case_id,
        )
    defect = order.defect or defect_of(sight, row)
    if defect is None:
        raise InputError(
            "Case {case_id} was found by no item of a checklist: say whether it is a thing "
            "(hardware) or how people act (conduct).",
            case_id=case_id,
        )
    sight.store.cases.notify(
        case_id, mover_for(sight.actor, Act.NOTIFY), _office(sight, order.issuer), at=sight.now,
        basis=order.basis, defect=defect,
    )  # fmt: skip
    return desk.answer(case_id)


@router.post("/{case_id:path}/replies", **_STEP, **needs(Permission.REPLY_TO_CASE))
def reply_to_case(
    case_id: str, desk: DeskDep, text: Annotated[Text, Form()], photos: MaybePhotos
) -> CaseDetails:
    """Say what the unit did, with photos as proof."""
    desk.take(case_id, Act.REPLY)
    desk.sight.store.cases.reply(
        case_id, mover_for(desk.sight.actor, Act.REPLY), text, kept_photos(desk.sight, photos),
        at=desk.sight.now,
    )  # fmt: skip
    return desk.answer(case_id)


@router.post("/{case_id:path}/approvals", **_STEP, **needs(Permission.APPROVE_REPLY))
def approve_reply(case_id: str, approval: Approval, desk: DeskDep) -> CaseDetails:
    """Approve the reply of the own unit, or send it back; never the own reply."""
    return _step(desk, case_id, Act.APPROVE if approval.approved else Act.REJECT, approval.reason)


@router.post("/{case_id:path}/reinspections", **_STEP, **needs(Permission.REINSPECT_CASE))
def reinspect_case(
    case_id: str,
    desk: DeskDep,
    passed: Annotated[bool, Form(description="Whether it is put right.")],
    photos: MaybePhotos,
    note: Note = "",
) -> CaseDetails:
    """
    Enter a re-inspection.

    Of the office it closes or returns the case at once; of an inspector it waits for the
    office to decide. A unit never inspects its own case.
    """
    desk.take(case_id, Act.REINSPECT)
    if not passed and not note.strip():
        raise InputError("What is not put right needs a note: say what was seen.")
    sight, cases = desk.sight, desk.sight.store.cases
    mover = mover_for(sight.actor, Act.REINSPECT)
    facts: dict[str, Any] = {"passed": passed, "at": sight.now, "note": note.strip()}
    if may(sight.actor, Permission.RUN_CASES):
        cases.reinspect(
            case_id, mover, mover, _office(sight), photos=kept_photos(sight, photos), **facts
        )
    else:
        cases.look_again(case_id, mover, photos=kept_photos(sight, photos), **facts)
    return desk.answer(case_id)


@router.post("/{case_id:path}/decisions", **_STEP, **needs(Permission.RUN_CASES))
def decide_case(case_id: str, decision: Decision, desk: DeskDep) -> CaseDetails:
    """Close a case that an inspector inspected again, or return it with a new deadline."""
    act = Act.CLOSE if decision.closed else Act.RETURN
    desk.take(case_id, act)
    _require_reason(act, decision.reason)
    desk.sight.store.cases.decide(
        case_id, mover_for(desk.sight.actor, act), _office(desk.sight),
        passed=decision.closed, at=desk.sight.now, note=decision.reason.strip(),
    )  # fmt: skip
    return desk.answer(case_id)


@router.post("/{case_id:path}/dismissals", **_STEP, **needs(Permission.RUN_CASES))
def dismiss_case(case_id: str, order: Reason, desk: DeskDep) -> CaseDetails:
    """Dismiss a case that is none."""
    return _step(desk, case_id, Act.DISMISS, order.reason)


@router.post("/{case_id:path}/escalations", **_STEP, **needs(Permission.RUN_CASES))
def escalate_case(case_id: str, order: Reason, desk: DeskDep) -> CaseDetails:
    """Take a case to a higher level."""
    return _step(desk, case_id, Act.ESCALATE, order.reason)


def _step(desk: Desk, case_id: str, act: Act, reason: str) -> CaseDetails:
    """Take a step that brings nothing with it."""
    row, sight = desk.take(case_id, act), desk.sight
    if act is not Act.APPROVE:
        _require_reason(act, reason)
    # a violation that is none needs no notice before
    is_new = row["state"] == State.FOUND.value and row["defect"] is None
    sight.store.cases.step(
        case_id, act, mover_for(sight.actor, act), at=sight.now, reason=reason,
        defect=Defect.CONDUCT if is_new else None,
    )  # fmt: skip
    return desk.answer(case_id)


def _require_reason(act: Act, reason: str) -> None:
    if act is not Act.CLOSE and not reason.strip():
        raise InputError("This step needs a reason: say why.")


def _office(sight: Sight, issuer: str | None = None) -> Office:
    settings = sight.folder.settings
    return Office(settings.zone, issuer or settings.cases.issuer, settings.cases.deadlines)


def kept_photos(sight: Sight, files: Iterable[UploadFile]) -> list[Photo]:
    """Read photos, and keep them once all are known to be photos."""
    # a browser sends a field without a file as a file without a name
    contents = [(file.file.read(), file.filename) for file in files if file.filename]
    zone = sight.folder.settings.zone
    photos = [read_photo(content, name or "", zone) for content, name in contents]
    for content, _ in contents:
        sight.folder.photos.keep(content)
    return photos
