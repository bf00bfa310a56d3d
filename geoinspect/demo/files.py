"""Write the demo city as the files that an office would hand in, with Chinese headers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from geoinspect.demo.offices import demo_units
from geoinspect.demo.osm_places import demo_points
from geoinspect.demo.packaged import extract_file
from geoinspect.demo.quarters import demo_districts
from geoinspect.demo.simulate import simulate_history

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

TIMEZONE = "Europe/Helsinki"


@dataclass(frozen=True)
class DemoHistory:
    """
    How much history to make up: `per_day` inspections on `days` working days.

    `start` is the begin of the first working day, timezone-aware.
    """

    seed: int = 20260601
    days: int = 120
    per_day: int = 60
    start: datetime = datetime(2026, 6, 1, 9, 0, tzinfo=ZoneInfo(TIMEZONE))


@dataclass(frozen=True)
class DemoFiles:
    """Where the files of the demo city lie; `extract` is for the road network."""

    points: Path
    districts: Path
    units: Path
    inspections: Path
    violations: Path
    extract: Path


def write_demo_files(folder: Path, history: DemoHistory | None = None) -> DemoFiles:
    """
    Write the points, districts, rules and made-up history of the demo city.

    Everything but the offices, the inspections and the violations is real. The same
    `history` gives the same bytes.

    Parameters
    ----------
    folder
        Where to write; made if it is not there.
    history
        How much history to make up, and from which seed.

    Returns
    -------
    files
        Paths of five files, ready for the import, and of the map extract.

    Raises
    ------
    NotFoundError
        If the map extract has not been fetched yet.
    """
    history = history or DemoHistory()
    extract = extract_file()
    points, districts = demo_points(extract), demo_districts(extract)
    inspections, violations = simulate_history(
        points,
        seed=history.seed,
        days=history.days,
        per_day=history.per_day,
        start=history.start,
    )
    folder.mkdir(parents=True, exist_ok=True)
    return DemoFiles(
        points=_write_table(folder / "points.csv", _point_sheet(points)),
        districts=_write_districts(folder / "districts.geojson", districts),
        units=_write_table(folder / "units.csv", _unit_sheet(demo_units(districts))),
        inspections=_write_table(
            folder / "inspections.csv", _inspection_sheet(inspections, history.start)
        ),
        violations=_write_table(
            folder / "violations.csv", _violation_sheet(violations, history.start)
        ),
        extract=extract,
    )


def _point_sheet(points: gpd.GeoDataFrame) -> pd.DataFrame:
    """Points as an office lists them."""
    sheet = points[["name", "category"]].assign(
        lon=points.geometry.x.map("{:.7f}".format), lat=points.geometry.y.map("{:.7f}".format)
    )
    return sheet.reset_index().set_axis(["点位编号", "名称", "类别", "经度", "纬度"], axis=1)


def _unit_sheet(units: pd.DataFrame) -> pd.DataFrame:
    """Rules as an office lists them."""
    sheet = units[["unit_id", "unit_name", "district", "category"]]
    return sheet.set_axis(["单位编号", "责任单位", "区", "类别"], axis=1)


def _inspection_sheet(inspections: pd.DataFrame, start: datetime) -> pd.DataFrame:
    """Inspections as an office lists them, times by the clock of the city."""
    sheet = inspections.assign(inspected_at=_by_local_clock(inspections["inspected_at"], start))
    return sheet.reset_index().set_axis(["检查编号", "点位编号", "检查时间", "来源"], axis=1)


def _violation_sheet(violations: gpd.GeoDataFrame, start: datetime) -> pd.DataFrame:
    """Violations as an office lists them, times by the clock of the city."""
    columns = {
        "point_id": "点位编号",
        "category": "类别",
        "item": "问题",
        "severity": "严重程度",
        "found_at": "发现时间",
        "source": "来源",
        "description": "描述",
    }
    sheet = violations.assign(found_at=_by_local_clock(violations["found_at"], start))
    return (
        sheet.rename_axis("问题编号").reset_index()[["问题编号", *columns]].rename(columns=columns)
    )


def _by_local_clock(times: pd.Series[pd.Timestamp], start: datetime) -> pd.Series[str]:
    """Write times in the zone of `start`, with its offset, to the minute."""
    return times.dt.tz_convert(start.tzinfo).map(lambda time: time.isoformat(timespec="minutes"))


def _write_table(path: Path, sheet: pd.DataFrame) -> Path:
    """Write a CSV file that Excel opens with its Chinese text in place."""
    sheet.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")
    return path


def _write_districts(path: Path, districts: gpd.GeoDataFrame) -> Path:
    """Write the districts as GeoJSON."""
    named = districts[["name", "geometry"]].reset_index()
    named = named.rename(columns={"district_id": "区划代码", "name": "名称"})
    path.write_text(named.to_json(drop_id=True, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
