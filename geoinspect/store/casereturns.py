"""Take sheets of replies into the cases: each record once, conflicts told and not taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from geoinspect.cases.returns import Fate, Outcome, SheetReply, compare
from geoinspect.cases.states import Act, Mover, Party
from geoinspect.errors import InputError, NotFoundError, WorkflowError
from geoinspect.store import tables
from geoinspect.store.casetables import facts_of
from geoinspect.store.databases import writing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from geoinspect.store.cases import CaseStore

_REPLIES = tables.replies.c


def take_returns(cases: CaseStore, replies: Iterable[SheetReply]) -> list[Outcome]:
    """
    Take the rows of a sheet, each whole or not at all.

    A row that was taken before changes nothing; a row that contradicts what is there, or
    comes to a case that takes no reply, is told and not taken.

    Parameters
    ----------
    cases
        The cases of the city.
    replies
        The rows; they are taken in the order of record and version.
    """
    ordered = sorted(replies, key=lambda reply: (reply.record_id, reply.version))
    return [_take(cases, reply) for reply in ordered]


def _take(cases: CaseStore, reply: SheetReply) -> Outcome:
    """Take one row."""
    try:
        with writing(cases.engine) as connection:
            known = compare(reply, _versions(connection, reply.record_id))
            if known is not None:
                return known
            facts = facts_of(connection, reply.case_id)
            units = frozenset() if facts.unit_id is None else frozenset({facts.unit_id})
            cases.enter_reply(connection, reply, Mover(reply.by, Party.UNIT, units))
            if reply.leader:
                leader = Mover(reply.leader, Party.UNIT_LEADER, units)
                cases.enter_move(connection, facts, Act.APPROVE, leader, reply.at)
    except (InputError, NotFoundError, WorkflowError) as error:
        # whatever the rules of cases refuse is told beside the row, and nothing of it stays
        return Outcome(reply, Fate.CONFLICT, error)
    return Outcome(reply, Fate.TAKEN)


def _versions(connection: Connection, record_id: str) -> list[tuple[int, str, str]]:
    """Read which versions of a record are there."""
    wanted = select(_REPLIES.version, _REPLIES.content_sha256, _REPLIES.case_id)
    rows = connection.execute(wanted.where(_REPLIES.record_id == record_id)).all()
    return [(row.version, row.content_sha256, row.case_id) for row in rows]
