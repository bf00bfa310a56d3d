"""
A fresh partition of the city every day: one compact, balanced zone a team.

Seeds are drawn k-means++ style on travel time (Arthur and Vassilvitskii 2007) and shared
out among the teams so that each starts near its depot. Then a few rounds alternate between
assigning points to the zones' medoids under equal load, a transport problem solved by
HiGHS, and moving each medoid to the point with the least weighted time to the others of
its zone. Teams may differ in depot, shift, speed and in the points they can visit at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, hstack

from geoinspect.errors import LotteryError
from geoinspect.lottery.randomness import uniform

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoinspect.arrays import BoolArray, FloatArray, IntArray, RandomState

# a point goes to one of its nearest zones, or to one that it is among the nearest of; more
# choice moves no point, but costs time
_NEAREST_ZONES = 5
_NEAREST_SHARES = 2

# equal loads come first, short ways second
_COST_OF_IMBALANCE = 100.0

_UNTHINKABLE = 2**50
_ROUNDING = 1e-6


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

    rounds: int = 3
    slack: float = 0.02

    def __post_init__(self) -> None:
        if self.rounds < 1 or self.slack < 0:
            raise ValueError("rounds must be at least 1 and slack at least 0")


@dataclass(frozen=True)
class Territory:
    """
    What zones are cut from: n points and k teams.

    Attributes
    ----------
    both_ways
        Travel times there and back between points in milliseconds for each way of
        travelling, each shape (n, n).
    mode
        Number of the way of travelling of each team, shape (k,).
    from_depot
        Travel time from each team's depot to each point and back, shape (k, n).
    capacity
        Length of each team's shift, shape (k,).
    is_possible
        Whether a team can visit a point at all, shape (n, k); every point has a team.
    """

    both_ways: tuple[IntArray, ...]
    mode: IntArray
    from_depot: IntArray
    capacity: FloatArray
    is_possible: BoolArray

    @property
    def n_zones(self) -> int:
        """Number of teams, and of zones."""
        return len(self.mode)

    def times_to(self, medoids: IntArray) -> IntArray:
        """Return the time of each team between each point and its medoid, shape (n, k)."""
        columns = [self.both_ways[mode][:, m] for mode, m in zip(self.mode, medoids, strict=True)]
        times: IntArray = np.where(self.is_possible, np.column_stack(columns), _UNTHINKABLE)
        return times


def draw_zones(
    territory: Territory,
    load: FloatArray,
    state: RandomState,
    params: ZoneParams | None = None,
    *,
    reweigh: Callable[[IntArray], FloatArray] | None = None,
) -> IntArray:
    """
    Partition points at random into compact zones, the loads in proportion to the shifts.

    Parameters
    ----------
    territory
        Points and teams.
    load
        Expected working time a point, in any unit, shape (n,).
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
        Number of the team of each point, shape (n,); every team has at least one point
        if it can visit any.

    Raises
    ------
    LotteryError
        If there are fewer points than teams.
    """
    params = params or ZoneParams()
    check_numbers(len(load), territory.n_zones)
    medoids = _draw_medoids(territory, load, state)
    for _ in range(params.rounds):
        zone = _assign_balanced(territory, medoids, load, params.slack)
        if reweigh is not None:
            load = reweigh(zone)
        medoids = _medoids(territory, load, zone, medoids)
    return _assign_balanced(territory, medoids, load, params.slack)


def check_numbers(n_points: int, n_teams: int) -> None:
    """Refuse more teams than points."""
    if n_teams > n_points:
        raise LotteryError(
            "{teams} teams cannot share {points} points: name at most {points} teams.",
            teams=n_teams,
            points=n_points,
        )


def _draw_medoids(territory: Territory, load: FloatArray, state: RandomState) -> IntArray:
    """Draw seeds and give each team one: near its depot, and one that it can visit."""
    from scipy.optimize import linear_sum_assignment

    seeds = _draw_seeds(territory.both_ways[0], load, territory.n_zones, state)
    apart = territory.from_depot[:, seeds]
    if (apart == apart[0]).all() and territory.is_possible.all():
        return seeds
    cost = np.where(territory.is_possible[seeds].T, np.minimum(apart, _UNTHINKABLE), _UNTHINKABLE)
    team, seed = linear_sum_assignment(cost.astype(np.float64))
    medoids: IntArray = seeds[seed[np.argsort(team)]]
    for k in range(len(medoids)):
        if not territory.is_possible[medoids[k], k] and territory.is_possible[:, k].any():
            own = np.flatnonzero(territory.is_possible[:, k])
            medoids[k] = own[territory.both_ways[0][own, medoids[k]].argmin()]
    return medoids


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


def _medoids(territory: Territory, load: FloatArray, zone: IntArray, medoids: IntArray) -> IntArray:
    """Return the point of each zone with the least load-weighted time to the others."""
    moved = medoids.copy()
    for k, mode in enumerate(territory.mode):
        members = np.flatnonzero(zone == k)
        if len(members):
            spread = territory.both_ways[mode][np.ix_(members, members)] @ load[members]
            moved[k] = members[spread.argmin()]
    return moved


def _assign_balanced(
    territory: Territory, medoids: IntArray, load: FloatArray, slack: float
) -> IntArray:
    """
    Share points among zones at least time x load, loads as equal as they can be.

    Where some points suit few teams, those teams may have more than their share; then
    they keep what they have, and the others share the rest as equally as they can.
    """
    cost = territory.times_to(medoids)
    zone = np.full(len(load), -1, dtype=np.int64)
    points, zones = np.arange(len(load)), np.arange(territory.n_zones)
    while len(points):
        shared = cost[np.ix_(points, zones)]
        found, is_full = _shared_out(shared, load[points], territory.capacity[zones], slack)
        is_final = is_full[found]
        zone[points[is_final]] = zones[found[is_final]]
        points, zones = points[~is_final], zones[~is_full]
    return _without_empty_zones(zone, cost)


def _shared_out(
    cost: IntArray, load: FloatArray, capacity: FloatArray, slack: float
) -> tuple[IntArray, BoolArray]:
    """
    Solve the transport problem; return the zone of each point and which zones are final.

    One variable, the largest load over its share, costs more than any way. If it must
    exceed the slack, the zones whose loads hold it up are final; else all are.
    """
    from scipy.optimize import linprog

    n, n_zones = cost.shape
    point, zone = _near_pairs(cost)
    share = capacity / capacity.sum() * load.sum()
    imbalance = _COST_OF_IMBALANCE * load.sum()
    pair = np.arange(len(point))
    whole_points = csr_array((np.ones(len(point)), (point, pair)), shape=(n, len(point) + 1))
    zone_loads = csr_array((load[point], (zone, pair)), shape=(n_zones, len(point)))
    way = cost[point, zone] / max(1.0, float(cost[point, zone].mean())) * load[point]
    solution = linprog(
        np.append(way, imbalance),
        A_ub=hstack((zone_loads, csr_array(-share[:, np.newaxis])), format="csr"),
        b_ub=np.zeros(n_zones),
        A_eq=whole_points,
        b_eq=np.ones(n),
        bounds=np.vstack((np.tile((0.0, 1.0), (len(point), 1)), (1 + slack, np.inf))),
        method="highs-ds",
    )
    if solution.x is None:
        raise LotteryError("The city could not be cut into {zones} zones.", zones=n_zones)
    # at most n_zones points are split: they go to the zone with the larger share
    part = np.zeros((n, n_zones))
    part[point, zone] = solution.x[:-1]
    chosen: IntArray = part.argmax(axis=1).astype(np.int64)
    if solution.x[-1] <= 1 + slack + _ROUNDING:
        return chosen, np.ones(n_zones, dtype=np.bool_)
    held_up = -solution.ineqlin.marginals * share
    return chosen, held_up >= held_up.max() / (2 * n_zones)


def _near_pairs(cost: IntArray) -> tuple[IntArray, IntArray]:
    """Return the pairs of point and zone that may be chosen."""
    n, n_zones = cost.shape
    zones = np.argsort(cost, axis=1, kind="stable")[:, :_NEAREST_ZONES]
    # a remote zone is among the nearest of few points: it may also have its own nearest ones
    points = np.argsort(cost, axis=0, kind="stable")[: -(-_NEAREST_SHARES * n // n_zones)]
    is_near = np.zeros((n, n_zones), dtype=np.bool_)
    np.put_along_axis(is_near, zones, values=True, axis=1)
    np.put_along_axis(is_near, points, values=True, axis=0)
    point, zone = np.nonzero(is_near & (cost < _UNTHINKABLE))
    return point, zone


def _without_empty_zones(zone: IntArray, cost: IntArray) -> IntArray:
    """Move the nearest point of the largest zone that suits into each empty zone."""
    zone = zone.copy()
    n_zones = cost.shape[1]
    for k in range(n_zones):
        sizes = np.bincount(zone, minlength=n_zones)
        donors = np.flatnonzero((cost[:, k] < _UNTHINKABLE) & (sizes[zone] > 1))
        if sizes[k] == 0 and len(donors):
            largest = donors[sizes[zone[donors]] == sizes[zone[donors]].max()]
            zone[largest[cost[largest, k].argmin()]] = k
    return zone
