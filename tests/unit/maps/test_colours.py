"""Colours that stay apart, also for eyes that lack a kind of cone."""

from __future__ import annotations

import numpy as np
import pytest

from geoinspect.maps.assets import read_style
from geoinspect.maps.colours import (
    category_groups,
    contrast,
    group_of,
    team_colours,
    text_colour_on,
)

# how colours look without one kind of cone: Machado, Oliveira and Fernandes (2009), severity 1
SIGHT = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def oklab(linear):
    """Perceptual coordinates of linear RGB (Ottosson 2020)."""
    cones = [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
    axes = [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
    return np.cbrt(np.clip(linear @ np.transpose(cones), 0, 1)) @ np.transpose(axes)


def smallest_distance(colours, sight):
    rgb = np.array([list(bytes.fromhex(colour[1:])) for colour in colours]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = oklab(np.clip(linear @ np.transpose(SIGHT[sight]), 0, 1))
    apart = np.linalg.norm(seen[:, None] - seen[None], axis=2)
    return apart[~np.eye(len(seen), dtype=bool)].min()


@pytest.mark.parametrize("sight", SIGHT)
def test_twelve_teams_can_be_told_apart(sight):
    # 0.02 is what an eye just notices
    assert smallest_distance(team_colours(12), sight) >= 0.075


@pytest.mark.parametrize("sight", SIGHT)
def test_groups_of_categories_can_be_told_apart(sight):
    colours = [group["color"] for group in category_groups()]
    assert smallest_distance(colours, sight) >= 0.06


@pytest.mark.parametrize("sight", SIGHT)
def test_classes_of_chances_can_be_told_apart(sight):
    assert smallest_distance(read_style("chances")["colors"], sight) >= 0.06


def test_the_thirteenth_team_has_the_first_colour():
    colours = team_colours(13)
    assert colours[12] == colours[0]


@pytest.mark.parametrize("colour", team_colours(12))
def test_numbers_can_be_read_on_every_team_colour(colour):
    assert contrast(colour, text_colour_on(colour)) >= 3.3


@pytest.mark.parametrize(
    ("category", "group"),
    [
        ("集贸市场", "trade"),
        ("小餐饮店", "trade"),
        ("中小学校", "education"),
        ("学校周边", "education"),
        ("社区", "community"),
        ("社区卫生服务中心", "health"),
        ("公交站台", "transport"),
        ("公共厕所", "street"),
        ("背街小巷", "street"),
        ("政务服务窗口", "service"),
        ("Wet market", "trade"),
        ("", "other"),
        ("不在表里的类别", "other"),
    ],
)
def test_a_category_falls_into_the_group_of_its_longest_word(category, group):
    groups = category_groups()
    assert groups[group_of(category, groups)]["id"] == group
