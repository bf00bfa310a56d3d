"""Notices as they are issued: by whom, under which number, with what on them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from geoinspect.cases.deadlines import DeadlineParams, deadline_after
from geoinspect.cases.notices import Notice, NoticeNumber, check_issuer
from geoinspect.errors import InputError
from geoinspect.store import tables
from geoinspect.store.casephotos import photos_of_finding

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from sqlalchemy import Connection

    from geoinspect.cases.facts import CaseFacts
    from geoinspect.cases.states import Mover

_NOTICES = tables.notices.c


@dataclass(frozen=True)
class Office:
    """
    The office that runs the cases.

    Attributes
    ----------
    timezone
        Time zone of the city, which decides days and years.
    params
        Knobs of deadlines.
    issuer
        Code that its notices are numbered under.
    """

    timezone: ZoneInfo
    issuer: str
    params: DeadlineParams = field(default_factory=DeadlineParams)


def draft_notice(
    connection: Connection, facts: CaseFacts, mover: Mover, office: Office, at: datetime, basis: str
) -> Notice:
    """
    Write a notice down as it is issued, under the number after the last one.

    Raises
    ------
    InputError
        If nobody answers for the place, or the office has no code that could stand in a number.
    """
    if facts.unit_id is None:
        raise InputError(
            "Nobody answers for the place of case {case_id}: run `geoinspect -C CITY assign`, or "
            "add a rule for it to the table of units.",
            case_id=facts.case_id,
        )
    days = office.params.working_days(facts.defect, facts.severity)
    year = at.astimezone(office.timezone).year
    return Notice(
        number=_next_number(connection, check_issuer(office.issuer), year),
        case_id=facts.case_id,
        issued_at=at,
        issued_by=mover.name,
        unit_id=facts.unit_id,
        unit_name=facts.unit_name,
        point_id=facts.point_id or "",
        point_name=facts.point_name,
        address=facts.address,
        lonlat=facts.lonlat,
        category=facts.category,
        item=facts.item,
        description=facts.description,
        defect=facts.defect.value,
        severity=facts.severity,
        found_at=facts.found_at,
        deadline=deadline_after(at, days, office.timezone),
        working_days=days,
        basis=basis,
        params=asdict(office.params),
        photos=photos_of_finding(connection, facts.case_id),
    )


def _next_number(connection: Connection, issuer: str, year: int) -> NoticeNumber:
    """Return the number after the last one of an issuer and year."""
    of_year = select(func.max(_NOTICES.number)).where(
        _NOTICES.issuer == issuer, _NOTICES.year == year
    )
    return NoticeNumber(issuer, year, 1 + (connection.scalar(of_year) or 0))
