"""Which engine answers."""

from __future__ import annotations

import sys

import pytest

from geoinspect.network import RoadNetwork, shortest_paths, travel_times


def test_the_contraction_hierarchy_is_preferred(town):
    assert isinstance(town.engine(), shortest_paths.ContractionHierarchy)
    assert town.engine() is town.engine("cch")


def test_without_pyroutingkit_dijkstra_answers_and_files_are_written(
    monkeypatch, build, positions, tmp_path
):
    monkeypatch.setitem(sys.modules, "pyroutingkit", None)
    town = build("A=B 1000 South", "B=C 2000 East")
    town.save(tmp_path / "town.gin")
    loaded = RoadNetwork.load(tmp_path / "town.gin")
    assert isinstance(loaded.engine(), shortest_paths.DijkstraSearch)
    snaps = positions(loaded, "South 0.5", "East 0.5")
    assert travel_times(loaded, snaps).tolist() == [[0, 1500], [1500, 0]]


def test_a_file_written_without_a_hierarchy_serves_where_there_is_one(
    monkeypatch, build, positions, tmp_path
):
    town = build("A=B 1000 South", "B=C 2000 East")
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "pyroutingkit", None)
        town.save(tmp_path / "town.gin")
    loaded = RoadNetwork.load(tmp_path / "town.gin")
    snaps = positions(loaded, "South 0.5", "East 0.5")
    assert travel_times(loaded, snaps, engine="cch").tolist() == [[0, 1500], [1500, 0]]


@pytest.mark.parametrize("engine", ["cch", "scipy"])
def test_the_way_from_a_node_to_itself_has_no_edges(town, engine):
    assert town.engine(engine).path(1, 1).tolist() == []
