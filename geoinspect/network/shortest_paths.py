"""
Shortest paths between nodes: a contraction hierarchy, or Dijkstra's search.

Both give the same times to the millisecond. The contraction hierarchy (RoutingKit's
customizable contraction hierarchies by way of pyroutingkit) is about fifteen
times as fast; SciPy's Dijkstra stands in where it has no wheels (Windows) and
checks it in the tests. Among several ways of the same time the two may differ.
"""

from __future__ import annotations

import tempfile
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from pyroutingkit import CCHTopology

Engine = Literal["auto", "cch", "scipy"]

INF_MS = 2**60
"""Travel time where there is no way; far above any real one, and safe to add up."""

_MADE_FOR = "made-for"
_BLOCK = 64


class ShortestPaths(Protocol):
    """What the matrix and the legs ask of an engine."""

    def times_ms(
        self, sources: NDArray[np.integer], targets: NDArray[np.integer]
    ) -> NDArray[np.int64]:
        """Milliseconds from each source node to each target node, `INF_MS` without a way."""

    def path(self, source: int, target: int) -> NDArray[np.int64]:
        """Edges of a shortest path in order; empty if the nodes are the same."""


def default_engine() -> Literal["cch", "scipy"]:
    """Name the fastest engine that is installed."""
    return "cch" if find_spec("pyroutingkit") else "scipy"


def prepare_hierarchy(
    node_lonlat: NDArray[np.float64], tail: NDArray[np.int32], head: NDArray[np.int32]
) -> dict[str, NDArray[np.uint8]]:
    """
    Compute the part of a contraction hierarchy that does not depend on times.

    It takes about a second for 30,000 nodes, and reading it back 30 ms. Empty where
    pyroutingkit is not installed.
    """
    if not find_spec("pyroutingkit"):
        return {}
    files = _topology_files(_build_topology(node_lonlat, tail, head))
    return files | {_MADE_FOR: np.frombuffer(_made_for(tail, head), np.uint8)}


class ContractionHierarchy:
    """
    Shortest paths by a customizable contraction hierarchy; safe to share between threads.

    Parameters
    ----------
    node_lonlat
        Nodes in degrees, shape (n, 2).
    tail, head, duration_ms
        Directed edges and their times in milliseconds, shape (m,).
    hierarchy
        What `prepare_hierarchy` gave for these nodes and edges; may be empty.

    Notes
    -----
    Dibbelt, Strasser, Wagner: Customizable Contraction Hierarchies, ACM Journal of
    Experimental Algorithmics 21, 2016.
    """

    def __init__(
        self,
        node_lonlat: NDArray[np.float64],
        tail: NDArray[np.int32],
        head: NDArray[np.int32],
        duration_ms: NDArray[np.int32],
        hierarchy: Mapping[str, NDArray[np.uint8]],
    ) -> None:
        from pyroutingkit import CCHMetric

        if _MADE_FOR in hierarchy and hierarchy[_MADE_FOR].tobytes() == _made_for(tail, head):
            topology = _topology_from_files(hierarchy)
        else:
            topology = _build_topology(node_lonlat, tail, head)
        self._metric = CCHMetric(topology)
        self._metric.customize(duration_ms.astype(np.uint32))
        # a metric keeps the state of the running query and lets go of the GIL
        self._lock = Lock()

    def times_ms(
        self, sources: NDArray[np.integer], targets: NDArray[np.integer]
    ) -> NDArray[np.int64]:
        """See `ShortestPaths.times_ms`."""
        from pyroutingkit import INF_WEIGHT

        with self._lock:
            times = self._metric.distances_many_to_many(
                sources.astype(np.uint32), targets.astype(np.uint32)
            )
        return np.where(times == INF_WEIGHT, INF_MS, times.astype(np.int64))

    def path(self, source: int, target: int) -> NDArray[np.int64]:
        """See `ShortestPaths.path`."""
        with self._lock:
            _, _, edges = self._metric.query(source, target)
        return np.array(edges, np.int64)


