"""What many tests share: the tiny town, its roads, and a plan of one day there."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings

from geoinspect.demo import tinytown, tinytown_folder
from geoinspect.network import RoadNetwork, read_network
from geoinspect.people import passwords
from geoinspect.planning import City, PlanParams, TeamOrder, named_points, plan_inspections
from geoinspect.responsibility import assign
from geoinspect.shifts import read_shift
from geoinspect.store import Store
from geoinspect.store.databases import close_all

from .postgres import Cluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

# the same examples on every run, however slow: what fails here fails everywhere
settings.register_profile(
    "steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

SECRET = "5eed" * 8
NANJING = Path(__file__).parents[2] / "shared" / "data" / "nanjing"


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """Hash passwords fast; what they cost a guesser is tested in tests/unit/people."""
    with pytest.MonkeyPatch.context() as patch:
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_HASHER", cheap)
        yield


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server of the tests' own."""
    cluster = Cluster()
    yield cluster
    cluster.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | str]:
    """A place for the tables of a city, in each of the two databases."""
    if request.param == "sqlite":
        yield tmp_path / "city.db"
    else:
        yield request.getfixturevalue("cluster").url()
        close_all()


@pytest.fixture
def store(where: Path | str) -> Iterator[Store]:
    """An empty store, in each of the two databases."""
    store = Store.create(where)
    yield store
    store.close()


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
