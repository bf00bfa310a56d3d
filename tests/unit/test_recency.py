"""Days since the last inspection, by point and by cell."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoinspect.density import Grid, KernelParams
from geoinspect.recency import NEVER, days_by_cell, recency

TOWN = gpd.GeoDataFrame(
    geometry=[shapely.Point(112.5, 32.8), shapely.Point(112.5, 32.8), shapely.Point(112.52, 32.8)],
    index=["market", "school", "park"],
    crs=4326,
)


def seen(*rows, today=date(2026, 9, 11)):
    made = pd.DataFrame(list(rows), columns=["point_id", "inspected_at"])
    made["inspected_at"] = pd.to_datetime(made["inspected_at"], utc=True)
    return recency(TOWN, made, today=today, timezone="Asia/Shanghai")


def test_the_last_inspection_counts_and_never_is_told_from_long_ago():
    found = seen(("market", "2026-09-01T02:00Z"), ("market", "2026-09-08T02:00Z"))
    assert found.days.to_dict() == {"market": 3, "school": np.inf, "park": np.inf}
    assert found.age_class.to_dict() == {"market": 0, "school": NEVER, "park": NEVER}
    assert found.neglected(longer_than_days=2).tolist() == ["market", "school", "park"]


def test_a_day_is_a_day_by_the_clock_of_the_city():
    # 17:00 in London is already the next day in China
    assert seen(("market", "2026-09-10T17:00Z")).days["market"] == 0


def test_inspections_later_than_today_or_of_unknown_points_are_counted_apart():
    found = seen(("market", "2026-09-12T02:00Z"), ("gone", "2026-09-01T02:00Z"))
    assert (found.n_later, found.n_unknown) == (1, 1)
    assert np.isinf(found.days).all()


def test_without_any_inspection_all_was_never_seen():
    assert (seen().age_class == NEVER).all()


def test_a_cell_is_as_old_as_the_point_that_waits_longest_in_it():
    found = seen(("market", "2026-09-08T02:00Z"), ("park", "2026-01-01T02:00Z"))
    grid = Grid.covering((112.5, 32.8, 112.52, 32.8), KernelParams())
    ages = days_by_cell(grid, TOWN, found.days)
    assert np.isfinite(ages).sum() == 1
    assert np.isinf(ages).sum() == 1
    assert np.nanmin(ages) == 253
