"""Amend a running day: a new timetable for the stops that are left, the others dropped by rule."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import shapely
import shapely.ops

from geoinspect.amending.progress import is_at_stop, moment, progress, visit_ms, with_event
from geoinspect.amending.record import (
    FORMAT,
    REASONS,
    present_route,
    previous_of,
    rest_of,
    team_of,
)
from geoinspect.amending.roads import open_roads, snap_rest
from geoinspect.amending.rule import dropped_stops
from geoinspect.driving import driven_route
from geoinspect.errors import InputError
from geoinspect.network import INF_MS, for_mode, travel_times
from geoinspect.network.closures import edges_near

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoinspect.amending.progress import Progress
    from geoinspect.amending.rule import Rest
    from geoinspect.arrays import IntArray
    from geoinspect.lottery.record import Record
    from geoinspect.network import RoadNetwork, Snaps


def amend(
    plan: Record,
    amendments: Sequence[Record],
    network: RoadNetwork,
    *,
    team_id: str,
    at: datetime,
    event: Record,
    made_at: datetime,
) -> Record:
    """
    Amend the rest of a team's day.

    Parameters
    ----------
    plan
        Drawn record; it is not changed.
    amendments
        What was amended before, of any team, in order.
    network
        The road network the plan was made on.
    team_id, at
        Whose day changes, and from when; timezone-aware.
    event
        What happened; see `geoinspect.amending.record`.
    made_at
        Now, timezone-aware.

    Returns
    -------
    amendment
        See `geoinspect.amending.record`.

    Raises
    ------
    InputError
        If there is nothing left to amend, the event does not fit, or it lies before
        what was amended already.
    NetworkError
        If no road leads back to the depot.
    """
    before = present_route(plan, amendments, team_id)
    _check_moment(amendments, team_id, at)
    event = _with_streets(event, network)
    now = with_event(progress(before, at), event, at)
    head = {
        "format": FORMAT,
        "commitment": plan["draw"]["commitment"],
        "date": plan["date"],
        "number": len(amendments) + 1,
        "previous": previous_of(plan, amendments),
        "made_at": made_at.astimezone(UTC).isoformat(timespec="seconds"),
        "team_id": team_id,
        "at": at.isoformat(timespec="milliseconds"),
        "event": event,
        "visited": [stop["point_id"] for stop in now.visited],
    }
    if event["kind"] == "breakdown":
        return head | _broken_down(before, now)
    closed = [past["event"] for past in amendments] + [event]
    roads = for_mode(open_roads(network, closed), team_of(plan, team_id).get("mode", "car"))
    return head | _rearranged(plan, before, now, roads)


def _check_moment(amendments: Sequence[Record], team_id: str, at: datetime) -> None:
    """Refuse to amend what lies before an amendment of the same team."""
    for amendment in amendments:
        if amendment["team_id"] == team_id and moment(amendment["at"]) > at:
            raise InputError(
                "The day of team {team} was amended from {time} on already: name a later moment.",
                team=team_id,
                time=f"{moment(amendment['at']):%H:%M}",
            )


def _with_streets(event: Record, network: RoadNetwork) -> Record:
    """Name the streets that a closure given by a place has found."""
    if event["kind"] != "closed" or "street" in event:
        return event
    closed = edges_near(network, (event["lon"], event["lat"]))
    names = {network.names[number] for number in network.name_index[closed].tolist()}
    return event | {"streets": sorted(names - {""})}


def _broken_down(before: Record, now: Progress) -> Record:
    """Drop all stops that are left; the route ends where the team has been last."""
    n = len(now.visited)
    route = before | {"return": None, "stops": list(now.visited), "legs": before["legs"][:n]}
    return {
        "kept": [],
        "dropped": [_drop(stop["point_id"], "BREAKDOWN") for stop in now.remaining],
        "choice": None,
        "route": route | _sums(route["legs"]),
    }


def _rearranged(plan: Record, before: Record, now: Progress, roads: RoadNetwork) -> Record:
    """Keep as many of the stops that are left as the rule does, and time them anew."""
    team = team_of(plan, before["team_id"])
    points = {point["point_id"]: point for point in plan["points"]}
    rows = [points[stop["point_id"]] for stop in now.remaining]
    limit = plan["parameters"]["max_snap_distance_m"]
    snaps = snap_rest([_position(before, now, team), *rows, team["depot"]], roads, limit)
    times = travel_times(roads, snaps)
    choice = _choice(now, times.tolist(), team["shift"]["end"])
    rest = rest_of(choice, plan)
    dropped = dropped_stops(rest, plan["draw"]["seed"])
    kept = [k for k in range(len(rows)) if k not in dropped]
    return {
        "kept": [rest.point_ids[k] for k in kept],
        "dropped": [_drop(rest.point_ids[k], _code(times, k)) for k in dropped],
        "choice": choice,
        "route": _route(before, now, rest, kept, rows, snaps, roads),
    }


def _position(before: Record, now: Progress, team: Record) -> Record:
    """Return where the team is: at its last stop, at the depot, or on its way."""
    if is_at_stop(now):
        last = now.visited[-1]
        return {"lon": last["lon"], "lat": last["lat"]}
    if now.share == 0:
        depot: Record = team["depot"]
        return depot
    line = shapely.LineString(before["legs"][len(now.visited)]["geometry"]["coordinates"])
    place = line.interpolate(now.share, normalized=True)
    return {"lon": place.x, "lat": place.y}


def _choice(now: Progress, times: list[list[int]], deadline: str) -> Record:
    """Write down what the rule is applied to."""
    return {
        "point_ids": [stop["point_id"] for stop in now.remaining],
        "times_s": [[None if time >= INF_MS else time / 1000 for time in row] for row in times],
        "service_s": [visit_ms(stop) / 1000 for stop in now.remaining],
        "ready": now.ready.isoformat(timespec="milliseconds"),
        "deadline": deadline,
    }


def _route(
    before: Record,
    now: Progress,
    rest: Rest,
    kept: Sequence[int],
    rows: Sequence[Record],
    snaps: Snaps,
    roads: RoadNetwork,
) -> Record:
    """Write the whole day as it now stands: what was, and the rest with new times."""
    visits = [rows[k] | {"service_time_s": rest.service_ms[k] / 1000} for k in kept]
    way = [0, *(k + 1 for k in kept), len(rows) + 1]
    tail = driven_route(roads, snaps, way, visits, now.ready)
    n = len(now.visited)
    legs = [*before["legs"][:n], _joined(before["legs"][n], now.share, tail["legs"][0])]
    legs += tail["legs"][1:]
    stops = [*now.visited, *tail["stops"]]
    started = before["departure"] if n or now.share else tail["departure"]
    return {
        "team_id": before["team_id"],
        "zone_id": before["zone_id"],
        "departure": started,
        "return": tail["return"],
        **_sums(legs),
        "stops": [stop | {"sequence": k} for k, stop in enumerate(stops, start=1)],
        "legs": legs,
    }


def _joined(driven: Record, share: float, ahead: Record) -> Record:
    """Put the part of a leg that is driven already before the way that is left."""
    if share == 0:
        return ahead
    line = shapely.LineString(driven["geometry"]["coordinates"])
    done = shapely.get_coordinates(shapely.ops.substring(line, 0, share, normalized=True))
    rest = ahead["geometry"]["coordinates"]
    return {
        "duration_s": round(share * driven["duration_s"] + ahead["duration_s"], 3),
        "length_m": round(share * driven["length_m"] + ahead["length_m"], 1),
        "geometry": {"type": "LineString", "coordinates": [*done.round(6).tolist(), *rest]},
        "streets": list(dict.fromkeys((*driven["streets"], *ahead["streets"]))),
    }


def _sums(legs: Sequence[Record]) -> Record:
    """Add up travel and length."""
    return {
        "travel_s": round(sum(leg["duration_s"] for leg in legs), 3),
        "length_m": round(sum(leg["length_m"] for leg in legs), 1),
    }


def _code(times: IntArray, stop: int) -> str:
    """Tell why a stop was dropped: no way there and back, or no time for it."""
    is_cut_off = max(times[0, stop + 1], times[stop + 1, -1]) >= INF_MS
    return "ROAD_CLOSED" if is_cut_off else "NO_TIME"


def _drop(point_id: str, code: str) -> Record:
    return {"point_id": point_id, "code": code, "reason": REASONS[code]}
