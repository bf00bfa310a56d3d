"""Cases to be read: one by one, and as tables for lists, chances and signs of sham closure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sqlalchemy import and_, case, func, select

from geoinspect.cases.deadlines import FINAL
from geoinspect.cases.rechecks import RecheckParams, is_rechecked
from geoinspect.cases.states import Act, State
from geoinspect.errors import NotFoundError
from geoinspect.store import tables
from geoinspect.store.caserows import (
    aware,
    notice_of_row,
    read_deadlines,
    read_facts,
    read_standing,
)
from geoinspect.store.columns import frame_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from sqlalchemy import Connection, Engine, Select

    from geoinspect.cases.facts import CaseFacts
    from geoinspect.cases.notices import Notice
    from geoinspect.cases.states import Standing

_CASES = tables.cases.c
_MOVES = tables.case_moves.c
_NOTICES = tables.notices.c
_USES = tables.photo_uses.c
_PHOTOS = tables.photos.c

_MOMENTS_OF_ACTS = {
    "noticed_at": Act.NOTIFY,
    "replied_at": Act.REPLY,
    "approved_at": Act.APPROVE,
    "closed_at": Act.CLOSE,
}
_MOMENTS = ("found_at", "opened_at", *_MOMENTS_OF_ACTS)


@dataclass(frozen=True)
class Shown:
    """
    A photo of a case.

    Attributes
    ----------
    move
        Number of the move that it came with, 0 for the finding.
    sha256
        Hash of the file.
    use
        `FINDING`, `REPLY` or `REINSPECTION`; see `geoinspect.cases.signs`.
    kind
        Format: "jpeg", "png", ...
    taken_at
        When by its own data, timezone-aware; None where it does not say.
    """

    move: int
    sha256: str
    use: str
    kind: str
    taken_at: datetime | None


@dataclass(frozen=True)
class Case:
    """
    A case as it stands.

    Attributes
    ----------
    facts
        What it is about.
    standing
        Its moves.
    deadline
        Last day that the unit has, None before there is a notice.
    notice
        The notice, None before there is one.
    photos
        SHA-256 and use of its photos, in the order in which they came in.
    """

    facts: CaseFacts
    standing: Standing
    deadline: date | None
    notice: Notice | None
    photos: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Told:
    """
    What was written and shown with the moves of a case, by the number of the move.

    Attributes
    ----------
    replies
        Texts of the unit.
    passed
        Whether a re-inspection found the violation put right.
    photos
        All photos, in the order in which they came in.
    """

    replies: dict[int, str]
    passed: dict[int, bool]
    photos: tuple[Shown, ...]


class CaseTables:
    """
    All cases of a city, to be read.

    Parameters
    ----------
    engine
        Database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def has(self, case_id: str) -> bool:
        """Tell whether the case of a violation is open or was."""
        with self._engine.connect() as connection:
            return read_facts(connection, case_id) is not None

    def case(self, case_id: str) -> Case:
        """
        Return a case as it stands.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        with self._engine.connect() as connection:
            facts = facts_of(connection, case_id)
            notice = select(tables.notices).where(_NOTICES.case_id == case_id)
            row = connection.execute(notice).mappings().one_or_none()
            uses = select(_USES.sha256, _USES.use).where(_USES.case_id == case_id)
            return Case(
                facts,
                read_standing(connection, facts),
                read_deadlines(connection, case_id).get(case_id),
                None if row is None else notice_of_row(row),
                tuple((r.sha256, r.use) for r in connection.execute(uses.order_by(_USES.number))),
            )

    def table(self, only: str | None = None) -> pd.DataFrame:
        """
        Return all cases as they stand.

        Parameters
        ----------
        only
            Id of the one case that is wanted, None for all.

        Returns
        -------
        cases
            Indexed by case id and sorted by it: the columns of the table `cases`; `state`,
            `returns` (times it came back), `deadline` (a date or None), and the moments
            `noticed_at`, `replied_at`, `approved_at` (the last ones) and `closed_at` (UTC,
            NaT where it did not happen).
        """
        wanted = _as_they_stand(only)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted).all()
        cases = frame_of(rows, list(wanted.selected_columns.keys())).set_index("case_id")
        for name in _MOMENTS:
            cases[name] = pd.to_datetime(cases[name], utc=True)
        days = [None if day is None else date.fromisoformat(day) for *_, day in rows]
        cases["deadline"] = pd.Series(days, index=cases.index, dtype=object)
        return cases.astype({"lon": float, "lat": float, "state": object, "returns": object})

    def standing(self, sources: Collection[str]) -> pd.DataFrame:
        """
        Return what decides whether a violation counts.

        Parameters
        ----------
        sources
            Deadlines are those of violations from these.

        Returns
        -------
        standing
            Indexed by case id, which is that of the violation, for cases that were dismissed
            or have such a deadline: `is_dismissed`, and `last_day` (a date or None).
        """
        dismissed = select(_MOVES.case_id).where(_MOVES.after == State.DISMISSED)
        with self._engine.connect() as connection:
            gone = {str(row.case_id) for row in connection.execute(dismissed)}
            days = read_deadlines(connection, sources=sources)
        ids = sorted(gone | days.keys())
        last = pd.Series([days.get(key) for key in ids], index=ids, dtype=object)
        is_gone = pd.Series([key in gone for key in ids], index=ids, dtype=bool)
        return pd.DataFrame({"is_dismissed": is_gone, "last_day": last})

    def notices(self, issuer: str | None = None, year: int | None = None) -> list[Notice]:
        """Return notices by issuer, year and number, or those of an issuer or a year."""
        wanted = select(tables.notices)
        if issuer is not None:
            wanted = wanted.where(_NOTICES.issuer == issuer)
        if year is not None:
            wanted = wanted.where(_NOTICES.year == year)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted).mappings().all()
        return sorted((notice_of_row(row) for row in rows), key=lambda notice: notice.number)

    def photo_uses(self) -> pd.DataFrame:
        """Return every use of a photo with what it tells, as `geoinspect.cases.find_signs` asks."""
        columns = (_USES.case_id, _USES.sha256, _USES.use, _PHOTOS.taken_at, _PHOTOS.lon,
                   _PHOTOS.lat, _PHOTOS.likeness)  # fmt: skip
        wanted = select(*columns).join_from(
            tables.photo_uses, tables.photos, _USES.sha256 == _PHOTOS.sha256
        )
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.order_by(_USES.number)).all()
        uses = frame_of(rows, [c.name for c in columns])
        uses["taken_at"] = pd.to_datetime(uses["taken_at"], utc=True)
        return uses.astype({"lon": float, "lat": float})

    def told(self, case_id: str) -> Told:
        """Return what was written and shown with the moves of a case."""
        replies, looks = tables.replies.c, tables.reinspections.c
        texts = select(replies.number, replies.text).where(replies.case_id == case_id)
        seen = select(looks.number, looks.passed).where(looks.case_id == case_id)
        shown = (
            select(_USES.move, _USES.sha256, _USES.use, _PHOTOS.kind, _PHOTOS.taken_at)
            .join_from(tables.photo_uses, tables.photos, _USES.sha256 == _PHOTOS.sha256)
            .where(_USES.case_id == case_id)
            .order_by(_USES.number)
        )
        with self._engine.connect() as connection:
            return Told(
                {row.number: row.text for row in connection.execute(texts)},
                {row.number: row.passed for row in connection.execute(seen)},
                tuple(
                    Shown(row.move, row.sha256, row.use, row.kind, aware(row.taken_at))
                    for row in connection.execute(shown)
                ),
            )

    def last_replies(self) -> dict[str, str]:
        """Return the newest reply of each case that has one, by the id of the case."""
        replies = tables.replies.c
        wanted = select(replies.case_id, replies.text).order_by(replies.case_id, replies.number)
        with self._engine.connect() as connection:
            return {row.case_id: row.text for row in connection.execute(wanted)}

    def seeds(self) -> dict[int, str]:
        """Return the seeds that decide which closed cases are visited again, by year."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(tables.recheck_seeds)).all()
        return {row.year: row.seed for row in rows}

    def reinspections_due(
        self, timezone: ZoneInfo, params: RecheckParams | None = None
    ) -> pd.DataFrame:
        """
        Return the visits that cases ask for.

        Returns
        -------
        due
            `case_id`, `point_id` and `since` (UTC): cases whose reply is approved, since then,
            and the share of closed cases that is looked at again, since their closing.
        """
        params = params or RecheckParams()
        cases = self.table()
        seeds = self.seeds()
        closed = cases[(cases["state"] == State.CLOSED) & cases["point_id"].notna()]
        years = closed["closed_at"].dt.tz_convert(timezone).dt.year
        drawn = [
            is_rechecked(str(case_id), seeds[year], params.share) for case_id, year in years.items()
        ]
        waiting = cases[(cases["state"] == State.APPROVED) & cases["point_id"].notna()]
        parts = [
            waiting.rename(columns={"approved_at": "since"}),
            closed[np.array(drawn, dtype=bool)].rename(columns={"closed_at": "since"}),
        ]
        asked = pd.concat([part[["point_id", "since"]] for part in parts])
        return asked.reset_index(names="case_id")

    def settled(self) -> frozenset[str]:
        """Return the ids of the cases that are closed or dismissed."""
        cases = self.table()
        return frozenset(cases.index[cases["state"].isin([state.value for state in FINAL])])


