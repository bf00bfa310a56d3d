"""The map of a day's routes: where each team goes, and when."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from geoinspect.maps.colours import team_colours, text_colour_on
from geoinspect.maps.layers import (
    basemap_facts,
    bounds_around,
    district_features,
    embedded_basemap,
    text,
)
from geoinspect.maps.page import OSM_ATTRIBUTION, Page, render_page
from geoinspect.messages import translator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from geopandas import GeoDataFrame

    from geoinspect.messages import Language

_OFF_ROAD_DEG = 0.0001  # about 10 m: nearer stops need no dotted line to the road
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def render_routes_map(
    plan: Mapping[str, Any],
    districts: GeoDataFrame | None = None,
    *,
    language: Language = "zh",
    basemap: Path | None = None,
    attribution: str = OSM_ATTRIBUTION,
    dark: bool = False,
) -> str:
    """
    Render the routes of a plan with their timetables as one HTML file.

    Parameters
    ----------
    plan
        A plan as `plan.json` holds it.
    districts
        Polygons, indexed by district id, with a column `name`; may be None.
    language
        Language of labels.
    basemap
        PMTiles archive made by `build_basemap`; None for districts without streets.
    attribution
        Who made the data of the base map.
    dark
        Whether the base map is dark.

    Returns
    -------
    html
        A document that needs neither network nor other files.

    Raises
    ------
    InputError
        If there is nothing to show.
    """
    translate = translator(language)
    teams = _teams(plan, language)
    bounds = bounds_around(_positions(plan), districts)
    streets = embedded_basemap(basemap, bounds)
    payload = {
        "eyebrow": text(plan["city"]["name"]),
        "dateText": _date_in_words(plan["date"], translate),
        "districts": district_features(districts),
        "basemap": basemap_facts(streets, districts),
        "teams": teams,
        "totals": _totals(plan),
        "commitment": text(plan["draw"]["commitment"]),
    }
    title = translate("Inspection routes")
    return render_page(Page("routes", language, title, bounds, payload, streets, attribution, dark))


def _positions(plan: Mapping[str, Any]) -> list[list[float]]:
    """Return every position on a route as lon, lat."""
    stops = [stop for route in plan["routes"] for stop in route["stops"]]
    on_roads = [position for route in plan["routes"] for position in route_line(route)]
    return on_roads + [[stop["lon"], stop["lat"]] for stop in stops]


def route_line(route: Mapping[str, Any]) -> list[list[float]]:
    """Return the line of a route as lon, lat: its legs, and the streets that are walked."""
    parts = route["legs"][:1]
    for stop, leg in zip(route["stops"], route["legs"][1:], strict=False):
        parts += [stop["walk"], leg] if "walk" in stop else [leg]
    return [position for part in parts for position in part["geometry"]["coordinates"]]


def _teams(plan: Mapping[str, Any], language: Language) -> list[dict[str, Any]]:
    """Return the teams that have a route, each with its line and its stops."""
    zone = ZoneInfo(plan["city"]["timezone"])
    depots = {team["team_id"]: team["depot"] for team in plan["teams"]}
    points = {point["point_id"]: point for point in plan["points"]}
    colours = team_colours(len(plan["routes"]))
    return [
        _team(route, depots[route["team_id"]], points, colour, zone, language)
        for route, colour in zip(plan["routes"], colours, strict=True)
    ]


def _team(
    route: Mapping[str, Any],
    depot: Mapping[str, Any],
    points: Mapping[str, Mapping[str, Any]],
    colour: str,
    zone: ZoneInfo,
    language: Language,
) -> dict[str, Any]:
    """Return one team as the page reads it."""
    legs = route["legs"]
    stops = [
        _stop(stop, leg, points.get(stop["point_id"], {}), zone, language)
        for stop, leg in zip(route["stops"], legs, strict=False)
    ]
    line = [[lat, lon] for lon, lat in route_line(route)]
    return {
        "id": text(route["team_id"]),
        "color": colour,
        "textColor": text_colour_on(colour),
        "depot": [depot["lat"], depot["lon"]],
        "departure": _clock(route["departure"], zone),
        "return": _clock(route["return"], zone),
        "travel": round(route["travel_s"] / 60),
        "km": round(route["length_m"] / 1000, 1),
        "stops": stops,
        "lastTravel": round(legs[-1]["duration_s"] / 60),
        "line": line,
    }


def _stop(
    stop: Mapping[str, Any],
    leg: Mapping[str, Any],
    point: Mapping[str, Any],
    zone: ZoneInfo,
    language: Language,
) -> dict[str, Any]:
    """Return one stop and the leg that leads there as the page reads them."""
    lon, lat = leg["geometry"]["coordinates"][-1]
    is_off_road = max(abs(lon - stop["lon"]), abs(lat - stop["lat"])) > _OFF_ROAD_DEG
    return {
        "sequence": stop["sequence"],
        "name": text(stop["name"]),
        "category": text(stop["category"]),
        "unit": text(point.get("unit")),
        "task": text(point.get(f"instruction_{language}")),
        "chance": point.get("inclusion_probability"),
        "lon": stop["lon"],
        "lat": stop["lat"],
        "road": [lat, lon] if is_off_road else None,
        "arrival": _clock(stop["arrival"], zone),
        "departure": _clock(stop["departure"], zone),
        "travel": round(leg["duration_s"] / 60),
        "metres": round(leg["length_m"]),
        "streets": [text(street) for street in leg["streets"]],
    }


def _totals(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Sum the day up."""
    routes = plan["routes"]
    chances = [point["inclusion_probability"] for point in plan["points"]]
    return {
        "teams": len(routes),
        "stops": sum(len(route["stops"]) for route in routes),
        "km": round(sum(route["length_m"] for route in routes) / 1000, 1),
        "minutes": round(sum(route["travel_s"] for route in routes) / 60),
        "points": len(chances),
        "smallest": min(chances, default=None),
        "largest": max(chances, default=None),
    }


def _date_in_words(day: str, translate: Callable[[str], str]) -> str:
    """Return a date with its day of the week."""
    weekday = _WEEKDAYS[date.fromisoformat(day).weekday()]
    return translate("{weekday}, {day}").format(weekday=translate(weekday), day=day)


def _clock(moment: str, zone: ZoneInfo) -> str:
    """Return a time of day in the city's own time."""
    return datetime.fromisoformat(moment).astimezone(zone).strftime("%H:%M")
