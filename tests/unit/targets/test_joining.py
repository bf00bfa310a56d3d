"""Targets join the listed points in one lottery, nearly certain to be visited."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from geoinspect.demo import tinytown
from geoinspect.errors import InputError
from geoinspect.lottery.probabilities import inclusion_probabilities
from geoinspect.planning import named_points
from geoinspect.targets import (
    WISHED_CHANCE,
    TargetGround,
    TargetParams,
    generate_targets,
    with_targets,
)

if TYPE_CHECKING:
    import geopandas as gpd

SECRET = "5eed" * 8
DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def targets(ground: TargetGround) -> gpd.GeoDataFrame:
    params = TargetParams({"back_street": 2, "bus": 2}, hours=None)
    return generate_targets(ground, params, secret=SECRET, day=DAY)


@pytest.fixture(scope="module")
def listed() -> gpd.GeoDataFrame:
    return named_points(tinytown.points(), None, None)


def test_targets_and_listed_points_say_where_they_come_from(
    listed: gpd.GeoDataFrame, targets: gpd.GeoDataFrame
) -> None:
    both = with_targets(listed, targets, expected_stops=8, cap=0.95)
    assert both["provenance"].value_counts().to_dict() == {"listed": 12, "generated": 4}
    assert both.loc[listed.index, "selection_probability"].eq(1).all()
    drawn = both.loc[targets.index, "selection_probability"]
    assert drawn.tolist() == targets["inclusion_probability"].tolist()
    assert both.loc[targets.index, "unit"].eq("").all()
    assert both.loc[targets.index, "instruction_zh"].str.len().gt(10).all()


@pytest.mark.parametrize("expected_stops", [5.5, 8.0, 12.0])
def test_nine_of_ten_targets_are_visited(
    listed: gpd.GeoDataFrame, targets: gpd.GeoDataFrame, expected_stops: float
) -> None:
    both = with_targets(listed, targets, expected_stops=expected_stops, cap=0.95)
    chance = inclusion_probabilities(both["weight"].to_numpy(float), expected_stops)
    of_targets = chance[both["provenance"].eq("generated").to_numpy()]
    assert of_targets.min() >= WISHED_CHANCE - 0.01
    assert of_targets.max() <= 0.95


def test_where_targets_alone_fill_the_day_listed_points_keep_a_part(
    listed: gpd.GeoDataFrame, targets: gpd.GeoDataFrame
) -> None:
    both = with_targets(listed, targets, expected_stops=3, cap=0.95)
    chance = inclusion_probabilities(both["weight"].to_numpy(float), 3)
    is_target = both["provenance"].eq("generated").to_numpy()
    assert 0.06 <= chance[~is_target].sum() <= 0.3


def test_without_listed_points_the_targets_share_the_day_evenly(
    listed: gpd.GeoDataFrame, targets: gpd.GeoDataFrame
) -> None:
    both = with_targets(listed.iloc[:0], targets, expected_stops=3, cap=0.95)
    assert both.index.tolist() == targets.index.tolist()
    assert both["weight"].eq(1).all()
    assert both.crs == targets.crs


def test_a_listed_point_with_the_id_of_a_target_is_refused(
    listed: gpd.GeoDataFrame, targets: gpd.GeoDataFrame
) -> None:
    twin = listed.rename(index={"TT03": targets.index[0]})
    with pytest.raises(InputError, match=f"The id {targets.index[0]} belongs to"):
        with_targets(twin, targets, expected_stops=8, cap=0.95)


def test_without_an_hour_the_chance_of_a_street_is_whole(ground: TargetGround) -> None:
    def drawn(hours: tuple[int, ...] | None) -> gpd.GeoDataFrame:
        params = TargetParams({"bus": 2, "taxi": 1}, hours=hours)
        return generate_targets(ground, params, secret=SECRET, day=DAY)

    whenever, at_an_hour = drawn(None), drawn((8, 12))
    assert whenever["hour"].isna().all()
    assert whenever["inclusion_probability"].tolist() == pytest.approx(
        (2 * at_an_hour["inclusion_probability"]).tolist()
    )
    assert not whenever["instruction_zh"].str.contains(":00").any()
    assert whenever["instruction_en"].str.contains("during the visit").all()


def test_at_a_given_place_no_hour_is_told_either(ground: TargetGround) -> None:
    places = dict.fromkeys(("bus", "taxi"), tinytown.points().iloc[:6])
    params = TargetParams({"bus": 1, "taxi": 1}, hours=None)
    found = generate_targets(ground, params, secret=SECRET, day=DAY, places=places)
    assert found["instruction_en"].str.match(r"Go to the (stop|rank) .* report that\.").all()
    assert not found["instruction_en"].str.contains(":00").any()
