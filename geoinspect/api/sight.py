"""
The city as the one who asks may see it.

Endpoints read through a `Sight`, never from the store itself: what is out of somebody's
sight is gone before it is counted, paged, sought or drawn.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import compress
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request

from geoinspect.amending.record import present_route
from geoinspect.api.dependencies import ActorDep, FolderDep, NowDep, StoreDep  # noqa: TC001
from geoinspect.cases import State
from geoinspect.errors import NotFoundError
from geoinspect.ledger import binding_numbers
from geoinspect.people import Permission, may
from geoinspect.people.rights import (
    may_read_record,
    visible_cases,
    visible_events,
    visible_teams,
)
from geoinspect.people.shown import shown_record
from geoinspect.sealing import all_released_at, released_route, released_teams

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import geopandas as gpd
    import pandas as pd

    from geoinspect.api.places import CityPlaces, KnownPlaces, Part
    from geoinspect.api.schemas import PointFeature
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
    known
        The places of the city, kept from request to request.
    """

    actor: Actor
    folder: CityFolder
    store: Store
    now: datetime
    known: KnownPlaces

    def may(self, permission: Permission) -> bool:
        """Tell whether somebody may do something."""
        return may(self.actor, permission)

    def in_scope(self) -> frozenset[str]:
        """Return the ids of the points in somebody's scope."""
        return frozenset(self._part.points.index)

    def points(self, by: Permission = Permission.READ_POINTS) -> gpd.GeoDataFrame:
        """
        Return the inspection points.

        Parameters
        ----------
        by
            What permits to look at them; without it there are none. A page may hold more
            than what its own permission is for.
        """
        points = self._part.points.copy(deep=False)
        return points if may(self.actor, by) else points.iloc[:0]

    def described_points(self) -> gpd.GeoDataFrame:
        """Return the points with the names of their districts and units; see `points`."""
        points = self._part.described.copy(deep=False)
        return points if may(self.actor, Permission.READ_POINTS) else points.iloc[:0]

    def point_features(self, fits: Iterable[bool] | None) -> list[PointFeature]:
        """
        Return the points as lists of them are answered.

        Parameters
        ----------
        fits
            Which of the rows of `described_points` are wanted, None for all.
        """
        if not may(self.actor, Permission.READ_POINTS):
            return []
        features = self._part.features
        return features if fits is None else list(compress(features, fits))

    def districts(self) -> gpd.GeoDataFrame:
        """Return the districts: their borders are known to everybody."""
        return self._city.places.districts.copy(deep=False)

    def assignments(self) -> pd.DataFrame | None:
        """Return who answers for each point, None before the assignment."""
        assignments = self._part.assignments
        return None if assignments is None else assignments.copy(deep=False)

    def violations(
        self, by: Permission = Permission.READ_VIOLATIONS, *, only: str | None = None
    ) -> gpd.GeoDataFrame:
        """Return the violations, or the one of an id; see `points`."""
        every = self.store.violations() if only is None else self.store.violation(only)
        violations = visible_events(self.actor, every, self._part.points)
        return violations if may(self.actor, by) else violations.iloc[:0]

    def cases(self, only: str | None = None) -> pd.DataFrame:
        """
        Return the cases as they stand, or the one of an id.

        Whoever may read no violations and inspects again sees the cases that wait for it at
        the stops of the own route, as far as that is released.
        """
        cases = self._cases if only is None else self.store.cases.table(only)
        if may(self.actor, Permission.READ_VIOLATIONS):
            return cases.loc[visible_cases(self.actor, self._scoped(cases)).index]
        if not may(self.actor, Permission.REINSPECT_CASE):
            return cases.iloc[:0]
        waits = cases["state"].isin([State.APPROVED.value, State.REINSPECTED.value])
        return cases[waits & cases["point_id"].isin(self._own_stops())]

    def new_violations(self, only: str | None = None) -> gpd.GeoDataFrame:
        """Return the violations of which nobody opened a case, or the one of an id."""
        violations = self.violations(only=only)
        if only is not None:
            return violations.iloc[:0] if self.store.cases.has(only) else violations
        return violations[~violations.index.isin(self._cases.index)]

    def places(self, point_ids: pd.Series[str]) -> pd.DataFrame:
        """Return names, addresses and units of points in the order of ids, seen or not."""
        points, assignments = self._city.places.points, self._city.places.assignments
        names, units = ["name", "category", "address"], ["unit_id", "unit_name"]
        told = points[names].reindex(point_ids)
        if assignments is None:
            told = told.assign(**dict.fromkeys(units, None))
        else:
            told[units] = assignments[units].reindex(point_ids).to_numpy()
        return told.set_index(point_ids.index)

    def inspections(self) -> pd.DataFrame:
        """Return the inspections."""
        return visible_events(self.actor, self.store.inspections(), self._part.points)

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
            if may_read_record(self.actor, record, self.released(record)):
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
            shown = shown_record(self.actor, record, self.released(record))
            if shown is not None:
                return shown
        raise _no_plan()

    def own_routes(self, day: date | None = None) -> Record:
        """
        Return the newest routes of somebody's own teams, as far as they are released.

        Parameters
        ----------
        day
            Only those of this day; None for the newest of all days.

        Raises
        ------
        NotFoundError
            If there are none.
        """
        record, routes = self._own(day)
        return {"date": record["date"], "routes": routes}

    def own_day(self, day: date | None = None) -> tuple[Record, list[Record]]:
        """
        Return one's own routes as drawn, and as they stand by now, each as far as released.

        Parameters
        ----------
        day
            As in `own_routes`.

        Returns
        -------
        own
            As `own_routes`.
        standing
            The same routes after all amendments: `stops` that the drawn timetable or the
            amended one has released, `is_whole` if no more can follow, and `dropped`, the
            codes of the reasons of those that were taken out, by point id.

        Raises
        ------
        NotFoundError
            If there are none.
        """
        record, routes = self._own(day)
        amendments = self.store.ledger.amendments(record["draw"]["commitment"])
        standing = [self._standing(record, amendments, route) for route in routes]
        return {"date": record["date"], "routes": routes}, standing

    def _own(self, day: date | None) -> tuple[Record, list[Record]]:
        """Return the record that one's own newest released routes are of, and the routes."""
        for content in self._records(day):
            record = json.loads(content)
            if may(self.actor, Permission.READ_SEALED_PLAN):
                return record, record["routes"]
            begun = released_teams(record, self.now, self._params())
            teams = visible_teams(self.actor, record, begun)
            routes = (released_route(record, team, self.now, self._params()) for team in teams)
            found = [route for route in routes if route is not None]
            if found:
                return record, found
        raise _no_plan()

    def _standing(self, record: Record, amendments: list[Record], drawn: Record) -> Record:
        """Return one route as amended, as far as it is released; see `own_day`."""
        team = drawn["team_id"]
        present = present_route(record, amendments, team)
        released = released_route({**record, "routes": [present]}, team, self.now, self._params())
        known = {stop["point_id"] for stop in drawn["stops"]}
        dropped = {
            entry["point_id"]: entry["code"]
            for amendment in amendments
            if amendment["team_id"] == team
            for entry in amendment["dropped"]
            if entry["point_id"] in known
        }
        # what was told once is not taken back, whatever the amended timetable says
        told = known | {stop["point_id"] for stop in (released or drawn)["stops"]}
        return {
            "stops": [stop for stop in present["stops"] if stop["point_id"] in told - set(dropped)],
            "is_whole": "return" in drawn or "return" in (released or drawn),
            "dropped": dropped,
        }

    def amendments(self, day: date) -> list[Record]:
        """
        Return the amendments of a day whose plan may be read whole.

        Raises
        ------
        NotFoundError
            If there is no such plan.
        """
        draw = self.store.ledger.binding(day)
        if self._can_be_open(day):
            record = json.loads(self.store.ledger.drawn_record(draw))
            if may_read_record(self.actor, record, self.released(record)):
                return self.store.ledger.amendments(draw.commitment)
        raise NotFoundError("There is no drawn plan of {day}.", day=day)

    def running(self, day: date | None = None) -> tuple[Record, list[Record]]:
        """
        Return the newest plan of which routes may be seen whole, and the amendments of those.

        Parameters
        ----------
        day
            Only a plan of this day; None for the newest of all days.

        Returns
        -------
        plan
            As `plan`, with `parameters`, and with the inspectors of its teams as they were
            committed: whom they are kept away from belongs to why a stop cannot be theirs.
        amendments
            Of the visible teams, in their order.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        for content in self._records(day):
            record = json.loads(content)
            shown = shown_record(self.actor, record, self.released(record))
            if shown is None:
                continue
            teams = {str(route["team_id"]) for route in shown["routes"]}
            people = {row["inspector_id"] for row in shown["inspectors"]}
            amendments = self.store.ledger.amendments(record["draw"]["commitment"])
            whole = {
                "parameters": record["parameters"],
                "inspectors": [r for r in record["inspectors"] if r["inspector_id"] in people],
            }
            return shown | whole, [a for a in amendments if str(a["team_id"]) in teams]
        raise _no_plan()

    # read once a request, whatever is seen of it: no time of an answer tells what is hidden
    @cached_property
    def _city(self) -> CityPlaces:
        return self.known.of(self.store)

    @cached_property
    def _part(self) -> Part:
        """What is in scope, whatever is done with it."""
        return self._city.part(self.actor)

    @cached_property
    def _cases(self) -> pd.DataFrame:
        return self.store.cases.table()

    def _scoped(self, cases: pd.DataFrame) -> pd.DataFrame:
        """Join to each case what a scope is about: its own unit, and the place of its point."""
        places = self._city.answering[["category", "district_id"]]
        of_point = places.reindex(cases["point_id"]).set_index(cases.index)
        return of_point.assign(unit_id=cases["unit_id"])

    def _own_stops(self) -> list[str]:
        """Points of the own route that may be known by now."""
        try:
            routes = self.own_routes()["routes"]
        except NotFoundError:
            return []
        return [str(stop["point_id"]) for route in routes for stop in route["stops"]]

    def _records(self, day: date | None = None) -> Iterator[bytes]:
        """Yield the records of the binding draws, the last draw first; of one day, or of all."""
        ledger = self.store.ledger
        entries = ledger.entries()
        binding = binding_numbers(entries)
        own = self._own_days()
        for entry in reversed(entries):
            if day is not None and entry.day != day:
                continue
            is_own = own is None or entry.day in own
            if entry.number in binding and is_own and self._can_be_open(entry.day):
                yield ledger.drawn_record(entry)

    def _own_days(self) -> set[Any] | None:
        """Days on which an inspector was drawn; None for those who see other routes too."""
        if may(self.actor, Permission.READ_RELEASED_PLAN):
            return None
        drawn = self.store.ledger.drawn_inspectors()
        return {day for day, people in drawn.items() if self.actor.inspector_id in people}

    def _can_be_open(self, day: date) -> bool:
        """
        Tell whether any route of a day can be released by now.

        What is sealed for long is not even opened: that would take time, and be logged.
        """
        if may(self.actor, Permission.READ_SEALED_PLAN):
            return True
        begins = datetime.combine(day, time(), tzinfo=self.folder.settings.zone)
        return begins - timedelta(minutes=self._params().lead_min) <= self.now

    def released(self, record: Record) -> dict[str, bool]:
        """Tell which teams' routes are released to the last stop."""
        params = self._params()
        if params.mode == "whole":
            return released_teams(record, self.now, params)
        is_over = all_released_at(record, params) <= self.now
        return {str(team["team_id"]): is_over for team in record["teams"]}

    def _params(self) -> ReleaseParams:
        return self.folder.settings.release


async def look(
    request: Request, actor: ActorDep, folder: FolderDep, store: StoreDep, now: NowDep
) -> Sight:
    """Open the eyes of the one who asks."""
    return Sight(actor, folder, store, now, request.app.state.places)


SightDep = Annotated[Sight, Depends(look)]


def _no_plan() -> NotFoundError:
    return NotFoundError("There is no plan yet: make one with `geoinspect -C CITY plan`.")
