"""What many tests share: the tiny town, its roads, and a plan of one day there."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from geoinspect.demo import tinytown, tinytown_folder
from geoinspect.network import RoadNetwork, read_network
from geoinspect.planning import City, PlanParams, TeamOrder, named_points, plan_inspections
from geoinspect.responsibility import assign
from geoinspect.shifts import read_shift

if TYPE_CHECKING:
    import geopandas as gpd

SECRET = "5eed" * 8
NANJING = Path(__file__).parents[2] / "shared" / "data" / "nanjing"


@pytest.fixture(scope="session")
def tinytown_points() -> gpd.GeoDataFrame:
    return tinytown.points()


@pytest.fixture(scope="session")
def tinytown_network() -> RoadNetwork:
    return read_network(tinytown_folder() / "streets.osm")


@pytest.fixture(scope="session")
def tinytown_city(tinytown_points: gpd.GeoDataFrame, tinytown_network: RoadNetwork) -> City:
    districts = tinytown.districts()
    assignments = assign(tinytown_points, districts, tinytown.units())
    named = named_points(tinytown_points, assignments, districts)
    return City("小镇", ZoneInfo("Asia/Shanghai"), named, tinytown_network, inspectors())


def inspectors() -> tuple[dict[str, Any], ...]:
    """Six people on duty; the first must not come near a unit that answers for some points."""
    units: list[list[str]] = [["市教育局"], [], [], [], [], []]
    return tuple(
        {
            "inspector_id": f"I{k}",
            "name": f"检查员{k}",
            "tickets": 1,
            "units": tied,
            "districts": [],
        }
        for k, tied in enumerate(units, start=1)
    )


@pytest.fixture(scope="session")
def tinytown_params() -> PlanParams:
    return PlanParams(date(2026, 11, 23), (TeamOrder(read_shift("09:00-10:00")),) * 2, 720)


@pytest.fixture(scope="session")
def tinytown_plan(tinytown_city: City, tinytown_params: PlanParams) -> dict[str, Any]:
    return plan_inspections(tinytown_city, tinytown_params, SECRET)
