"""
A fresh partition of the city every day: one compact, balanced zone a team.

Seeds are drawn k-means++ style on travel time (Arthur and Vassilvitskii 2007), then
a few rounds alternate between assigning points to the zones' medoids under equal
load, a transport problem solved by HiGHS, and moving each medoid to the point with
the least weighted time to the others of its zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import eye_array, kron

from geoinspect.errors import LotteryError
from geoinspect.lottery.randomness import uniform

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoinspect.arrays import FloatArray, IntArray, RandomState


@dataclass(frozen=True)
class ZoneParams:
    """
    Knobs of the zone partition.

    Attributes
    ----------
    rounds
        How often medoids move and points are assigned anew.
    slack
        How far a zone's load may exceed its share before rounding.
    """

    rounds: int = 6
    slack: float = 0.02

    def __post_init__(self) -> None:
        if self.rounds < 1 or self.slack < 0:
            raise ValueError("rounds must be at least 1 and slack at least 0")


def draw_zones(
    times: IntArray,
    load: FloatArray,
    n_zones: int,
    state: RandomState,
    params: ZoneParams | None = None,
    *,
    reweigh: Callable[[IntArray], FloatArray] | None = None,
) -> IntArray:
    """
    Partition points at random into compact zones of equal load.

    Parameters
    ----------
    times
        Travel times between the points in milliseconds, shape (n, n), asymmetric.
    load
        Expected working time a point, in any unit, shape (n,).
    n_zones
        Number of zones, at most n.
    state
        Random stream, advanced in place.
    params
        Knobs.
    reweigh
        Called with the zones of each round; returns better loads. What a stop
        costs depends on its zone.

    Returns
    -------
    zone
        Zone number of each point, shape (n,); every zone has at least one point.

    Raises
    ------
    LotteryError
        If there are fewer points than zones.
    """
    params = params or ZoneParams()
    if n_zones > len(load):
        raise LotteryError(
            "{teams} teams cannot share {points} points: name at most {points} teams.",
            teams=n_zones,
            points=len(load),
        )
    both_ways = times + times.T
    medoids = _draw_seeds(both_ways, load, n_zones, state)
    for _ in range(params.rounds):
        zone = _assign_balanced(both_ways[:, medoids], load, params.slack)
        if reweigh is not None:
            load = reweigh(zone)
        medoids = _medoids(both_ways, load, zone, n_zones)
    return _assign_balanced(both_ways[:, medoids], load, params.slack)


def _draw_seeds(
    both_ways: IntArray, load: FloatArray, n_zones: int, state: RandomState
) -> IntArray:
    """Draw distinct seeds with probability proportional to load x squared nearest time."""
    seeds: list[int] = []
    nearest = np.ones(len(load))
    for _ in range(n_zones):
        chance = load * nearest * nearest
        chance[seeds] = 0.0
        if chance.sum() <= 0:
            chance = np.ones(len(load))
            chance[seeds] = 0.0
        seeds.append(_pick(chance, state))
        to_seed = both_ways[seeds[-1]] / both_ways.max(initial=1)
        nearest = to_seed if len(seeds) == 1 else np.minimum(nearest, to_seed)
    return np.array(seeds, dtype=np.int64)


def _pick(weight: FloatArray, state: RandomState) -> int:
    """Draw an index with probability proportional to `weight`."""
    cumulative = np.cumsum(weight)
    return int(np.searchsorted(cumulative, uniform(state) * cumulative[-1], side="right"))


def _medoids(both_ways: IntArray, load: FloatArray, zone: IntArray, n_zones: int) -> IntArray:
    """Return the point of each zone with the least load-weighted time to the others."""
    medoids = np.empty(n_zones, dtype=np.int64)
    for k in range(n_zones):
        members = np.flatnonzero(zone == k)
        spread = both_ways[np.ix_(members, members)] @ load[members]
        medoids[k] = members[spread.argmin()]
    return medoids


def _assign_balanced(cost: IntArray, load: FloatArray, slack: float) -> IntArray:
    """Share points among zones at least cost x load, loads equal up to `slack`."""
    n, n_zones = cost.shape
    whole_points = kron(eye_array(n), np.ones((1, n_zones)), format="csr")
    zone_loads = kron(load[np.newaxis, :], eye_array(n_zones), format="csr")
    solution = linprog(
        (cost / max(1, cost.mean()) * load[:, np.newaxis]).ravel(),
        A_ub=zone_loads,
        b_ub=np.full(n_zones, load.sum() * (1 + slack) / n_zones),
        A_eq=whole_points,
        b_eq=np.ones(n),
        method="highs-ds",
    )
    if solution.x is None:
        raise LotteryError("The city could not be cut into {zones} zones.", zones=n_zones)
    # at most n_zones - 1 points are split: they go to the zone with the larger share
    zone: IntArray = solution.x.reshape(n, n_zones).argmax(axis=1).astype(np.int64)
    return _without_empty_zones(zone, cost)


def _without_empty_zones(zone: IntArray, cost: IntArray) -> IntArray:
    """Move the nearest point of the largest zone into each empty zone."""
    zone = zone.copy()
    n_zones = cost.shape[1]
    for k in range(n_zones):
        sizes = np.bincount(zone, minlength=n_zones)
        if sizes[k] == 0:
            donors = np.flatnonzero(zone == sizes.argmax())
            zone[donors[cost[donors, k].argmin()]] = k
    return zone
