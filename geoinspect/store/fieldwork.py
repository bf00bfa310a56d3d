"""
What phones send beside results: when a stop was visited, and photos.

All of it may come twice, and in any order: a phone in a dead spot does not know what arrived.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import insert, select, update

from geoinspect.store import tables
from geoinspect.store.casephotos import note_photo
from geoinspect.store.caserows import naive
from geoinspect.store.databases import reading, writing
from geoinspect.store.results import ResultChanges, enter_results
from geoinspect.tickets import LinkParams

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    import pandas as pd
    from sqlalchemy import Connection, Engine

    from geoinspect.photos import Photo
    from geoinspect.store.desk import Desk

_VISITS = tables.visits.c
#: What one visit says once; null where it is not known yet.
_ONCE = ("point_id", "arrived_at", "finished_at", "lon", "lat", "accuracy_m")

#: What became of a visit; "completed" where something was told that was not known before.
Outcome = Literal["added", "unchanged", "completed", "conflict"]


@dataclass(frozen=True)
class Visit:
    """
    An inspector at a stop.

    Attributes
    ----------
    inspection_id
        Id of the inspection made there.
    point_id
        The stop.
    arrived_at, finished_at
        By the phone's clock, timezone-aware; None while the visit lasts.
    lon, lat
        Where the phone was, WGS-84; None where it did not say.
    accuracy_m
        Radius around it by the phone's own account.
    """

    inspection_id: str
    point_id: str
    arrived_at: datetime
    finished_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None


@dataclass(frozen=True)
class VisitChange:
    """
    What became of a visit.

    Attributes
    ----------
    inspection_id, outcome
        Which, and what.
    differences
        Of a conflict: (column, what is there, what came). Nothing of it was written.
    """

    inspection_id: str
    outcome: Outcome
    differences: tuple[tuple[str, str, str], ...] = ()


class Fieldwork:
    """
    Visits and photos of inspectors.

    Parameters
    ----------
    engine
        Database.
    desk
        Who is at work.
    """

    def __init__(self, engine: Engine, desk: Desk) -> None:
        self._engine = engine
        self._desk = desk

    def add_visits(
        self, visits: Sequence[Visit], visitor: str, results: pd.DataFrame | None = None
    ) -> tuple[list[VisitChange], ResultChanges]:
        """
        Enter visits, or what was not known of them, and their results: all of it or nothing.

        Parameters
        ----------
        visits
            Visits, each as far as it is known.
        visitor
            User id of the inspector.
        results
            As in `geoinspect.store.results.ResultStore.add`; None or no rows for none.

        Returns
        -------
        changes, entered
            What became of the visits, one each in the same order, and of the results.
        """
        with writing(self._engine) as connection:
            changes = [_enter(connection, visit, visitor) for visit in visits]
            written = [each.inspection_id for each in changes if each.outcome in _WRITTEN]
            if written:
                self._desk.enter(connection, "visit.add", details={"visits": written})
            if results is None or results.empty:
                return changes, ResultChanges()
            return changes, enter_results(connection, self._desk, results, LinkParams())

    def add_photo(self, photo: Photo) -> bool:
        """Note what a photo tells; return whether it was new."""
        known = select(tables.photos.c.sha256).where(tables.photos.c.sha256 == photo.sha256)
        with writing(self._engine) as connection:
            if connection.scalar(known) is not None:
                return False
            note_photo(connection, photo)
            self._desk.enter(connection, "photo.add", photo.sha256)
        return True

    def points_of(self, inspection_ids: Collection[str]) -> dict[str, str]:
        """Return which point each of some visits was to; unknown ones are left out."""
        own = _VISITS.inspection_id.in_(sorted(inspection_ids))
        wanted = select(_VISITS.inspection_id, _VISITS.point_id).where(own)
        with reading(self._engine) as connection:
            return {row.inspection_id: row.point_id for row in connection.execute(wanted)}

    def visits(self, during: tuple[datetime, datetime] | None = None) -> list[dict[str, Any]]:
        """
        Return visits by inspection id, times in UTC without a zone.

        Parameters
        ----------
        during
            Those begun from one moment until before another, timezone-aware; None for all.
        """
        wanted = select(tables.visits).order_by(_VISITS.inspection_id)
        if during is not None:
            start, end = (naive(each) for each in during)
            wanted = wanted.where(_VISITS.arrived_at >= start, _VISITS.arrived_at < end)
        with reading(self._engine) as connection:
            return [dict(row._mapping) for row in connection.execute(wanted)]


_WRITTEN = ("added", "completed")


def _enter(connection: Connection, visit: Visit, visitor: str) -> VisitChange:
    """Enter one visit."""
    row = _row(visit)
    own = _VISITS.inspection_id == visit.inspection_id
    there = connection.execute(select(tables.visits).where(own)).first()
    if there is None:
        connection.execute(insert(tables.visits).values(**row, visitor=visitor))
        return VisitChange(visit.inspection_id, "added")
    known = there._mapping
    told = {name: row[name] for name in _ONCE if row[name] is not None}
    differences = tuple(
        (name, str(known[name]), str(value))
        for name, value in told.items()
        if known[name] is not None and known[name] != value
    )
    if differences:
        return VisitChange(visit.inspection_id, "conflict", differences)
    news = {name: value for name, value in told.items() if known[name] is None}
    if news:
        connection.execute(update(tables.visits).where(own).values(**news))
    return VisitChange(visit.inspection_id, "completed" if news else "unchanged")


def _row(visit: Visit) -> dict[str, Any]:
    moments = {"arrived_at": naive(visit.arrived_at), "finished_at": naive(visit.finished_at)}
    return {**vars(visit), **moments}
