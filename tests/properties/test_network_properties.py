"""
Travel times and ways on any network, against networkx on a graph with the positions in it.

The oracle cuts every edge at the positions on it, so that each position becomes a
node, and knows nothing of reverse edges' bookkeeping or of contraction hierarchies.
"""

from __future__ import annotations

import tempfile
from itertools import pairwise, product
from pathlib import Path

import networkx as nx
import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString

from geoinspect.network import INF_MS, RoadNetwork, Snaps, for_mode, legs, snap, travel_times
from geoinspect.network.polylines import lengths

FEW = settings(deadline=None, max_examples=30)

GRID = st.tuples(st.integers(0, 4), st.integers(0, 4))
NEARBY = st.tuples(st.floats(-1, 5), st.floats(-1, 5))
SHARES = st.one_of(st.sampled_from([0.0, 0.5, 1.0]), st.floats(0, 1))


@st.composite
def networks(draw, quickest_ms=1):
    """Draw networks with one-way and parallel streets, loops and bends, near (118.8, 32)."""
    nodes = draw(st.lists(GRID, min_size=2, max_size=8, unique=True))
    node = st.sampled_from(range(len(nodes)))
    graph = nx.MultiDiGraph(crs="epsg:4326")
    for number, place in enumerate(nodes):
        lon, lat = _lonlat(place)
        graph.add_node(number, x=lon, y=lat)
    ring = zip(range(len(nodes)), [*range(1, len(nodes)), 0], strict=True)
    drawn = draw(st.lists(st.tuples(node, node), max_size=12))
    for tail, head in [*ring, *drawn]:
        bends = draw(st.lists(GRID, min_size=int(tail == head), max_size=2))
        _add_street(
            graph, tail, head, bends, draw(st.integers(quickest_ms, 5000)), draw(st.booleans())
        )
    return RoadNetwork.from_networkx(graph)


def _lonlat(place):
    return 118.8 + place[0] * 0.001, 32 + place[1] * 0.001


def _add_street(graph, tail, head, bends, duration_ms, is_oneway):
    """Add the edges of a street; one in seven is slower the other way."""
    ends = [(graph.nodes[node]["x"], graph.nodes[node]["y"]) for node in (tail, head)]
    line = LineString([ends[0], *map(_lonlat, bends), ends[1]])
    graph.add_edge(tail, head, geometry=line, travel_time=duration_ms / 1000)
    if not is_oneway:
        slower_ms = duration_ms + (37 if duration_ms % 7 == 0 else 0)
        graph.add_edge(head, tail, geometry=line.reverse(), travel_time=slower_ms / 1000)


@st.composite
def networks_with_positions(draw):
    """Draw a network and positions anywhere on its edges, named by either edge of a street."""
    network = draw(networks())
    edge = st.integers(0, network.n_edges - 1)
    where = draw(st.lists(st.tuples(edge, SHARES), min_size=1, max_size=6))
    edges, fractions = map(list, zip(*where, strict=True))
    nowhere = np.full((len(where), 2), np.nan)
    return network, Snaps(
        point_ids=np.arange(len(where)).astype(str),
        edge=np.array(edges, np.int32),
        fraction=np.array(fractions, float),
        distance_m=np.zeros(len(where)),
        lonlat=nowhere,
        ok=np.ones(len(where), bool),
        code=np.full(len(where), ""),
    )


def _split_graph(network, snaps):
    """Graph in which each position is a node ("P", i), with weights in milliseconds."""
    marks = {edge: [] for edge in range(network.n_edges)}
    for position, (edge, fraction) in enumerate(zip(snaps.edge, snaps.fraction, strict=True)):
        other = int(network.reverse_edge[edge])
        if 0 <= other < edge:
            edge, other, fraction = other, int(edge), 1 - fraction
        duration = int(network.duration_ms[edge])
        mark = round(fraction * duration)
        marks[int(edge)].append((mark, mark, position))
        if other >= 0:
            back = int(network.duration_ms[other])
            marks[other].append((back - round(mark * back / duration), -mark, position))
    graph = nx.MultiDiGraph()
    for edge, inner in marks.items():
        start = (0, None, int(network.tail[edge]))
        end = (int(network.duration_ms[edge]), None, int(network.head[edge]))
        inner = [(at, mark, ("P", position)) for at, mark, position in sorted(inner)]
        for (at_u, mark_u, u), (at_v, mark_v, v) in pairwise([start, *inner, end]):
            graph.add_edge(u, v, weight=at_v - at_u)
            if (
                mark_u == mark_v is not None
            ):  # positions at one and the same millisecond are one place
                graph.add_edge(v, u, weight=0)
    return graph


def _oracle(network, snaps):
    graph = _split_graph(network, snaps)
    rows = [nx.single_source_dijkstra_path_length(graph, ("P", i)) for i in range(len(snaps))]
    return [[row[("P", j)] for j in range(len(snaps))] for row in rows]


