"""A whole city against an independent Dijkstra; Nanjing where its data are, else a grid."""

from __future__ import annotations

import csv
import runpy
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from geoinspect.network import RoadNetwork, legs, read_network, snap, travel_times

ROOT = Path(__file__).resolve().parents[2]
NANJING = ROOT.parent / "shared" / "data" / "nanjing"
CITIES = ["grid", *(["nanjing"] if NANJING.is_dir() else [])]


@pytest.fixture(scope="module", params=CITIES)
def city(request, tmp_path_factory):
    """Return a saved and loaded network, and positions spread over it."""
    folder = tmp_path_factory.mktemp("city")
    if request.param == "nanjing":
        source = NANJING / "nanjing.osm.pbf"
        with (NANJING / "points_635.csv").open(encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))[::16]
        lonlat = np.array([(float(row["lon"]), float(row["lat"])) for row in rows])
    else:
        benchmark = runpy.run_path(str(ROOT / "tests" / "benchmarks" / "bench_network.py"))
        source = folder / "grid.osm"
        source.write_text(benchmark["grid_city"](20), encoding="utf-8")
        lonlat = np.random.default_rng(1).uniform((118.8, 32.0), (118.83, 32.025), (40, 2))
    read_network(source).save(folder / "city.gin")
    network = RoadNetwork.load(folder / "city.gin")
    snaps = snap(network, [str(number) for number in range(len(lonlat))], lonlat)
    assert snaps.ok.mean() > 0.9
    return network, snaps


def test_both_engines_give_the_same_matrix(city):
    network, snaps = city
    times = travel_times(network, snaps)
    assert (times == travel_times(network, snaps, engine="scipy")).all()
    assert len(np.unique(times[np.ix_(snaps.ok, snaps.ok)])) > len(snaps)


def test_every_leg_equals_dijkstra_by_networkx_with_the_two_positions_as_nodes(city):
    network, snaps = city
    usable = np.flatnonzero(snaps.ok)
    pairs = list(zip(usable[:4], usable[-4:], strict=True))
    graph = network.to_networkx()
    for leg in legs(network, snaps, pairs):
        duration_s = _dijkstra_s(graph, network, snaps, leg.origin, leg.destination)
        # the two partial edges are rounded to a millisecond each
        assert abs(leg.duration_ms / 1000 - duration_s) <= 0.001 + 1e-9


def _dijkstra_s(graph, network, snaps, origin, destination):
    """Seconds between two positions, which are nodes of the graph for a while."""
    if snaps.edge[origin] == snaps.edge[destination]:
        raise ValueError("choose positions on different streets")
    for position in (origin, destination):
        edge, fraction = int(snaps.edge[position]), float(snaps.fraction[position])
        for each, share in ((edge, fraction), (int(network.reverse_edge[edge]), 1 - fraction)):
            if each >= 0:
                duration_s = int(network.duration_ms[each]) / 1000
                tail, head = int(network.tail[each]), int(network.head[each])
                graph.add_edge(tail, ("P", position), travel_time=share * duration_s)
                graph.add_edge(("P", position), head, travel_time=(1 - share) * duration_s)
    duration_s = nx.dijkstra_path_length(graph, ("P", origin), ("P", destination), "travel_time")
    graph.remove_nodes_from([("P", origin), ("P", destination)])
    return duration_s


def test_lines_are_as_long_as_their_legs_and_run_along_streets(city):
    network, snaps = city
    usable = np.flatnonzero(snaps.ok)
    for leg in legs(network, snaps, pairwise(usable)):
        xy = network.projection.to_xy(leg.lonlat)
        assert np.hypot(*np.diff(xy, axis=0).T).sum() == pytest.approx(leg.length_m, rel=1e-3)
        assert (network.head[leg.edges[:-1]] == network.tail[leg.edges[1:]]).all()
        assert 3 < leg.length_m / max(leg.duration_ms, 1) * 3600 < 130 or leg.length_m < 1
