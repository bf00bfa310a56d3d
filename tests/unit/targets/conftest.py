"""The streets of the tiny town, and a motorway and a trunk road beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from geoinspect.demo import tinytown
from geoinspect.targets import TargetGround

if TYPE_CHECKING:
    import geopandas as gpd

    from geoinspect.network import RoadNetwork


@pytest.fixture(scope="session")
def districts() -> gpd.GeoDataFrame:
    return tinytown.districts()


@pytest.fixture(scope="session")
def ground(tinytown_network: RoadNetwork, districts: gpd.GeoDataFrame) -> TargetGround:
    return TargetGround.of(tinytown_network, districts)
