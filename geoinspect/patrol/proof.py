"""Proof that every metre is walked, from the written record alone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoinspect.network.polylines import lengths

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Line = Sequence[Sequence[float]]

_SLACK_M = 0.5
_SLACK_SHARE = 0.01
"""
Lines are rounded to a centimetre a vertex and lengths to a decimetre; networks that come
from osmnx are measured on a sphere, which is up to 0.6 % off.
"""

_JOINED_DEG = 2e-6
"""Ends nearer than this, 0.2 m, are one place: legs are written to a tenth of a metre."""


@dataclass(frozen=True)
class Walked:
    """
    What became of the streets that were to be walked.

    Attributes
    ----------
    wanted_m, walked_m, unplanned_m
        Metres to walk, a street that is walked on both sides counting twice; metres of the
        lines that are walked; metres listed with a code.
    uncovered
        Segments with fewer walks than asked for.
    unknown
        Segments that are walked, or listed, too often or without being asked for.
    short
        Segments whose line, or that of a walk, is not as long as the segment.
    broken
        Walks that do not begin where the way there ends, or end where the next begins, as
        date, team and sequence.
    """

    wanted_m: float
    walked_m: float
    unplanned_m: float
    uncovered: tuple[str, ...]
    unknown: tuple[str, ...]
    short: tuple[str, ...]
    broken: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether every metre is walked as often as asked for, or listed."""
        return not (self.uncovered or self.unknown or self.short or self.broken)


def walked(record: Mapping[str, Any]) -> Walked:
    """
    Check that every metre of every segment is walked, or listed with a code.

    A walk counts if its line is that of its segment, in either direction. Its length is
    measured anew, along the line on the ellipsoid, and compared with that of the segment
    in the road network.

    Parameters
    ----------
    record
        Record of a patrol, as `patrol_record` writes it.
    """
    segments = {row["segment_id"]: row for row in record["segments"]}
    owner = {row["point_id"]: row["segment_id"] for row in record["points"]}
    done, listed, short = defaultdict[str, int](int), defaultdict[str, int](int), set[str]()
    walked_m = 0.0
    for stop in _stops(record):
        segment_id, line = stop["segment_id"], stop["walk"]["geometry"]["coordinates"]
        own = segments.get(segment_id)
        done[segment_id] += 1
        walked_m += (length_m := _length_m(line))
        if own and not (_is_same(line, own["geometry"]["coordinates"]) and _fits(length_m, own)):
            short.add(segment_id)
    for row in record["unplanned"]:
        listed[owner.get(row["point_id"], row["point_id"])] += 1
    asked = {segment_id: row["passes"] for segment_id, row in segments.items()}
    told = {key: done[key] + listed[key] for key in {*done, *listed}}
    return Walked(
        wanted_m=sum(row["passes"] * row["length_m"] for row in segments.values()),
        walked_m=walked_m,
        unplanned_m=sum(
            n * segments[key]["length_m"] for key, n in listed.items() if key in segments
        ),
        uncovered=tuple(sorted(key for key, n in asked.items() if told.get(key, 0) < n)),
        unknown=tuple(sorted(key for key, n in told.items() if n > asked.get(key, 0))),
        short=tuple(sorted(short)),
        broken=tuple(_broken(record)),
    )


def _stops(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield all stops of all routes."""
    return (stop for route in record["routes"] for stop in route["stops"])


def _broken(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield the walks that do not hang together with the legs before and after."""
    for route in record["routes"]:
        lines = [leg["geometry"]["coordinates"] for leg in route["legs"]]
        for k, stop in enumerate(route["stops"]):
            line = stop["walk"]["geometry"]["coordinates"]
            if not (_meet(lines[k][-1], line[0]) and _meet(line[-1], lines[k + 1][0])):
                yield f"{route['date']} {route['team_id']} {stop['sequence']}"


def _meet(one: Sequence[float], other: Sequence[float]) -> bool:
    return bool(np.abs(np.subtract(one, other)).max() <= _JOINED_DEG)


def _is_same(line: Line, other: Line) -> bool:
    """Tell whether two lines are one, in either direction."""
    return list(line) in (list(other), list(other)[::-1])


def _fits(length_m: float, segment: Mapping[str, Any]) -> bool:
    """Tell whether a measured length is that of a segment."""
    slack_m = _SLACK_M + _SLACK_SHARE * segment["length_m"]
    return bool(abs(length_m - segment["length_m"]) <= slack_m)


def _length_m(line: Line) -> float:
    (length_m,) = lengths(np.array(line, np.float64), np.array([0, len(line)]))
    return float(length_m)
