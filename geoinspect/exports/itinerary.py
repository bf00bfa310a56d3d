"""One team's day as all exports read it: typed, in the city's own time, names in place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from geoinspect.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geoinspect.messages import Language

    Position = tuple[float, float]

# what no XML document may hold: control characters and halves of surrogate pairs
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DIGITS_OF_A_TEAM = 2


@dataclass(frozen=True)
class Leg:
    """
    The way to a stop, or back to the depot.

    Attributes
    ----------
    departure, arrival
        When it is driven, in the city's time.
    duration_s, length_m
        Travel time in seconds, length along the road in metres.
    streets
        Names of the streets in order.
    line
        WGS-84 longitudes and latitudes along the road, at least two.
    """

    departure: datetime
    arrival: datetime
    duration_s: float
    length_m: float
    streets: tuple[str, ...]
    line: tuple[Position, ...]


@dataclass(frozen=True)
class Visit:
    """
    One stop and the way there.

    Attributes
    ----------
    sequence
        1 for the first stop.
    point_id, name, category, district, unit
        As in the plan; empty where unknown.
    lon, lat
        Place of the point, WGS-84 degrees.
    arrival, begin, departure
        Time at the stop, in the city's time; the visit begins later than the arrival where
        the team has to wait for the opening.
    inclusion_probability
        Chance of the point to be drawn that day; None if the plan does not tell.
    instruction_zh, instruction_en
        What to do at a target that nobody listed; empty at all other points.
    leg
        The way from the stop before, or from the depot.
    walk
        WGS-84 longitudes and latitudes along the street that is walked there; none at a place.
    """

    sequence: int
    point_id: str
    name: str
    category: str
    district: str
    unit: str
    lon: float
    lat: float
    arrival: datetime
    begin: datetime
    departure: datetime
    inclusion_probability: float | None
    instruction_zh: str
    instruction_en: str
    leg: Leg
    walk: tuple[Position, ...] = ()

    def instruction(self, language: Language) -> str:
        """Return what to do there in a language."""
        return self.instruction_zh if language == "zh" else self.instruction_en


@dataclass(frozen=True)
class Itinerary:
    """
    One team's route of a day.

    Attributes
    ----------
    team_id
        The team.
    stem
        Name of the team's files without ending, right for every file system.
    city, day, commitment
        Head of the plan: name of the city, day, hash that bound the draw.
    depot
        WGS-84 longitude and latitude where the route starts and ends.
    departure, back
        When the team leaves the depot and is back, in the city's time.
    travel_s, length_m
        Travel time in seconds and length in metres of all legs.
    visits
        The stops in order.
    way_back
        The last leg, to the depot.
    mode
        How the team travels: "car", "bicycle" or "foot".
    inspectors
        Names of the inspectors that were drawn; none where nobody was.
    """

    team_id: str
    stem: str
    city: str
    day: date
    commitment: str
    depot: Position
    departure: datetime
    back: datetime
    travel_s: float
    length_m: float
    visits: tuple[Visit, ...]
    way_back: Leg
    mode: str = "car"
    inspectors: tuple[str, ...] = ()

    @property
    def legs(self) -> tuple[Leg, ...]:
        """All legs in order, one more than stops."""
        return (*(visit.leg for visit in self.visits), self.way_back)

    @property
    def lines(self) -> tuple[tuple[Position, ...], ...]:
        """Lines of all legs and walks in the order of travel."""
        there = [line for visit in self.visits for line in (visit.leg.line, visit.walk) if line]
        return (*there, self.way_back.line)


def itineraries(plan: Mapping[str, Any]) -> list[Itinerary]:
    """
    Read the routes of a plan, in the order of the plan.

    Parameters
    ----------
    plan
        A plan as `plan.json` holds it, see `geoinspect.lottery.record`.

    Raises
    ------
    InputError
        If the plan lacks a member, or a member is of the wrong kind.
    """
    try:
        return _itineraries(plan)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            "The plan is no complete record ({problem}): use the file that `geoinspect plan` "
            "wrote, as it is.",
            problem=repr(error),
        ) from error


def file_stems(team_ids: Sequence[str]) -> list[str]:
    """
    Name the files of each team so that Windows takes the names and they sort.

    Teams that are not numbered, or whose numbers are not unique, are counted instead.

    Examples
    --------
    >>> file_stems(["1", "12"])
    ['team-01', 'team-12']
    >>> file_stems(["东/西", "con"])
    ['team-01', 'team-02']
    """
    numbers = [int(team) for team in team_ids if re.fullmatch("[0-9]+", team)]
    if len(set(numbers)) < len(team_ids):
        numbers = list(range(1, len(team_ids) + 1))
    width = max(_DIGITS_OF_A_TEAM, len(str(max(numbers, default=0))))
    return [f"team-{number:0{width}}" for number in numbers]


def _itineraries(plan: Mapping[str, Any]) -> list[Itinerary]:
    """Read all routes."""
    zone = ZoneInfo(plan["city"]["timezone"])
    points = {point["point_id"]: point for point in plan["points"]}
    teams = {team["team_id"]: team for team in plan["teams"]}
    stems = file_stems([str(route["team_id"]) for route in plan["routes"]])
    return [
        _itinerary(plan, route, teams[route["team_id"]], points, stem, zone)
        for route, stem in zip(plan["routes"], stems, strict=True)
    ]


def _itinerary(
    plan: Mapping[str, Any],
    route: Mapping[str, Any],
    team: Mapping[str, Any],
    points: Mapping[str, Mapping[str, Any]],
    stem: str,
    zone: ZoneInfo,
) -> Itinerary:
    """Read one route."""
    departure, back = _moment(route["departure"], zone), _moment(route["return"], zone)
    legs = _legs(route, departure, back, zone)
    visits = tuple(
        _visit(stop, points.get(stop["point_id"], {}), leg, zone)
        for stop, leg in zip(route["stops"], legs[:-1], strict=True)
    )
    return Itinerary(
        team_id=clean_text(route["team_id"]),
        stem=stem,
        city=clean_text(plan["city"]["name"]),
        day=date.fromisoformat(plan["date"]),
        commitment=clean_text(plan["draw"]["commitment"]),
        depot=(team["depot"]["lon"], team["depot"]["lat"]),
        departure=departure,
        back=back,
        travel_s=route["travel_s"],
        length_m=route["length_m"],
        visits=visits,
        way_back=legs[-1],
        mode=team.get("mode", "car"),
        inspectors=_inspectors(plan, route["team_id"]),
    )


def _inspectors(plan: Mapping[str, Any], team_id: str) -> tuple[str, ...]:
    """Read the names of a team's inspectors; campaigns and patrols draw none."""
    names = {row["inspector_id"]: row["name"] for row in plan.get("inspectors", [])}
    drawn = plan["draw"].get("inspectors", [])
    ids = [key for row in drawn if row["team_id"] == team_id for key in row["inspector_ids"]]
    return tuple(clean_text(names[key]) for key in ids)


