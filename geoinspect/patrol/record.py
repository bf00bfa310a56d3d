"""
The record of a patrol: who walks which street when, and proof that every metre is walked.

It is a dict with these members:

- `format`: "geoinspect-patrol/1".
- `city`, `software`, `first_day`, `last_day`, `teams[]`, `team_days`, `days`, `lower_bound`,
  `gap`, `digest`: as in `geoinspect.campaigns.record`.
- `parameters`: `inspect_kph`, `walk_kph`, `move`, `both_sides`, `n_days`, `max_stops`,
  `max_snap_distance_m`, `iterations`, `seed`, `network_sha256`.
- `segments[]`: the streets, cut at junctions. `segment_id`, `street` (its name), `way_class`,
  `length_m`, `passes` (walks asked for), `geometry` (GeoJSON LineString).
- `points[]`: one entry a walk. `point_id`, `segment_id`, `side` ("left" or "right" of the line
  of the segment, empty for both at once), `name`, `category`, `district` and `unit` (empty),
  `lon`, `lat` (where the segment begins), `service_time_s`.
- `unplanned[]`: walks on no route. `point_id`, `name`, `code`, `distance_m` (None), `reason`.
- `routes[]`: as in a campaign, and `walked_m`. A leg has a `mode`, "foot" or "car". A stop is
  a walk: `lon`, `lat` tell where it begins, `arrival` and `departure` when it begins and ends;
  further `segment_id`, `side`, `is_backward` (against the line of the segment),
  `instruction_zh`, `instruction_en` and `walk` {`length_m`, `geometry`}.
- `walked`: the proof, see `geoinspect.patrol.proof`.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from shapely import get_coordinates
from shapely.ops import substring

import geoinspect
from geoinspect.campaigns.outing import plan_outing, team_rows
from geoinspect.driving import timed_route
from geoinspect.frame import DIGITS
from geoinspect.lottery.record import digest
from geoinspect.network import WAY_CLASSES
from geoinspect.patrol.proof import walked
from geoinspect.patrol.telling import Teller
from geoinspect.patrol.walks import lay_out
from geoinspect.routing import CODES
from geoinspect.targets.streets import lines_xy

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from geoinspect.patrol.beat import Beat, PatrolParams
    from geoinspect.patrol.walks import Walks
    from geoinspect.routing import Campaign, Route

Record = dict[str, Any]

FORMAT = "geoinspect-patrol/1"

#: Why a walk is on no route, by code.
REASONS = CODES


def patrol_record(
    beat: Beat, params: PatrolParams, *, report: Callable[[str], None] | None = None
) -> Record:
    """
    Plan a patrol along all streets of `beat` and write its record.

    A pure function of its arguments: same streets and parameters, same record.

    Parameters
    ----------
    beat
        The streets.
    params
        Days, teams, shifts, speeds.
    report
        Called with the name of each step as it begins, in English.

    Raises
    ------
    InputError
        If there are too many streets, or a depot is far from every street.
    """
    say = report or (lambda step: None)  # noqa: ARG005
    say("Measuring the ways between the streets")
    walks = lay_out(beat, params)
    campaign = plan_outing(walks.problem(params), params, report=report)
    say("Writing timetables")
    return _record(beat, params, walks, campaign)


def _record(beat: Beat, params: PatrolParams, walks: Walks, campaign: Campaign) -> Record:
    """Write everything down."""
    segments = _segment_rows(beat, np.bincount(walks.segment))
    points = _point_rows(segments, walks, Teller(beat, params.language))
    days = params.days(campaign.days)
    first, last = (days[0], days[-1]) if days else (params.first_day, params.first_day)
    writer = _Writer(beat, walks, segments, points, campaign)
    record = {
        "format": FORMAT,
        "software": {"geoinspect": geoinspect.__version__},
        "city": {"name": beat.city_name, "timezone": beat.timezone.key},
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        "parameters": _parameters(params) | {"network_sha256": beat.network.checksum},
        "teams": team_rows(campaign.teams, params, walks.depots),
        "segments": segments,
        "points": points,
        "unplanned": [
            {
                "point_id": points[left.stop]["point_id"],
                "name": points[left.stop]["name"],
                "code": left.code,
                "distance_m": None,
                "reason": REASONS[left.code],
            }
            for left in campaign.result.unplanned
        ],
        "team_days": campaign.team_days,
        "days": campaign.days,
        "lower_bound": campaign.lower_bound,
        "gap": round(campaign.gap, 4),
        "routes": [
            writer.route(route, days[campaign.day(route) - 1]) for route in campaign.result.routes
        ],
    }
    record["walked"] = _walked_row(record)
    return record | {"digest": digest(record)}


class _Writer:
    """Writes routes."""

    def __init__(
        self,
        beat: Beat,
        walks: Walks,
        segments: list[Record],
        points: list[Record],
        campaign: Campaign,
    ) -> None:
        self._zone = beat.timezone
        self._walks, self._segments, self._points = walks, segments, points
        self._campaign = campaign
        self._tellers = {language: Teller(beat, language) for language in ("zh", "en")}

    def route(self, route: Route, day: date) -> Record:
        """Write one route with its times and lines."""
        team = self._campaign.team(route)
        ways = self._walks.ways([team.depot, *route.places, team.depot])
        stops = [
            self._stop(stop, place) for stop, place in zip(route.stops, route.places, strict=True)
        ]
        departure = datetime.combine(day, time(), self._zone)
        departure += timedelta(milliseconds=route.departure_ms)
        row = timed_route([leg for _, leg in ways], stops, departure)
        for leg, (mode, _) in zip(row["legs"], ways, strict=True):
            leg["mode"] = mode
        for written, stop in zip(row["stops"], stops, strict=True):
            written |= {m: stop[m] for m in ("segment_id", "side", "is_backward", "walk")}
        return {
            "date": day.isoformat(),
            "team_id": team.team_id,
            "zone_id": "",
            "walked_m": round(sum(stop["walk"]["length_m"] for stop in stops), 1),
            **row,
        }

    def _stop(self, number: int, place: int) -> Record:
        """Write a walk in its direction."""
        is_backward = self._walks.is_backward(place)
        k, point = int(self._walks.segment[number]), self._points[number]
        line = self._segments[k]["geometry"]["coordinates"]
        line = line[::-1] if is_backward else line
        told = {
            f"instruction_{language}": teller.instruction(k, point["side"], is_backward=is_backward)
            for language, teller in self._tellers.items()
        }
        return (
            point
            | told
            | {
                "lon": line[0][0],
                "lat": line[0][1],
                "is_backward": is_backward,
                "walk": {
                    "length_m": self._segments[k]["length_m"],
                    "geometry": {"type": "LineString", "coordinates": line},
                },
            }
        )


def _segment_rows(beat: Beat, passes: np.ndarray[Any, Any]) -> list[Record]:
    """Write the streets."""
    network, streets = beat.network, beat.streets
    lines = lines_xy(network, streets.edge)
    return [
        {
            "segment_id": str(streets.segment_id[k]),
            "street": network.names[network.name_index[streets.edge[k]]],
            "way_class": WAY_CLASSES[streets.way_class[k]],
            "length_m": round(float(streets.length_m[k]), 1),
            "passes": int(passes[k]),
            "geometry": {
                "type": "LineString",
                "coordinates": network.projection.to_lonlat(
                    get_coordinates(
                        substring(lines[k], streets.start[k], streets.end[k], normalized=True)
                    )
                )
                .round(DIGITS)
                .tolist(),
            },
        }
        for k in range(len(streets))
    ]


def _point_rows(segments: list[Record], walks: Walks, teller: Teller) -> list[Record]:
    """Write the walks as the points of a campaign."""
    rows = []
    for number, (k, hand) in enumerate(zip(walks.segment.tolist(), walks.hand, strict=True)):
        segment = segments[k]
        lon, lat = segment["geometry"]["coordinates"][0]
        rows.append(
            {
                "point_id": f"{segment['segment_id']}{'-' if hand else ''}{hand}",
                "segment_id": segment["segment_id"],
                "side": hand,
                "name": teller.name(k),
                "category": teller.category,
                "district": "",
                "unit": "",
                "lon": lon,
                "lat": lat,
                "service_time_s": int(walks.service_s[number]),
            }
        )
    return rows


def _parameters(params: PatrolParams) -> Record:
    """Write what was decided, beyond the teams."""
    members = (
        *("inspect_kph", "walk_kph", "move", "both_sides", "n_days", "max_stops"),
        *("max_snap_distance_m", "iterations", "seed"),
    )
    return {member: getattr(params, member) for member in members}


def _walked_row(record: Record) -> Record:
    """Prove from the written routes that every metre is walked."""
    proof = walked(record)
    metres = {m: round(getattr(proof, m), 1) for m in ("wanted_m", "walked_m", "unplanned_m")}
    lists = {m: list(getattr(proof, m)) for m in ("uncovered", "unknown", "short", "broken")}
    return metres | lists | {"holds": proof.holds}
