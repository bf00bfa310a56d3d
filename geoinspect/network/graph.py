"""The road network: directed edges as arrays, kept in one file."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geoinspect.geometry import LocalProjection
from geoinspect.network import storage
from geoinspect.network.shortest_paths import (
    ContractionHierarchy,
    DijkstraSearch,
    default_engine,
    prepare_hierarchy,
)
from geoinspect.network.twins import reverse_twins

if TYPE_CHECKING:
    from collections.abc import Callable

    import networkx as nx
    from numpy.typing import NDArray

    from geoinspect.network.build import BuildReport
    from geoinspect.network.shortest_paths import Engine, ShortestPaths

WAY_CLASSES: tuple[str, ...] = (
    "motorway",
    "motorway_link",
    "trunk",
    "trunk_link",
    "primary",
    "primary_link",
    "secondary",
    "secondary_link",
    "tertiary",
    "tertiary_link",
    "unclassified",
    "residential",
    "living_street",
    "service",
    "road",
)
"""OSM `highway` values a car may use; `RoadNetwork.way_class` counts into this tuple."""

_ARRAYS = (
    "node_lonlat",
    "tail",
    "head",
    "length_m",
    "duration_ms",
    "way_class",
    "name_index",
    "shape_start",
    "shape_lonlat",
)


@dataclass(frozen=True, eq=False, repr=False)
class RoadNetwork:
    """
    Streets a car may use, as directed edges between nodes; WGS-84 lon, lat.

    A street that may be driven both ways is two edges with the same polyline in
    opposite order. `n` nodes, `m` edges, `k` vertices of polylines.

    Parameters
    ----------
    node_lonlat
        Longitude and latitude of the nodes in degrees, float64, shape (n, 2).
    tail, head
        First and last node of each edge, int32, shape (m,).
    length_m
        Geodesic length in metres, float64, shape (m,).
    duration_ms
        Free-flow time in milliseconds, at least 1, int32, shape (m,).
    way_class
        Index into `WAY_CLASSES`, uint8, shape (m,).
    name_index
        Index into `names`, int32, shape (m,).
    names
        Street names; the first is "" and stands for no name.
    shape_start
        Offsets into `shape_lonlat`, int64, shape (m + 1,): the polyline of edge `e`
        is `shape_lonlat[shape_start[e]:shape_start[e + 1]]`, from tail to head.
    shape_lonlat
        Vertices of all polylines in degrees, float64, shape (k, 2).
    hierarchy
        Speed-up structure for `engine`, as bytes by name; opaque, and empty where it
        has not been prepared. One made for other edges is not used.
    """

    node_lonlat: NDArray[np.float64]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    length_m: NDArray[np.float64]
    duration_ms: NDArray[np.int32]
    way_class: NDArray[np.uint8]
    name_index: NDArray[np.int32]
    names: tuple[str, ...]
    shape_start: NDArray[np.int64]
    shape_lonlat: NDArray[np.float64]
    hierarchy: dict[str, NDArray[np.uint8]] = field(default_factory=dict)

    def __reduce__(self) -> tuple[type[RoadNetwork], tuple[Any, ...]]:
        # without what was derived: engines hold locks and memory of other libraries
        return RoadNetwork, tuple(getattr(self, each.name) for each in fields(self))

    def __repr__(self) -> str:
        return f"<RoadNetwork: {self.n_nodes} nodes, {self.n_edges} edges>"

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.node_lonlat)

    @property
    def n_edges(self) -> int:
        """Number of directed edges."""
        return len(self.tail)

    @cached_property
    def projection(self) -> LocalProjection:
        """Metric plane centred on the network."""
        return LocalProjection.around(self.node_lonlat)

    @cached_property
    def reverse_edge(self) -> NDArray[np.int32]:
        """For each edge the edge of the opposite direction, -1 on one-way streets, shape (m,)."""
        return reverse_twins(self.tail, self.head, self.shape_start, self.shape_lonlat)

    @cached_property
    def checksum(self) -> str:
        """SHA-256 of everything that bears on answers (not of the hierarchy)."""
        return storage.checksum(self._arrays())

    @cached_property
    def _engines(self) -> dict[str, ShortestPaths]:
        return {}

    def engine(self, name: Engine = "auto") -> ShortestPaths:
        """
        Return the engine for shortest paths; made on first use and kept.

        Parameters
        ----------
        name
            "cch" for the contraction hierarchy, "scipy" for Dijkstra's search, "auto"
            for the first where pyroutingkit is installed and the second elsewhere.
        """
        chosen = default_engine() if name == "auto" else name
        if chosen not in self._engines:
            self._engines[chosen] = (
                DijkstraSearch(self.n_nodes, self.tail, self.head, self.duration_ms)
                if chosen == "scipy"
                else ContractionHierarchy(
                    self.node_lonlat, self.tail, self.head, self.duration_ms, self.hierarchy
                )
            )
        return self._engines[chosen]

    def edge_lonlat(self, edge: int) -> NDArray[np.float64]:
        """Return the polyline of one edge from tail to head, in degrees, shape (j, 2)."""
        return self.shape_lonlat[self.shape_start[edge] : self.shape_start[edge + 1]]

    def save(self, path: str | Path) -> None:
        """
        Write the network to one file, by custom `*.gin`.

        Prepares the contraction hierarchy (about 1 s for 30,000 nodes) unless it is
        there, so that a loaded network is ready to answer.

        Raises
        ------
        InputError
            If the file cannot be written there.
        """
        hierarchy = self.hierarchy or prepare_hierarchy(self.node_lonlat, self.tail, self.head)
        members = {f"hierarchy.{name}": content for name, content in hierarchy.items()}
        storage.write_arrays(Path(path), {**self._arrays(), **members})

    @classmethod
    def load(cls, path: str | Path) -> RoadNetwork:
        """
        Read a network written by `save`.

        Raises
        ------
        NetworkError
            If the file is missing, of another kind or version, or damaged.
        """
        members = storage.read_arrays(Path(path))
        return cls(
            names=tuple(json.loads(members["names"].tobytes())),
            hierarchy={
                name.removeprefix("hierarchy."): content
                for name, content in members.items()
                if name.startswith("hierarchy.")
            },
            **{name: members[name] for name in _ARRAYS},
        )

    def to_networkx(self) -> nx.MultiDiGraph[int]:
        """Return the network as osmnx would; see `interchange.to_networkx`."""
        from geoinspect.network.interchange import to_networkx

        return to_networkx(self)

    @staticmethod
    def from_networkx(
        graph: nx.MultiDiGraph[Any], *, report: Callable[[BuildReport], None] | None = None
    ) -> RoadNetwork:
        """Build a network from an osmnx graph; see `interchange.from_networkx`."""
        from geoinspect.network.interchange import from_networkx

        return from_networkx(graph, report=report)

    def _arrays(self) -> dict[str, NDArray[Any]]:
        """All content as arrays by name; the names of streets as JSON text."""
        names = np.frombuffer(json.dumps(self.names, ensure_ascii=False).encode(), np.uint8)
        return {"names": names} | {name: getattr(self, name) for name in _ARRAYS}
