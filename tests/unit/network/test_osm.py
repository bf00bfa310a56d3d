"""Streets read from tiny OpenStreetMap files."""

from __future__ import annotations

import numpy as np
import pytest

from geoinspect.errors import InputError
from geoinspect.network import WAY_CLASSES, read_network
from geoinspect.network.tags import SPEEDS

PLACES = {
    1: (0.0, 0.0),
    2: (0.001, 0.0),
    3: (0.001, 0.001),
    4: (0.0, 0.001),
    5: (0.0005, 0.0),
    8: (0.1, 0.1),
    9: (0.101, 0.1),
}
SIDE_M = 111.0
RING = [1, 5, 2, 3, 4, 1]


@pytest.fixture
def read(tmp_path):
    """Read ways, given as nodes and tags, as a network of residential streets."""

    def read_ways(*ways, places=PLACES, **options):
        path = tmp_path / "town.osm"
        path.write_text(_osm(ways, places), encoding="utf-8")
        return read_network(path, **options)

    return read_ways


def _osm(ways, places):
    """Write nodes and ways as OpenStreetMap XML."""
    nodes = [f'<node id="{n}" lon="{lon}" lat="{lat}"/>' for n, (lon, lat) in places.items()]
    written = [
        f'<way id="{number}">'
        + "".join(f'<nd ref="{node}"/>' for node in way)
        + "".join(f'<tag k="{k}" v="{v}"/>' for k, v in ({"highway": "residential"} | tags).items())
        + "</way>"
        for number, (way, tags) in enumerate(ways, start=1)
    ]
    return f'<osm version="0.6">{"".join(nodes + written)}</osm>'


def _ends(network):
    """Edges as pairs of coordinates in thousandths of a degree."""
    ends = network.node_lonlat[np.column_stack((network.tail, network.head))] * 1000
    return sorted(tuple(map(tuple, pair)) for pair in ends.round(1).tolist())


def test_a_way_without_junctions_is_one_edge_each_way(read):
    network = read(([1, 5, 2], {"name": "南街"}))
    assert _ends(network) == [((0, 0), (1, 0)), ((1, 0), (0, 0))]
    assert network.edge_lonlat(0).tolist() == [[0, 0], [0.0005, 0], [0.001, 0]]
    assert network.edge_lonlat(1).tolist() == network.edge_lonlat(0)[::-1].tolist()
    assert network.reverse_edge.tolist() == [1, 0]
    assert network.names[network.name_index[0]] == "南街"


def test_ways_are_split_where_they_meet(read):
    network = read(([1, 5, 2], {}), ([5, 3], {}))
    assert network.n_edges == 6
    assert _ends(network)[0] == ((0, 0), (0.5, 0))


def test_a_way_that_meets_itself_is_split_there(read):
    network = read(([4, 1, 2, 3, 1], {"oneway": "no"}))
    assert network.n_nodes == 2
    assert sorted(network.tail == network.head) == [False, False, True, True]


def test_lengths_are_geodesic_and_times_follow_from_the_class(read):
    network = read(([1, 2], {"highway": "primary"}))
    assert network.length_m == pytest.approx([111.3195] * 2, abs=1e-3)
    limit, share = SPEEDS["primary"]
    assert network.duration_ms.tolist() == [round(111.3195 * 3600 / (limit * share))] * 2
    assert WAY_CLASSES[network.way_class[0]] == "primary"


@pytest.mark.parametrize(
    ("tags", "forward", "backward"),
    [
        ({}, True, True),
        ({"oneway": "no"}, True, True),
        ({"oneway": "yes"}, True, False),
        ({"oneway": "true"}, True, False),
        ({"oneway": "1"}, True, False),
        ({"oneway": "-1"}, False, True),
        ({"oneway": "reverse"}, False, True),
        ({"junction": "roundabout"}, True, False),
        ({"highway": "motorway"}, True, False),
        ({"highway": "motorway", "oneway": "no"}, True, True),
        ({"highway": "motorway_link"}, True, True),
    ],
)
def test_one_way_streets_are_laid_in_their_direction_only(read, tags, forward, backward):
    way_back = ([2, 3, 4, 1], {})
    network = read(([1, 5, 2], tags), way_back)
    ends = _ends(network)
    assert (((0, 0), (1, 0)) in ends, ((1, 0), (0, 0)) in ends) == (True, True)
    along = [network.edge_lonlat(edge).tolist() for edge in range(network.n_edges)]
    line = [[0, 0], [0.0005, 0], [0.001, 0]]
    assert (line in along, line[::-1] in along) == (forward, backward)


def test_a_closed_roundabout_is_driven_round(read):
    network = read(
        (RING, {"junction": "roundabout"}),
        ([1, 8], {}),
        ([3, 9], {}),
    )
    assert network.n_nodes == 4
    assert ((0, 0), (1, 1)) in _ends(network)
    assert ((1, 1), (0, 0)) in _ends(network)
    assert (network.reverse_edge < 0).sum() == 2


