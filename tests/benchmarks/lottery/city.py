"""The cities to measure: Nanjing, the demo city, and places drawn on a city's streets."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geoinspect.demo.osm_places import demo_points
from geoinspect.demo.packaged import extract_file
from geoinspect.frame import visitable_frame
from geoinspect.lottery.day import Workload
from geoinspect.network import WAY_CLASSES, read_network
from geoinspect.network.snapping import MAX_SNAP_DISTANCE_M, NO_STOPPING
from lottery.chance import uniforms

if TYPE_CHECKING:
    from pathlib import Path

    from geoinspect.arrays import FloatArray, IntArray
    from geoinspect.frame import Frame
    from geoinspect.network import RoadNetwork

SHIFT_MS = 6 * 3_600_000
SERVICE_MS = 12 * 60_000
_ROWS_AT_A_TIME = 500


@dataclass(frozen=True)
class City:
    """Name, points (WGS-84) and roads of a city."""

    name: str
    points: gpd.GeoDataFrame
    network: RoadNetwork


def load_city(folder: Path) -> City:
    """Read Nanjing from `folder`, or the demo city where the folder is missing."""
    if not folder.is_dir():
        return City("Helsinki", demo_points(extract_file()), read_network(extract_file()))
    with (folder / "points_635.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    places = gpd.points_from_xy(
        [float(row["lon"]) for row in rows], [float(row["lat"]) for row in rows]
    )
    ids = [row["point_id"] for row in rows]
    names = {"name": [row["name"] for row in rows]}
    points = gpd.GeoDataFrame(names, index=ids, geometry=places, crs="EPSG:4326")
    return City("Nanjing", points, read_network(folder / "nanjing.osm.pbf"))


def frame_of(city: City, depot: tuple[float, float] | None = None) -> Frame:
    """Snap the points and measure their travel times, as a plan does."""
    return visitable_frame(
        city.points,
        city.network,
        depot=depot,
        longest_ms=SHIFT_MS - SERVICE_MS,
        max_snap_distance_m=MAX_SNAP_DISTANCE_M,
    )


def workload_of(times: IntArray, n_teams: int, weight: FloatArray | None = None) -> Workload:
    """Six hours a team, twelve minutes a stop, equal weights unless others are given."""
    n = len(times) - 1
    return Workload(
        times=times,
        service=np.full(n, SERVICE_MS, dtype=np.int64),
        weight=np.ones(n) if weight is None else weight,
        shift=SHIFT_MS,
        n_teams=n_teams,
    )


def unequal_weights(n: int) -> FloatArray:
    """Weights between 1 and 20, evenly spread on a logarithmic scale, in random order."""
    weight: FloatArray = 20.0 ** uniforms((n,), "unequal weights")
    return weight


def on_streets(city: City, n: int) -> City:
    """Put `n` points on the streets of a city, in proportion to length; never a motorway."""
    network = city.network
    forbidden = [WAY_CLASSES.index(way_class) for way_class in NO_STOPPING]
    # a street of two directions is two edges
    length = network.length_m * np.where(network.reverse_edge >= 0, 0.5, 1.0)
    length[np.isin(network.way_class, forbidden)] = 0.0
    cumulative = np.cumsum(length)
    mark = uniforms((n,), "street") * cumulative[-1]
    edge = np.searchsorted(cumulative, mark, side="right")
    lines = [shapely.LineString(network.edge_lonlat(each)) for each in edge]
    places = shapely.line_interpolate_point(lines, uniforms((n,), "position"), normalized=True)
    ids = [f"S{number:05d}" for number in range(n)]
    points = gpd.GeoDataFrame({"name": ids}, index=ids, geometry=places, crs="EPSG:4326")
    return City(f"{city.name}'s streets", points, network)


def nearest_points(times: IntArray, count: int) -> IntArray:
    """
    Find the points that are nearest by travel there and back.

    Parameters
    ----------
    times
        Travel times, shape (n + 1, n + 1); index 0 is the depot.
    count
        How many.

    Returns
    -------
    neighbours
        Point numbers, shape (n, count).
    """
    n = len(times) - 1
    neighbours = np.empty((n, count), dtype=np.int64)
    for first in range(0, n, _ROWS_AT_A_TIME):
        rows = np.arange(first, min(n, first + _ROWS_AT_A_TIME))
        apart = times[rows + 1, 1:] + times[1:, rows + 1].T
        apart[np.arange(len(rows)), rows] = np.iinfo(np.int64).max
        neighbours[rows] = np.argsort(apart, axis=1, kind="stable")[:, :count]
    return neighbours
