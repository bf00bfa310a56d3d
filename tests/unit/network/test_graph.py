"""The road network on disk and across processes."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from geoinspect.errors import InputError, NetworkError
from geoinspect.network import RoadNetwork, travel_times


def test_a_saved_network_comes_back_as_it_was(town, positions, tmp_path):
    town.save(tmp_path / "town.gin")
    loaded = RoadNetwork.load(tmp_path / "town.gin")
    assert loaded.checksum == town.checksum
    assert loaded.names == town.names
    snaps = positions(town, "South 0.25", "North 0.25", "East 0.5")
    assert travel_times(loaded, snaps).tolist() == travel_times(town, snaps).tolist()


def test_a_network_is_one_file_and_the_same_bytes_each_time(town, tmp_path):
    town.save(tmp_path / "a.gin")
    RoadNetwork.load(tmp_path / "a.gin").save(tmp_path / "b.gin")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.gin", "b.gin"]
    assert (tmp_path / "a.gin").read_bytes() == (tmp_path / "b.gin").read_bytes()


def test_saving_replaces_an_older_file(town, build, tmp_path):
    build("A=B 1 South").save(tmp_path / "town.gin")
    town.save(tmp_path / "town.gin")
    assert RoadNetwork.load(tmp_path / "town.gin").n_edges == town.n_edges


def test_chinese_street_names_survive(build, tmp_path):
    build("A=B 1 中山东路").save(tmp_path / "town.gin")
    assert RoadNetwork.load(tmp_path / "town.gin").names == ("", "中山东路")


def test_a_hierarchy_of_another_version_is_built_anew(town, positions):
    snaps = positions(town, "South 0.25", "North 0.25")
    stale = {"made-for": np.frombuffer(b"pyroutingkit 0.0.0", np.uint8)}
    network = replace(town, hierarchy=stale)
    assert travel_times(network, snaps).tolist() == travel_times(town, snaps).tolist()


def test_a_hierarchy_of_other_edges_is_not_used(town, build, positions, tmp_path):
    build("A=B 1 South", "B=C 1 East", "C=D 1 North").save(tmp_path / "other.gin")
    other = RoadNetwork.load(tmp_path / "other.gin")
    snaps = positions(town, "South 0.25", "North 0.25")
    network = replace(town, hierarchy=other.hierarchy)
    assert travel_times(network, snaps).tolist() == travel_times(town, snaps).tolist()


def test_a_network_travels_between_processes_after_it_has_answered(town, positions):
    snaps = positions(town, "South 0.25", "North 0.25")
    expected = travel_times(town, snaps).tolist()
    copy = pickle.loads(pickle.dumps(town))
    assert copy.checksum == town.checksum
    assert travel_times(copy, snaps).tolist() == expected


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(NetworkError, match=r"nowhere\.gin cannot be read: No such file"):
        RoadNetwork.load(tmp_path / "nowhere.gin")


@pytest.mark.parametrize("content", [b"", b"lon,lat\n1,2\n", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04"])
def test_a_file_of_another_kind_is_refused(tmp_path, content):
    path = tmp_path / "other.gin"
    path.write_bytes(content)
    with pytest.raises(NetworkError, match=r"other\.gin is not a road network file of geoinspect"):
        RoadNetwork.load(path)


@pytest.mark.parametrize("keep", [0.2, 0.99])
def test_half_a_file_is_refused_as_damaged(town, tmp_path, keep):
    path = tmp_path / "town.gin"
    town.save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(keep * len(content))])
    with pytest.raises(NetworkError, match=r"town\.gin is damaged"):
        RoadNetwork.load(path)


def test_a_single_changed_byte_is_noticed(town, tmp_path):
    path = tmp_path / "town.gin"
    town.save(path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(NetworkError, match="damaged"):
        RoadNetwork.load(path)


def test_a_file_of_a_later_version_says_so(town, tmp_path):
    path = tmp_path / "town.gin"
    town.save(path)
    path.write_bytes(path.read_bytes().replace(b"geoinspect-network 1", b"geoinspect-network 9", 1))
    with pytest.raises(NetworkError, match="format version 9, this program reads version 1"):
        RoadNetwork.load(path)


def test_a_place_that_cannot_be_written_to_is_named(town, tmp_path):
    (tmp_path / "town.gin").mkdir()
    with pytest.raises(InputError, match=r"town\.gin cannot be written"):
        town.save(tmp_path / "town.gin")


def test_the_checksum_tells_networks_apart(build):
    assert build("A=B 1 South").checksum == build("A=B 1 South").checksum
    assert build("A=B 1 South").checksum != build("A=B 2 South").checksum
    assert build("A=B 1 South").checksum != build("A=B 1 North").checksum


def test_a_network_says_how_large_it_is(town):
    assert repr(town) == "<RoadNetwork: 4 nodes, 7 edges>"
