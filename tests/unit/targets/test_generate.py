"""A day's targets: drawn by length, where a person may walk, told so that one finds them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy import stats

from geoinspect.demo import tinytown
from geoinspect.errors import InputError
from geoinspect.lottery.record import to_bytes
from geoinspect.lottery.verify import verify
from geoinspect.network import INF_MS, WAY_CLASSES, snap, travel_times
from geoinspect.planning import City, PlanParams, plan_inspections
from geoinspect.targets import (
    RULES,
    TargetGround,
    TargetParams,
    generate_targets,
    with_targets,
)
from geoinspect.targets.sampling import chances, draw_systematic

SECRET = "5eed" * 8
DAY = date(2026, 11, 23)
SEED_CATEGORIES = {"back_street", "small_shop", "internet_cafe", "bus", "taxi"}
EACH = TargetParams(dict.fromkeys(RULES, 4))

if TYPE_CHECKING:
    import geopandas as gpd

    from geoinspect.network import RoadNetwork


@pytest.fixture(scope="module")
def targets(ground: TargetGround) -> gpd.GeoDataFrame:
    return generate_targets(ground, EACH, secret=SECRET, day=DAY)


@pytest.fixture(scope="module")
def stops() -> gpd.GeoDataFrame:
    return tinytown.points().iloc[:6]


def lonlat(table: gpd.GeoDataFrame) -> np.ndarray:
    return np.column_stack((table.geometry.x, table.geometry.y))


def test_a_full_day_comes_out_without_a_single_listed_point(targets: gpd.GeoDataFrame) -> None:
    assert set(targets["category_id"]) == SEED_CATEGORIES
    assert Counter(targets["category_id"]) == dict.fromkeys(SEED_CATEGORIES, 4)


def test_targets_are_inspection_points(targets: gpd.GeoDataFrame) -> None:
    points = tinytown.points()
    assert set(points.columns) <= set(targets.columns)
    assert targets.index.is_unique
    assert targets.index.name == "point_id"
    assert set(targets["provenance"]) == {"generated"}
    assert targets.crs == points.crs
    assert targets[["original_x", "original_y"]].to_numpy() == pytest.approx(lonlat(targets))


def test_routes_can_be_drawn_through_the_targets(
    targets: gpd.GeoDataFrame, tinytown_city: City, tinytown_params: PlanParams
) -> None:
    nobody = tinytown_city.points.iloc[:0]
    points = with_targets(nobody, targets, expected_stops=8, cap=0.95)
    city = replace(tinytown_city, points=points)
    plan = plan_inspections(city, tinytown_params, SECRET)
    assert {stop["point_id"] for route in plan["routes"] for stop in route["stops"]}
    assert plan["excluded"] == []
    verify(to_bytes(plan))
    assert {point["provenance"] for point in plan["points"]} == {"generated"}


def test_targets_lie_on_streets_and_can_be_driven_to(
    targets: gpd.GeoDataFrame, tinytown_network: RoadNetwork
) -> None:
    snaps = snap(tinytown_network, targets.index.tolist(), lonlat(targets))
    assert snaps.distance_m.max() < 0.1
    assert travel_times(tinytown_network, snaps).max() < INF_MS


def test_each_category_keeps_to_its_way_classes(ground: TargetGround) -> None:
    streets = ground.streets
    class_of = dict(zip(streets.segment_id.tolist(), streets.way_class.tolist(), strict=True))
    for number in range(40):
        found = generate_targets(ground, EACH, secret=str(number), day=DAY)
        for row in found.itertuples():
            highway = WAY_CLASSES[class_of[row.segment_id]]
            assert highway in RULES[row.category_id].way_classes
            assert not highway.startswith(("motorway", "trunk"))


def test_no_target_lies_outside_the_districts(
    tinytown_network: RoadNetwork, districts: gpd.GeoDataFrame
) -> None:
    one = districts.iloc[[0]]
    ground = TargetGround.of(tinytown_network, one)
    border = one.geometry.iloc[0].buffer(1e-6)
    for number in range(40):
        found = generate_targets(ground, EACH, secret=str(number), day=DAY)
        assert found.geometry.within(border).all()


def test_picks_follow_the_length_of_streets(ground: TargetGround) -> None:
    streets = ground.streets.of_classes(RULES["back_street"].way_classes)
    ids, chance = streets.segment_id.tolist(), chances(streets.length_m, 1)
    begins = np.cumsum(streets.length_m) - streets.length_m
    places = []
    for number in range(5000):
        drawn, within = draw_systematic(ids, chance, f"draw {number}".encode())
        places += (begins[drawn] + within * streets.length_m[drawn]).tolist()
    assert stats.kstest(np.array(places) / streets.length_m.sum(), "uniform").pvalue > 0.01


def test_inclusion_frequency_equals_the_promised_probability(ground: TargetGround) -> None:
    params = TargetParams({"small_shop": 20})
    promised: dict[str, float] = {}
    counts: Counter[str] = Counter()
    n_days = 300
    for number in range(n_days):
        found = generate_targets(ground, params, secret=SECRET, day=DAY + timedelta(number))
        # one side of a street is the unit
        counts.update(found["segment_id"].tolist())
        chance = 2 * found["inclusion_probability"]
        promised |= dict(zip(found["segment_id"], chance, strict=True))
    chance = np.array(list(promised.values()))
    frequency = np.array([counts[unit] for unit in promised]) / n_days
    errors = (frequency - chance) / np.sqrt(chance * (1 - chance) / n_days)
    assert len(promised) == len(ground.streets.of_classes(RULES["small_shop"].way_classes))
    assert np.abs(errors).max() < 4


def test_sides_and_hours_share_the_chance_of_a_street(ground: TargetGround) -> None:
    hours = (8, 12, 16, 20)
    params = TargetParams({"small_shop": 1, "bus": 1, "internet_cafe": 1}, hours=hours)
    found = generate_targets(ground, params, secret=SECRET, day=DAY).set_index("category_id")
    for category, share in {"small_shop": 1 / 2, "bus": 1 / 4, "internet_cafe": 1}.items():
        streets = ground.streets.of_classes(RULES[category].way_classes)
        of_unit = streets.length_m[streets.segment_id == found.loc[category, "segment_id"]][0]
        expected = share * of_unit / streets.length_m.sum()
        assert found.loc[category, "inclusion_probability"] == pytest.approx(expected)


def test_hours_are_drawn_for_buses_and_taxis_only(targets: gpd.GeoDataFrame) -> None:
    moving = targets["category_id"].isin(["bus", "taxi"])
    assert targets.loc[moving, "hour"].between(9, 14).all()
    assert targets.loc[~moving, "hour"].isna().all()
    for row in targets[moving].itertuples():
        assert f"{row.hour}:00" in row.instruction_en
        assert f"{row.hour}:00" in row.instruction_zh


def test_instructions_name_streets_that_are_on_the_map(
    ground: TargetGround, tinytown_network: RoadNetwork
) -> None:
    names = set(tinytown_network.names)
    pattern = re.compile(
        r"(?:On|along) (.+?)(?:,| from| towards)|(?:junction with|m [a-z-]+ of) (\S+?)"
        r"(?= to | towards|,| and|:| going|\.)"
    )
    seen = 0
    for number in range(20):
        found = generate_targets(ground, EACH, secret=str(number), day=DAY)
        for text in found["instruction_en"]:
            told = {name for pair in pattern.findall(text) for name in pair if name}
            assert told - {"the unnamed street"} <= names, text
            seen += len(told)
    assert seen > 20 * len(found)


def test_instructions_tell_the_same_in_both_languages(targets: gpd.GeoDataFrame) -> None:
    for row in targets.itertuples():
        numbers = re.findall(r"\d+", row.instruction_en)
        assert sorted(re.findall(r"\d+", row.instruction_zh)) == sorted(numbers)
        assert re.search("[一-鿿]", row.instruction_zh)
        assert "{" not in row.instruction_zh + row.instruction_en


def test_shops_are_told_by_door_hand_and_compass(targets: gpd.GeoDataFrame) -> None:
    for text in targets.loc[targets["category_id"] == "small_shop", "instruction_en"]:
        assert re.search(
            r"begin \d+ m after .+ and walk (north|south|east|west)\S* towards .+: inspect the "
            r"(first|second|third) shop on the (left|right) \((north|south|east|west)\S* side\)",
            text,
        )


def test_same_secret_and_day_give_the_same_targets(
    ground: TargetGround, targets: gpd.GeoDataFrame
) -> None:
    pd.testing.assert_frame_equal(targets, generate_targets(ground, EACH, secret=SECRET, day=DAY))


def test_another_secret_or_day_gives_other_targets(
    ground: TargetGround, targets: gpd.GeoDataFrame
) -> None:
    for secret, day in (("beef" * 8, DAY), (SECRET, DAY + timedelta(1))):
        other = generate_targets(ground, EACH, secret=secret, day=day)
        assert set(other["segment_id"]) != set(targets["segment_id"])


def test_one_category_does_not_depend_on_the_others(
    ground: TargetGround, targets: gpd.GeoDataFrame
) -> None:
    alone = generate_targets(ground, TargetParams({"bus": 4}), secret=SECRET, day=DAY)
    both = targets[targets["category_id"] == "bus"]
    assert alone["instruction_en"].tolist() == both["instruction_en"].tolist()


def test_given_stops_are_drawn_instead_of_streets(
    ground: TargetGround, stops: gpd.GeoDataFrame
) -> None:
    found = generate_targets(
        ground, TargetParams({"bus": 3, "taxi": 2}), secret=SECRET, day=DAY, places={"bus": stops}
    )
    buses = found[found["category_id"] == "bus"]
    assert set(buses["name"]) <= set(stops["name"])
    assert buses["inclusion_probability"].tolist() == pytest.approx([3 / 6 / 6] * 3)
    assert set(buses["segment_id"]) == {""}
    for row in buses.itertuples():
        place = stops.loc[stops["name"] == row.name].geometry.iloc[0]
        assert row.instruction_en.startswith(f"Go to the stop {row.name} at ")
        assert place.distance(row.geometry) < 1e-6


def test_each_kind_of_place_has_its_instruction(
    ground: TargetGround, stops: gpd.GeoDataFrame
) -> None:
    given = dict.fromkeys(("small_shop", "internet_cafe", "taxi"), stops)
    params = TargetParams(dict.fromkeys(given, 1))
    found = generate_targets(ground, params, secret=SECRET, day=DAY, places=given)
    texts = dict(zip(found["category_id"], found["instruction_en"], strict=True))
    assert texts["small_shop"].startswith("Inspect ")
    assert texts["internet_cafe"].startswith("Inspect ")
    assert texts["taxi"].startswith("Go to the rank ")


def test_names_and_categories_speak_the_language(ground: TargetGround) -> None:
    chinese, english = (
        generate_targets(
            ground, TargetParams({"back_street": 1}, language=language), secret=SECRET, day=DAY
        )
        for language in ("zh", "en")
    )
    assert chinese["category"].tolist() == ["背街小巷"]
    assert english["category"].tolist() == ["back street"]


def test_a_day_without_targets_is_an_empty_table(ground: TargetGround) -> None:
    for numbers in ({}, {"bus": 0}):
        found = generate_targets(ground, TargetParams(numbers), secret=SECRET, day=DAY)
        assert len(found) == 0
        assert found.crs == 4326


def test_more_targets_than_streets_are_refused(ground: TargetGround) -> None:
    with pytest.raises(InputError, match="500 targets of back_street cannot be drawn from 111"):
        generate_targets(ground, TargetParams({"back_street": 500}), secret=SECRET, day=DAY)


def test_a_city_without_streets_is_refused(
    tinytown_network: RoadNetwork, districts: gpd.GeoDataFrame
) -> None:
    sea = districts.iloc[[0]].set_geometry([shapely.box(0, 0, 1, 1)])
    with pytest.raises(InputError, match="from 0 streets or places: name at most 0"):
        generate_targets(TargetGround.of(tinytown_network, sea), EACH, secret=SECRET, day=DAY)


def test_a_category_without_a_rule_is_refused() -> None:
    with pytest.raises(InputError, match="There is no rule to find museum: choose from back"):
        TargetParams({"museum": 1})


@pytest.mark.parametrize("hours", [(), (24,), (-1, 9)])
def test_hours_that_no_day_has_are_refused(hours: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="are not hours of a day"):
        TargetParams({"bus": 1}, hours=hours)
