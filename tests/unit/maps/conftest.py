"""What the tests of the maps share: the tiny town's base map, and how to read a page."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from geoinspect.demo import tinytown
from geoinspect.maps import build_basemap
from geoinspect.responsibility import assign

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from geoinspect.network import RoadNetwork

DATA = re.compile(r'<script type="application/json" id="page-data">(.*?)</script>', re.DOTALL)


@pytest.fixture(scope="session")
def tinytown_basemap(
    tinytown_network: RoadNetwork, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    path = tmp_path_factory.mktemp("basemap") / "tinytown.pmtiles"
    return build_basemap(tinytown_network, tinytown.districts(), path)


@pytest.fixture(scope="session")
def tinytown_assignments(tinytown_points: gpd.GeoDataFrame) -> pd.DataFrame:
    return assign(tinytown_points, tinytown.districts(), tinytown.units())


@pytest.fixture(scope="session")
def page_data() -> Callable[[str], dict[str, Any]]:
    """Return the function that reads the data out of a page."""

    def read(html: str) -> dict[str, Any]:
        (text,) = DATA.findall(html)
        return json.loads(text)

    return read
