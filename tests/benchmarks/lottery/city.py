"""The cities to measure: Nanjing, the demo city, and places drawn on a city's streets."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import shapely

from geoinspect.demo.osm_places import demo_points
from geoinspect.demo.packaged import extract_file
from geoinspect.network import WAY_CLASSES, read_network
from geoinspect.network.snapping import NO_STOPPING
from geoinspect.planning.order import City, named_points
from lottery.chance import uniforms

if TYPE_CHECKING:
    from pathlib import Path

    from geoinspect.arrays import BoolArray, FloatArray, IntArray

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_ROWS_AT_A_TIME = 500


def load_city(folder: Path) -> City:
    """Read Nanjing from `folder`, or the demo city where the folder is missing."""
    if not folder.is_dir():
        points = named_points(demo_points(extract_file()), None, None)
        return City("Helsinki", ZoneInfo("Europe/Helsinki"), points, read_network(extract_file()))
    with (folder / "points_635.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    places = gpd.points_from_xy(
        [float(row["lon"]) for row in rows], [float(row["lat"]) for row in rows]
    )
    columns = {name: [row[name] for row in rows] for name in ("name", "category")}
    ids = [row["point_id"] for row in rows]
    points = gpd.GeoDataFrame(columns, index=ids, geometry=places, crs="EPSG:4326")
    network = read_network(folder / "nanjing.osm.pbf")
    return City("Nanjing", _SHANGHAI, named_points(points, None, None), network)


def with_unequal_weights(city: City) -> City:
    """Weights between 1 and 20, evenly spread on a logarithmic scale, in random order."""
    weight = 20.0 ** uniforms((len(city.points),), "unequal weights")
    return replace(city, points=city.points.assign(weight=weight))


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
    columns = {"name": ids, "category": "street"}
    points = gpd.GeoDataFrame(columns, index=ids, geometry=places, crs="EPSG:4326")
    name = f"{city.name}'s streets"
    return City(name, city.timezone, named_points(points, None, None), network)


def nearest_points(times: IntArray, count: int) -> IntArray:
    """
    Find the points that are nearest by travel there and back.

    Parameters
    ----------
    times
        Travel times between points, shape (n, n).
    count
        How many.

    Returns
    -------
    neighbours
        Point numbers, shape (n, count).
    """
    n = len(times)
    neighbours = np.empty((n, count), dtype=np.int64)
    for first in range(0, n, _ROWS_AT_A_TIME):
        rows = np.arange(first, min(n, first + _ROWS_AT_A_TIME))
        apart = times[rows] + times[:, rows].T
        apart[np.arange(len(rows)), rows] = np.iinfo(np.int64).max
        neighbours[rows] = np.argsort(apart, axis=1, kind="stable")[:, :count]
    return neighbours


def spread_points(times: IntArray, count: int) -> IntArray:
    """
    Find `count` points to which the way from all others is short: medoids, one by one.

    Parameters
    ----------
    times
        Travel times between points, shape (n, n).
    count
        How many.

    Examples
    --------
    >>> places = np.array([0, 1, 2, 50, 51, 52])
    >>> spread_points(np.abs(places - places[:, np.newaxis]), 2).tolist()
    [1, 4]
    """
    apart = (times + times.T).astype(np.float64)
    chosen = [int(apart.sum(axis=0).argmin())]
    while len(chosen) < count:
        nearest = apart[:, chosen].min(axis=1)
        chosen.append(int(np.minimum(apart, nearest[:, np.newaxis]).sum(axis=0).argmin()))
    medoids = np.array(chosen)
    for _ in range(len(apart)):
        group = apart[:, medoids].argmin(axis=1)
        moved = np.array([_medoid(apart, group == k) for k in range(count)])
        if np.array_equal(moved, medoids):
            break
        medoids = moved
    return np.sort(medoids)


def _medoid(apart: FloatArray, is_member: BoolArray) -> int:
    members = np.flatnonzero(is_member)
    return int(members[apart[np.ix_(members, members)].sum(axis=0).argmin()])
