"""Places in texts are found with a confidence and evidence, and never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geoinspect.demo import tinytown
from geoinspect.geometry import WGS84
from geoinspect.messages import translator
from geoinspect.tickets import ATTACHED, Clue, Gazetteer, evidence_in_words, locate

if TYPE_CHECKING:
    from geoinspect.network import RoadNetwork


@pytest.fixture(scope="module")
def gazetteer(tinytown_points: gpd.GeoDataFrame, tinytown_network: RoadNetwork) -> Gazetteer:
    twins = gpd.GeoDataFrame(
        {
            "name": ["利民超市", "利民超市", "城南公园（一期）"],
            "category": ["超市", "超市", "公园"],
            "street": ["东街道", "西街道", None],
            "address": [None, None, "学府东路18号"],
        },
        index=pd.Index(["X1", "X2", "X3"], name="point_id"),
        geometry=shapely.points([(112.503, 32.813), (112.517, 32.803), (112.509, 32.807)]),
        crs=WGS84,
    )
    points = pd.concat([tinytown_points, twins])
    return Gazetteer(points, tinytown.districts(), tinytown_network)


@pytest.mark.parametrize(
    ("place", "text", "point_id", "how"),
    [
        ("中心集贸市场", "", "TT01", "name"),
        ("青石桥小学门口", "", "TT02", "name"),
        ("", "市民反映青石桥小学校门口乱停车", "TT02", "name"),
        ("中心农贸市场", "", "TT01", "name"),
        ("中心菜市场南门", "", "TT01", "name"),
        ("城南公园", "", "X3", "name"),
        ("学府东路18号", "", "X3", "address"),
        ("利民超市", "西街道", "X2", "name"),
        ("ＴＴ 人民医院，急诊", "", "TT05", "name"),
    ],
)
def test_points_are_found_by_name_other_name_and_address(
    gazetteer: Gazetteer, place: str, text: str, point_id: str, how: str
) -> None:
    found = locate(Clue(place, text), gazetteer)
    assert (found.point_id, found.how) == (point_id, how)
    assert found.lonlat == gazetteer.lonlat(point_id)
    assert found.is_attached


@pytest.mark.parametrize(
    "place",
    [
        "文化东路与新华南路交叉口",
        "文化东路和新华南路路口东北侧",
        "文化路、新华路十字路口",
        "位于文化东路新华路口",
        "新华南路／文化东路交汇处",
    ],
)
def test_crossings_are_found_by_the_streets_that_meet(
    gazetteer: Gazetteer, tinytown_network: RoadNetwork, place: str
) -> None:
    found = locate(Clue(place), gazetteer)
    assert found.how == "crossing"
    assert found.lonlat is not None
    assert found.is_attached
    # the node where both streets really meet, found without names of the gazetteer
    ends = [
        {
            int(node)
            for e in range(tinytown_network.n_edges)
            if tinytown_network.names[tinytown_network.name_index[e]].startswith(street)
            for node in (tinytown_network.tail[e], tinytown_network.head[e])
        }
        for street in ("文化", "新华")
    ]
    meeting = tinytown_network.node_lonlat[sorted(ends[0] & ends[1])]
    assert np.abs(meeting - found.lonlat).max(axis=1).min() < 1e-6


@pytest.mark.parametrize(
    ("place", "how"),
    [
        ("利民超市", "several"),
        ("西环北路与东环北路交叉口", "no_crossing"),
        ("人民东路", "street"),
        ("文化东路新华南路沿线", "crossing"),
        ("火星路与木星路交叉口", "nothing"),
        ("", "nothing"),
        ("新人民医院对面的路上", "nothing"),
    ],
)
def test_what_is_not_sure_is_not_attached_and_says_why(
    gazetteer: Gazetteer, place: str, how: str
) -> None:
    found = locate(Clue(place), gazetteer)
    assert found.how == how
    assert not found.is_attached
    for language in ("zh", "en"):
        assert evidence_in_words(found.evidence(), translator(language))


def test_points_of_one_name_are_listed_for_a_person_to_choose(gazetteer: Gazetteer) -> None:
    found = locate(Clue("利民超市"), gazetteer)
    assert found.candidates == ("X1", "X2")
    assert evidence_in_words(found.evidence(), translator("en")) == "利民超市 may be X1、X2"


def test_the_district_that_a_text_names_decides_among_points_of_one_name(
    gazetteer: Gazetteer,
) -> None:
    (district,) = gazetteer.district_of(*gazetteer.lonlat("X1"))
    found = locate(Clue(f"{district}利民超市"), gazetteer)
    assert found.point_id == "X1"
    assert found.confidence < locate(Clue("中心集贸市场"), gazetteer).confidence


def test_only_a_district_is_little_and_said(gazetteer: Gazetteer) -> None:
    (district,) = gazetteer.district_of(*gazetteer.lonlat("X1"))
    found = locate(Clue(f"{district}一处"), gazetteer)
    assert (found.how, found.lonlat) == ("district", None)


def test_coordinates_belong_to_the_nearest_point_within_reach(gazetteer: Gazetteer) -> None:
    lon, lat = gazetteer.lonlat("TT06")
    near = locate(Clue("", lonlat=(lon, lat + 0.0003)), gazetteer)
    assert (near.point_id, near.how) == ("TT06", "coordinate")
    far = locate(Clue("", lonlat=(lon, lat + 0.001)), gazetteer)
    assert (far.point_id, far.lonlat) == (None, (lon, lat + 0.001))


def test_coordinates_and_words_that_contradict_each_other_are_left_to_a_person(
    gazetteer: Gazetteer,
) -> None:
    found = locate(Clue("东禾公园", lonlat=gazetteer.lonlat("TT03")), gazetteer)
    assert (found.how, found.lonlat) == ("contradiction", None)
    assert found.distance_m > 500
    assert found.confidence < ATTACHED


def test_the_id_of_a_point_is_surest_and_an_unknown_one_no_evidence(gazetteer: Gazetteer) -> None:
    assert locate(Clue("东禾公园", point_id="TT03"), gazetteer).point_id == "TT03"
    assert locate(Clue("东禾公园", point_id="TT99"), gazetteer).point_id == "TT06"


def test_the_field_for_the_place_is_surer_than_the_text(gazetteer: Gazetteer) -> None:
    found = locate(Clue("柳林社区", "与东禾公园无关"), gazetteer)
    assert found.point_id == "TT03"


def test_a_city_without_roads_or_districts_still_knows_its_points(
    tinytown_points: gpd.GeoDataFrame,
) -> None:
    alone = Gazetteer(tinytown_points)
    assert locate(Clue("东禾公园"), alone).point_id == "TT06"
    assert locate(Clue("文化东路与新华南路交叉口"), alone).how == "nothing"
