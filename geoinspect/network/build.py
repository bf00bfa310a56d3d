"""From streets with two directions to a road network without dead ends of the law."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from geoinspect.errors import InputError
from geoinspect.network.graph import RoadNetwork
from geoinspect.network.polylines import ranges

if TYPE_CHECKING:
    from numpy.typing import NDArray

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class DirectedEdges:
    """Raw directed edges, not yet connected; fields as in `RoadNetwork`."""

    node_lonlat: NDArray[np.float64]
    tail: NDArray[np.integer]
    head: NDArray[np.integer]
    length_m: NDArray[np.float64]
    duration_ms: NDArray[np.integer]
    way_class: NDArray[np.integer]
    name_index: NDArray[np.integer]
    names: tuple[str, ...]
    shape_start: NDArray[np.integer]
    shape_lonlat: NDArray[np.float64]


@dataclass(frozen=True)
class BuildReport:
    """
    What became of the roads of a source.

    Parameters
    ----------
    n_nodes, n_edges
        Size of the network.
    n_nodes_left_out, n_edges_left_out
        Nodes and directed edges outside the largest part in which every place can
        be reached from every other (islands, one-way traps).
    length_left_out_km
        Length of the edges left out, in kilometres.
    n_vertices_missing
        Vertices of streets whose coordinates the source lacks; streets are
        interrupted there.
    """

    n_nodes: int
    n_edges: int
    n_nodes_left_out: int
    n_edges_left_out: int
    length_left_out_km: float
    n_vertices_missing: int = 0


def durations(length_m: NDArray[np.float64], kph: NDArray[np.float64]) -> NDArray[np.int64]:
    """
    Return the times to drive `length_m` at `kph`, in whole milliseconds, at least 1.

    Examples
    --------
    >>> durations(np.array([100.0, 0.0]), np.array([36.0, 36.0])).tolist()
    [10000, 1]
    """
    return np.maximum(np.rint(length_m / kph * 3600), 1).astype(np.int64)


def build_network(edges: DirectedEdges) -> tuple[RoadNetwork, BuildReport]:
    """
    Keep the largest strongly connected part, by length, and put the edges in order.

    Edges that lead from a node to itself without any length are dropped. Edges are
    sorted by tail, then head, then as they came, so that the same streets give the
    same network whatever order a source lists the two directions in.

    Parameters
    ----------
    edges
        At least one edge.

    Returns
    -------
    network, report
        The network and what was left out of it.

    Raises
    ------
    InputError
        If no two places can be reached from each other.
    """
    kept_node = _largest_strong_part(edges)
    used_node = np.zeros(len(kept_node), bool)
    used_node[edges.tail] = used_node[edges.head] = True
    is_loop_of_no_length = (edges.tail == edges.head) & (edges.length_m == 0)
    kept_edge = kept_node[edges.tail] & kept_node[edges.head] & ~is_loop_of_no_length
    order = np.flatnonzero(kept_edge)
    order = order[np.lexsort((edges.head[order], edges.tail[order]))]
    if not len(order):
        raise InputError(
            "The streets do not connect: none can be driven there and back; "
            "take an extract of a larger area."
        )
    network = _pick(edges, kept_node, order)
    report = BuildReport(
        n_nodes=network.n_nodes,
        n_edges=network.n_edges,
        n_nodes_left_out=int(used_node.sum()) - network.n_nodes,
        n_edges_left_out=len(kept_edge) - network.n_edges,
        length_left_out_km=float(edges.length_m[~kept_edge].sum()) / 1000,
    )
    logger.info(
        "road network of %d nodes and %d edges; left out as not connected: "
        "%d nodes, %d edges (%.1f km)",
        report.n_nodes,
        report.n_edges,
        report.n_nodes_left_out,
        report.n_edges_left_out,
        report.length_left_out_km,
    )
    return network, report


def _largest_strong_part(edges: DirectedEdges) -> NDArray[np.bool_]:
    """Mark the nodes of the longest part in which every node reaches every other."""
    n_nodes = len(edges.node_lonlat)
    graph = csr_array(
        (np.ones(len(edges.tail), np.int8), (edges.tail, edges.head)), shape=(n_nodes, n_nodes)
    )
    _, part = connected_components(graph, directed=True, connection="strong")
    is_inside = part[edges.tail] == part[edges.head]
    length_m = np.bincount(part[edges.tail], weights=edges.length_m * is_inside)
    return np.asarray(part == length_m.argmax())


def _pick(
    edges: DirectedEdges, kept_node: NDArray[np.bool_], order: NDArray[np.integer]
) -> RoadNetwork:
    """Build the network of the kept nodes and the edges `order`, in that order."""
    new_node = np.cumsum(kept_node, dtype=np.int32) - np.int32(1)
    shape_start, vertex = ranges(edges.shape_start[:-1][order], np.diff(edges.shape_start)[order])
    used, name_index = np.unique(
        np.concatenate(([0], edges.name_index[order])), return_inverse=True
    )
    return RoadNetwork(
        node_lonlat=edges.node_lonlat[kept_node],
        tail=new_node[edges.tail[order]],
        head=new_node[edges.head[order]],
        length_m=edges.length_m[order],
        duration_ms=edges.duration_ms[order].astype(np.int32),
        way_class=edges.way_class[order].astype(np.uint8),
        name_index=name_index[1:].astype(np.int32),
        names=tuple(edges.names[name] for name in used),
        shape_start=shape_start,
        shape_lonlat=edges.shape_lonlat[vertex],
    )
