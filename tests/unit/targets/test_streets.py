"""Segments cover every street of the districts once, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoinspect.network import WAY_CLASSES
from geoinspect.network.build import DirectedEdges, build_network
from geoinspect.network.polylines import lengths
from geoinspect.targets import street_segments
from geoinspect.targets.streets import FORBIDDEN
from geoinspect.targets.walks import positions

if TYPE_CHECKING:
    from geoinspect.network import RoadNetwork


def square(west: float, south: float, east: float, north: float) -> gpd.GeoDataFrame:
    box = shapely.box(west, south, east, north)
    return gpd.GeoDataFrame({"name": ["中区"]}, geometry=[box], index=["D"], crs=4326)


def straight(*streets: str) -> RoadNetwork:
    """Two-way streets from west to east, such as "0 2 residential", in thousandths of a degree."""
    lines, classes = [], []
    for street in streets:
        west, east, highway = street.split()
        line = [(float(west) / 1000, 0.0), (float(east) / 1000, 0.0)]
        lines += [line, line[::-1]]
        classes += [WAY_CLASSES.index(highway)] * 2
    ends = sorted({end for line in lines for end in line})
    shape_lonlat = np.array([place for line in lines for place in line])
    shape_start = 2 * np.arange(len(lines) + 1)
    network, _ = build_network(
        DirectedEdges(
            node_lonlat=np.array(ends),
            tail=np.array([ends.index(line[0]) for line in lines]),
            head=np.array([ends.index(line[1]) for line in lines]),
            length_m=lengths(shape_lonlat, shape_start),
            duration_ms=np.full(len(lines), 1000),
            way_class=np.array(classes),
            name_index=np.zeros(len(lines), int),
            names=("",),
            shape_start=shape_start,
            shape_lonlat=shape_lonlat,
        )
    )
    return network


def test_both_directions_of_a_street_are_one_segment(
    tinytown_network: RoadNetwork, districts: gpd.GeoDataFrame
) -> None:
    streets = street_segments(tinytown_network, districts)
    twins = tinytown_network.reverse_edge[streets.edge]
    assert not set(twins[twins >= 0].tolist()) & set(streets.edge.tolist())
    total_m = tinytown_network.length_m.sum()
    one_way_m = tinytown_network.length_m[tinytown_network.reverse_edge < 0].sum()
    assert streets.length_m.sum() == pytest.approx((total_m + one_way_m) / 2)


def test_motorways_and_trunk_roads_are_no_segments() -> None:
    network = straight("0 2 motorway", "2 4 trunk", "4 6 residential", "6 8 trunk_link")
    streets = street_segments(network)
    assert [WAY_CLASSES[k] for k in streets.way_class] == ["residential"]


@pytest.mark.parametrize("highway", FORBIDDEN)
def test_nobody_may_be_sent_onto_a_motorway(highway: str) -> None:
    with pytest.raises(ValueError, match=highway):
        street_segments(straight("0 2 residential")).of_classes([highway])


def test_streets_are_cut_at_the_border() -> None:
    network = straight("0 4 residential")
    streets = street_segments(network, square(0.001, -1, 0.002, 1))
    assert len(streets) == 1
    assert streets.length_m[0] == pytest.approx(network.length_m[0] / 4, rel=1e-6)
    ends = positions(network, streets.edge.repeat(2), np.array([streets.start[0], streets.end[0]]))
    assert sorted(ends[:, 0]) == pytest.approx([0.001, 0.002], abs=1e-9)


def test_a_street_that_leaves_and_comes_back_gives_two_segments() -> None:
    hole = square(0, -1, 0.004, 1).difference(shapely.box(0.001, -1, 0.002, 1))
    city = gpd.GeoDataFrame({"name": ["环区"]}, geometry=hole.to_numpy(), crs=4326)
    network = straight("0 4 residential")
    streets = street_segments(network, city)
    assert sorted(np.rint(4 * streets.length_m / network.length_m[0])) == [1, 2]


def test_streets_outside_the_districts_are_left_out() -> None:
    network = straight("0 1 residential", "1 2 residential")
    assert len(street_segments(network, square(0.001, -1, 0.003, 1))) == 1
    assert len(street_segments(network, square(1, 1, 2, 2))) == 0


def test_long_streets_are_cut_into_equal_pieces() -> None:
    network = straight("0 9 residential")
    streets = street_segments(network, longest_m=300)
    assert len(streets) == 4
    assert streets.length_m == pytest.approx(network.length_m[0] / 4)
    assert len(np.unique(streets.segment_id)) == 4


def test_ids_follow_from_the_lines_and_not_from_the_order_of_edges() -> None:
    one = street_segments(straight("0 2 residential", "2 5 tertiary"), longest_m=200)
    other = street_segments(straight("5 2 tertiary", "2 0 residential"), longest_m=200)
    assert one.segment_id.tolist() == other.segment_id.tolist()
    assert one.length_m == pytest.approx(other.length_m)


def test_a_street_that_is_there_twice_counts_once() -> None:
    network = straight("0 2 residential", "0 2 residential")
    assert network.n_edges == 4
    assert len(street_segments(network)) == 1


def test_segments_can_be_chosen_by_class(tinytown_network: RoadNetwork) -> None:
    streets = street_segments(tinytown_network).of_classes(["living_street"])
    assert {WAY_CLASSES[k] for k in streets.way_class} == {"living_street"}


def test_a_network_without_streets_has_no_segments() -> None:
    network = straight("0 2 motorway")
    assert len(street_segments(network)) == 0
    assert len(street_segments(network, square(0, -1, 1, 1))) == 0


def test_segments_are_values(tinytown_network: RoadNetwork) -> None:
    streets = street_segments(tinytown_network)
    assert len(replace(streets)[np.array([3, 1])]) == 2
