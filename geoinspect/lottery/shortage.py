"""
Why seats of inspectors stay empty: which teams together have too few people, and why.

Teams of which some seat stays empty are followed along a maximum matching: to the people
free to go with them, to the teams where these sit, and so on. The teams reached have, all
together, fewer people free of ties than seats (Hall 1935), which nothing but more people,
other ties or fewer seats can mend.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from geoinspect.errors import LotteryError
from geoinspect.lottery.duty import is_tied

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geoinspect.arrays import BoolArray, IntArray
    from geoinspect.lottery.duty import TeamSeats

_REASONS_SHOWN = 3


@dataclass(frozen=True)
class Shortage:
    """
    Teams that together cannot be filled.

    Attributes
    ----------
    team_ids
        The teams.
    seats, free, on_duty
        Seats of these teams, people who have no tie to the route of at least one of them,
        and people on duty. `seats - free` seats stay empty, however they are drawn.
    tied_to
        Units and districts on the routes with how many of those kept away have a tie to
        each, most first.
    """

    team_ids: tuple[str, ...]
    seats: int
    free: int
    on_duty: int
    tied_to: tuple[tuple[str, int], ...]

    def explain(self) -> LotteryError:
        """Return the sentence that explains the shortage, as an error that is not raised."""
        facts: dict[str, Any] = {
            "teams": ", ".join(self.team_ids),
            "seats": self.seats,
            "on_duty": self.on_duty,
            "free": self.free,
        }
        if not self.tied_to:
            return LotteryError(
                "Team {teams}: {seats} inspectors are needed, {on_duty} are on duty. Put more "
                "people on duty, or send fewer or smaller teams.",
                **facts,
            )
        return LotteryError(
            "Team {teams}: {seats} inspectors are needed, but of {on_duty} on duty only {free} "
            "have no tie to the route (ties: {ties}). Put people of other units on duty, or send "
            "fewer or smaller teams.",
            **facts,
            ties=", ".join(f"{name} {n}" for name, n in self.tied_to[:_REASONS_SHOWN]),
        )


def shortages(teams: Sequence[TeamSeats], pool: Sequence[Mapping[str, Any]]) -> list[Shortage]:
    """
    Find the groups of teams that cannot be filled; none if a draw will fill every seat.

    Parameters
    ----------
    teams, pool
        As `geoinspect.lottery.duty.draw_inspectors` takes them.

    Examples
    --------
    >>> from geoinspect.lottery.duty import TeamSeats
    >>> pool = [{"inspector_id": "A", "tickets": 1, "units": ["城管局"], "districts": []}]
    >>> [found] = shortages([TeamSeats("3", 2, {"城管局"}, {"鼓楼区"})], pool)
    >>> found.free, found.tied_to
    (0, (('城管局', 1),))
    """
    free = np.array([[not is_tied(p, t) for p in pool] for t in teams], dtype=bool)
    free = free.reshape(len(teams), len(pool))
    team_of_seat = np.repeat(np.arange(len(teams)), [team.seats for team in teams])
    seat_of = maximum_bipartite_matching(csr_array(free[team_of_seat]), perm_type="row")
    seated = np.array([team_of_seat[seat] if seat >= 0 else -1 for seat in seat_of], dtype=int)
    filled = np.bincount(seated[seated >= 0], minlength=len(teams))
    short = [i for i, team in enumerate(teams) if filled[i] < team.seats]
    return [_shortage(group, teams, pool, free) for group in _groups(short, free, seated)]


def _groups(short: list[int], free: BoolArray, seated: IntArray) -> list[list[int]]:
    """Teams reached from each short team, groups that meet made one."""
    groups: list[set[int]] = []
    for team in short:
        reached = {team}
        while not (found := set(seated[free[sorted(reached)].any(axis=0)].tolist())) <= reached:
            reached |= found
        meeting = [group for group in groups if group & reached]
        groups = [group for group in groups if not group & reached]
        groups.append(reached.union(*meeting))
    return [sorted(group) for group in groups]


def _shortage(
    group: list[int],
    teams: Sequence[TeamSeats],
    pool: Sequence[Mapping[str, Any]],
    free: BoolArray,
) -> Shortage:
    """Describe a group of teams."""
    may: list[bool] = np.any(free[group], axis=0).tolist()
    units = frozenset().union(*(teams[i].units for i in group))
    districts = frozenset().union(*(teams[i].districts for i in group))
    ties = Counter(
        name
        for person, goes in zip(pool, may, strict=True)
        if not goes
        for name in (*(units & set(person["units"])), *(districts & set(person["districts"])))
    )
    return Shortage(
        team_ids=tuple(teams[i].team_id for i in group),
        seats=sum(teams[i].seats for i in group),
        free=sum(may),
        on_duty=len(pool),
        tied_to=tuple(sorted(ties.items(), key=lambda item: (-item[1], item[0]))),
    )
