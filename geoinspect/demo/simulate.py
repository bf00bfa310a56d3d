"""
Make up a history of inspections and violations for real points.

Nobody's real violations are published, so the demo city gets invented ones, each
marked as generated. The truth behind them is known: `true_rates` says how many
violations an inspection of a point finds on average, and `effort` how often it is
visited. Both are uneven, and not in the same way: a map of counts shows where
inspectors went, a map of rates shows where the bad places are.

All numbers come from BLAKE2 hashes of the seed, a label and an id, never from a
library's random stream, so that a seed means the same history everywhere.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoinspect.demo.offices import categories
from geoinspect.errors import InputError
from geoinspect.geometry import LocalProjection

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

SOURCE = "generated"

MEAN_RATE = 0.25
BAD_PLACES = 4
BAD_PLACE_RADIUS_M = 130.0
BAD_PLACE_FACTOR = 5.0

# Inspectors go to the middle of town more often than to its edges.
EFFORT_FALLS_BY_E_IN_M = 450.0

# What is found, by group of categories, with its severity.
ITEMS: dict[str, tuple[tuple[str, int], ...]] = {
    "trade": (("占道经营", 2), ("商品摆放杂乱", 1), ("价格未公示", 1), ("经营过期商品", 3)),
    "food": (("后厨卫生差", 2), ("餐具未消毒", 3), ("健康证未公示", 1), ("油烟扰民", 2)),
    "leisure": (("禁烟标识缺失", 1), ("消防通道堵塞", 3), ("消毒记录缺失", 2)),
    "health": (("垃圾分类不规范", 1), ("控烟不力", 2), ("医疗废物暂存不当", 3)),
    "education": (("校门口乱停车", 2), ("公益广告破损", 1), ("周边流动摊贩", 2)),
    "culture": (("公益广告缺失", 1), ("安全出口堵塞", 3), ("无障碍设施损坏", 2)),
    "community": (("楼道堆物", 2), ("飞线充电", 3), ("小广告", 1)),
    "street": (("垃圾外溢", 2), ("设施破损", 1), ("路面坑洼", 2), ("围挡不牢", 3)),
    "transport": (("车辆乱停放", 2), ("站台有垃圾", 1), ("站牌破损", 1), ("占用盲道", 2)),
    "service": (("便民设施缺失", 1), ("排队秩序混乱", 1), ("投诉渠道未公示", 2)),
}

_FIRST_HOUR_S = 30 * 60
_WORKING_S = 7 * 3600


def simulate_history(
    points: gpd.GeoDataFrame, *, seed: int, days: int, per_day: int, start: datetime
) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """
    Make up the inspections and violations of some working days.

    Every day `per_day` different points are drawn with chances by `effort` (the
    smallest of exponential times, Efraimidis and Spirakis 2006); an inspection finds
    a Poisson number of violations by `true_rates`.

    Parameters
    ----------
    points
        Inspection points in WGS-84, uniquely indexed by point id, with `category`.
    seed
        Seed of the history.
    days
        Working days, Monday to Friday; public holidays are not left out.
    per_day
        Inspections a day, at most one a point.
    start
        Begin of the first working day, timezone-aware; a weekend moves to Monday.

    Returns
    -------
    inspections
        Indexed by `inspection_id`, in order of time; columns `point_id`,
        `inspected_at` (UTC) and `source` ("generated").
    violations
        Indexed by `violation_id`, in order of time; columns `point_id`, `category`,
        `item`, `severity` (1 to 3), `found_at` (UTC), `description`, `source`
        ("generated") and `geometry` (WGS-84, the place of the point).

    Raises
    ------
    InputError
        If there are fewer points than `per_day`.

    Examples
    --------
    >>> from datetime import datetime, timezone
    >>> from geoinspect.demo import tinytown
    >>> inspections, violations = simulate_history(
    ...     tinytown.points(), seed=1, days=10, per_day=3,
    ...     start=datetime(2026, 9, 7, tzinfo=timezone.utc),
    ... )
    >>> len(inspections), set(violations["source"])
    (30, {'generated'})
    """
    if start.tzinfo is None:
        raise ValueError("start must be timezone-aware")
    if per_day > len(points):
        raise InputError(
            "{wanted} inspections a day were asked for, but there are only {available} points.",
            wanted=per_day,
            available=len(points),
        )
    points = points.sort_index()
    inspections = _inspections(points, seed, _working_days(start, days), per_day)
    return inspections, _violations(points, inspections, seed)


def true_rates(points: gpd.GeoDataFrame, *, seed: int) -> pd.Series[float]:
    """
    Return the violations that an inspection of each point finds on average.

    Points differ by luck (an exponential part), and a few places are five times as
    bad as the rest within 130 m.

    Examples
    --------
    >>> from geoinspect.demo import tinytown
    >>> bool(true_rates(tinytown.points(), seed=1).gt(0).all())
    True
    """
    luck = -np.log1p(-_uniforms(seed, "rate", points.index))
    xy = _in_metres(points)
    centres = np.argsort(_uniforms(seed, "bad place", points.index), kind="stable")[:BAD_PLACES]
    distance_m = np.hypot(*(xy[:, None, :] - xy[None, centres, :]).transpose(2, 0, 1))
    bad = (distance_m < BAD_PLACE_RADIUS_M).any(axis=1)
    rate = MEAN_RATE * (0.4 + 0.6 * luck) * np.where(bad, BAD_PLACE_FACTOR, 1.0)
    return pd.Series(rate, index=points.index, name="true_rate")


def effort(points: gpd.GeoDataFrame, *, seed: int) -> pd.Series[float]:
    """
    Return how often each point is visited, in proportion to the others.

    Falls with the distance from the middle of the points; whims of the planners make
    it uneven besides.

    Examples
    --------
    >>> from geoinspect.demo import tinytown
    >>> effort(tinytown.points(), seed=1).idxmax()
    'TT08'
    """
    xy = _in_metres(points)
    from_middle_m = np.hypot(*(xy - np.median(xy, axis=0)).T)
    whim = 0.5 + _uniforms(seed, "effort", points.index)
    weight = whim * np.exp(-from_middle_m / EFFORT_FALLS_BY_E_IN_M)
    return pd.Series(weight, index=points.index, name="effort")


def _working_days(start: datetime, days: int) -> list[datetime]:
    """Begin of each working day, at the same time by the clock on the wall."""
    calendar = (start + timedelta(days=day) for day in range(2 * days + 3))
    return [day for day in calendar if day.weekday() < 5][:days]


def _inspections(
    points: gpd.GeoDataFrame, seed: int, mornings: list[datetime], per_day: int
) -> pd.DataFrame:
    """Draw the points of every day and spread them over its hours."""
    weight = effort(points, seed=seed).to_numpy()
    rows = []
    for day, morning in enumerate(mornings):
        waiting = -np.log1p(-_uniforms(seed, f"visit {day}", points.index)) / weight
        for turn, position in enumerate(np.argsort(waiting, kind="stable")[:per_day]):
            after_s = _FIRST_HOUR_S + turn * _WORKING_S // per_day
            rows.append((points.index[position], morning + timedelta(seconds=after_s)))
    table = pd.DataFrame(rows, columns=["point_id", "inspected_at"])
    table["inspected_at"] = pd.to_datetime(table["inspected_at"], utc=True)
    table["source"] = SOURCE
    table.index = pd.Index([f"GEN-I{n:06d}" for n in range(1, len(table) + 1)])
    return table.rename_axis("inspection_id")


def _violations(points: gpd.GeoDataFrame, inspections: pd.DataFrame, seed: int) -> gpd.GeoDataFrame:
    """Find a Poisson number of violations at every inspection."""
    rate = np.asarray(true_rates(points, seed=seed).loc[inspections["point_id"]], dtype=np.float64)
    found = _poisson(_uniforms(seed, "found", inspections.index), rate)
    visit = np.repeat(np.arange(len(inspections)), found)
    turn = np.arange(len(visit)) - np.repeat(np.cumsum(found) - found, found)
    ids = pd.Index([f"GEN-V{n:06d}" for n in range(1, len(visit) + 1)], name="violation_id")
    visits = inspections.iloc[visit].set_axis(ids)
    places = points.loc[visits["point_id"]].set_axis(ids)
    items = _items(places["category"], _uniforms(seed, "item", ids))
    after = pd.Series(pd.to_timedelta(2 + 3 * turn, unit="min"), index=ids)
    table = {
        "point_id": visits["point_id"],
        "category": places["category"],
        "item": [item for item, _ in items],
        "severity": [severity for _, severity in items],
        "found_at": visits["inspected_at"] + after,
        "description": [f"模拟数据：{item}" for item, _ in items],
        "source": SOURCE,
    }
    return gpd.GeoDataFrame(table, geometry=places.geometry, crs="EPSG:4326", index=ids)


def _items(place_categories: Iterable[str], chance: FloatArray) -> list[tuple[str, int]]:
    """Return one of the items of the category's group for every chance in [0, 1)."""
    group = categories().set_index("name_zh")["group"].to_dict()
    found = []
    for category, u in zip(place_categories, chance, strict=True):
        if category not in group:
            raise InputError(
                "The category {category} is not in the table of categories; "
                "a made-up history needs one of the {number} there.",
                category=category,
                number=len(group),
            )
        items = ITEMS[group[category]]
        found.append(items[int(u * len(items))])
    return found


def _poisson(chance: FloatArray, mean: FloatArray) -> NDArray[np.int64]:
    """Poisson numbers by inversion: how many terms of the distribution fit below `chance`."""
    number = np.zeros(len(mean), dtype=np.int64)
    term = np.exp(-mean)
    below = term.copy()
    # The sum of the terms may stop short of the largest chance below 1 by rounding.
    while (left := (below <= chance) & (term > 1e-18)).any():
        number[left] += 1
        term[left] *= mean[left] / number[left]
        below[left] += term[left]
    return number


def _uniforms(seed: int, label: str, ids: Iterable[object]) -> FloatArray:
    """Numbers in [0, 1), each made of nothing but the seed, a label and an id."""
    key = blake2b(f"{seed}\n{label}".encode(), digest_size=32).digest()
    digests = (blake2b(str(one).encode(), key=key, digest_size=8).digest() for one in ids)
    return np.array([(int.from_bytes(digest, "big") >> 11) / 2**53 for digest in digests])


def _in_metres(points: gpd.GeoDataFrame) -> FloatArray:
    """Points in their metric plane, shape (n, 2)."""
    lonlat = shapely.get_coordinates(points.geometry.to_numpy())
    return LocalProjection.around(lonlat).to_xy(lonlat)
