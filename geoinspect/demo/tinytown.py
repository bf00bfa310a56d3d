"""
Tables of the tiny town in the form that the system works with.

For documentation, doctests and tests: they need no intake, only the drawn files.
"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from geoinspect.demo.packaged import tinytown_folder


def points() -> gpd.GeoDataFrame:
    """
    Return the 12 inspection points, indexed by point id, in WGS-84.

    Examples
    --------
    >>> points().loc["TT04", "name"]
    '豆腐巷'
    """
    table = _with_geometry(_read("points.csv", "point_id"))
    return table.assign(
        original_x=table.geometry.x,
        original_y=table.geometry.y,
        claimed_datum="wgs84",
        datum_evidence="drawn in WGS-84",
        source_file="points.csv",
        source_row=range(2, len(table) + 2),
    )


def districts() -> gpd.GeoDataFrame:
    """
    Return the 3 districts, indexed by district id, in WGS-84.

    Examples
    --------
    >>> districts()["name"].to_dict()
    {'D1': '西桥区', 'D2': '东禾区', 'D3': '南塘区'}
    """
    table = gpd.read_file(tinytown_folder() / "districts.geojson").set_index("district_id")
    return table.assign(claimed_datum="wgs84")


def units() -> pd.DataFrame:
    """
    Return the 7 responsibility rules in the order of their file.

    Examples
    --------
    >>> units().loc[6, ["unit_name", "district", "category"]].tolist()
    ['南塘市场监管所', '南塘区', '超市']
    """
    table = pd.read_csv(tinytown_folder() / "units.csv", dtype=str)
    return table.assign(source_row=range(2, len(table) + 2))


def inspections() -> pd.DataFrame:
    """
    Return the 24 inspections, indexed by inspection id, times in UTC.

    Examples
    --------
    >>> inspections().loc["I01", "inspected_at"].isoformat()
    '2026-09-07T00:30:00+00:00'
    """
    table = _read("inspections.csv", "inspection_id")
    return table.assign(inspected_at=pd.to_datetime(table["inspected_at"], utc=True))


def violations() -> gpd.GeoDataFrame:
    """
    Return the 10 violations, indexed by violation id, in WGS-84, times in UTC.

    Examples
    --------
    >>> violations()["severity"].sum()
    np.int64(20)
    >>> violations().loc["V10", "point_id"] is None
    True
    """
    table = _with_geometry(_read("violations.csv", "violation_id"))
    point_id = table["point_id"].astype(object)
    return table.assign(
        point_id=point_id.where(point_id.notna(), None),
        severity=table["severity"].astype(int),
        found_at=pd.to_datetime(table["found_at"], utc=True),
    )


def _read(name: str, index: str) -> pd.DataFrame:
    """Read one table of the town as text, indexed by its id column."""
    return pd.read_csv(tinytown_folder() / name, dtype=str).set_index(index)


def _with_geometry(table: pd.DataFrame) -> gpd.GeoDataFrame:
    """Turn the columns lon and lat into points in WGS-84."""
    geometry = gpd.points_from_xy(table["lon"].astype(float), table["lat"].astype(float))
    return gpd.GeoDataFrame(table.drop(columns=["lon", "lat"]), geometry=geometry, crs="EPSG:4326")
