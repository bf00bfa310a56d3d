"""
Make the folder of a large city: a year's ledger of inspections and violations.

Points lie at junctions of the real roads; days are those of 2025, which is over on every clock.
What the plans drew is put where a city keeps it once a day is over, so that no lottery has to be
run a year long. Rows go into the database as an import would write them. Each violation is a case
that went its way: notified, replied, approved, inspected again and closed, or dismissed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Integer, and_, case, func, insert, literal, null, select

from geoinspect.cases.deadlines import Defect
from geoinspect.cases.states import Act, Party, State
from geoinspect.cityfolder import CityFolder
from geoinspect.promised import kept_path
from geoinspect.store import Store, tables

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.random import Generator

    from geoinspect.arrays import FloatArray, IntArray

FIRST, N_DAYS = np.datetime64("2025-01-01"), 365
_DISTRICTS = (4, 3)
_UNITS, _CATEGORIES, _ITEMS, _TEAMS = 60, 40, 97, 60
_PORTION = 100_000
_OPENS_S, _OPEN_S = 3600, 8 * 3600
# what becomes of a case: act, state before and after, days after the finding, and who
_LIFE = (
    (Act.NOTIFY, State.FOUND, State.NOTIFIED, 0, Party.OFFICE),
    (Act.REPLY, State.NOTIFIED, State.REPLIED, 4, Party.UNIT),
    (Act.APPROVE, State.REPLIED, State.APPROVED, 5, Party.UNIT_LEADER),
    (Act.REINSPECT, State.APPROVED, State.REINSPECTED, 8, Party.INSPECTOR),
    (Act.CLOSE, State.REINSPECTED, State.CLOSED, 9, Party.OFFICE),
)
_DAYS_TO_ACT, _DISMISSED_ONE_IN = 7, 50
_SOURCES, _SHARES = np.array(["route", "12345", "self-check"]), (0.97, 0.02, 0.01)


@dataclass(frozen=True)
class Ledger:
    """
    A year, row by row; `point` and `day` are numbers, `second` is of the day (UTC).

    Attributes
    ----------
    point, day, second, team
        Of each inspection, shape (m,).
    chance
        With which each was drawn, shape (m,).
    visit
        Number of the inspection that found each violation, shape (n,).
    """

    point: IntArray
    day: IntArray
    second: IntArray
    team: IntArray
    chance: FloatArray
    visit: IntArray


def make_large_city(
    path: Path, places: FloatArray, *, n_points: int, n_violations: int, seed: int = 7
) -> CityFolder:
    """
    Make a city with as many inspections as violations.

    Parameters
    ----------
    path
        Folder of the new city.
    places
        Where points may lie, longitude and latitude, shape (k, 2).
    n_points, n_violations
        How large it is.
    seed
        Of the numbers.
    """
    rng = np.random.default_rng(seed)
    city = CityFolder.create(path, name="Nanjing")
    lonlat = places[rng.choice(len(places), n_points, replace=n_points > len(places))]
    lonlat = lonlat + rng.normal(0, 2e-4, lonlat.shape)
    ledger = _ledger(n_points, n_violations, rng)
    store = city.store()
    district = _districts(store, lonlat)
    _points(store, lonlat, district, rng)
    _insert(store, tables.inspections, _inspections(ledger))
    _insert(store, tables.violations, _violations(ledger, lonlat, rng))
    _cases(store)
    _plans(city, store, ledger)
    store.close()
    return city


def _ledger(n_points: int, n: int, rng: Generator) -> Ledger:
    """Draw a year: points differ in how often they are visited and in what is found there."""
    effort, rate = rng.lognormal(0, 0.5, n_points), rng.gamma(2.0, 0.5, n_points)
    a_day = np.full(N_DAYS, n // N_DAYS) + (np.arange(N_DAYS) < n % N_DAYS)
    a_day = np.minimum(a_day, n_points)
    # the smallest exponential times (Efraimidis and Spirakis 2006): each point once a day
    drawn = [
        np.argpartition(rng.exponential(size=n_points) / effort, size - 1)[:size] for size in a_day
    ]
    point = np.concatenate(drawn)
    day = np.repeat(np.arange(N_DAYS), a_day)
    chance = np.clip(effort / effort.sum() * a_day.mean(), 1e-4, 0.95)[point]
    weight = np.cumsum(rate[point])
    visit = np.sort(np.searchsorted(weight, rng.uniform(0, weight[-1], n)))
    second = _OPENS_S + rng.integers(0, _OPEN_S, len(point))
    team = rng.integers(0, _TEAMS, len(point))
    return Ledger(point, day, second, team, chance, visit)


def _districts(store: Store, lonlat: FloatArray) -> IntArray:
    """Cut the city into boxes, and say in which each point lies."""
    (west, south), (east, north) = lonlat.min(axis=0) - 1e-6, lonlat.max(axis=0) + 1e-6
    columns, rows = _DISTRICTS
    xs, ys = np.linspace(west, east, columns + 1), np.linspace(south, north, rows + 1)
    boxes = [
        shapely.box(xs[i], ys[j], xs[i + 1], ys[j + 1]) for j in range(rows) for i in range(columns)
    ]
    ids = [f"D{k + 1:02}" for k in range(len(boxes))]
    names = [f"第{k + 1}区" for k in range(len(boxes))]
    table = gpd.GeoDataFrame(
        {"name": names, "claimed_datum": "wgs84"},
        geometry=boxes,
        index=pd.Index(ids, name="district_id"),
        crs="EPSG:4326",
    )
    store.replace_districts(table)
    column = np.searchsorted(xs, lonlat[:, 0]) - 1
    row = np.searchsorted(ys, lonlat[:, 1]) - 1
    inside: IntArray = row * columns + column
    return inside


def _points(store: Store, lonlat: FloatArray, district: IntArray, rng: Generator) -> None:
    n = len(lonlat)
    ids = [_point_id(k) for k in range(n)]
    unit = rng.integers(0, _UNITS, n)
    shapes = shapely.to_wkb(shapely.points(lonlat))
    _insert(
        store,
        tables.points,
        {
            "point_id": ids,
            "name": [f"点位{k}" for k in range(n)],
            "category": [f"类别{k:02}" for k in rng.integers(0, _CATEGORIES, n)],
            "geometry": list(shapes),
        },
    )
    _insert(
        store,
        tables.assignments,
        {
            "point_id": ids,
            "district_id": [f"D{k + 1:02}" for k in district],
            "unit_id": [f"U{k:02}" for k in unit],
            "unit_name": [f"第{k}责任单位" for k in unit],
            "status": ["resolved"] * n,
            "rule": [""] * n,
            "also": [""] * n,
            "reason": [""] * n,
        },
    )


def _inspections(ledger: Ledger) -> dict[str, list[Any]]:
    return {
        "inspection_id": [f"I{k:07}" for k in range(len(ledger.point))],
        "point_id": [_point_id(k) for k in ledger.point],
        "inspected_at": _moments(ledger.day, ledger.second),
    }


def _violations(ledger: Ledger, lonlat: FloatArray, rng: Generator) -> dict[str, list[Any]]:
    visit = ledger.visit
    n = len(visit)
    item = rng.integers(0, _ITEMS, n)
    near = lonlat[ledger.point[visit]] + rng.normal(0, 1e-4, (n, 2))
    return {
        "violation_id": [f"V{k:07}" for k in range(n)],
        "point_id": [_point_id(k) for k in ledger.point[visit]],
        "item": [f"检查项目{k:02}" for k in item],
        "severity": rng.choice(3, n, p=(0.6, 0.3, 0.1)) + 1,
        "found_at": _moments(ledger.day[visit], ledger.second[visit] + 300),
        "description": [f"检查项目{k:02}不合格" for k in item],
        "source": rng.choice(_SOURCES, n, p=_SHARES),
        "geometry": list(shapely.to_wkb(shapely.points(near))),
    }


def _cases(store: Store) -> None:
    """Open a case of each violation, and lead it to its end; the database writes the rows."""
    found, known = tables.violations.c, tables.points.c
    lines = select(
        found.violation_id, found.point_id, known.name, literal(""), tables.assignments.c.unit_id,
        tables.assignments.c.unit_name, known.category, found.item, found.description,
        literal(Defect.CONDUCT), found.severity, found.source, null(), null(), found.found_at,
        found.found_at,
    ).join_from(
        tables.violations, tables.points, found.point_id == known.point_id
    ).join(tables.assignments, tables.assignments.c.point_id == known.point_id)  # fmt: skip
    is_dismissed = func.substr(found.violation_id, 2).cast(Integer) % _DISMISSED_ONE_IN == 0
    with store.engine.begin() as connection:
        connection.execute(insert(tables.cases).from_select(list(tables.cases.c.keys()), lines))
        for move in _moves(is_dismissed):
            columns = list(tables.case_moves.c.keys())
            connection.execute(insert(tables.case_moves).from_select(columns, move))


def _moves(is_dismissed: Any) -> list[Any]:
    """Return what selects the moves of all cases, one after the other."""
    found = tables.violations.c
    moves = []
    for number, (act, before, after, days, party) in enumerate(_LIFE, start=1):
        ends = and_(is_dismissed, literal(number == 1))
        at = func.strftime("%Y-%m-%d %H:%M:%S.000000", found.found_at, f"+{days} days")
        due = null()
        if number == 1:
            day = func.date(found.found_at, f"+{_DAYS_TO_ACT} days")
            due = case((is_dismissed, null()), else_=day)
        move = select(
            found.violation_id, literal(number), case((ends, Act.DISMISS), else_=act),
            literal(before), case((ends, State.DISMISSED), else_=after), at, literal("office"),
            literal(party), literal(""), due,
        )  # fmt: skip
        moves.append(move if number == 1 else move.where(~is_dismissed))
    return moves


def _plans(city: CityFolder, store: Store, ledger: Ledger) -> None:
    """Enter a draw a day, and keep what it drew as the city does once the day is over."""
    for number in range(N_DAYS):
        day = str(FIRST + number)
        commitment = f"{number:064x}"
        row = {"number": number + 1, "date": day, "attempt": 1, "act": "draw", "part": 1,
               "commitment": commitment, "reason": "", "made_at": datetime(2025, 1, 1),
               "content": None, "points": "[]", "inspectors": "[]"}  # fmt: skip
        _insert(store, tables.ledger, {name: [value] for name, value in row.items()})
        mine = ledger.day == number
        kept = {
            "point_id": [_point_id(k) for k in ledger.point[mine]],
            "team_id": [str(k) for k in ledger.team[mine]],
            "inclusion_probability": ledger.chance[mine].tolist(),
            "targets": {},
            "dropped": [],
        }
        path = kept_path(city.path, number + 1, commitment, 0)
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(kept), encoding="utf-8")


def _insert(store: Store, table: Any, columns: dict[str, Any]) -> None:
    """Insert rows in portions; what a table has beyond the columns gets a plain value."""
    n = len(next(iter(columns.values())))
    filled = {
        column.name: columns.get(column.name, [_plain(column)] * n) for column in table.columns
    }
    rows = [
        dict(zip(filled, map(_own, row), strict=True)) for row in zip(*filled.values(), strict=True)
    ]
    with store.engine.begin() as connection:
        for start in range(0, n, _PORTION):
            connection.execute(insert(table), rows[start : start + _PORTION])


def _plain(column: Any) -> Any:
    if column.nullable:
        return None
    return 0 if column.type.python_type in (int, float) else ""


def _own(value: Any) -> Any:
    """Return a number or text of NumPy as one of Python."""
    return value.item() if isinstance(value, np.generic) else value


def _moments(day: IntArray, second: IntArray) -> list[datetime]:
    start = datetime(2025, 1, 1, tzinfo=UTC).timestamp()
    seconds = start + day * 86400.0 + second
    return list(pd.to_datetime(seconds, unit="s").to_pydatetime())


def _point_id(k: int) -> str:
    return f"NJ{k:06}"
