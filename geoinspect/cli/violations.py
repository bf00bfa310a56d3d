"""Commands that follow violations: notice, reply, approval, re-inspection, closing."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import pandas as pd
import typer

from geoinspect.atomic import write_bytes
from geoinspect.casepapers import case_paper
from geoinspect.cases import (
    Act,
    Defect,
    Mover,
    Party,
    State,
    find_relapses,
    find_signs,
    is_overdue,
)
from geoinspect.cli.groups import command_group
from geoinspect.cli.session import session_of
from geoinspect.errors import GeoinspectWarning, InputError
from geoinspect.intake import read_replies
from geoinspect.papers import Kind  # noqa: TC001  typer reads the annotation
from geoinspect.photos import Photo, read_photo
from geoinspect.store.casenotices import Office
from geoinspect.store.casereturns import take_returns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoinspect.cityfolder import CityFolder
    from geoinspect.cli.session import Session

violations = command_group("Follow violations until they are put right.")

_CaseId = Annotated[str, typer.Argument(metavar="VIOLATION", help="Id of the violation.")]
_By = Annotated[str, typer.Option("--by", help="Name of who does it.")]
_Reason = Annotated[str, typer.Option("--reason", help="Why.")]
_Photos = Annotated[
    list[Path] | None, typer.Option("--photo", help="A photo; may be repeated.", exists=True)
]
_Issuer = Annotated[
    str,
    typer.Option(
        "--issuer", help="Code before the number of notices.", show_default="of the settings"
    ),
]


@violations.callback()
def _violations() -> None:
    """Follow violations until they are put right."""


@violations.command("list")
def list_cases(
    context: typer.Context,
    state: Annotated[State | None, typer.Option(help="Only cases in this state.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those that are late.")] = False,
) -> None:
    """
    List violations with the state of their cases and their deadlines.

    Example: geoinspect -C taicang violation list --overdue
    """
    session = session_of(context)
    folder = session.city()
    cases = _all_cases(folder)
    if state is not None:
        cases = cases[cases["state"] == state.value]
    if overdue:
        cases = cases[cases["is_overdue"]]
    session.table(
        "Cases of violations",
        ["Violation", "Item", "Unit", "Found on", "State", "Deadline"],
        (_row(session, folder, str(case_id), case) for case_id, case in cases.iterrows()),
    )


@violations.command()
def show(context: typer.Context, case_id: _CaseId) -> None:
    """
    Show a case with every step that was taken.

    Example: geoinspect -C taicang violation show V17
    """
    session = session_of(context)
    folder = session.city()
    case = folder.store().cases.case(case_id)
    session.say(
        "{case_id}: {item}, {place} ({unit}). Deadline: {deadline}. Notice: {notice}.",
        case_id=case_id,
        item=case.facts.item,
        place=case.facts.point_name or case.facts.point_id or "-",
        unit=case.facts.unit_name or "-",
        deadline=case.deadline or "-",
        notice=case.notice.number if case.notice else "-",
    )
    session.table(
        "Steps",
        ["Time", "Step", "State", "By", "Reason"],
        (
            (
                f"{move.at.astimezone(folder.settings.zone):%Y-%m-%d %H:%M}",
                session.translate(move.act.value),
                session.translate(move.after.value),
                f"{move.mover.name} ({session.translate(move.mover.party.value)})",
                move.reason,
            )
            for move in case.standing.moves
        ),
    )
    session.say("{n} photos.", n=len(case.photos))


@violations.command()
def notice(
    context: typer.Context,
    case_id: _CaseId,
    by: _By,
    defect: Annotated[
        Defect | None,
        typer.Option(
            help="What is wrong: a thing, or how people act.",
            show_default="that of the checklist item it was found by",
        ),
    ] = None,
    issuer: _Issuer = "",
    basis: Annotated[str, typer.Option(help="Rule that the item rests on.")] = "",
    photo: _Photos = None,
) -> None:
    """
    Issue the rectification notice of a violation, under the next number.

    Example: geoinspect -C taicang violation notice V17 --defect conduct --by 李四
    --issuer 太创办整改
    """
    session = session_of(context)
    folder = session.city()
    cases, now = folder.store().cases, datetime.now(UTC)
    photos = _kept(folder, photo)
    known = defect or _defect_of(folder, case_id)
    with _told(session):
        cases.open(case_id, known, at=now)
        cases.add_photos(case_id, photos)
        issued = cases.notify(
            case_id, Mover(by, Party.OFFICE), _office(folder, issuer), at=now,
            basis=basis,
        )  # fmt: skip
    session.say(
        "Notice {number} to {unit}: put right by {deadline}, {days} working days.",
        number=issued.number,
        unit=issued.unit_name,
        deadline=issued.deadline,
        days=issued.working_days,
    )


@violations.command()
def reply(
    context: typer.Context,
    case_id: _CaseId,
    by: _By,
    text: Annotated[str, typer.Option(help="What was done.")],
    photo: _Photos = None,
) -> None:
    """
    Enter the reply of the unit, with photos as proof.

    Example: geoinspect -C taicang violation reply V17 --by 王五 --text 已清理 --photo 整改后.jpg
    """
    session = session_of(context)
    folder = session.city()
    mover = Mover(by, Party.UNIT)
    move = folder.store().cases.reply(
        case_id, mover, text, _kept(folder, photo), at=datetime.now(UTC)
    )
    _tell_state(session, case_id, move.after)


@violations.command()
def approve(
    context: typer.Context,
    case_id: _CaseId,
    by: _By,
    reject: Annotated[bool, typer.Option("--reject", help="Send it back to the unit.")] = False,
    reason: _Reason = "",
) -> None:
    """
    Approve the reply of a unit, as its leader.

    Example: geoinspect -C taicang violation approve V17 --by 赵六
    """
    act = Act.REJECT if reject else Act.APPROVE
    _step(session_of(context), case_id, act, Mover(by, Party.UNIT_LEADER), reason)


@violations.command()
def reinspect(
    context: typer.Context,
    case_id: _CaseId,
    by: _By,
    passed: Annotated[bool, typer.Option("--passed/--failed", help="Whether it is put right.")],
    closer: Annotated[
        str, typer.Option(help="Who closes or returns it for the office.", show_default="--by")
    ] = "",
    note: Annotated[str, typer.Option(help="What was seen.")] = "",
    photo: _Photos = None,
) -> None:
    """
    Enter a re-inspection: the case is closed, or returned with a new deadline.

    Example: geoinspect -C taicang violation reinspect V17 --passed --by 李四
    """
    session = session_of(context)
    folder = session.city()
    with _told(session):
        move = folder.store().cases.reinspect(
            case_id,
            Mover(by, Party.INSPECTOR if closer else Party.OFFICE),
            Mover(closer or by, Party.OFFICE),
            _office(folder),
            passed=passed,
            at=datetime.now(UTC),
            note=note,
            photos=_kept(folder, photo),
        )
    _tell_state(session, case_id, move.after)


@violations.command()
def paper(
    context: typer.Context,
    case_id: _CaseId,
    kind: Annotated[Kind, typer.Argument(help="Which paper.", show_default=False)],
    output: Annotated[Path, typer.Option("-o", help="Word document to write, .docx.")],
) -> None:
    """
    Write the notice of a case, or the form of its re-inspection, as a Word document.

    A file templates/notice.docx or templates/reinspection.docx in the city's folder takes the
    place of our layout.

    Example: geoinspect -C taicang violation paper V17 notice -o 整改通知书.docx
    """
    session = session_of(context)
    folder = session.city()
    if output.suffix.lower() != ".docx":
        raise InputError("{file}: a paper ends in .docx.", file=output.name)
    content = case_paper(folder, folder.store(), case_id, kind, language=session.language)
    write_bytes(output, content)
    session.log("export", f"{kind.value} of {case_id}")
    session.say("Written to {path}", path=output)


@violations.command()
def dismiss(context: typer.Context, case_id: _CaseId, by: _By, reason: _Reason) -> None:
    """
    Dismiss a case that is none.

    Example: geoinspect -C taicang violation dismiss V17 --by 李四 --reason 重复登记
    """
    _step(session_of(context), case_id, Act.DISMISS, Mover(by, Party.OFFICE), reason)


@violations.command()
def escalate(context: typer.Context, by: _By) -> None:
    """
    Take every case to a higher level that is late for too long, or came back too often.

    Example: geoinspect -C taicang violation escalate --by 李四
    """
    session = session_of(context)
    folder = session.city()
    office = _office(folder)
    with _told(session):
        escalated = folder.store().cases.escalate_due(
            Mover(by, Party.OFFICE), office, now=datetime.now(UTC), translate=session.translate
        )
    for case_id, reason in escalated:
        session.say("Escalated: {case_id} ({reason}).", case_id=case_id, reason=reason)
    session.say("{n} cases were escalated.", n=len(escalated))


@violations.command()
def returns(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Sheet of replies.")],
) -> None:
    """
    Take a sheet of replies: once, however often it comes; conflicts are listed, not taken.

    Example: geoinspect -C taicang violation returns 整改回复.xlsx
    """
    session = session_of(context)
    folder = session.city()
    imported = read_replies(path, timezone=folder.settings.timezone, now=datetime.now(UTC))
    outcomes = take_returns(folder.store().cases, imported.replies)
    told = [(one.reply.source_row, one.problem) for one in outcomes if one.problem is not None]
    aside = imported.quarantined_in(session.translate)
    rows = [
        *((row, problem.render(session.translate)) for row, problem in told),
        *zip(aside["source_row"], aside["reason"], strict=True),
    ]
    if rows:
        session.table("Not taken", ["Row", "Reason"], sorted(rows))
    fates = [outcome.fate.value for outcome in outcomes]
    session.say(
        "{taken} replies taken, {known} known from before, {conflicts} in conflict, {aside} set "
        "aside.",
        taken=fates.count("taken"),
        known=fates.count("known"),
        conflicts=fates.count("conflict"),
        aside=len(aside),
    )


@violations.command()
def signs(context: typer.Context) -> None:
    """
    List signs of sham closure and relapses, for people to look at; nothing follows by itself.

    Example: geoinspect -C taicang violation signs
    """
    session = session_of(context)
    folder = session.city()
    store, params = folder.store(), folder.settings.cases
    cases = store.cases.table()
    found = find_signs(cases, store.cases.photo_uses(), params.signs)
    session.table(
        "Signs of sham closure",
        ["Violation", "Sign", "Evidence"],
        (
            (sign.case_id, session.translate(sign.kind.value), sign.render(session.translate))
            for sign in found
        ),
    )
    relapses = find_relapses(cases, params.rechecks)
    session.table(
        "Relapses",
        ["Violation", "Closed before", "Distance", "Days"],
        (
            (row.case_id, row.earlier_id, f"{row.distance_m:.0f} m", f"{row.days:.0f}")
            for row in relapses.itertuples()
        ),
    )
    session.say("{signs} signs, {relapses} relapses.", signs=len(found), relapses=len(relapses))


def _defect_of(folder: CityFolder, case_id: str) -> Defect:
    """Return the class of the checklist item that a violation was found by."""
    found = folder.store().results.class_of(case_id)
    if found is None:
        raise InputError(
            "Case {case_id} was found by no item of a checklist: say whether it is a thing "
            "(hardware) or how people act (conduct).",
            case_id=case_id,
        )
    return Defect(found)


def _office(folder: CityFolder, issuer: str = "") -> Office:
    """Return the office as the settings have it."""
    params = folder.settings.cases
    return Office(folder.settings.zone, issuer or params.issuer, params.deadlines)


def _step(session: Session, case_id: str, act: Act, mover: Mover, reason: str) -> None:
    """Take a step that brings nothing with it."""
    cases = session.city().store().cases
    if act is Act.DISMISS and not cases.has(case_id):
        # a violation that is none needs no notice before
        cases.open(case_id, Defect.CONDUCT, at=datetime.now(UTC))
    move = cases.step(case_id, act, mover, at=datetime.now(UTC), reason=reason)
    _tell_state(session, case_id, move.after)


def _tell_state(session: Session, case_id: str, state: State) -> None:
    session.say(
        "Case {case_id} is {state} now.", case_id=case_id, state=session.translate(state.value)
    )


def _kept(folder: CityFolder, paths: list[Path] | None) -> list[Photo]:
    """Read photos, and keep them once all are known to be photos."""
    contents = [(path.read_bytes(), path.name) for path in paths or []]
    photos = [read_photo(content, name, folder.settings.zone) for content, name in contents]
    for content, _ in contents:
        folder.photos.keep(content)
    return photos


def _all_cases(folder: CityFolder) -> pd.DataFrame:
    """Return all violations, those without a case as found."""
    store, now = folder.store(), datetime.now(UTC)
    cases = store.cases.table()
    found = pd.DataFrame(store.violations()[["item", "found_at"]])
    new = found[~found.index.isin(cases.index)].assign(
        state=State.FOUND.value, unit_name="", deadline=None
    )
    columns = ["item", "unit_name", "found_at", "state", "deadline"]
    rows = [part[columns].astype(object) for part in (cases, new) if len(part)]
    if not rows:
        raise InputError(
            "The city has no {what} yet: bring them in with "
            "`geoinspect -C CITY import {what} FILE`.",
            what="violations",
        )
    every = pd.concat(rows).sort_index()
    late = [
        is_overdue(State(state), deadline, now=now, timezone=folder.settings.zone)
        for state, deadline in zip(every["state"], every["deadline"], strict=True)
    ]
    return every.assign(is_overdue=late)


def _row(
    session: Session, folder: CityFolder, case_id: str, case: pd.Series[Any]
) -> tuple[object, ...]:
    """Show one case."""
    state = session.translate(str(case["state"]))
    if case["is_overdue"]:
        state = f"{state}, {session.translate('overdue')}"
    found = pd.Timestamp(str(case["found_at"])).tz_convert(folder.settings.zone)
    return (
        case_id, case["item"] or "-", case["unit_name"] or "-", f"{found:%Y-%m-%d}", state,
        case["deadline"] or "-",
    )  # fmt: skip


@contextmanager
def _told(session: Session) -> Iterator[None]:
    """Tell warnings as sentences, each once."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", GeoinspectWarning)
        yield
    told: set[str] = set()
    for one in caught:
        if not isinstance(one.message, GeoinspectWarning):
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
            continue
        sentence = one.message.render(session.translate)
        if sentence not in told:
            session.say("Note: {problem}", problem=sentence)
        told.add(sentence)
