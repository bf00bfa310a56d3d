"""A city with violations, for tests of cases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd

from geoinspect.cases import Mover, Party
from geoinspect.demo import tinytown
from geoinspect.responsibility import assign
from geoinspect.store.casenotices import Office

if TYPE_CHECKING:
    from geoinspect.store import Store

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
OFFICE = Office(SHANGHAI, "太创办整改")
CLERK = Mover("李四", Party.OFFICE)
INSPECTOR = Mover("钱七", Party.INSPECTOR)
WRITER = Mover("王五", Party.UNIT)
HEAD = Mover("赵六", Party.UNIT_LEADER)


def fill(store: Store, n: int) -> list[str]:
    """Give a store the tiny town with `n` violations at its first point, and return their ids."""
    points = tinytown.points()
    store.merge_points(points)
    store.replace_assignments(assign(points, tinytown.districts(), tinytown.units()))
    ids = [f"V{k:04}" for k in range(n)]
    violations = gpd.GeoDataFrame(
        {
            "point_id": points.index[0],
            "category": "集贸市场",
            "item": "占道经营",
            "severity": 2,
            "found_at": pd.Timestamp(NOW) - pd.Timedelta(hours=5),
            "description": "门口占道",
            "source": "route",
            "geometry": points.geometry.iloc[0],
        },
        index=pd.Index(ids, name="violation_id"),
        crs=points.crs,
    )
    store.merge_violations(violations)
    return ids
