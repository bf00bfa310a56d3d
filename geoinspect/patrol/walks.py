"""
Walks as stops: a street can be entered at either end and is left at the other.

Each walk is a stop that two places serve, one for each direction. The time from a place to
another is that from the end where the first is left to the end where the second is entered,
so that streets that meet cost nothing in between, and the routing of campaigns does the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from geoinspect.errors import InputError
from geoinspect.frame import DIGITS
from geoinspect.network import Snaps, for_mode, legs, snap, travel_times
from geoinspect.patrol.beat import MOST_PASSES
from geoinspect.routing import RoutingProblem
from geoinspect.targets.walks import positions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geoinspect.arrays import IntArray
    from geoinspect.network import Leg, RoadNetwork
    from geoinspect.patrol.beat import Beat, PatrolParams

_AT_END = 1e-9
"""So near to its end, as a share of an edge, a position is at the junction."""


@dataclass(frozen=True, eq=False)
class Walks:
    """
    Walks to be made and what lies between them; n walks, p places, e ends.

    Places are first the depots, then each walk forward and backward. Ends are first the
    depots, then start and end of each segment.

    Attributes
    ----------
    depots
        WGS-84 longitude and latitude.
    segment
        Number of the segment of each walk, shape (n,).
    hand
        Side of each walk; see `Beat.passes`.
    service_s
        Whole seconds that each walk takes, shape (n,).
    entry, exit
        End where a place is entered and left, shape (p,).
    networks, snaps
        Road networks and the ends on them, by mode.
    times_ms
        Quickest times between ends, milliseconds, by mode, shape (e, e).
    """

    depots: tuple[tuple[float, float], ...]
    segment: IntArray
    hand: list[str]
    service_s: IntArray
    entry: IntArray
    exit: IntArray
    networks: Mapping[str, RoadNetwork]
    snaps: Mapping[str, Snaps]
    times_ms: Mapping[str, IntArray]

    @property
    def places(self) -> IntArray:
        """Both places of each walk, forward and backward, shape (n, 2)."""
        first = len(self.depots)
        return np.arange(first, len(self.entry), dtype=np.int64).reshape(-1, 2)

    def is_backward(self, place: int) -> bool:
        """Tell whether a place of a walk is the one of the walk against its segment."""
        return (place - len(self.depots)) % 2 == 1

    def problem(self, params: PatrolParams) -> RoutingProblem:
        """
        Put the routing problem of one day; its clock counts from midnight.

        The time of a walk is service, so a way by another walk may look shorter in its
        matrix than the way past it. Routes are right all the same, and the bound holds.
        """
        between_ms = np.minimum.reduce(list(self.times_ms.values()))
        times_ms = between_ms[np.ix_(self.exit, self.entry)]
        np.fill_diagonal(times_ms, 0)
        return RoutingProblem(
            times_ms=times_ms,
            service_ms=1000 * self.service_s,
            teams=params.teams(len(self.depots)),
            places=self.places,
        )

    def ways(self, places: Sequence[int]) -> list[tuple[str, Leg]]:
        """
        Find the way from each place to the next, on foot where a car is no quicker.

        Returns
        -------
        ways
            Mode and leg.
        """
        found = []
        for here, there in pairwise(places):
            pair = (int(self.exit[here]), int(self.entry[there]))
            mode = min(self.times_ms, key=lambda mode: int(self.times_ms[mode][pair]))
            (leg,) = legs(self.networks[mode], self.snaps[mode], [pair])
            found.append((mode, leg))
        return found


def lay_out(beat: Beat, params: PatrolParams) -> Walks:
    """
    Measure the times between the ends of all streets.

    Raises
    ------
    InputError
        If there are too many streets, or a depot is far from every street.
    """
    segment, hand = beat.passes(both_sides=params.both_sides)
    if len(segment) > MOST_PASSES:
        raise InputError(
            "{n} walks are too many for one patrol, {most} at most: choose some streets, one "
            "category or one district.",
            n=len(segment),
            most=MOST_PASSES,
        )
    networks = {"foot": for_mode(beat.network, "foot", speed_kph=params.walk_kph)}
    if params.move == "car":
        networks["car"] = beat.network
    ends = {mode: _ends(network, beat) for mode, network in networks.items()}
    if params.depots:
        depots = params.depots
        own = {mode: _depots(network, params) for mode, network in networks.items()}
    else:
        central = _central(networks["foot"], ends["foot"])
        lon, lat = ends["foot"].lonlat[central].round(DIGITS).tolist()
        depots = ((lon, lat),)
        own = {mode: _picked(positions, [central]) for mode, positions in ends.items()}
    snaps = {mode: _joined(own[mode], ends[mode]) for mode in networks}
    first = len(depots)
    start = first + 2 * segment
    entry = np.concatenate((np.arange(first), np.column_stack((start, start + 1)).ravel()))
    exit_ = np.concatenate((np.arange(first), np.column_stack((start + 1, start)).ravel()))
    pace_s = beat.streets.length_m[segment] / params.inspect_kph * 3.6
    return Walks(
        depots=depots,
        segment=segment,
        hand=hand,
        service_s=np.maximum(1, np.ceil(pace_s)).astype(np.int64),
        entry=entry,
        exit=exit_,
        networks=networks,
        snaps=snaps,
        times_ms={mode: travel_times(networks[mode], snaps[mode]) for mode in networks},
    )


def _ends(network: RoadNetwork, beat: Beat) -> Snaps:
    """Find start and end of each segment on a network; not ok where it lacks the street."""
    streets = beat.streets
    # by their lines: where streets cross without meeting, a place alone would not tell
    edge_of = {network.edge_lonlat(e).tobytes(): e for e in reversed(range(network.n_edges))}
    own = [beat.network.edge_lonlat(e).tobytes() for e in streets.edge.tolist()]
    edge = np.repeat(np.array([edge_of.get(line, -1) for line in own], np.int32), 2)
    fraction = np.column_stack((streets.start, streets.end)).ravel()
    snaps = Snaps(
        point_ids=np.repeat(streets.segment_id, 2),
        edge=edge,
        fraction=fraction,
        distance_m=np.zeros(len(edge)),
        lonlat=positions(beat.network, np.repeat(streets.edge, 2), fraction),
        ok=edge >= 0,
        code=np.where(edge >= 0, "", "SNAP_TOO_FAR"),
    )
    return _at_junctions(network, snaps)


def _at_junctions(network: RoadNetwork, snaps: Snaps) -> Snaps:
    """
    Move positions at the end of a one-way street onto a street with two directions there.

    Who stops at a junction need not have come through the one-way street.
    """
    node = np.where(snaps.fraction < _AT_END, network.tail[snaps.edge], network.head[snaps.edge])
    is_junction = (np.abs(snaps.fraction - 0.5) > 0.5 - _AT_END) & snaps.ok
    other = _two_way_edges(network)[node]
    is_better = is_junction & (network.reverse_edge[snaps.edge] < 0) & (other >= 0)
    return replace(
        snaps,
        edge=np.where(is_better, other, snaps.edge),
        fraction=np.where(is_better, 0.0, snaps.fraction),
    )


def _two_way_edges(network: RoadNetwork) -> NDArray[np.int32]:
    """Return an edge with two directions that begins at each node, -1 without any, shape (n,)."""
    edges = np.full(network.n_nodes, -1, np.int32)
    both = np.flatnonzero(network.reverse_edge >= 0)
    edges[network.tail[both]] = both
    return edges


def _depots(network: RoadNetwork, params: PatrolParams) -> Snaps:
    """Find the depots that were told on a network."""
    limit_m = params.max_snap_distance_m
    ids = ["" for _ in params.depots]
    own = snap(network, ids, np.array(params.depots), max_distance_m=limit_m)
    for (lon, lat), is_near, distance_m in zip(params.depots, own.ok, own.distance_m, strict=True):
        if not is_near:
            raise InputError(
                "The depot at longitude {lon}, latitude {lat} is {metres:.0f} m from the nearest "
                "street: correct it in geoinspect.toml or leave it out.",
                lon=lon,
                lat=lat,
                metres=float(distance_m),
            )
    return _at_junctions(network, own)


def _central(network: RoadNetwork, ends: Snaps) -> int:
    """Find the end of a street with the least mean time to all others."""
    # as floats: times without a way would not fit into the sum of integers
    return int(travel_times(network, ends).astype(np.float64).sum(axis=1).argmin())


def _picked(snaps: Snaps, numbers: list[int]) -> Snaps:
    return Snaps(*(getattr(snaps, field.name)[numbers] for field in fields(snaps)))


def _joined(one: Snaps, other: Snaps) -> Snaps:
    members = [field.name for field in fields(one)]
    return Snaps(*(np.concatenate((getattr(one, m), getattr(other, m))) for m in members))
