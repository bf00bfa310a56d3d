"""The places of the city, kept from one request to the next until the log tells of a change."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

from geoinspect.api.schemas import PointFeature, PointGeometry, PointProperties
from geoinspect.audit import head_of
from geoinspect.people.rights import visible_points
from geoinspect.planning import named_points
from geoinspect.store.places import changes_places

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geoinspect.people import Actor
    from geoinspect.store import Store
    from geoinspect.store.places import Places

#: Scopes whose part of the city is kept, the one not asked for longest forgotten first.
_SCOPES_KEPT = 512


@dataclass(frozen=True)
class Part:
    """
    The part of the city that is in somebody's scope.

    Attributes
    ----------
    points
        Points in scope.
    assignments
        Who answers for them, None where nobody does yet.
    districts
        All districts: their borders are known to everybody.
    """

    points: gpd.GeoDataFrame
    assignments: pd.DataFrame | None
    districts: gpd.GeoDataFrame

    @cached_property
    def described(self) -> gpd.GeoDataFrame:
        """Points with the names of their districts and units, and why these answer for them."""
        named = named_points(self.points, self.assignments, self.districts)
        columns = ["district_id", "status", "rule", "reason"]
        if self.assignments is None:
            return named.assign(**dict.fromkeys(columns, ""))
        return named.join(self.assignments[columns])

    @cached_property
    def features(self) -> list[PointFeature]:
        """The points as lists of them are answered, in their order."""
        words = [self.described[name].map(text_of) for name in PointProperties.model_fields]
        return [
            PointFeature(
                id=point_id,
                geometry=PointGeometry(coordinates=(shape.x, shape.y)),
                properties=PointProperties(
                    **dict(zip(PointProperties.model_fields, told, strict=True))
                ),
            )
            for point_id, shape, *told in zip(
                self.points.index, self.points.geometry, *words, strict=True
            )
        ]


def text_of(value: Any) -> str:
    """Return a cell as text, "" where there is none."""
    return value if isinstance(value, str) else ""


@dataclass
class CityPlaces:
    """
    The places of the city at one moment, and the parts of it that were asked for.

    Attributes
    ----------
    places
        Points, assignments and districts.
    """

    places: Places
    _parts: OrderedDict[object, Part] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    @cached_property
    def answering(self) -> pd.DataFrame:
        """Who answers for each point: what a scope is about."""
        points, assignments = self.places.points, self.places.assignments
        columns = ["unit_id", "district_id"]
        if assignments is None:
            return points[["category"]].assign(**dict.fromkeys(columns, None))
        return points[["category"]].join(assignments[columns])

    def part(self, actor: Actor) -> Part:
        """Return what is in the scope of the one who asks."""
        if not actor.is_restricted:
            scope: object = None
        else:
            scope = (actor.role, actor.units, actor.districts, actor.categories)
        with self._lock:
            part = self._parts.pop(scope, None) or self._cut(actor)
            self._parts[scope] = part
            if len(self._parts) > _SCOPES_KEPT:
                self._parts.popitem(last=False)
        return part

    def _cut(self, actor: Actor) -> Part:
        points, assignments = self.places.points, self.places.assignments
        if actor.is_restricted:
            points = points.loc[visible_points(actor, self.answering).index]
            if assignments is not None:
                seen = assignments.loc[assignments.index.isin(points.index)]
                # whether anybody else's points are assigned is nobody's business
                assignments = seen if len(seen) else None
        return Part(points, assignments, self.places.districts)


class KnownPlaces:
    """
    Keeps the places of a city, read again by the first who asks after a change.

    Every change of a table is in the log, entered by the same transaction: only the rows
    since the last look are read, and of most looks there are none.
    """

    def __init__(self) -> None:
        self._known: CityPlaces | None = None
        self._lock = Lock()

    def of(self, store: Store) -> CityPlaces:
        """Return the places of a city as they are now."""
        with self._lock:
            if self._known is None or not self._is_current(store, self._known):
                self._known = CityPlaces(store.places())
            return self._known

    def _is_current(self, store: Store, known: CityPlaces) -> bool:
        """Tell whether nothing changed, and remember how far the log was read."""
        newer = store.audit.after(known.places.head)
        if newer is None or any(map(changes_places, newer)):
            return False
        if newer:
            known.places = replace(known.places, head=head_of(newer))
        return True
