"""Road networks to and from networkx in the form osmnx gives."""

from __future__ import annotations

import re

import networkx as nx
import numpy as np
import pytest
from shapely import LineString

from geoinspect.errors import InputError
from geoinspect.network import WAY_CLASSES, RoadNetwork, travel_times
from geoinspect.network.tags import speed_kph


@pytest.fixture
def graph():
    """Two nodes and one street both ways, as osmnx would give it."""
    graph = nx.MultiDiGraph(crs="epsg:4326")
    graph.add_node(7, x=0.0, y=0.0)
    graph.add_node(3, x=0.001, y=0.0)
    graph.add_edge(7, 3, length=111.3, highway="primary", maxspeed="40", name="南街", oneway=False)
    graph.add_edge(3, 7, length=111.3, highway="primary", maxspeed="40", name="南街", oneway=False)
    return graph


def test_a_graph_carries_what_osmnx_expects(town):
    graph = town.to_networkx()
    assert graph.graph["crs"] == "epsg:4326"
    assert graph.nodes[2] == {"x": 0.001, "y": 0.0}
    south = graph.edges[0, 2, 0]
    assert south.pop("geometry").coords[:] == [(0, 0), (0.001, 0)]
    assert south.pop("length") == pytest.approx(111.3195, abs=1e-3)
    assert south == {
        "travel_time": 1.0,
        "highway": "residential",
        "oneway": False,
        "name": "South",
    }
    assert graph.edges[2, 3, 0]["oneway"] is True


def test_a_network_survives_the_way_there_and_back(town, positions):
    back = RoadNetwork.from_networkx(town.to_networkx())
    assert back.checksum == RoadNetwork.from_networkx(back.to_networkx()).checksum
    snaps = positions(town, "South 0.25", "North 0.25", "Loop 0.5")
    assert travel_times(back, snaps).tolist() == travel_times(town, snaps).tolist()


def test_osmnx_accepts_the_graph(town):
    import osmnx

    nodes, edges = osmnx.graph_to_gdfs(town.to_networkx())
    assert (len(nodes), len(edges)) == (town.n_nodes, town.n_edges)


def test_times_follow_from_class_and_limit_where_there_are_none(graph):
    network = RoadNetwork.from_networkx(graph)
    kph = speed_kph({"highway": "primary", "maxspeed": "40"})
    assert network.duration_ms.tolist() == [round(111.3 * 3600 / kph)] * 2
    assert network.names == ("", "南街")


def test_travel_times_of_the_graph_are_taken_over(graph):
    nx.set_edge_attributes(graph, 12.3456, "travel_time")
    assert RoadNetwork.from_networkx(graph).duration_ms.tolist() == [12346, 12346]


def test_lists_of_merged_ways_are_understood(graph):
    merged = {"highway": ["busway", "tertiary"], "maxspeed": ["60", "40"], "name": ["甲", "乙"]}
    nx.set_edge_attributes(graph, dict.fromkeys(graph.edges(keys=True), merged))
    network = RoadNetwork.from_networkx(graph)
    kph = speed_kph({"highway": "tertiary", "maxspeed": "40"})
    assert network.duration_ms[0] == round(111.3 * 3600 / kph)
    assert WAY_CLASSES[network.way_class[0]] == "tertiary"
    assert network.names == ("", "甲")


def test_missing_attributes_are_made_up_for(graph):
    for _, _, data in graph.edges(data=True):
        data.clear()
    network = RoadNetwork.from_networkx(graph)
    assert network.length_m == pytest.approx([111.3195] * 2, abs=1e-3)
    assert WAY_CLASSES[network.way_class[0]] == "road"
    assert network.names == ("",)


def test_missing_values_count_as_missing_attributes(graph):
    nothing = {"name": np.nan, "maxspeed": None, "travel_time": np.nan}
    nx.set_edge_attributes(graph, dict.fromkeys(graph.edges(keys=True), nothing))
    assert RoadNetwork.from_networkx(graph).names == ("",)


def test_the_line_of_an_edge_is_kept(graph):
    graph.edges[7, 3, 0]["geometry"] = LineString([(0, 0), (0.0005, 0.0005), (0.001, 0)])
    network = RoadNetwork.from_networkx(graph)
    assert len(network.edge_lonlat(0)) == 3
    assert network.reverse_edge.tolist() == [-1, -1]


def test_a_projected_graph_is_refused(graph):
    graph.graph["crs"] = "epsg:32650"
    with pytest.raises(InputError, match="The graph is in epsg:32650"):
        RoadNetwork.from_networkx(graph)


def test_an_undirected_graph_is_refused(graph):
    with pytest.raises(InputError, match="undirected"):
        RoadNetwork.from_networkx(graph.to_undirected())


def test_a_graph_without_edges_is_refused(graph):
    graph.remove_edges_from(list(graph.edges))
    with pytest.raises(InputError, match="no edges"):
        RoadNetwork.from_networkx(graph)


def test_a_node_without_coordinates_is_named(graph):
    del graph.nodes[3]["x"]
    with pytest.raises(InputError, match=r"Node 3 of the graph has no longitude .*: nan, 0\.0"):
        RoadNetwork.from_networkx(graph)


def test_a_node_in_metres_is_named(graph):
    graph.nodes[7]["x"] = 671_234.5
    with pytest.raises(InputError, match=r"Node 7 of the graph has no longitude .*: 671234\.5"):
        RoadNetwork.from_networkx(graph)


@pytest.mark.parametrize("value", [-1.0, 1e9, np.inf, "long"])
@pytest.mark.parametrize("key", ["length", "travel_time"])
def test_an_impossible_number_is_named(graph, key, value):
    graph.edges[3, 7, 0][key] = value
    with pytest.raises(
        InputError, match=rf"Edge 3 -> 7 of the graph has the {key} {re.escape(str(value))};"
    ):
        RoadNetwork.from_networkx(graph)


def test_what_is_not_connected_is_left_out_and_told(graph):
    graph.add_node(9, x=0.01, y=0.0)
    graph.add_edge(3, 9, length=1000)
    reports = []
    network = RoadNetwork.from_networkx(graph, report=reports.append)
    (report,) = reports
    assert (network.n_nodes, network.n_edges) == (report.n_nodes, report.n_edges) == (2, 2)
    assert (report.n_nodes_left_out, report.n_edges_left_out) == (1, 1)
    assert report.length_left_out_km == 1.0