@settings(deadline=None, max_examples=100)
@given(networks_with_positions())
def test_times_are_those_of_dijkstra_on_a_graph_with_the_positions_in_it(case):
    network, snaps = case
    expected = _oracle(network, snaps)
    assert travel_times(network, snaps, engine="cch").tolist() == expected
    assert travel_times(network, snaps, engine="scipy").tolist() == expected


@FEW
@given(networks_with_positions())
def test_no_detour_is_quicker_than_the_direct_way(case):
    times = travel_times(*case)
    assert (times[:, None, :] <= times[:, :, None] + times[None, :, :]).all()
    assert (times.diagonal() == 0).all()
    assert (times < INF_MS).all()


@FEW
@given(networks(quickest_ms=500), st.lists(NEARBY, min_size=2, max_size=5))
def test_a_leg_is_an_unbroken_way_with_the_time_of_the_matrix(network, places):
    lonlat = np.array([_lonlat(place) for place in places])
    snaps = snap(network, range(len(places)), lonlat, max_distance_m=10_000)
    times = travel_times(network, snaps)
    pairs = [(i, j) for i in range(len(places)) for j in range(len(places))]
    for engine in ("cch", "scipy"):
        for leg in legs(network, snaps, pairs, engine=engine):
            assert leg.duration_ms == times[leg.origin, leg.destination]
            assert (network.head[leg.edges[:-1]] == network.tail[leg.edges[1:]]).all()
            assert leg.lonlat[0].tolist() == snaps.lonlat[leg.origin].tolist()
            assert leg.lonlat[-1].tolist() == snaps.lonlat[leg.destination].tolist()
            (length_m,) = lengths(leg.lonlat, np.array([0, len(leg.lonlat)]))
            # a millisecond, the resolution of times, is up to 2 m on these roads
            assert abs(length_m - leg.length_m) < 2 + 1e-4 * leg.length_m


@FEW
@given(networks(), st.lists(NEARBY, min_size=1, max_size=5))
def test_a_snapped_position_lies_on_its_edge_and_nothing_is_nearer(network, places):
    lonlat = np.array([_lonlat(place) for place in places])
    snaps = snap(network, range(len(places)), lonlat)
    lines = [
        LineString(network.projection.to_xy(network.edge_lonlat(edge)))
        for edge in range(network.n_edges)
    ]
    for point, xy in enumerate(shapely.points(network.projection.to_xy(lonlat))):
        line = lines[snaps.edge[point]]
        position = line.interpolate(snaps.fraction[point], normalized=True)
        assert position.distance(xy) <= snaps.distance_m[point] + 1e-6
        assert snaps.distance_m[point] <= min(each.distance(xy) for each in lines) + 1e-6
        away = network.projection.to_xy(snaps.lonlat[[point]])[0] - [position.x, position.y]
        assert np.hypot(*away) < 1e-4


@FEW
@given(networks_with_positions())
def test_a_saved_network_gives_the_same_times(case):
    network, snaps = case
    with tempfile.TemporaryDirectory() as folder:
        network.save(Path(folder) / "network.gin")
        loaded = RoadNetwork.load(Path(folder) / "network.gin")
    assert loaded.checksum == network.checksum
    assert travel_times(loaded, snaps).tolist() == travel_times(network, snaps).tolist()


@FEW
@given(networks_with_positions())
def test_networkx_and_back_gives_the_same_network(case):
    network, _ = case
    assert RoadNetwork.from_networkx(network.to_networkx()).checksum == network.checksum


@FEW
@given(networks())
def test_every_edge_has_at_most_one_reverse_edge_and_it_is_mutual(network):
    paired = np.flatnonzero(network.reverse_edge >= 0)
    assert (network.reverse_edge[network.reverse_edge[paired]] == paired).all()
    for edge in paired:
        there, back = network.edge_lonlat(edge), network.edge_lonlat(network.reverse_edge[edge])
        assert there.tolist() == back[::-1].tolist()


@FEW
@given(networks())
def test_a_way_on_foot_takes_as_long_back_as_there_and_is_never_longer_than_by_car(network):
    on_foot = for_mode(network, "foot", speed_kph=3.6)
    assert on_foot.node_lonlat.tolist() == network.node_lonlat.tolist()
    nodes = np.arange(network.n_nodes)
    times = on_foot.engine().times_ms(nodes, nodes)
    assert (times == times.T).all()
    for tail, head in product(nodes.tolist(), repeat=2):
        way = network.engine().path(tail, head)
        # at 1 m/s, with half a millisecond for each edge
        assert times[tail, head] <= 1000 * network.length_m[way].sum() + len(way)


@FEW
@given(networks())
def test_going_over_to_foot_twice_changes_nothing_more(network):
    on_foot = for_mode(network, "foot")
    assert for_mode(on_foot, "foot").checksum == on_foot.checksum
    assert on_foot.length_m.sum() >= network.length_m.sum()
