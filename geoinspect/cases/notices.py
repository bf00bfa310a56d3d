"""The rectification notice: its number and everything that its sheet shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoinspect.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

#: What stands before the year where the office names no other code.
USUAL_ISSUER = "创办整改"

_ISSUER = re.compile(r"[^\W\d_][\w\-]{0,29}")


@dataclass(frozen=True, order=True)
class NoticeNumber:
    """
    Number of a notice: 1, 2, 3 within an issuer and year, without gaps.

    Attributes
    ----------
    issuer
        Code of the office, such as 太创办整改.
    year
        Year of the issue, in the city's time zone.
    number
        From 1.

    Examples
    --------
    >>> print(NoticeNumber("太创办整改", 2026, 12))
    太创办整改〔2026〕12号
    """

    issuer: str
    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.issuer}〔{self.year}〕{self.number}号"


@dataclass(frozen=True)
class Notice:
    """
    A rectification notice (整改通知书).

    Attributes
    ----------
    number
        Its number.
    case_id
        The case.
    issued_at, issued_by
        When (timezone-aware) and by whom.
    unit_id, unit_name
        The unit that has to act.
    point_id, point_name, address
        The place; "" where not known.
    lonlat
        WGS-84 longitude and latitude, None where not known.
    category, item, description
        What kind of place, which item of the checklist, and what was found.
    defect, severity
        Its class: "hardware" or "conduct", 1 minor to 3 grave.
    found_at
        When it was found, timezone-aware.
    deadline, working_days
        Last day, and how many working days it was reckoned with.
    basis
        Rule or standard that the item rests on.
    params
        The knobs of deadlines as they were then.
    photos
        SHA-256 of the photos of the finding.
    """

    number: NoticeNumber
    case_id: str
    issued_at: datetime
    issued_by: str
    unit_id: str
    unit_name: str
    point_id: str
    point_name: str
    address: str
    lonlat: tuple[float, float] | None
    category: str
    item: str
    description: str
    defect: str
    severity: int
    found_at: datetime
    deadline: date
    working_days: int
    basis: str
    params: Mapping[str, Any]
    photos: tuple[str, ...]


def check_issuer(issuer: str) -> str:
    """
    Return the code of an issuer without spaces around it.

    Raises
    ------
    InputError
        If it could not stand in a number.
    """
    issuer = issuer.strip()
    if not _ISSUER.fullmatch(issuer):
        raise InputError(
            "{issuer!r} is no code of an issuer: write letters such as 太创办整改, not more than "
            "30 and without spaces or brackets.",
            issuer=issuer,
        )
    return issuer
