"""Streets of a place by name; osmnx is replaced, no test talks to the internet."""

from __future__ import annotations

import osmnx
import pytest
from requests.exceptions import ConnectionError as ConnectionFailed

from geoinspect.errors import NetworkError
from geoinspect.network import network_from_place


def _answer(monkeypatch, answer):
    """Let osmnx return or raise `answer`."""

    def graph_from_place(name, *, network_type):
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(osmnx, "graph_from_place", graph_from_place)


def test_the_graph_of_osmnx_becomes_a_network(monkeypatch, town):
    _answer(monkeypatch, town.to_networkx())
    assert network_from_place("Tinytown").n_edges == town.n_edges


def test_without_internet_the_way_out_is_told(monkeypatch):
    _answer(monkeypatch, ConnectionFailed("no route to host"))
    with pytest.raises(NetworkError, match=r"seems to be offline; a \.osm\.pbf file works without"):
        network_from_place("Tinytown")


@pytest.mark.parametrize("reason", [ValueError("nothing found"), TypeError("not a polygon")])
def test_an_unknown_place_is_named(monkeypatch, reason):
    _answer(monkeypatch, reason)
    with pytest.raises(NetworkError, match=rf"no streets of a place called Nowhere: {reason}"):
        network_from_place("Nowhere")
