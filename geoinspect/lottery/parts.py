"""
A large city cut into parts of a few teams each, before any travel time is measured.

Zones are cut by a transport problem over all points and teams, and travel times fill a
square table: both grow with the square of the city. Halving it again and again across a
random direction, teams and expected work alike, keeps the parts small, and the borders of
the parts are others every day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoinspect.lottery.randomness import shuffle, uniform

if TYPE_CHECKING:
    from geoinspect.arrays import BoolArray, FloatArray, IntArray, RandomState

#: A city with more teams is cut.
MOST_TEAMS = 16


@dataclass(frozen=True)
class Part:
    """Numbers of the points and of the teams that belong together, ascending."""

    points: IntArray
    teams: IntArray


def cut_into_parts(
    xy: FloatArray,
    load: FloatArray,
    depot_xy: FloatArray,
    capacity: FloatArray,
    is_possible: BoolArray,
    state: RandomState,
    *,
    most_teams: int = MOST_TEAMS,
) -> list[Part]:
    """
    Cut a city into parts of at most `most_teams` teams, the work in proportion to shifts.

    Parameters
    ----------
    xy
        Points in metres, shape (n, 2).
    load
        Expected working time a point, in any unit, shape (n,).
    depot_xy
        Depot of each team in metres, shape (k, 2).
    capacity
        Length of each team's shift, shape (k,).
    is_possible
        Whether each team can visit each point at all, shape (n, k); every point has a
        team.
    state
        Random stream, advanced in place.
    most_teams
        Largest number of teams of a part.
    """
    whole = Part(np.arange(len(xy)), np.arange(len(depot_xy)))
    parts, pending = [], [whole]
    while pending:
        part = pending.pop()
        if len(part.teams) <= most_teams:
            parts.append(part)
        else:
            pending += _halves(part, xy, load, depot_xy, capacity, state)
    return _where_possible(parts, is_possible)


def _halves(
    part: Part,
    xy: FloatArray,
    load: FloatArray,
    depot_xy: FloatArray,
    capacity: FloatArray,
    state: RandomState,
) -> list[Part]:
    """Cut a part across a random direction; teams go with the points near their depots."""
    across = np.array([2 * uniform(state) - 1, 2 * uniform(state) - 1])
    teams = part.teams.copy()
    shuffle(state, teams)  # among teams of one depot chance decides
    teams = teams[np.argsort(depot_xy[teams] @ across, kind="stable")]
    half = len(teams) // 2
    share = capacity[teams[:half]].sum() / capacity[teams].sum()
    points = part.points[np.argsort(xy[part.points] @ across, kind="stable")]
    done = np.cumsum(load[points])
    cut = int(np.searchsorted(done, share * done[-1]))
    cut = min(max(cut, half), len(points) - (len(teams) - half))
    return [
        Part(np.sort(points[:cut]), np.sort(teams[:half])),
        Part(np.sort(points[cut:]), np.sort(teams[half:])),
    ]


def _where_possible(parts: list[Part], is_possible: BoolArray) -> list[Part]:
    """Move points that no team of their part can visit to the smallest part that can."""
    home = np.empty(len(is_possible), dtype=np.int64)
    for number, part in enumerate(parts):
        home[part.points] = number
    suits = np.column_stack([is_possible[:, part.teams].any(axis=1) for part in parts])
    sizes = np.array([len(part.points) / len(part.teams) for part in parts])
    for point in np.flatnonzero(~suits[np.arange(len(home)), home]):
        able = np.flatnonzero(suits[point])
        home[point] = able[sizes[able].argmin()]
    return [Part(np.flatnonzero(home == number), part.teams) for number, part in enumerate(parts)]
