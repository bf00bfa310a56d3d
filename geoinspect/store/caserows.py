"""Rows of the tables of cases, and what they stand for."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import shapely
from sqlalchemy import insert, select

from geoinspect.cases.deadlines import Defect
from geoinspect.cases.facts import CaseFacts
from geoinspect.cases.notices import Notice, NoticeNumber
from geoinspect.cases.states import Act, Move, Mover, Party, Standing, State
from geoinspect.errors import NotFoundError
from geoinspect.store import tables

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sqlalchemy import Connection

_MOVES = tables.case_moves.c


def naive(moment: datetime | None) -> datetime | None:
    """Return a moment as the tables keep it: UTC, without saying so."""
    return None if moment is None else moment.astimezone(UTC).replace(tzinfo=None)


def aware(moment: datetime | None) -> datetime | None:
    """Return a moment of the tables with its time zone."""
    return None if moment is None else moment.replace(tzinfo=UTC)


def facts_of_violation(
    connection: Connection, violation_id: str, defect: Defect, at: datetime
) -> CaseFacts:
    """
    Put together what a new case is about.

    Raises
    ------
    NotFoundError
        If the city has no such violation.
    """
    found = _row(connection, tables.violations, violation_id)
    if found is None:
        raise NotFoundError(
            "There is no violation {violation_id!r}: `geoinspect -C CITY violation list` shows "
            "all.",
            violation_id=violation_id,
        )
    point = _row(connection, tables.points, found["point_id"]) or {}
    assigned = _row(connection, tables.assignments, found["point_id"]) or {}
    wkb = found["geometry"] or point.get("geometry")
    place = None if wkb is None else shapely.from_wkb(wkb)
    return CaseFacts(
        case_id=violation_id,
        point_id=found["point_id"],
        point_name=point.get("name") or "",
        address=point.get("address") or "",
        unit_id=assigned.get("unit_id"),
        unit_name=assigned.get("unit_name") or "",
        category=found["category"] or point.get("category") or "",
        item=found["item"] or "",
        description=found["description"] or "",
        defect=defect,
        severity=found["severity"],
        source=found["source"],
        lonlat=None if place is None else (place.x, place.y),
        found_at=found["found_at"].replace(tzinfo=UTC),
        opened_at=at,
    )


def _row(connection: Connection, table: Any, key: str | None) -> Mapping[Any, Any] | None:
    """Read one row by its key."""
    column = table.primary_key.columns[0]
    return connection.execute(select(table).where(column == key)).mappings().one_or_none()


def write_facts(connection: Connection, facts: CaseFacts) -> None:
    """Enter a new case."""
    row = {**vars(facts), "defect": facts.defect.value}
    lon, lat = row.pop("lonlat") or (None, None)
    row |= {"found_at": naive(facts.found_at), "opened_at": naive(facts.opened_at)}
    connection.execute(insert(tables.cases).values(**row, lon=lon, lat=lat))


def read_facts(connection: Connection, case_id: str) -> CaseFacts | None:
    """Read what a case is about; None if there is none."""
    found = _row(connection, tables.cases, case_id)
    if found is None:
        return None
    row = dict(found)
    lon, lat = row.pop("lon"), row.pop("lat")
    row |= {"found_at": aware(row["found_at"]), "opened_at": aware(row["opened_at"])}
    row |= {"defect": Defect(row["defect"]), "lonlat": None if lon is None else (lon, lat)}
    return CaseFacts(**row)


def read_moves(connection: Connection, case_id: str | None = None) -> dict[str, list[Move]]:
    """Read the moves of one case, or of all, oldest first."""
    wanted = select(tables.case_moves).order_by(_MOVES.case_id, _MOVES.number)
    if case_id is not None:
        wanted = wanted.where(_MOVES.case_id == case_id)
    moves: dict[str, list[Move]] = {}
    for row in connection.execute(wanted).mappings():
        moves.setdefault(row["case_id"], []).append(_move(row))
    return moves


def _move(row: Mapping[Any, Any]) -> Move:
    return Move(
        row["number"],
        Act(row["act"]),
        State(row["before"]),
        State(row["after"]),
        row["at"].replace(tzinfo=UTC),
        Mover(row["actor"], Party(row["party"])),
        row["reason"],
    )


def write_move(
    connection: Connection, case_id: str, move: Move, deadline: date | None = None
) -> None:
    """Enter a move."""
    connection.execute(
        insert(tables.case_moves).values(
            case_id=case_id,
            number=move.number,
            act=move.act.value,
            before=move.before.value,
            after=move.after.value,
            at=naive(move.at),
            actor=move.mover.name,
            party=move.mover.party.value,
            reason=move.reason,
            deadline=None if deadline is None else deadline.isoformat(),
        )
    )


def read_standing(connection: Connection, facts: CaseFacts) -> Standing:
    """Read where a case stands."""
    moves = read_moves(connection, facts.case_id).get(facts.case_id, [])
    return Standing(facts.case_id, facts.unit_id, tuple(moves))


def read_deadlines(
    connection: Connection, case_id: str | None = None, sources: Collection[str] | None = None
) -> dict[str, date]:
    """Read the last day that units have, by case: of one case, or of those from some sources."""
    wanted = select(_MOVES.case_id, _MOVES.deadline).where(_MOVES.deadline.is_not(None))
    if case_id is not None:
        wanted = wanted.where(_MOVES.case_id == case_id)
    if sources is not None:
        cases = tables.cases.c
        wanted = wanted.join_from(tables.cases, tables.case_moves, cases.case_id == _MOVES.case_id)
        wanted = wanted.where(cases.source.in_(sorted(sources)))
    # a later move puts another day in the place of an earlier one
    rows: Iterable[Any] = connection.execute(wanted.order_by(_MOVES.case_id, _MOVES.number)).all()
    return {case: date.fromisoformat(day) for case, day in rows}


def notice_to_json(notice: Notice) -> str:
    """Write a notice as the table keeps it; its number stands beside it."""
    members = {name: value for name, value in vars(notice).items() if name != "number"}
    members["params"] = dict(notice.params)
    return json.dumps(members, default=lambda moment: moment.isoformat(), ensure_ascii=False)


def notice_of_row(row: Mapping[Any, Any]) -> Notice:
    """Read a notice of the table."""
    members = json.loads(row["content"])
    members |= {
        "number": NoticeNumber(row["issuer"], row["year"], row["number"]),
        "issued_at": datetime.fromisoformat(members["issued_at"]),
        "found_at": datetime.fromisoformat(members["found_at"]),
        "deadline": date.fromisoformat(members["deadline"]),
        "lonlat": None if members["lonlat"] is None else tuple(members["lonlat"]),
        "photos": tuple(members["photos"]),
    }
    return Notice(**members)
