"""What a case is about, as it stood when the case was opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from geoinspect.cases.deadlines import Defect


@dataclass(frozen=True)
class CaseFacts:
    """
    The violation behind a case, and who answers for it.

    Attributes
    ----------
    case_id
        Id of the violation.
    point_id, unit_id
        The point and the responsible unit, None where not known.
    point_name, address, unit_name
        What they are called; "" where not known.
    category, item, description
        What kind of place, which item of the checklist, and what was found.
    defect, severity
        Hardware or conduct; 1 minor to 3 grave.
    source
        Who reported it: route, 12345, 12319, grid, citizen, self-check, or another.
    lonlat
        WGS-84 longitude and latitude; None where not known.
    found_at, opened_at
        When, timezone-aware.
    """

    case_id: str
    point_id: str | None
    point_name: str
    address: str
    unit_id: str | None
    unit_name: str
    category: str
    item: str
    description: str
    defect: Defect
    severity: int
    source: str
    lonlat: tuple[float, float] | None
    found_at: datetime
    opened_at: datetime