def _legs(
    route: Mapping[str, Any], departure: datetime, back: datetime, zone: ZoneInfo
) -> list[Leg]:
    """Read the legs, each from the departure at one stop to the arrival at the next."""
    stops = route["stops"]
    starts = [departure, *(_moment(stop["departure"], zone) for stop in stops)]
    ends = [*(_moment(stop["arrival"], zone) for stop in stops), back]
    return [
        Leg(
            departure=start,
            arrival=end,
            duration_s=leg["duration_s"],
            length_m=leg["length_m"],
            streets=tuple(clean_text(street) for street in leg["streets"]),
            line=_line(leg),
        )
        for leg, start, end in zip(route["legs"], starts, ends, strict=True)
    ]


def _visit(stop: Mapping[str, Any], point: Mapping[str, Any], leg: Leg, zone: ZoneInfo) -> Visit:
    """Read one stop, with what the frame of the plan knows of its point."""
    return Visit(
        sequence=stop["sequence"],
        point_id=clean_text(stop["point_id"]),
        name=clean_text(stop["name"]),
        category=clean_text(stop["category"]),
        district=clean_text(point.get("district")),
        unit=clean_text(point.get("unit")),
        lon=stop["lon"],
        lat=stop["lat"],
        arrival=_moment(stop["arrival"], zone),
        begin=_moment(stop.get("begin", stop["arrival"]), zone),
        departure=_moment(stop["departure"], zone),
        inclusion_probability=point.get("inclusion_probability"),
        instruction_zh=clean_text(point.get("instruction_zh")),
        instruction_en=clean_text(point.get("instruction_en")),
        leg=leg,
        walk=_line(stop["walk"]) if "walk" in stop else (),
    )


def _line(way: Mapping[str, Any]) -> tuple[Position, ...]:
    """Read the line of a leg or a walk."""
    return tuple((lon, lat) for lon, lat in way["geometry"]["coordinates"])


def _moment(text: str, zone: ZoneInfo) -> datetime:
    """Read a time in the city's own time."""
    return datetime.fromisoformat(text).astimezone(zone)


def clean_text(value: object) -> str:
    r"""
    Return a text that every format can hold: a sign that XML forbids becomes U+FFFD.

    Examples
    --------
    >>> clean_text("bell\x07"), clean_text(None)
    ('bell�', '')
    """
    return "" if value is None else _UNWRITABLE.sub("\ufffd", str(value))
