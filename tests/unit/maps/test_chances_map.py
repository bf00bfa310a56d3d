"""The map of chances: likeliest first, in classes that never change, with reasons."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pandas as pd
import pytest

from geoinspect.demo import tinytown
from geoinspect.maps import render_chances_map
from geoinspect.maps.assets import read_style
from geoinspect.maps.chances import chance_class
from geoinspect.maps.colours import contrast

DAY = date(2026, 11, 23)


@pytest.fixture
def chances(tinytown_points):
    n = len(tinytown_points)
    return pd.DataFrame(
        {"chance": [0.005 + 0.04 * k for k in range(n)], "reasons": [["从未检查"]] * n},
        index=tinytown_points.index,
    )


@pytest.fixture
def render(tinytown_points, tinytown_assignments, chances):
    def rendered(**options):
        return render_chances_map(
            tinytown_points,
            options.pop("chances", chances),
            options.pop("districts", tinytown.districts()),
            options.pop("assignments", tinytown_assignments),
            **{"city_name": "小镇", "day": DAY, **options},
        )

    return rendered


def test_the_likeliest_point_comes_first_with_its_reasons(render, page_data, chances):
    points = page_data(render())["points"]
    assert [point["id"] for point in points] == chances.index[::-1].tolist()
    assert points[0]["chance"] == pytest.approx(0.445)
    assert points[0]["reasons"] == ["从未检查"]


def test_classes_are_told_in_percent_and_do_not_follow_the_data(render, page_data, chances):
    names = [each["name"] for each in page_data(render())["chances"]]
    assert names == ["1% 以下", "1%～5%", "5%～10%", "10%～20%", "20%～35%", "35% 及以上"]
    low = chances.assign(chance=0.02)
    data = page_data(render(chances=low))
    assert [each["name"] for each in data["chances"]] == names
    assert {point["class"] for point in data["points"]} == {1}


def test_a_chance_on_a_bound_belongs_to_the_class_above():
    bounds = read_style("chances")["bounds"]
    assert [chance_class(bound) for bound in bounds] == [1, 2, 3, 4, 5]
    assert [chance_class(bound - 1e-9) for bound in bounds] == [0, 1, 2, 3, 4]


def test_the_page_names_its_day_and_whom_it_is_for(render, page_data):
    data = page_data(render())
    assert data["dateText"] == "2026-11-23 的估计值"
    (warning,) = [words for words in data["words"].values() if "仅供督导人员使用" in words]
    assert "抽签" in warning


def test_a_darker_colour_is_always_a_larger_chance():
    light = [contrast(colour, "#000000") for colour in read_style("chances")["colors"]]
    assert all(a > 1.25 * b for a, b in pairwise(light))


def test_points_can_be_shown_before_anybody_answers_for_them(render, page_data):
    data = page_data(render(assignments=None, districts=None))
    assert not data["assigned"]
    assert len(data["points"]) == 12


def test_the_page_speaks_english_if_asked(render, page_data):
    data = page_data(render(language="en"))
    assert data["title"] == "Chances of the points"
    assert data["chances"][0]["name"] == "below 1 %"


def test_the_same_tables_give_the_same_bytes(render, tinytown_basemap):
    assert render(basemap=tinytown_basemap) == render(basemap=tinytown_basemap)
