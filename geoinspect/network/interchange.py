"""Exchange road networks with osmnx and networkx."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import shapely
from pyproj import CRS

from geoinspect.errors import InputError
from geoinspect.geometry import WGS84
from geoinspect.network.build import DirectedEdges, build_network, durations
from geoinspect.network.graph import WAY_CLASSES, RoadNetwork
from geoinspect.network.polylines import lengths
from geoinspect.network.tags import speed_kph

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geoinspect.network.build import BuildReport

LARGEST = 1_000_000
"""Longest edge in metres and in seconds: farther than any city, and safe as milliseconds."""


def to_networkx(network: RoadNetwork) -> nx.MultiDiGraph[int]:
    """
    Return the network as a graph with the attributes osmnx gives and expects.

    Parameters
    ----------
    network
        Road network.

    Returns
    -------
    graph
        Nodes 0, 1, ... with `x`, `y` in degrees; edges with `length` in metres,
        `travel_time` in seconds, `highway`, `oneway`, `name` (where there is one)
        and `geometry`; the graph has `crs`.
    """
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326")
    graph.add_nodes_from(
        (node, {"x": lon, "y": lat}) for node, (lon, lat) in enumerate(network.node_lonlat.tolist())
    )
    part = np.repeat(np.arange(network.n_edges), np.diff(network.shape_start))
    lines = np.asarray(shapely.linestrings(network.shape_lonlat, indices=part), object)
    for edge in range(network.n_edges):
        attributes = {
            "length": float(network.length_m[edge]),
            "travel_time": int(network.duration_ms[edge]) / 1000,
            "highway": WAY_CLASSES[network.way_class[edge]],
            "oneway": bool(network.reverse_edge[edge] < 0),
            "geometry": lines[edge],
        }
        if network.name_index[edge]:
            attributes["name"] = network.names[network.name_index[edge]]
        graph.add_edge(int(network.tail[edge]), int(network.head[edge]), **attributes)
    return graph


def from_networkx(
    graph: nx.MultiDiGraph[Any], *, report: Callable[[BuildReport], None] | None = None
) -> RoadNetwork:
    """
    Build a network from a graph as osmnx makes it.

    Times are `travel_time` (seconds) where an edge has it, else they follow from
    `length`, `highway` and `maxspeed` as in `read_network`. Straight lines stand in
    for a missing `geometry`, their geodesic length for a missing `length`. Of
    several names, classes or limits in a list (osmnx merges ways) the first name,
    the first known class and the lowest limit count. Only the largest strongly
    connected part is kept.

    Parameters
    ----------
    graph
        Directed graph; nodes with `x`, `y` in WGS-84 degrees.
    report
        Called once with what was left out.

    Returns
    -------
    network
        The road network; nodes in the order of the graph.

    Raises
    ------
    InputError
        If the graph is undirected, projected, without edges, a node has no
        coordinates, or an edge an impossible length or time.
    """
    _check(graph)
    network, built = build_network(_directed_edges(graph))
    if report:
        report(built)
    return network


def _directed_edges(graph: nx.MultiDiGraph[Any]) -> DirectedEdges:
    """Turn nodes, edges and their attributes into arrays."""
    node_lonlat, ends = _nodes(graph)
    attributes = [data for _, _, data in graph.edges(data=True)]
    shapes = [
        shapely.get_coordinates(data["geometry"]) if "geometry" in data else node_lonlat[pair]
        for pair, data in zip(ends, attributes, strict=True)
    ]
    shape_start = np.concatenate(([0], np.cumsum([len(shape) for shape in shapes])))
    shape_lonlat = np.concatenate(shapes)
    tags = [_tags(data) for data in attributes]
    length_m = _numbers(graph, "length", lengths(shape_lonlat, shape_start))
    reckoned_ms = durations(length_m, np.array([speed_kph(tag) for tag in tags]))
    time_ms = np.rint(_numbers(graph, "travel_time", reckoned_ms / 1000) * 1000)
    number = {"": 0}
    return DirectedEdges(
        node_lonlat=node_lonlat,
        tail=ends[:, 0],
        head=ends[:, 1],
        length_m=length_m,
        duration_ms=np.maximum(time_ms, 1).astype(np.int64),
        way_class=np.array([WAY_CLASSES.index(tag["highway"]) for tag in tags]),
        name_index=np.array([number.setdefault(tag["name"], len(number)) for tag in tags]),
        names=tuple(number),
        shape_start=shape_start,
        shape_lonlat=shape_lonlat,
    )


def _nodes(graph: nx.MultiDiGraph[Any]) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Coordinates of the nodes, shape (n, 2), and numbers of each edge's ends, shape (m, 2)."""
    number = {node: index for index, node in enumerate(graph.nodes)}
    node_lonlat = np.array([_lonlat(node, data) for node, data in graph.nodes(data=True)])
    return node_lonlat, np.array([(number[u], number[v]) for u, v in graph.edges()], np.int32)


def _check(graph: nx.MultiDiGraph[Any]) -> None:
    """Refuse graphs that are not in the form osmnx gives."""
    if not graph.is_directed():
        raise InputError("The graph is undirected; a directed one is needed, as osmnx makes it.")
    if not graph.number_of_edges():
        raise InputError("The graph has no edges.")
    crs = graph.graph.get("crs", WGS84)
    if CRS.from_user_input(crs) != WGS84:
        raise InputError(
            "The graph is in {crs}; longitude and latitude (EPSG:4326) are needed: "
            "do not project it, or project it back.",
            crs=str(crs),
        )


def _lonlat(node: object, data: dict[str, Any]) -> tuple[float, float]:
    """Coordinates of a node."""
    lon, lat = (float(data.get(key, np.nan)) for key in ("x", "y"))
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        raise InputError(
            "Node {node} of the graph has no longitude and latitude in x and y: {lon}, {lat}.",
            node=str(node),
            lon=lon,
            lat=lat,
        )
    return lon, lat


def _numbers(
    graph: nx.MultiDiGraph[Any], key: str, otherwise: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Attribute `key` of each edge; `otherwise` where it is missing."""
    numbers = otherwise.copy()
    for edge, (tail, head, data) in enumerate(graph.edges(data=True)):
        if _is_given(value := data.get(key)):
            numbers[edge] = _number(tail, head, key, value)
    return numbers


def _number(tail: object, head: object, key: str, value: object) -> float:
    """Length or time of an edge; refuse what cannot be one."""
    try:
        number = float(str(value))
    except ValueError:
        number = -1.0
    if not 0 <= number <= LARGEST:
        raise InputError(
            "Edge {tail} -> {head} of the graph has the {key} {value}; "
            "a number from 0 to {largest} is needed.",
            tail=str(tail),
            head=str(head),
            key=key,
            value=str(value),
            largest=LARGEST,
        )
    return number


def _tags(data: dict[str, Any]) -> dict[str, str]:
    """Attributes that osmnx may give as a list, as plain tags."""
    classes = [name for name in _texts(data, "highway") if name in WAY_CLASSES]
    return {
        "highway": next(iter(classes), "road"),
        "maxspeed": ";".join(_texts(data, "maxspeed")),
        "name": next(iter(_texts(data, "name")), ""),
    }


def _texts(data: dict[str, Any], key: str) -> list[str]:
    """Return the values of an attribute that may be missing, one value or a list of them."""
    value = data.get(key)
    values = value if isinstance(value, list) else [value]
    return [str(each) for each in values if _is_given(each)]


def _is_given(value: object) -> bool:
    """Tell whether a value is there; tables turn missing values into NaN."""
    return value is not None and value == value
