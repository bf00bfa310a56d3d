"""Find the case that a report belongs to among the violations at hand, or make one."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

import shapely
from sqlalchemy import insert, select

from geoinspect.store import tables
from geoinspect.store.people import naive
from geoinspect.tickets import CaseIndex, LinkParams, Report

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from geoinspect.tickets import Link

_VIOLATIONS = tables.violations.c

#: Source of what inspectors find on their routes.
INSPECTED = "route"


class Cases:
    """
    The violations near in time to some reports, within one transaction.

    Parameters
    ----------
    connection
        The transaction.
    moments
        When the reports were made, timezone-aware.
    params
        How near reports of one case are.
    """

    def __init__(
        self, connection: Connection, moments: Iterable[datetime], params: LinkParams
    ) -> None:
        self._connection = connection
        self._opened: list[dict[str, Any]] = []
        points = tables.points.c
        known_points = connection.execute(
            select(points.point_id, points.category, points.geometry)
        ).all()
        self._places = {row.point_id: row.geometry for row in known_points}
        self._categories = {row.point_id: row.category for row in known_points}
        found = self._violations(sorted(moments), params)
        reports = {row.violation_id: self._report_of(row) for row in found}
        known = {key: report for key, report in reports.items() if report is not None}
        latitude = next((report.lat for report in known.values()), None)
        self._params = params
        self._index = None if latitude is None else CaseIndex(params, latitude)
        for key, report in known.items():
            self._add(key, report)

    def report(self, row: dict[str, Any]) -> Report | None:
        """Return a violation as a report; None if nobody knows where it is."""
        wkb = row["geometry"] or self._places.get(row["point_id"])
        if wkb is None:
            return None
        ((lon, lat),) = shapely.get_coordinates(shapely.centroid(shapely.from_wkb(wkb)))
        text, at = row["description"] or "", row["found_at"].replace(tzinfo=UTC)
        is_inspected = row["source"] == INSPECTED
        return Report(row["item"] or "", text, at, float(lon), float(lat), is_inspected)

    def link_or_open(self, row: dict[str, Any]) -> tuple[str, Link | None]:
        """
        Link a violation to the case it is one of, or open a case of its own; see `write`.

        Parameters
        ----------
        row
            Values of the columns of `violations`; `found_at` naive UTC.

        Returns
        -------
        case_id
            Id of the violation that is the case.
        link
            Why it is that case, None if it is its own.
        """
        report = self.report(row)
        link = self._index.find(report) if report is not None and self._index else None
        if link is not None:
            return link.case_id, link
        self._opened.append(row)
        if report is not None:
            self._add(row["violation_id"], report)
        return row["violation_id"], None

    def write(self) -> None:
        """Enter the cases that were opened; the last act, for all of them at once."""
        if self._opened:
            self._connection.execute(insert(tables.violations), self._opened)
            self._opened = []

    def geometry_of(self, point_id: str | None) -> bytes | None:
        """Return where a point is, as well-known binary."""
        return self._places.get(point_id) if point_id is not None else None

    def category_of(self, point_id: str | None) -> str | None:
        """Return the category of a point."""
        return self._categories.get(point_id) if point_id is not None else None

    def _violations(self, moments: list[datetime], params: LinkParams) -> list[Any]:
        """Read the violations that may be one case with a report."""
        if not moments:
            return []
        margin = timedelta(days=params.max_days)
        span = _VIOLATIONS.found_at.between(naive(moments[0] - margin), naive(moments[-1] + margin))
        wanted = select(tables.violations).where(span).order_by(_VIOLATIONS.violation_id)
        return list(self._connection.execute(wanted))

    def _report_of(self, row: Any) -> Report | None:
        return self.report(dict(row._mapping))

    def _add(self, case_id: str, report: Report) -> None:
        """Enter a case, in an index that is made with the first."""
        if self._index is None:
            self._index = CaseIndex(self._params, report.lat)
        self._index.add(case_id, report)
