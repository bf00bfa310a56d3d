"""No crossing is put in a wrong place: what is unsure is left to people."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from geoinspect.network import RoadNetwork, read_network
from geoinspect.tickets import Clue, Gazetteer, locate
from geoinspect.tickets.streets import StreetNames, plain_street

from ...conftest import NANJING

if TYPE_CHECKING:
    import geopandas as gpd


def crossings_of(network: RoadNetwork) -> list[tuple[int, str, str]]:
    """Nodes where exactly two streets with Chinese names meet."""
    names: dict[int, set[str]] = {}
    for edge in range(network.n_edges):
        name = network.names[network.name_index[edge]]
        for node in (int(network.tail[edge]), int(network.head[edge])):
            names.setdefault(node, set()).add(name)
    return [
        (node, *sorted(both))
        for node, both in sorted(names.items())
        if len(both) == 2 and all("\u4e00" <= name[:1] <= "\u9fff" for name in both)
    ]


def networks(tinytown_network: RoadNetwork) -> list[RoadNetwork]:
    """The tiny town, and a real city where its roads are at hand."""
    real = NANJING / "nanjing.osm.pbf"
    return [tinytown_network, *([read_network(real)] if real.exists() else [])]


def test_crossings_are_found_where_they_are(
    tinytown_network: RoadNetwork, tinytown_points: gpd.GeoDataFrame
) -> None:
    for network in networks(tinytown_network):
        gazetteer = Gazetteer(tinytown_points.iloc[:0], None, network)
        known = crossings_of(network)
        sample = random.Random(1).sample(known, min(len(known), 300))
        n_found = 0
        for node, first, second in sample:
            found = locate(Clue(f"市民反映{first}与{second}交叉口有人占道"), gazetteer)
            if found.lonlat is not None:
                places = np.array([found.lonlat, network.node_lonlat[node]])
                x, y = np.diff(network.projection.to_xy(places), axis=0)[0]
                # the nodes of one crossing lie within 120 m of the first
                assert np.hypot(x, y) < 150, (first, second)
                n_found += found.is_attached
        assert n_found > 0.8 * len(sample)


def test_parts_of_one_street_do_not_cross_it(tinytown_network: RoadNetwork) -> None:
    streets = StreetNames(tinytown_network)
    assert streets.crossings("人民路", "人民东路").shape == (0, 2)
    assert streets.crossings("人民路", "火星路").shape == (0, 2)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("人民东路", "人民路"),
        ("上海路", "上海路"),
        ("山东路", "山东路"),
        ("解放大道南段", "解放大道"),
    ],
)
def test_the_part_of_a_street_is_left_out_where_it_is_one(name: str, plain: str) -> None:
    assert plain_street(name) == plain