def facts_of(connection: Connection, case_id: str) -> CaseFacts:
    """
    Read what a case is about.

    Raises
    ------
    NotFoundError
        If there is no such case.
    """
    facts = read_facts(connection, case_id)
    if facts is None:
        raise NotFoundError(
            "There is no case {case_id!r}: `geoinspect -C CITY violation notice` opens one.",
            case_id=case_id,
        )
    return facts


def _as_they_stand(only: str | None) -> Select[Any]:
    """
    Select cases with what their moves come to: the database sums up what are millions of moves.

    A move is never earlier than the one before, so that the last of a kind is the latest.
    """
    latest = {
        name: func.max(case((_MOVES.act == act, _MOVES.at))).label(name)
        for name, act in _MOMENTS_OF_ACTS.items()
    }
    came_back = func.sum(case((_MOVES.after == State.RETURNED, 1), else_=0))
    dated = func.max(case((_MOVES.deadline.is_not(None), _MOVES.number)))
    moved = select(
        _MOVES.case_id,
        func.max(_MOVES.number).label("last"),
        dated.label("dated"),
        came_back.label("returns"),
        *latest.values(),
    ).group_by(_MOVES.case_id)
    # a move that was made is looked up by its number
    summed = (moved if only is None else moved.where(_MOVES.case_id == only)).subquery()
    last, due = tables.case_moves.alias("last_move"), tables.case_moves.alias("due_move")
    joined = (
        tables.cases.outerjoin(summed, summed.c.case_id == _CASES.case_id)
        .outerjoin(last, and_(last.c.case_id == _CASES.case_id, last.c.number == summed.c.last))
        .outerjoin(due, and_(due.c.case_id == _CASES.case_id, due.c.number == summed.c.dated))
    )
    wanted = select(
        tables.cases,
        func.coalesce(last.c.after, State.FOUND.value).label("state"),
        func.coalesce(summed.c.returns, 0).label("returns"),
        *(summed.c[name] for name in latest),
        due.c.deadline,
    )
    wanted = wanted.select_from(joined).order_by(_CASES.case_id)
    return wanted if only is None else wanted.where(_CASES.case_id == only)
