"""Replies that come on sheets: late, twice, or changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING

from geoinspect.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from geoinspect.errors import GeoinspectError


@dataclass(frozen=True)
class SheetReply:
    """
    One row of a sheet of replies.

    Attributes
    ----------
    record_id, version
        Which record it is, and which version of it, from 1.
    case_id
        The case.
    at
        When it was done, timezone-aware.
    by, leader
        Who wrote it, and who approved it; "" for nobody yet.
    text
        What was done.
    source_row
        Row of the sheet.
    """

    record_id: str
    version: int
    case_id: str
    at: datetime
    by: str
    leader: str
    text: str
    source_row: int

    @property
    def sha256(self) -> str:
        """Hash of what the record says, wherever it stands in the sheet."""
        said = [self.case_id, self.at.timestamp(), self.by, self.leader, self.text]
        return sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


class Fate(StrEnum):
    """What becomes of a row."""

    TAKEN = "taken"
    KNOWN = "known"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class Outcome:
    """
    What became of a row of a sheet.

    Attributes
    ----------
    reply
        The row.
    fate
        Taken, known from before, or in conflict and not taken.
    problem
        Why it is in conflict, None otherwise.
    """

    reply: SheetReply
    fate: Fate
    problem: GeoinspectError | None = None


def compare(reply: SheetReply, known: Sequence[tuple[int, str, str]]) -> Outcome | None:
    """
    Hold a row against the versions of its record that are there.

    Parameters
    ----------
    reply
        The row.
    known
        Version, hash and case of each version that was taken.

    Returns
    -------
    outcome
        None for a row that is new.
    """
    same = next((digest for version, digest, _ in known if version == reply.version), None)
    if same is not None:
        if same == reply.sha256:
            return Outcome(reply, Fate.KNOWN)
        return _conflict(
            reply,
            "Record {record_id} is there in version {version} with other content: nothing was "
            "changed. A correction needs a higher version.",
        )
    if any(version > reply.version for version, _, _ in known):
        return _conflict(reply, "Record {record_id} is there in a later version than {version}.")
    if any(case_id != reply.case_id for _, _, case_id in known):
        return _conflict(
            reply, "Record {record_id} belongs to another case in its version before {version}."
        )
    return None


def _conflict(reply: SheetReply, sentence: str) -> Outcome:
    problem = InputError(sentence, record_id=reply.record_id, version=reply.version)
    return Outcome(reply, Fate.CONFLICT, problem)
