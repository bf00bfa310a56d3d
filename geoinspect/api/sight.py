"""
The city as the one who asks may see it.

Endpoints read through a `Sight`, never from the store itself: what is out of somebody's
sight is gone before it is counted, paged, sought or drawn.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends

from geoinspect.api.dependencies import ActorDep, FolderDep, NowDep, StoreDep  # noqa: TC001
from geoinspect.errors import NotFoundError
from geoinspect.ledger import binding_numbers
from geoinspect.people import Permission, may
from geoinspect.people.rights import may_read_record, visible_events, visible_points, visible_teams
from geoinspect.people.shown import shown_record
from geoinspect.sealing import all_released_at, released_route, released_teams

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    import geopandas as gpd
    import pandas as pd

    from geoinspect.cityfolder import CityFolder
    from geoinspect.people import Actor
    from geoinspect.sealing import ReleaseParams
    from geoinspect.store import Store

Record = dict[str, Any]


@dataclass(frozen=True)
class Sight:
    """
    What somebody may see now.

    Attributes
    ----------
    actor
        Who asks.
    folder, store
        The city.
    now
        When.
    """

    actor: Actor
    folder: CityFolder
    store: Store
    now: datetime

    def points(self) -> gpd.GeoDataFrame:
        """Return the inspection points."""
        points = self.store.points()
        if not self.actor.is_restricted:
            return points
        return points.loc[visible_points(self.actor, self._answering(points)).index]

    def assignments(self) -> pd.DataFrame | None:
        """Return who answers for each point, None before the assignment."""
        assignments = self.store.assignments()
        if assignments is None or not self.actor.is_restricted:
            return assignments
        return assignments.loc[assignments.index.isin(self.points().index)]

    def violations(self) -> gpd.GeoDataFrame:
        """Return the violations."""
        return visible_events(self.actor, self.store.violations(), self.points())

    def inspections(self) -> pd.DataFrame:
        """Return the inspections."""
        return visible_events(self.actor, self.store.inspections(), self.points())

    def record(self) -> bytes:
        """
        Return the newest record that may be read whole, byte by byte.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        for content in self._records():
            record = json.loads(content)
            if may_read_record(self.actor, record, self._released(record)):
                return content
        raise _no_plan()

    def plan(self) -> Record:
        """
        Return the newest plan of which a route may be seen, with those routes only.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        for content in self._records():
            record = json.loads(content)
            shown = shown_record(self.actor, record, self._released(record))
            if shown is not None:
                return shown
        raise _no_plan()

    def own_routes(self) -> Record:
        """
        Return the newest routes of somebody's own teams, as far as they are released.

        Raises
        ------
        NotFoundError
            If there are none.
        """
        for content in self._records():
            record = json.loads(content)
            if may(self.actor, Permission.READ_SEALED_PLAN):
                return {"date": record["date"], "routes": record["routes"]}
            begun = released_teams(record, self.now, self._params())
            teams = visible_teams(self.actor, record, begun)
            routes = (released_route(record, team, self.now, self._params()) for team in teams)
            found = [route for route in routes if route is not None]
            if found:
                return {"date": record["date"], "routes": found}
        raise _no_plan()

    def _answering(self, points: gpd.GeoDataFrame) -> pd.DataFrame:
        """Join who answers for each point to what a scope is about."""
        assignments = self.store.assignments()
        columns = ["unit_id", "district_id"]
        if assignments is None:
            return points[["category"]].assign(**dict.fromkeys(columns, None))
        return points[["category"]].join(assignments[columns])

    def _records(self) -> Iterator[bytes]:
        """Yield the records of the binding draws, the last draw first."""
        ledger = self.store.ledger
        entries = ledger.entries()
        binding = binding_numbers(entries)
        own = self._own_days()
        for entry in reversed(entries):
            if entry.number in binding and (own is None or entry.day in own):
                yield ledger.drawn_record(entry)

    def _own_days(self) -> set[Any] | None:
        """Days on which an inspector was drawn; None for those who see other routes too."""
        if may(self.actor, Permission.READ_RELEASED_PLAN):
            return None
        drawn = self.store.ledger.drawn_inspectors()
        return {day for day, people in drawn.items() if self.actor.inspector_id in people}

    def _released(self, record: Record) -> dict[str, bool]:
        """Tell which teams' routes are released to the last stop."""
        params = self._params()
        if params.mode == "whole":
            return released_teams(record, self.now, params)
        is_over = all_released_at(record, params) <= self.now
        return {str(team["team_id"]): is_over for team in record["teams"]}

    def _params(self) -> ReleaseParams:
        return self.folder.settings.release


def look(actor: ActorDep, folder: FolderDep, store: StoreDep, now: NowDep) -> Sight:
    """Open the eyes of the one who asks."""
    return Sight(actor, folder, store, now)


SightDep = Annotated[Sight, Depends(look)]


def _no_plan() -> NotFoundError:
    return NotFoundError("There is no plan yet: make one with `geoinspect -C CITY plan`.")
