"""Pages, extents and intervals of features."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoinspect.api.paging import cursor_after, during, read_cursor, touching
from geoinspect.errors import InputError


@pytest.fixture
def features() -> gpd.GeoDataFrame:
    times = pd.to_datetime(["2026-11-01T00:00Z", "2026-11-02T00:00Z", "2026-11-03T00:00Z"])
    shapes = gpd.points_from_xy([118.0, 118.5, 119.0], [32.0, 32.0, 32.0])
    index = pd.Index(["a", "b", "c"], name="id")
    return gpd.GeoDataFrame({"at": times}, index=index, geometry=shapes, crs="EPSG:4326")


@given(st.text(min_size=1))
def test_a_cursor_says_where_a_page_begins_whatever_the_id(feature_id) -> None:
    if not any(0xD800 <= ord(sign) <= 0xDFFF for sign in feature_id):
        cursor = cursor_after(feature_id)
        assert read_cursor(cursor) == feature_id
        assert cursor.isascii()
        assert not set(cursor) & set("+/=?&#")


@pytest.mark.parametrize("cursor", ["点", "a b", "a", "_w", "%%%%"])
def test_a_cursor_that_is_none_is_named(cursor) -> None:
    with pytest.raises(InputError, match="follow the link `next`"):
        read_cursor(cursor)


def test_an_extent_keeps_what_lies_on_its_border(features) -> None:
    assert list(touching(features, "118,32,118.5,32.5").index) == ["a", "b"]
    assert list(touching(features, "117,31,117.9,33").index) == []


@pytest.mark.parametrize(
    ("interval", "kept"),
    [
        ("2026-11-02T00:00:00Z", "b"),
        ("2026-11-01T00:00:00Z/2026-11-02T00:00:00Z", "ab"),
        ("../2026-11-01T23:59:59Z", "a"),
        ("2026-11-02T08:00:00+08:00/", "bc"),
        ("../..", "abc"),
    ],
)
def test_an_interval_keeps_its_ends_and_may_be_open(features, interval, kept) -> None:
    assert "".join(during(features, "at", interval).index) == kept


@pytest.mark.parametrize("column", ["", "nothing"])
def test_what_has_no_time_is_kept(features, column) -> None:
    assert len(during(features, column, "2026-11-02T00:00:00Z")) == 3


@pytest.mark.parametrize(
    "interval",
    ["", "yesterday", "2026-11-02", "2026-11-02T00:00:00", "a/b/c",
     "2026-11-03T00:00:00Z/2026-11-01T00:00:00Z", "9999999-01-01T00:00:00Z"],
)  # fmt: skip
def test_an_interval_that_is_none_is_named(features, interval) -> None:
    with pytest.raises(InputError, match="no moment and no interval"):
        during(features, "at", interval)
