"""Closed cases come back at random, and relapses are found by place, item and time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pyproj import Geod

from geoinspect.cases import RecheckParams, find_relapses, is_rechecked
from geoinspect.errors import InputError

GEOD = Geod(ellps="WGS84")
HERE = (118.78, 32.04)
DAY = pd.Timedelta(days=1)
START = pd.Timestamp("2026-06-01", tz="UTC")


def case(
    case_id: str, east_m: float, found: float, closed: float | None, item: str = "占道经营"
) -> dict[str, object]:
    lon, lat, _ = GEOD.fwd(*HERE, 90, east_m)
    return {
        "case_id": case_id,
        "item": item,
        "found_at": START + found * DAY,
        "closed_at": pd.NaT if closed is None else START + closed * DAY,
        "lon": lon,
        "lat": lat,
    }


def relapses(*cases: dict[str, object]) -> list[tuple[str, str]]:
    found = find_relapses(pd.DataFrame(cases).set_index("case_id"))
    return list(zip(found["case_id"], found["earlier_id"], strict=True))


def test_the_share_of_cases_is_kept_and_does_not_depend_on_who_asks() -> None:
    ids = [f"V{k}" for k in range(20_000)]
    drawn = [is_rechecked(case_id, "5eed", 0.15) for case_id in ids]
    # five standard errors of a share of 0.15 among 20,000
    assert abs(np.mean(drawn) - 0.15) < 5 * np.sqrt(0.15 * 0.85 / len(ids))
    other = [is_rechecked(case_id, "5eee", 0.15) for case_id in ids]
    both = np.mean(np.logical_and(drawn, other))
    assert abs(both - 0.15**2) < 5 * np.sqrt(0.0225 * 0.9775 / len(ids))
    assert not any(is_rechecked(case_id, "5eed", 0.0) for case_id in ids)
    assert all(is_rechecked(case_id, "5eed", 1.0) for case_id in ids)


def test_a_relapse_is_the_same_item_near_and_soon_after_the_closing() -> None:
    old = case("A", 0, 0, 5)
    assert relapses(old, case("B", 49.5, 95, None)) == [("B", "A")]
    assert relapses(old, case("B", 50.5, 95, None)) == []
    assert relapses(old, case("B", 10, 95.1, None)) == []
    assert relapses(old, case("B", 10, 20, None, item="乱停放")) == []
    # found before the other was closed: the same trouble seen twice, not one that came back
    assert relapses(old, case("B", 10, 4, None)) == []


def test_each_closed_case_nearby_is_named_and_none_is_its_own_relapse() -> None:
    chain = [case("A", 0, 0, 5), case("B", 10, 20, 25), case("C", 20, 40, None)]
    assert relapses(*chain) == [("B", "A"), ("C", "A"), ("C", "B")]


def test_cases_without_a_place_or_an_item_have_no_relapses() -> None:
    nowhere = {**case("B", 0, 20, None), "lon": np.nan}
    assert relapses(case("A", 0, 0, 5), nowhere) == []
    assert relapses(case("A", 0, 0, 5, item=""), case("B", 0, 20, None, item="")) == []
    assert relapses(case("A", 0, 0, None)) == []


def test_a_share_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="from 0 to 1"):
        replace(RecheckParams(), share=1.5)
