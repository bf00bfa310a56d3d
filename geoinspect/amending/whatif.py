"""
Why a stop of a released route cannot move: what would become of the day, computed and not done.

Nobody chooses routes. A drawn stop stays where the draw has put it, and only an amendment
changes a running day, by a rule; nothing here writes anything. The rest of the day of every
team that the move touches is timed anew on the roads that are open, from the last stop that the
timetable has reached, each visit as long as planned and begun when its point is open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from geoinspect.amending.progress import moment, visit_ms
from geoinspect.amending.record import present_route, team_of
from geoinspect.amending.roads import open_roads, snap_rest
from geoinspect.errors import InputError, NotFoundError
from geoinspect.lottery.opening import begin_of_visit
from geoinspect.messages import Remark
from geoinspect.network import INF_MS, for_mode, travel_times

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geoinspect.lottery.record import Record
    from geoinspect.network import RoadNetwork

_DRAW_BINDS = (
    "The draw binds: no stop is moved by hand. Only an amendment, with what has happened as its "
    "reason, changes a running day, and a rule decides what is dropped."
)


@dataclass(frozen=True)
class Move:
    """
    What somebody would like.

    Attributes
    ----------
    team_id, point_id
        The stop, and whose it is.
    to_team_id
        Who would visit it.
    position
        Which stop of that team's day it would be, from 1.
    """

    team_id: str
    point_id: str
    to_team_id: str
    position: int


@dataclass(frozen=True)
class Obstacle:
    """
    One reason against a move.

    Attributes
    ----------
    code
        "DRAW_BINDS" always; "REACHED", "TOO_EARLY", "BROKEN_DOWN", "CLOSED", "SHIFT_OVERRUN",
        "NO_WAY" or "TIE".
    remark
        One sentence.
    late_s
        By how much a visit or the end of a shift would be missed, in seconds; None where that
        is not what is wrong.
    """

    code: str
    remark: Remark
    late_s: float | None = None


@dataclass(frozen=True)
class Effect:
    """
    What a move would do to a team.

    Attributes
    ----------
    team_id
        The team.
    back_before, back
        When it is back at the depot, as it stands and after the move.
    shift_end
        When it must be.
    travel_before_s, travel_s
        Time on the road of the whole day.
    """

    team_id: str
    back_before: datetime
    back: datetime
    shift_end: datetime
    travel_before_s: float
    travel_s: float

    @property
    def overrun_s(self) -> float:
        """How long after the end of the shift the team would be back, 0 if it is in time."""
        return max(0.0, (self.back - self.shift_end).total_seconds())


@dataclass(frozen=True)
class Answer:
    """
    Why a move cannot be.

    Attributes
    ----------
    move
        What was asked.
    obstacles
        The reasons; that the draw binds is the first.
    effects
        What would become of the teams it touches, the one that has the stop first.
    """

    move: Move
    obstacles: tuple[Obstacle, ...]
    effects: tuple[Effect, ...]


def what_if(
    plan: Record, amendments: Sequence[Record], network: RoadNetwork, move: Move, at: datetime
) -> Answer:
    """
    Compute what would become of a day if a stop were moved.

    Parameters
    ----------
    plan
        Drawn record, or the part of one that may be shown, with `parameters`, and with the
        inspectors of its teams as they were committed.
    amendments
        Its amendments, in their order.
    network
        The road network the plan was made on.
    move
        What somebody would like.
    at
        Now, timezone-aware: what the timetable has reached by then is over.

    Raises
    ------
    NotFoundError
        If there is no such team or stop.
    InputError
        If the stop would be where it is.
    """
    days = _days(plan, amendments, move, at)
    found = [Obstacle("DRAW_BINDS", Remark(_DRAW_BINDS))]
    found += _against_order(days, move, at)
    if len(found) > 1:
        return Answer(move, tuple(found), ())
    events = [each["event"] for each in amendments]
    limit_m = plan["parameters"]["max_snap_distance_m"]
    roads = open_roads(network, events)
    drives = [_Drive.of(day, for_mode(roads, day.team.get("mode", "car")), limit_m) for day in days]
    found += [each for drive in drives for each in drive.obstacles]
    found += _ties(plan, move)
    return Answer(move, tuple(found), tuple(drive.effect for drive in drives))


@dataclass(frozen=True)
class _Day:
    """
    A team's day with the stop moved.

    Attributes
    ----------
    team, route
        Its rows in the plan, and the timetable it follows.
    reached
        Its stops that are behind it.
    rest
        Those that would follow: rows of points, with `visit_s`.
    """

    team: Record
    route: Record
    reached: tuple[Record, ...]
    rest: tuple[Record, ...]


def _days(plan: Record, amendments: Sequence[Record], move: Move, at: datetime) -> list[_Day]:
    """Return the days of the teams that a move touches, the stop where it would be."""
    routes = {str(route["team_id"]): route for route in plan["routes"]}
    for team_id in (move.team_id, move.to_team_id):
        if team_id not in routes:
            raise NotFoundError("The plan has no team {team_id}.", team_id=team_id)
    present = {
        team_id: present_route(plan, amendments, routes[team_id]["team_id"])
        for team_id in dict.fromkeys((move.team_id, move.to_team_id))
    }
    own = present[move.team_id]["stops"]
    stop = next((each for each in own if each["point_id"] == move.point_id), None)
    if stop is None:
        raise NotFoundError(
            "Team {team} has no stop {point_id}.", team=move.team_id, point_id=move.point_id
        )
    if move.team_id == move.to_team_id and own.index(stop) + 1 == move.position:
        raise InputError(
            "{point_id} is stop {position} of team {team} already: name another place.",
            point_id=move.point_id, position=move.position, team=move.team_id,
        )  # fmt: skip
    points = {point["point_id"]: point for point in plan["points"]}
    return [_day(plan, route, stop, move, points, at) for route in present.values()]


def _day(
    plan: Record, route: Record, stop: Record, move: Move, points: dict[str, Record], at: datetime
) -> _Day:
    stops = [each for each in route["stops"] if each["point_id"] != stop["point_id"]]
    n = sum(moment(each["arrival"]) <= at for each in stops)
    if str(route["team_id"]) == move.to_team_id:
        stops.insert(max(move.position - 1, n), stop)
    rest = [
        points[each["point_id"]] | {"service_time_s": visit_ms(each) / 1000} for each in stops[n:]
    ]
    return _Day(team_of(plan, route["team_id"]), route, tuple(stops[:n]), tuple(rest))


def _against_order(days: Sequence[_Day], move: Move, at: datetime) -> Iterator[Obstacle]:
    """Name what no timetable can be made for: what is over, and teams that drive no more."""
    stop = next(s for s in days[0].route["stops"] if s["point_id"] == move.point_id)
    arrival, target = moment(stop["arrival"]), days[-1]
    if arrival <= at:
        told: Record = {"name": stop["name"], "time": _clock(arrival)}
        sentence = "By the timetable {name} was reached at {time}: what is over does not move."
        yield Obstacle("REACHED", Remark(sentence, told))
    n = len(target.reached)
    if target.route["return"] is None:
        sentence = "The vehicle of team {team} broke down: it visits nothing more."
        yield Obstacle("BROKEN_DOWN", Remark(sentence, {"team": move.to_team_id}))
    elif move.position <= n:
        told = {"team": move.to_team_id, "n": n, "first": n + 1}
        sentence = (
            "Team {team} has reached {n} stops by now: the first place that is still ahead is "
            "{first}."
        )
        yield Obstacle("TOO_EARLY", Remark(sentence, told))


@dataclass
class _Drive:
    """The rest of a day, driven in thought: times, and what would go wrong."""

    day: _Day
    back: datetime
    obstacles: list[Obstacle] = field(default_factory=list)
    travel_s: float = 0.0

    @classmethod
    def of(cls, day: _Day, roads: RoadNetwork, limit_m: float) -> _Drive:
        """Drive the rest of a day on some roads."""
        last = day.reached[-1] if day.reached else day.route
        drive = cls(day, moment(last["departure"]))
        for point, way_s in zip((*day.rest, None), _way_times(day, roads, limit_m), strict=True):
            drive._go(point, way_s)
        if drive.back > drive.shift_end:
            drive.obstacles.append(drive._overrun())
        return drive

    @property
    def shift_end(self) -> datetime:
        """When the team must be back."""
        return moment(self.day.team["shift"]["end"])

    @property
    def effect(self) -> Effect:
        """What became of the team."""
        route, n = self.day.route, len(self.day.reached)
        driven_s = sum(leg["duration_s"] for leg in route["legs"][:n])
        return Effect(
            str(route["team_id"]),
            moment(route["return"]),
            self.back,
            self.shift_end,
            route["travel_s"],
            round(driven_s + self.travel_s, 3),
        )

    def _go(self, point: Record | None, way_s: float | None) -> None:
        """Drive to the next point and visit it, or back to the depot."""
        if way_s is None:
            self.obstacles.append(self._no_way(point))
            way_s = 0.0
        self.travel_s += way_s
        self.back += timedelta(seconds=way_s)
        if point is not None:
            length = timedelta(seconds=point["service_time_s"])
            begin = begin_of_visit(point, self.back)
            if begin is None:
                self.obstacles.append(_closed(point, self.back, length))
            self.back = (begin or self.back) + length

    def _overrun(self) -> Obstacle:
        late_s = (self.back - self.shift_end).total_seconds()
        told = {
            "team": self.day.route["team_id"],
            "back": _clock(self.back),
            "end": _clock(self.shift_end),
            "minutes": _minutes(late_s),
        }
        sentence = (
            "Team {team} would be back at {back}, {minutes} min after the end of its shift at "
            "{end}."
        )
        return Obstacle("SHIFT_OVERRUN", Remark(sentence, told), late_s)

    def _no_way(self, point: Record | None) -> Obstacle:
        told = {"team": self.day.route["team_id"]}
        if point is None:
            sentence = "No open road leads team {team} back to its depot."
            return Obstacle("NO_WAY", Remark(sentence, told))
        sentence = "No open road leads team {team} to {name}."
        return Obstacle("NO_WAY", Remark(sentence, told | {"name": point["name"]}))


def _closed(point: Record, arrival: datetime, length: timedelta) -> Obstacle:
    """Tell by how much a visit misses the last opening hours of a point."""
    closes = max(moment(end) for _, end in point["opening"]).astimezone(arrival.tzinfo)
    late_s = (arrival + length - closes).total_seconds()
    told = {
        "name": point["name"],
        "arrival": _clock(arrival),
        "closes": _clock(closes),
        "minutes": _minutes(late_s),
    }
    sentence = (
        "{name} would be reached at {arrival}, {minutes} min too late for a whole visit before it "
        "closes at {closes}."
    )
    return Obstacle("CLOSED", Remark(sentence, told), late_s)


def _way_times(day: _Day, roads: RoadNetwork, limit_m: float) -> list[float | None]:
    """Return the travel time to each stop that is left and back, None where there is no way."""
    depot = day.team["depot"]
    places = [day.reached[-1] if day.reached else depot, *day.rest, depot]
    times = travel_times(roads, snap_rest(places, roads, limit_m))
    ways = [int(times[k, k + 1]) for k in range(len(places) - 1)]
    return [None if way >= INF_MS else way / 1000 for way in ways]


def _ties(plan: Record, move: Move) -> Iterator[Obstacle]:
    """Name the inspectors of another team who are kept away from the point."""
    if move.team_id == move.to_team_id:
        return
    point = next(each for each in plan["points"] if each["point_id"] == move.point_id)
    places = {point["unit"], point["district"]} - {"", None}
    drawn = {str(row["team_id"]): row["inspector_ids"] for row in plan["draw"]["inspectors"]}
    for row in plan["inspectors"]:
        ties = sorted(places & {*row["units"], *row["districts"]})
        if ties and row["inspector_id"] in drawn.get(move.to_team_id, ()):
            told = {
                "inspector": row["name"],
                "team": move.to_team_id,
                "tie": ties[0],
                "name": point["name"],
            }
            sentence = (
                "{inspector} of team {team} is kept away from {tie}, to which {name} belongs."
            )
            yield Obstacle("TIE", Remark(sentence, told))


def _clock(at: datetime) -> str:
    return f"{at:%H:%M}"


def _minutes(seconds: float) -> int:
    """Whole minutes, never fewer than it is."""
    return -int(-seconds // 60)
