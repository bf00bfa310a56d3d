"""Ends of streets are told by what a person meets there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from geoinspect.network import WAY_CLASSES
from geoinspect.network.build import DirectedEdges, build_network
from geoinspect.network.polylines import lengths
from geoinspect.targets.landmarks import COMPASS, Landmarks, compass
from geoinspect.targets.walks import walk

if TYPE_CHECKING:
    from geoinspect.network import RoadNetwork

# a cross of named streets with an unnamed lane north of it:
#
#        N
#        |  lane (no name)
#   W----C----E      West Street, East Street
#        |  South Street
#        S
PLACES = {
    **{"C": (0, 0), "N": (0, 2), "E": (2, 0), "S": (0, -2), "W": (-2, 0), "M": (2, 2)},
    **{"F": (0, 60), "G": (2, 60)},
}
STREETS = (
    ("C", "N", "", "residential"),
    ("C", "E", "East Street", "secondary"),
    ("C", "S", "South Street", "residential"),
    ("C", "W", "West Street", "tertiary"),
)


def build(*streets: tuple[str, str, str, str]) -> RoadNetwork:
    lonlat = {name: (x / 1000, y / 1000) for name, (x, y) in PLACES.items()}
    both = [(a, b, *rest) for a, b, *rest in streets] + [(b, a, *rest) for a, b, *rest in streets]
    places = sorted({place for street in both for place in street[:2]})
    names = ("", *sorted({street[2] for street in both} - {""}))
    shape_lonlat = np.array([lonlat[place] for street in both for place in street[:2]])
    shape_start = 2 * np.arange(len(both) + 1)
    network, _ = build_network(
        DirectedEdges(
            node_lonlat=np.array([lonlat[place] for place in places]),
            tail=np.array([places.index(street[0]) for street in both]),
            head=np.array([places.index(street[1]) for street in both]),
            length_m=lengths(shape_lonlat, shape_start),
            duration_ms=np.full(len(both), 1000),
            way_class=np.array([WAY_CLASSES.index(street[3]) for street in both]),
            name_index=np.array([names.index(street[2]) for street in both]),
            names=names,
            shape_start=shape_start,
            shape_lonlat=shape_lonlat,
        )
    )
    return network


def node(network: RoadNetwork, place: str) -> int:
    x, y = PLACES[place]
    return int(np.abs(network.node_lonlat - (x / 1000, y / 1000)).sum(axis=1).argmin())


def edge(network: RoadNetwork, a: str, b: str) -> int:
    ends = (network.tail == node(network, a)) & (network.head == node(network, b))
    return int(np.flatnonzero(ends)[0])


def test_a_junction_is_named_by_the_most_important_other_street() -> None:
    network = build(*STREETS)
    landmark = Landmarks(network).at(node(network, "C"), "South Street")
    assert (landmark.street, landmark.distance_m, landmark.direction) == ("East Street", 0, "")
    assert not landmark.is_dead_end


def test_the_street_that_is_walked_is_no_landmark() -> None:
    network = build(*STREETS)
    assert Landmarks(network).at(node(network, "C"), "East Street").street == "West Street"


def test_an_end_without_a_named_street_is_told_from_the_nearest() -> None:
    network = build(*STREETS, ("N", "M", "", "residential"))
    landmark = Landmarks(network).at(node(network, "N"), "")
    assert landmark.street == "East Street"
    assert landmark.distance_m == pytest.approx(221, abs=1)
    assert landmark.direction == "north"


def test_a_dead_end_is_one() -> None:
    network = build(*STREETS)
    assert Landmarks(network).at(node(network, "N"), "").is_dead_end


def test_a_motorway_is_no_landmark() -> None:
    network = build(*STREETS[:1], ("C", "E", "Ring", "motorway"))
    assert Landmarks(network).at(node(network, "C"), "").street == ""


def test_a_named_street_too_far_away_is_no_landmark() -> None:
    network = build(*STREETS, ("N", "F", "", "residential"), ("F", "G", "", "residential"))
    landmark = Landmarks(network).at(node(network, "F"), "")
    assert landmark.street == ""
    assert landmark.lat == pytest.approx(0.06)


@pytest.mark.parametrize(("degrees", "word"), list(zip(range(0, 360, 45), COMPASS, strict=True)))
def test_the_compass_has_eight_points(degrees: int, word: str) -> None:
    for off in (-22, 0, 22):
        angle = np.deg2rad(degrees + off)
        assert compass(np.array([np.sin(angle), np.cos(angle)])) == word


def test_a_walk_knows_its_ends_its_way_and_its_left_hand() -> None:
    network = build(*STREETS)
    found = walk(network, Landmarks(network), edge(network, "C", "S"), 0.25, 1.0)
    assert found.street == "South Street"
    assert (found.start.street, found.end.is_dead_end) == ("East Street", True)
    assert found.offset_m == pytest.approx(55, abs=1)
    assert found.length_m == pytest.approx(166, abs=1)
    assert found.rest_m == 0
    assert (found.heading, found.side("left"), found.side("right")) == ("south", "east", "west")


def test_the_walk_back_has_its_ends_and_hands_changed() -> None:
    network = build(*STREETS)
    found = walk(network, Landmarks(network), edge(network, "C", "S"), 1.0, 0.25)
    assert (found.start.is_dead_end, found.end.street) == (True, "East Street")
    assert (found.offset_m, found.rest_m) == pytest.approx((0, 55), abs=1)
    assert (found.heading, found.side("left")) == ("north", "west")
