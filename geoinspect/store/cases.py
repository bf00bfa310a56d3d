"""
Violation cases in the database: opened, noticed, replied to, inspected again, closed.

Each change is one transaction that no other writer of the city runs beside, with a row of
the log; see `geoinspect.cases` for the rules.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from geoinspect.cases.deadlines import deadline_after, reason_to_escalate
from geoinspect.cases.signs import FINDING, REINSPECTION, REPLY
from geoinspect.cases.states import Act, next_move
from geoinspect.errors import InputError
from geoinspect.store import tables
from geoinspect.store.casenotices import draft_notice
from geoinspect.store.casephotos import use_found_photos, use_photos
from geoinspect.store.caserows import (
    facts_of_violation,
    naive,
    notice_to_json,
    read_deadlines,
    read_facts,
    read_moves,
    read_standing,
    write_facts,
    write_move,
)
from geoinspect.store.casetables import CaseTables, facts_of
from geoinspect.store.databases import writing
from geoinspect.store.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection, Engine

    from geoinspect.cases.deadlines import Defect
    from geoinspect.cases.facts import CaseFacts
    from geoinspect.cases.notices import Notice
    from geoinspect.cases.returns import SheetReply
    from geoinspect.cases.states import Move, Mover
    from geoinspect.photos import Photo
    from geoinspect.store.casenotices import Office

_NOTICES = tables.notices.c
_USES = tables.photo_uses.c

#: How often a number is tried for where a program outside of this one took it.
_TRIES = 5


class CaseStore(CaseTables):
    """
    The cases of one city.

    Parameters
    ----------
    engine
        Database.
    desk
        Who is at work.
    new_seed
        Makes the secret that decides which closed cases are visited again.
    """

    def __init__(
        self,
        engine: Engine,
        desk: Desk | None = None,
        new_seed: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        super().__init__(engine)
        self._desk = desk or Desk()
        self._new_seed = new_seed

    def open(self, violation_id: str, defect: Defect, *, at: datetime) -> CaseFacts:
        """
        Open the case of a violation; one that is open stays as it is.

        Raises
        ------
        NotFoundError
            If the city has no such violation.
        InputError
            If the case is there with another class of defects.
        """
        with writing(self._engine) as connection:
            return self._open(connection, violation_id, defect, at)

    def notify(
        self,
        case_id: str,
        mover: Mover,
        office: Office,
        *,
        at: datetime,
        basis: str = "",
        defect: Defect | None = None,
    ) -> Notice:
        """
        Issue the rectification notice of a case under the next number.

        Number and notice are written in one transaction, so no crash leaves a gap.

        Parameters
        ----------
        case_id
            The case; see `open`.
        mover
            Who issues it.
        office
            For whom.
        at
            When, timezone-aware.
        basis
            Rule or standard that the item rests on.
        defect
            Opens the case in the same transaction, see `open`; None where it is open.

        Raises
        ------
        IllegalTransitionError
            If the case has a notice already, or somebody else must issue it.
        InputError
            If nobody answers for the place.
        """
        for left in reversed(range(_TRIES)):
            try:
                with writing(self._engine) as connection:
                    if defect is not None:
                        self._open(connection, case_id, defect, at)
                    return self._notify(connection, case_id, mover, office, at, basis)
            except IntegrityError:
                # a writer that does not wait for others took the number
                if not left:
                    raise
        raise AssertionError("unreachable")

    def reply(
        self, case_id: str, mover: Mover, text: str, photos: Sequence[Photo], *, at: datetime
    ) -> Move:
        """
        Enter the reply of a unit, with photos as proof.

        Raises
        ------
        InputError
            If it says nothing.
        """
        with writing(self._engine) as connection:
            return self._reply(connection, case_id, mover, text, photos, at, {})

    @property
    def engine(self) -> Engine:
        """The database."""
        return self._engine

    def enter_reply(self, connection: Connection, reply: SheetReply, mover: Mover) -> Move:
        """Enter a reply of a sheet, within the transaction of `take_returns`."""
        origin = {
            "record_id": reply.record_id,
            "version": reply.version,
            "content_sha256": reply.sha256,
        }
        return self._reply(connection, reply.case_id, mover, reply.text, (), reply.at, origin)

    def step(
        self,
        case_id: str,
        act: Act,
        mover: Mover,
        *,
        at: datetime,
        reason: str = "",
        defect: Defect | None = None,
    ) -> Move:
        """
        Make a move that brings nothing with it: approve, reject, escalate or dismiss.

        With a `defect` it opens the case in the same transaction; see `open`.
        """
        if act not in (Act.APPROVE, Act.REJECT, Act.ESCALATE, Act.DISMISS):
            raise ValueError(f"{act} has a method of its own")
        with writing(self._engine) as connection:
            if defect is not None:
                self._open(connection, case_id, defect, at)
            return self.enter_move(
                connection, facts_of(connection, case_id), act, mover, at, reason
            )

    def reinspect(
        self,
        case_id: str,
        inspector: Mover,
        closer: Mover,
        office: Office,
        *,
        passed: bool,
        at: datetime,
        note: str = "",
        photos: Sequence[Photo] = (),
    ) -> Move:
        """
        Enter a re-inspection, and close the case or return it with a new deadline.

        Parameters
        ----------
        inspector
            Who looked.
        closer
            Who decides for the office; may be the same person, but nobody of the unit.
        passed
            Whether the violation is put right.
        note
            What was seen; needed where it is not put right.

        Returns
        -------
        move
            The closing, or the return.
        """
        with writing(self._engine) as connection:
            facts = facts_of(connection, case_id)
            self._look(connection, facts, inspector, photos, passed=passed, at=at, note=note)
            return self._decide(connection, facts, closer, office, passed=passed, at=at, note=note)

    def look_again(
        self,
        case_id: str,
        inspector: Mover,
        *,
        passed: bool,
        at: datetime,
        note: str = "",
        photos: Sequence[Photo] = (),
    ) -> Move:
        """Enter a re-inspection that the office decides on later; see `decide`."""
        with writing(self._engine) as connection:
            facts = facts_of(connection, case_id)
            return self._look(connection, facts, inspector, photos, passed=passed, at=at, note=note)

    def decide(
        self,
        case_id: str,
        closer: Mover,
        office: Office,
        *,
        passed: bool,
        at: datetime,
        note: str = "",
    ) -> Move:
        """Close a case that was inspected again, or return it with a new deadline."""
        with writing(self._engine) as connection:
            facts = facts_of(connection, case_id)
            return self._decide(connection, facts, closer, office, passed=passed, at=at, note=note)

    def add_photos(self, case_id: str, photos: Sequence[Photo]) -> None:
        """Add photos of the finding."""
        with writing(self._engine) as connection:
            facts_of(connection, case_id)
            use_photos(connection, case_id, photos, FINDING, 0)
            self._desk.enter(connection, "case.photos", case_id, {"photos": len(photos)})

    def escalate_due(
        self,
        mover: Mover,
        office: Office,
        *,
        now: datetime,
        translate: Callable[[str], str] = str,
    ) -> list[tuple[str, str]]:
        """
        Escalate every case that the rule escalates, and return ids and reasons.

        Parameters
        ----------
        mover
            Who applies the rule.
        office
            For whom.
        now
            Now, timezone-aware.
        translate
            Turns the reason into the language that it is kept in.
        """
        escalated = []
        with writing(self._engine) as connection:
            deadlines = read_deadlines(connection)
            for case_id in sorted(read_moves(connection)):
                facts = facts_of(connection, case_id)
                reason = reason_to_escalate(
                    read_standing(connection, facts), deadlines.get(case_id), office.params,
                    now=now, timezone=office.timezone,
                )  # fmt: skip
                if reason is not None:
                    told = reason.render(translate)
                    self.enter_move(connection, facts, Act.ESCALATE, mover, now, told)
                    escalated.append((case_id, told))
        return escalated

    def _open(
        self, connection: Connection, violation_id: str, defect: Defect, at: datetime
    ) -> CaseFacts:
        """Enter a new case; one that is open stays as it is."""
        there = read_facts(connection, violation_id)
        if there is not None and there.defect is not defect:
            raise InputError(
                "Case {case_id} was opened as {defect}: its class of defects stays.",
                case_id=violation_id,
                defect=there.defect.value,
            )
        if there is not None:
            return there
        facts = facts_of_violation(connection, violation_id, defect, at)
        write_facts(connection, facts)
        use_found_photos(connection, violation_id)
        self._seed(connection, at.year, at)
        self._desk.enter(connection, "case.open", violation_id, {"defect": defect.value})
        return facts

    def _notify(
        self,
        connection: Connection,
        case_id: str,
        mover: Mover,
        office: Office,
        at: datetime,
        basis: str,
    ) -> Notice:
        """Write a notice under the next number."""
        facts = facts_of(connection, case_id)
        # what has come in since the case was opened
        use_found_photos(connection, case_id)
        notice = draft_notice(connection, facts, mover, office, at, basis)
        # the number goes into the log too, with the move that it comes with
        self.enter_move(
            connection, facts, Act.NOTIFY, mover, at, str(notice.number), notice.deadline
        )
        row = {**vars(notice.number), "case_id": case_id, "content": notice_to_json(notice)}
        connection.execute(insert(tables.notices).values(**row))
        return notice

    def _reply(
        self,
        connection: Connection,
        case_id: str,
        mover: Mover,
        text: str,
        photos: Sequence[Photo],
        at: datetime,
        origin: dict[str, Any],
    ) -> Move:
        """Enter a reply and its photos."""
        if not text.strip():
            raise InputError(
                "The reply to case {case_id} says nothing: write what was done.", case_id=case_id
            )
        move = self.enter_move(connection, facts_of(connection, case_id), Act.REPLY, mover, at, "")
        row = {"case_id": case_id, "number": move.number, "text": text.strip(), **origin}
        connection.execute(insert(tables.replies).values(**row))
        use_photos(connection, case_id, photos, REPLY, move.number)
        return move

    def _look(
        self,
        connection: Connection,
        facts: CaseFacts,
        inspector: Mover,
        photos: Sequence[Photo],
        *,
        passed: bool,
        at: datetime,
        note: str,
    ) -> Move:
        """Enter what a re-inspection saw, with its photos."""
        move = self.enter_move(connection, facts, Act.REINSPECT, inspector, at, note)
        row = {"case_id": facts.case_id, "number": move.number, "passed": passed, "note": note}
        connection.execute(insert(tables.reinspections).values(**row))
        use_photos(connection, facts.case_id, photos, REINSPECTION, move.number)
        return move

    def _decide(
        self,
        connection: Connection,
        facts: CaseFacts,
        closer: Mover,
        office: Office,
        *,
        passed: bool,
        at: datetime,
        note: str,
    ) -> Move:
        """Enter the closing or the return."""
        if passed:
            self._seed(connection, at.astimezone(office.timezone).year, at)
            return self.enter_move(connection, facts, Act.CLOSE, closer, at, note)
        day = deadline_after(at, office.params.after_return, office.timezone)
        return self.enter_move(connection, facts, Act.RETURN, closer, at, note, day)

    def enter_move(
        self,
        connection: Connection,
        facts: CaseFacts,
        act: Act,
        mover: Mover,
        at: datetime,
        reason: str = "",
        deadline: date | None = None,
    ) -> Move:
        """Make a move that the rules allow, within a transaction, with a row of the log."""
        move = next_move(read_standing(connection, facts), act, mover, at=at, reason=reason)
        write_move(connection, facts.case_id, move, deadline)
        details = {"state": move.after.value, "by": mover.name, "party": mover.party.value}
        if deadline is not None:
            details["deadline"] = deadline.isoformat()
        self._desk.enter(connection, f"case.{act.value}", facts.case_id, details)
        return move

    def _seed(self, connection: Connection, year: int, at: datetime) -> None:
        """Make the seed of a year if it has none; the log gets its hash, which binds it."""
        seeds = tables.recheck_seeds
        if connection.scalar(select(seeds.c.year).where(seeds.c.year == year)) is not None:
            return
        seed = self._new_seed()
        connection.execute(insert(seeds).values(year=year, seed=seed, made_at=naive(at)))
        facts = {"sha256": sha256(seed.encode()).hexdigest()}
        self._desk.enter(connection, "case.seed", str(year), facts)