class DijkstraSearch:
    """
    Shortest paths by SciPy's Dijkstra.

    Parameters
    ----------
    n_nodes
        Number of nodes.
    tail, head, duration_ms
        Directed edges and their times in milliseconds, shape (m,).
    """

    def __init__(
        self,
        n_nodes: int,
        tail: NDArray[np.int32],
        head: NDArray[np.int32],
        duration_ms: NDArray[np.int32],
    ) -> None:
        # the quickest of parallel edges, the first of equally quick ones
        order = np.lexsort((duration_ms, head, tail))
        first = np.ones(len(order), bool)
        first[1:] = (np.diff(tail[order]) != 0) | (np.diff(head[order]) != 0)
        self._edges = order[first]
        self._pairs = tail[self._edges].astype(np.int64) * n_nodes + head[self._edges]
        self._n_nodes = n_nodes
        # float64 holds integers exactly up to 2**53 ms
        self._graph = csr_array(
            (
                duration_ms[self._edges].astype(np.float64),
                (tail[self._edges], head[self._edges]),
            ),
            shape=(n_nodes, n_nodes),
        )

    def times_ms(
        self, sources: NDArray[np.integer], targets: NDArray[np.integer]
    ) -> NDArray[np.int64]:
        """See `ShortestPaths.times_ms`."""
        times_ms = np.empty((len(sources), len(targets)), np.int64)
        # each search finds the times to all nodes: only some rows of that fit into memory
        for first in range(0, len(sources), _BLOCK):
            rows = slice(first, first + _BLOCK)
            found = dijkstra(self._graph, indices=sources[rows])[:, targets]
            times_ms[rows] = np.where(np.isfinite(found), found, INF_MS)
        return times_ms

    def path(self, source: int, target: int) -> NDArray[np.int64]:
        """See `ShortestPaths.path`."""
        _, before = dijkstra(self._graph, indices=[source], return_predecessors=True)
        nodes = [target]
        while nodes[-1] != source:
            nodes.append(int(before[0, nodes[-1]]))
        way = np.array(nodes[::-1], np.int64)
        return self._edges[np.searchsorted(self._pairs, way[:-1] * self._n_nodes + way[1:])]


def _build_topology(
    node_lonlat: NDArray[np.float64], tail: NDArray[np.int32], head: NDArray[np.int32]
) -> CCHTopology:
    from pyroutingkit import CCHTopology

    topology = CCHTopology()
    # pyroutingkit ignores the strides of an array: a column as it is would be misread
    lon, lat = np.ascontiguousarray(node_lonlat.T, np.float32)
    topology.build(tail.astype(np.uint32), head.astype(np.uint32), lat, lon, len(node_lonlat))
    return topology


def _topology_files(topology: CCHTopology) -> dict[str, NDArray[np.uint8]]:
    """Return the content of the files a topology saves, by name."""
    with tempfile.TemporaryDirectory() as folder:
        topology.save(folder)
        return {
            file.name: np.frombuffer(file.read_bytes(), np.uint8)
            for file in sorted(Path(folder).iterdir())
        }


def _topology_from_files(files: Mapping[str, NDArray[np.uint8]]) -> CCHTopology:
    """Load a topology from the content of its files."""
    from pyroutingkit import CCHTopology

    topology = CCHTopology()
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content.tobytes())
        topology.load(folder)
    return topology


def _made_for(tail: NDArray[np.int32], head: NDArray[np.int32]) -> bytes:
    """
    Tell which edges, and which version of pyroutingkit, a hierarchy is for.

    It does not check its files: those of other edges crash the process.
    """
    edges = sha256(np.stack((tail, head)).astype("<i4").tobytes()).hexdigest()
    return f"pyroutingkit {version('pyroutingkit')} {edges}".encode()