@pytest.mark.parametrize(
    ("maxspeed", "limit"),
    [
        ("40", 40),
        ("40 km/h", 40),
        ("30 mph", 48.28032),
        ("30mph", 48.28032),
        ("80;60", 60),
        ("CN:urban", SPEEDS["residential"][0]),
        ("none", SPEEDS["residential"][0]),
        ("0", SPEEDS["residential"][0]),
        ("600", SPEEDS["residential"][0]),
    ],
)
def test_the_tagged_limit_counts_if_it_is_one(read, maxspeed, limit):
    network = read(([1, 2], {"maxspeed": maxspeed}))
    kph = limit * SPEEDS["residential"][1]
    assert network.duration_ms[0] == round(network.length_m[0] * 3600 / kph)


@pytest.mark.parametrize(
    ("tags", "is_street"),
    [
        ({"highway": "service"}, True),
        ({"highway": "service", "service": "alley"}, True),
        ({"highway": "service", "service": "parking_aisle"}, False),
        ({"highway": "footway"}, False),
        ({"highway": "pedestrian", "area": "yes"}, False),
        ({"highway": "service", "area": "yes"}, False),
        ({"access": "no"}, False),
        ({"access": "private"}, False),
        ({"access": "private", "motor_vehicle": "yes"}, True),
        ({"access": "yes", "motorcar": "no"}, False),
        ({"access": "destination"}, True),
    ],
)
def test_only_streets_a_car_may_use_are_read(read, tags, is_street):
    network = read(([1, 5, 2], {}), ([2, 3], tags))
    assert network.n_edges == (4 if is_street else 2)


def test_an_island_is_left_out_and_told(read):
    reports = []
    network = read((RING, {}), ([8, 9], {}), report=reports.append)
    (report,) = reports
    assert (report.n_nodes, report.n_edges) == (network.n_nodes, network.n_edges) == (1, 2)
    assert (report.n_nodes_left_out, report.n_edges_left_out) == (2, 2)
    assert report.length_left_out_km == pytest.approx(2 * SIDE_M / 1000, rel=0.01)


def test_a_one_way_trap_is_left_out(read):
    network = read(([1, 5, 2], {}), ([2, 3, 4], {"oneway": "yes"}))
    assert _ends(network) == [((0, 0), (1, 0)), ((1, 0), (0, 0))]


def test_streets_are_interrupted_where_the_extract_lacks_a_node(read):
    reports = []
    network = read(([1, 5, 77, 2, 3], {}), ([5, 3], {}), report=reports.append)
    assert ((0.5, 0), (1, 0)) not in _ends(network)
    assert ((1, 0), (1, 1)) in _ends(network)
    assert reports[0].n_vertices_missing == 1


def test_a_vertex_given_twice_makes_no_node(read):
    network = read(([1, 5, 5, 2], {}))
    assert (network.n_nodes, network.n_edges) == (2, 2)


def test_a_loop_without_length_is_dropped(read):
    places = PLACES | {6: PLACES[2], 7: PLACES[2]}
    network = read(([1, 2], {}), ([2, 6, 7, 2], {}), places=places)
    assert network.n_edges == 2


def test_two_nodes_at_one_place_are_a_millisecond_apart(read):
    network = read(([1, 2], {}), ([2, 6], {}), ([6, 3], {}), places=PLACES | {6: PLACES[2]})
    assert sorted(network.duration_ms)[:2] == [1, 1]


def test_a_file_written_out_of_ids_order_gives_the_same_network(read):
    ways = (RING, {}), ([1, 3], {"name": "x"})
    turned = dict(reversed(PLACES.items()))
    assert read(*ways).checksum == read(*ways, places=turned).checksum


def test_streets_drawn_in_an_editor_and_not_uploaded_are_read(read):
    drawn = {-1: PLACES[3], -2: PLACES[4]}
    network = read(([1, 2], {}), ([2, -1, -2], {}), places=PLACES | drawn)
    assert ((1, 0), (0, 1)) in _ends(network)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"There is no file .*nowhere\.osm\.pbf"):
        read_network(tmp_path / "nowhere.osm.pbf")


@pytest.mark.parametrize("name", ["streets.osm", "streets.osm.pbf", "streets.xlsx"])
def test_a_file_of_another_kind_is_refused_in_one_sentence(tmp_path, name):
    path = tmp_path / name
    path.write_text("name,lon,lat\n", encoding="utf-8")
    with pytest.raises(InputError, match=rf"{name} cannot be read as an OpenStreetMap file"):
        read_network(path)


def test_coordinates_that_are_no_numbers_are_refused(tmp_path):
    path = tmp_path / "streets.osm"
    path.write_text('<osm version="0.6"><node id="1" lat="a" lon="b"/></osm>', encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read as an OpenStreetMap file"):
        read_network(path)


def test_a_file_without_streets_is_refused(read):
    with pytest.raises(InputError, match="holds no street that a car may use"):
        read(([1, 2], {"highway": "footway"}))


def test_streets_without_coordinates_are_refused(read):
    with pytest.raises(InputError, match="not the coordinates of their nodes"):
        read(([1, 2], {}), places={})


def test_streets_that_lead_nowhere_and_back_are_refused(read):
    with pytest.raises(InputError, match="none can be driven there and back"):
        read(([1, 2], {"oneway": "yes"}))
