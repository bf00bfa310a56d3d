"""Link reports of one matter to one case, so that it is counted once."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from geoinspect.tickets.matters import same_matter

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_METRES_PER_DEGREE = 111_195.0


@dataclass(frozen=True)
class LinkParams:
    """
    How near two reports of one matter are.

    Attributes
    ----------
    max_distance_m
        Farthest apart in space.
    max_days
        Farthest apart in time.
    """

    max_distance_m: float = 50.0
    max_days: float = 7.0

    def __post_init__(self) -> None:
        if not (self.max_distance_m > 0 and self.max_days > 0):
            raise ValueError("the limits of a link are above 0")


@dataclass(frozen=True)
class Report:
    """
    What somebody reports.

    Attributes
    ----------
    item, text
        What it is about, and more words.
    at
        When, timezone-aware.
    lon, lat
        Where, WGS-84 degrees.
    is_inspected
        Whether an inspector reports by items of a checklist: of two such reports only those
        of one item are one matter, for neighbouring items may both fail.
    """

    item: str
    text: str
    at: datetime
    lon: float
    lat: float
    is_inspected: bool = False


@dataclass(frozen=True)
class Link:
    """
    Why a report is one of a case.

    Attributes
    ----------
    case_id
        The case.
    matter
        What both are about; see `same_matter`.
    distance_m, days
        How far apart they are.
    """

    case_id: str
    matter: str
    distance_m: int
    days: float

    def to_text(self) -> str:
        """Return the reason as JSON, for the database."""
        return json.dumps(asdict(self), ensure_ascii=False)


def reason_in_words(text: str, translate: Callable[[str], str]) -> str:
    """Return the reason that `Link.to_text` wrote as a sentence, "" for a case of its own."""
    if not text:
        return ""
    return translate("same matter ({matter}), {distance_m} m and {days} days apart").format(
        **json.loads(text)
    )


class CaseIndex:
    """
    Cases, found by place and time.

    Parameters
    ----------
    params
        How near a report must be.
    latitude
        Latitude of the city in degrees, within a degree.
    """

    def __init__(self, params: LinkParams, latitude: float) -> None:
        self._params = params
        # wider than the limit, so that neighbouring cells hold all within it
        self._step_lat = 1.1 * params.max_distance_m / _METRES_PER_DEGREE
        self._step_lon = self._step_lat / max(0.05, math.cos(math.radians(abs(latitude) + 1)))
        self._cells: defaultdict[tuple[int, int], list[tuple[str, Report]]] = defaultdict(list)

    def add(self, case_id: str, report: Report) -> None:
        """Add a report of a case; later ones near to it are linked to the case."""
        self._cells[self._cell(report)].append((case_id, report))

    def find(self, report: Report) -> Link | None:
        """Return the nearest case of the same matter within the limits, if there is one."""
        links = [
            link
            for case_id, other in self._near(report)
            if (link := self._link(report, case_id, other)) is not None
        ]
        return min(links, key=lambda x: (x.distance_m, x.days, x.case_id), default=None)

    def _near(self, report: Report) -> list[tuple[str, Report]]:
        """Return what lies in the nine cells around a report."""
        column, row = self._cell(report)
        return [
            entry
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
            for entry in self._cells.get((column + dx, row + dy), ())
        ]

    def _link(self, report: Report, case_id: str, other: Report) -> Link | None:
        distance_m = _distance_m(report, other)
        days = abs((report.at - other.at).total_seconds()) / 86400
        if distance_m > self._params.max_distance_m or days > self._params.max_days:
            return None
        if report.is_inspected and other.is_inspected:
            matter = report.item if report.item == other.item else ""
        else:
            matter = same_matter((report.item, report.text), (other.item, other.text))
        return Link(case_id, matter, round(distance_m), round(days, 1)) if matter else None

    def _cell(self, report: Report) -> tuple[int, int]:
        return (
            math.floor(report.lon / self._step_lon),
            math.floor(report.lat / self._step_lat),
        )


def _distance_m(first: Report, second: Report) -> float:
    """Return the distance of two near places: flat, right to 1e-4 within a kilometre."""
    middle = math.radians((first.lat + second.lat) / 2)
    dx = (first.lon - second.lon) * math.cos(middle) * _METRES_PER_DEGREE
    dy = (first.lat - second.lat) * _METRES_PER_DEGREE
    return math.hypot(dx, dy)
