"""All routes of a day as one GeoJSON FeatureCollection, for GIS programs and the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoinspect.exports.itinerary import clean_text, itineraries
from geoinspect.maps import OSM_ATTRIBUTION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from geoinspect.exports.itinerary import Itinerary, Leg, Visit


def routes_geojson(plan: Mapping[str, Any], *, made_for: str = "") -> dict[str, Any]:
    """
    Return the stops and legs of all teams as GeoJSON (RFC 7946).

    Parameters
    ----------
    plan
        A plan as `plan.json` holds it.
    made_for
        Whose file it is, the member `made_for` of the collection.

    Returns
    -------
    collection
        Features in the order of travel, told apart by the property `kind`: a `stop` is a
        Point where the inspection point lies, a `leg` a LineString along the road that
        leads to the stop of the same `sequence`; the last leg of a team, one number
        higher, leads back to the depot. On a street patrol, a `walk` is a LineString along
        the street that is walked at the stop of the same `sequence`. Times carry the offset of the
        city. Besides, the members `city`, `date` and `commitment` of the plan, and who made
        the roads (`attribution`).

    Raises
    ------
    InputError
        If the plan is no complete record.
    """
    routes = itineraries(plan)
    return {
        "type": "FeatureCollection",
        "city": clean_text(plan["city"]["name"]),
        "date": plan["date"],
        "commitment": clean_text(plan["draw"]["commitment"]),
        "attribution": OSM_ATTRIBUTION,
        **({"made_for": made_for} if made_for else {}),
        "features": [feature for route in routes for feature in _features(route)],
    }


def _features(route: Itinerary) -> Iterator[dict[str, Any]]:
    """Yield legs and stops of one team in the order of travel."""
    for visit in route.visits:
        yield _leg_feature(route, visit.sequence, visit.leg)
        yield _stop_feature(route, visit)
        if visit.walk:
            yield _walk_feature(route, visit)
    yield _leg_feature(route, len(route.visits) + 1, route.way_back)


def _leg_feature(route: Itinerary, sequence: int, leg: Leg) -> dict[str, Any]:
    geometry = {"type": "LineString", "coordinates": [list(place) for place in leg.line]}
    properties = {
        "kind": "leg",
        "team_id": route.team_id,
        "sequence": sequence,
        "departure": leg.departure.isoformat(timespec="seconds"),
        "arrival": leg.arrival.isoformat(timespec="seconds"),
        "duration_s": leg.duration_s,
        "length_m": leg.length_m,
        "streets": list(leg.streets),
    }
    return _feature(geometry, properties)


def _stop_feature(route: Itinerary, visit: Visit) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": [visit.lon, visit.lat]}
    properties = {
        "kind": "stop",
        "team_id": route.team_id,
        "sequence": visit.sequence,
        "point_id": visit.point_id,
        "name": visit.name,
        "category": visit.category,
        "district": visit.district,
        "unit": visit.unit,
        "arrival": visit.arrival.isoformat(timespec="seconds"),
        "departure": visit.departure.isoformat(timespec="seconds"),
        "inclusion_probability": visit.inclusion_probability,
    }
    if visit.instruction_zh:
        properties["instruction_zh"] = visit.instruction_zh
        properties["instruction_en"] = visit.instruction_en
    return _feature(geometry, properties)


def _walk_feature(route: Itinerary, visit: Visit) -> dict[str, Any]:
    geometry = {"type": "LineString", "coordinates": [list(place) for place in visit.walk]}
    properties = {
        "kind": "walk",
        "team_id": route.team_id,
        "sequence": visit.sequence,
        "point_id": visit.point_id,
        "departure": visit.arrival.isoformat(timespec="seconds"),
        "arrival": visit.departure.isoformat(timespec="seconds"),
        "streets": [visit.name],
    }
    return _feature(geometry, properties)


def _feature(geometry: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}
