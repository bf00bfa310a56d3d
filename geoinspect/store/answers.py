"""Answers to posts that named an idempotency key: a post sent twice is done once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from geoinspect.processes import is_gone, own_name
from geoinspect.store import tables
from geoinspect.store.databases import writing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Engine

_ANSWERS = tables.answers.c

#: How long an answer is kept for a repetition.
KEPT = timedelta(days=2)

#: After this a post without an answer is taken for dead where nothing is known of its process.
PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True)
class Answer:
    """
    What is known of a key that was used before.

    Attributes
    ----------
    request
        Digest of the post that used it first.
    status
        Status of its answer; None while it is under way.
    headers, body
        The answer, byte for byte.
    """

    request: str
    status: int | None
    headers: dict[str, str]
    body: bytes


class AnswerTable:
    """
    Keys and answers of one city.

    Parameters
    ----------
    engine
        Database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def claim(self, key: str, request: str, *, at: datetime) -> Answer | None:
        """
        Take a key for a post; return what is known of the key if it is taken.

        A key whose process is gone without an answer is taken over: what it wrote is written
        by now, and nothing else ever will be.

        Parameters
        ----------
        key
            The key, with whoever uses it in it.
        request
            Digest of the post.
        at
            Now, timezone-aware.
        """
        now = at.astimezone(UTC).replace(tzinfo=None)
        self._forget(now)
        row = {"key": key, "request": request, "claimed_at": now, "claimed_by": own_name()}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(tables.answers).values(**row))
        except IntegrityError:
            if self._take_over(key, request, now):
                return None
            return self._known(key, request)
        return None

    def keep(self, key: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Keep the answer to the post that has a key."""
        values = {"status": status, "headers": json.dumps(dict(headers)), "body": body}
        with self._engine.begin() as connection:
            connection.execute(update(tables.answers).where(_ANSWERS.key == key).values(values))

    def give_back(self, key: str) -> None:
        """Free a key whose post came to nothing."""
        with self._engine.begin() as connection:
            connection.execute(delete(tables.answers).where(_ANSWERS.key == key))

    def _take_over(self, key: str, request: str, now: datetime) -> bool:
        """Take the key of a dead process's post, unless its answer is there."""
        mine = (_ANSWERS.key == key) & (_ANSWERS.request == request) & _ANSWERS.status.is_(None)
        with self._engine.connect() as connection:
            owner = connection.scalar(select(_ANSWERS.claimed_by).where(mine))
        if owner is None or not is_gone(owner):
            return False
        # a server may still be busy with the last words of the dead: this waits for them
        with writing(self._engine) as connection:
            taken = update(tables.answers).where(mine, _ANSWERS.claimed_by == owner)
            taken = taken.values(claimed_at=now, claimed_by=own_name())
            return connection.execute(taken).rowcount == 1

    def _known(self, key: str, request: str) -> Answer:
        """Return what is known of a key."""
        wanted = select(tables.answers).where(_ANSWERS.key == key)
        with self._engine.connect() as connection:
            row = connection.execute(wanted).mappings().first()
        if row is None:
            # given back this very moment: as good as under way
            return Answer(request, None, {}, b"")
        return Answer(
            row["request"], row["status"], json.loads(row["headers"] or "{}"), row["body"] or b""
        )

    def _forget(self, now: datetime) -> None:
        """Drop what is too old to be asked for again."""
        dead = _ANSWERS.status.is_(None) & (_ANSWERS.claimed_at < now - PATIENCE)
        old = or_(_ANSWERS.claimed_at < now - KEPT, dead)
        with self._engine.begin() as connection:
            connection.execute(delete(tables.answers).where(old))
