"""
Which of the stops that are left a team can still make: a rule, so that nobody chooses.

The stops keep their order. The fewest are dropped with which the team is back before the
end of its shift and every visit lies within opening hours. Among equally few, the dropped
ones come first in the order of

    SHA-256(draw seed "|amend|" point id)

as hexadecimal text: the set whose numbers, sorted, come first. The seed is drawn with the plan,
so nobody could know this order before the draw, and nobody can choose it after.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoinspect.lottery.draw import sha256_hex

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Rest:
    """
    The rest of a team's day: k stops, all times in milliseconds of one clock.

    Attributes
    ----------
    point_ids
        The stops that are left, in the order of the route.
    times_ms
        Travel times, shape (k + 2, k + 2): from where the team is, between the stops, to the
        depot; rows are origins.
    service_ms
        Length of each visit.
    opening
        Spans each visit must lie in; None for any time.
    ready_ms
        When the team can drive on.
    deadline_ms
        When it must be back.
    """

    point_ids: tuple[str, ...]
    times_ms: tuple[tuple[int, ...], ...]
    service_ms: tuple[int, ...]
    opening: tuple[Spans | None, ...]
    ready_ms: int
    deadline_ms: int

    def begin(self, stop: int, arrival_ms: int) -> int | None:
        """Return when the visit of a stop begins if the team arrives then; None if never."""
        spans = self.opening[stop]
        if spans is None:
            return arrival_ms
        begins = (
            max(arrival_ms, start)
            for start, end in spans
            if max(arrival_ms, start) + self.service_ms[stop] <= end
        )
        return min(begins, default=None)


def dropped_stops(rest: Rest, seed: str) -> list[int]:
    """
    Return the numbers of the stops that the rule drops, in the order of the route.

    Examples
    --------
    >>> times = ((0, 5, 9, 9), (5, 0, 5, 9), (9, 5, 0, 5), (9, 9, 5, 0))
    >>> rest = Rest(("a", "b"), times, (10, 10), (None, None), ready_ms=0, deadline_ms=35)
    >>> dropped_stops(rest, "5eed")
    []
    """
    stops = range(len(rest.point_ids))
    most = most_kept(rest, stops)
    kept = set(stops)
    for stop in sorted(stops, key=lambda stop: drop_number(seed, rest.point_ids[stop])):
        if len(kept) == most:
            break
        if most_kept(rest, kept - {stop}) == most:
            kept.remove(stop)
    return [stop for stop in stops if stop not in kept]


def drop_number(seed: str, point_id: str) -> str:
    """Return the text by which equally few drops are ordered."""
    return sha256_hex(f"{seed}|amend|{point_id}")


def most_kept(rest: Rest, allowed: Collection[int]) -> int:
    """
    Return how many of the allowed stops can be kept at most.

    The earliest departure from each stop after each number of visits is enough to know, for
    to be early never hurts: a team that is early can wait.
    """
    depot = len(rest.point_ids) + 1
    most = 0
    # after c visits: the last stop -> earliest departure from it; stop -1 is where the team is
    earliest: list[dict[int, int]] = [{-1: rest.ready_ms}]
    for stop in sorted(allowed):
        earliest.append({})
        for count in range(len(earliest) - 1, 0, -1):
            departure = _earliest(rest, earliest[count - 1], stop)
            if departure is None:
                continue
            earliest[count][stop] = departure
            if departure + rest.times_ms[stop + 1][depot] <= rest.deadline_ms:
                most = max(most, count)
    return most


def begins(rest: Rest, kept: Sequence[int]) -> list[int]:
    """
    Return when each visit begins if exactly these stops are kept.

    Raises
    ------
    ValueError
        If a visit does not fit into its opening hours.
    """
    now, before, found = rest.ready_ms, -1, []
    for stop in kept:
        begin = rest.begin(stop, now + rest.times_ms[before + 1][stop + 1])
        if begin is None:
            raise ValueError(f"{rest.point_ids[stop]} is closed then")
        found.append(begin)
        now, before = begin + rest.service_ms[stop], stop
    return found


def _earliest(rest: Rest, departures: dict[int, int], stop: int) -> int | None:
    """Return the earliest departure from a stop that comes after one of these."""
    arrivals = (
        departure + rest.times_ms[before + 1][stop + 1] for before, departure in departures.items()
    )
    arrival = min(arrivals, default=None)
    begin = None if arrival is None else rest.begin(stop, arrival)
    return None if begin is None else begin + rest.service_ms[stop]
