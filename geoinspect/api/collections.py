"""The collections of features: what each holds, of that only what the asker may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from geoinspect.errors import NotFoundError
from geoinspect.exports import routes_geojson
from geoinspect.geometry import WGS84
from geoinspect.people import Permission

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoinspect.api.sight import Sight


@dataclass(frozen=True)
class Collection:
    """
    One collection.

    Attributes
    ----------
    name, title, description
        Its id in paths, and what it is.
    permissions
        One of them is needed to read it.
    load
        Returns the features in sight, or the one of an id, indexed by id and sorted by it; the
        columns are the properties and `geometry`.
    time
        Column that holds when a feature happened; "" if features have no time.
    """

    name: str
    title: str
    description: str
    permissions: tuple[Permission, ...]
    load: Callable[[Sight, str | None], gpd.GeoDataFrame]
    time: str = ""


def _points(sight: Sight, only: str | None) -> gpd.GeoDataFrame:
    columns = ["name", "category", "district", "unit", "status", "geometry"]
    return _one_of(sight.described_points()[columns], only)


def _districts(sight: Sight, only: str | None) -> gpd.GeoDataFrame:
    return _one_of(sight.districts()[["name", "geometry"]], only)


def _violations(sight: Sight, only: str | None) -> gpd.GeoDataFrame:
    columns = ["point_id", "category", "item", "severity", "found_at", "description", "source"]
    return sight.violations(only=only)[[*columns, "geometry"]]


def _one_of(features: gpd.GeoDataFrame, only: str | None) -> gpd.GeoDataFrame:
    """Keep all of the features that were read anyway, or the one of an id."""
    return features if only is None else features[features.index == only]


def _routes(sight: Sight, only: str | None) -> gpd.GeoDataFrame:
    """Load stops and legs of the newest released routes; none before there are any."""
    try:
        plan = routes_geojson(sight.plan())
    except NotFoundError:
        return gpd.GeoDataFrame({"geometry": []}, geometry="geometry", crs=WGS84)
    frame = gpd.GeoDataFrame.from_features(plan["features"], crs=WGS84)
    words = [frame[column].astype(str) for column in ("team_id", "sequence", "kind")]
    team, sequence, kind = words
    ids = plan["date"] + "." + team + "." + sequence.str.zfill(3) + "." + kind
    arrival = pd.to_datetime(frame["arrival"], utc=True)
    timed = frame.assign(date=plan["date"], arrival=arrival)
    return _one_of(timed.set_index(ids.rename("id")).sort_index(), only)


COLLECTIONS = (
    Collection(
        "points",
        "Inspection points",
        "Places that may be inspected, with district and responsible unit.",
        (Permission.READ_POINTS,),
        _points,
    ),
    Collection(
        "districts",
        "Districts",
        "Administrative polygons.",
        (Permission.READ_POINTS,),
        _districts,
    ),
    Collection(
        "violations",
        "Violations",
        "Breaches found by inspections.",
        (Permission.READ_VIOLATIONS,),
        _violations,
        time="found_at",
    ),
    Collection(
        "routes",
        "Routes",
        "Stops and legs of the newest routes, once they are released.",
        (Permission.READ_RELEASED_PLAN, Permission.READ_OWN_ROUTE),
        _routes,
        time="arrival",
    ),
)
