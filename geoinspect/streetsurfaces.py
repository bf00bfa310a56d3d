"""
Violations along the streets of a city: per km, and per inspection.

Events are tied to the nearest street and smoothed along the network; the rate divides violations
by inspections after both were smoothed by the same diffusion.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import cKDTree

from geoinspect.network import WAY_CLASSES
from geoinspect.network.polylines import ranges
from geoinspect.network.snapping import NO_STOPPING
from geoinspect.networkdensity import cut_streets, network_density

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoinspect.arrays import BoolArray, FloatArray, IntArray
    from geoinspect.network import RoadNetwork
    from geoinspect.networkdensity import NetworkDensity, StreetPieces

MAX_SNAP_M = 100.0
"""Events farther from any street than this are not events of a street."""


POST_SPACING_M = 20.0
"""Events are tied to posts this far apart: half of it is nothing beside the bandwidth."""


@dataclass(frozen=True, eq=False)
class _Posts:
    """Positions along streets, in a tree by their place in the metric plane."""

    tree: cKDTree
    street: IntArray
    fraction: FloatArray


@dataclass(frozen=True, eq=False)
class StreetSurface:
    """
    Density along streets, and the rate per inspection where it can be told.

    Attributes
    ----------
    streets
        The streets of the network.
    violations
        Violations per km of street.
    inspections
        Inspections per km of street; None if they are unknown.
    minimum_exposure
        Inspections that must stand behind a piece before it gets a rate.
    n_off_street
        Violations and inspections too far from any street, which nothing counts.
    """

    streets: Streets
    violations: NetworkDensity
    inspections: NetworkDensity | None
    minimum_exposure: float
    n_off_street: int

    @property
    def covered(self) -> BoolArray:
        """Pieces with enough inspections for a rate, shape (p,)."""
        if self.inspections is None:
            return np.zeros(len(self.streets.pieces.street), np.bool_)
        return self.inspections.behind >= self.minimum_exposure

    @property
    def rate(self) -> FloatArray:
        """Violations per inspection of each piece; NaN where too few were made, shape (p,)."""
        rate = np.full(len(self.streets.pieces.street), np.nan)
        if self.inspections is not None:
            np.divide(self.violations.behind, self.inspections.behind, out=rate, where=self.covered)
        return rate


@dataclass(frozen=True, eq=False)
class Streets:
    """
    Streets of a network, each once whatever its directions, cut into pieces.

    Make it once for a network and use it for many surfaces.

    Attributes
    ----------
    network
        Road network.
    edge
        Edge of each street, the one with the smaller index of two, shape (s,).
    pieces
        The pieces.
    """

    network: RoadNetwork = field(repr=False)
    edge: IntArray
    pieces: StreetPieces

    @classmethod
    def of(cls, network: RoadNetwork, *, piece_m: float = 50.0) -> Streets:
        """Cut the streets of a network into pieces of at most `piece_m` metres."""
        index = np.arange(network.n_edges)
        is_second = (network.reverse_edge >= 0) & (network.reverse_edge < index)
        edge = index[~is_second]
        pieces = cut_streets(
            network.tail[edge].astype(np.int64),
            network.head[edge].astype(np.int64),
            network.length_m[edge],
            network.n_nodes,
            piece_m=piece_m,
        )
        return cls(network, edge, pieces)

    @cached_property
    def _posts(self) -> _Posts:
        """Posts along every street where a car can stop."""
        network = self.network
        closed = [WAY_CLASSES.index(name) for name in NO_STOPPING]
        street = np.flatnonzero(~np.isin(network.way_class[self.edge], closed))
        n_posts = np.ceil(network.length_m[self.edge[street]] / POST_SPACING_M).astype(int) + 1
        start, vertex = ranges(
            network.shape_start[self.edge[street]], np.diff(network.shape_start)[self.edge[street]]
        )
        part = np.repeat(np.arange(len(street)), np.diff(start))
        xy = network.projection.to_xy(network.shape_lonlat[vertex])
        lines = np.asarray(shapely.linestrings(xy, indices=part), object)
        line = np.repeat(np.arange(len(street)), n_posts)
        step = np.arange(len(line)) - np.repeat(np.cumsum(n_posts) - n_posts, n_posts)
        fraction = step / (n_posts - 1).clip(min=1)[line]
        post = shapely.line_interpolate_point(lines[line], fraction, normalized=True)
        tree = cKDTree(shapely.get_coordinates(post), balanced_tree=False, compact_nodes=False)
        return _Posts(tree, street[line], fraction)

    def prepare(self) -> None:
        """Build now what the first surface would wait for."""
        _ = self._posts

    def locate(self, lonlat: FloatArray) -> tuple[IntArray, FloatArray, int]:
        """
        Tie events to the nearest street.

        Motorways are left out, as nobody inspects there. The position along the street is
        within 10 m of the nearest one.

        Returns
        -------
        street, fraction
            Where the events lie, for those near a street.
        n_off_street
            Events that lie farther than 100 m from any street.
        """
        if len(lonlat) == 0 or len(self._posts.street) == 0:
            return np.empty(0, np.int64), np.empty(0), len(lonlat)
        # many events lie at one point: each place is looked up once
        places, place = np.unique(_as_complex(lonlat), return_inverse=True)
        xy = self.network.projection.to_xy(np.column_stack((places.real, places.imag)))
        distance_m, post = self._posts.tree.query(xy, distance_upper_bound=MAX_SNAP_M, workers=-1)
        near = post[place][np.isfinite(distance_m)[place]]
        return self._posts.street[near], self._posts.fraction[near], len(lonlat) - len(near)

    def lines(self, chosen: BoolArray) -> list[FloatArray]:
        """
        Return the polylines of some pieces.

        Parameters
        ----------
        chosen
            Which pieces, shape (p,).

        Returns
        -------
        lines
            WGS-84 degrees as lon, lat, each of shape (j, 2).
        """
        piece = np.flatnonzero(chosen)
        street = self.pieces.street[piece]
        return [
            _part(self.network.edge_lonlat(edge), start, end)
            for edge, start, end in zip(
                self.edge[street].tolist(),
                self.pieces.start[piece].tolist(),
                self.pieces.end[piece].tolist(),
                strict=True,
            )
        ]


def street_surface(
    streets: Streets,
    violations_lonlat: FloatArray,
    inspections_lonlat: FloatArray | None = None,
    *,
    bandwidth_m: float = 300.0,
    minimum_exposure: float = 5.0,
) -> StreetSurface:
    """
    Smooth violations, and inspections if they are known, along the streets.

    Parameters
    ----------
    streets
        Made by `Streets.of`.
    violations_lonlat
        Violations, shape (n, 2), WGS-84 degrees as lon, lat.
    inspections_lonlat
        Inspections made, shape (m, 2); None if they are unknown.
    bandwidth_m
        Standard deviation of the kernel along a straight street.
    minimum_exposure
        Inspections that must stand behind a piece before it gets a rate.

    Raises
    ------
    InputError
        If the bandwidth is not positive, or the pieces are too long for it.
    """
    street, fraction, n_off = streets.locate(violations_lonlat)
    violations = network_density(streets.pieces, street, fraction, bandwidth_m=bandwidth_m)
    inspections = None
    if inspections_lonlat is not None:
        street, fraction, n_missed = streets.locate(inspections_lonlat)
        n_off += n_missed
        inspections = network_density(streets.pieces, street, fraction, bandwidth_m=bandwidth_m)
    return StreetSurface(streets, violations, inspections, minimum_exposure, n_off)


def _as_complex(lonlat: FloatArray) -> NDArray[np.complex128]:
    """Return positions as one number each, which sort faster than pairs."""
    pairs: FloatArray = np.ascontiguousarray(lonlat, np.float64)
    return pairs.view(np.complex128).ravel()


def _part(lonlat: FloatArray, start: float, end: float) -> FloatArray:
    """Cut a polyline at two fractions of its length in degrees, which is near enough to draw."""
    line = shapely.LineString(lonlat)
    if start == 0.0 and end == 1.0:
        return lonlat
    inner = shapely.line_locate_point(line, shapely.points(lonlat), normalized=True)
    between = lonlat[(inner > start) & (inner < end)]
    tips = shapely.line_interpolate_point(line, [start, end], normalized=True)
    first, last = shapely.get_coordinates(tips)
    return np.vstack((first, between, last))
