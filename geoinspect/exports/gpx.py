"""
A route as GPX 1.1, for navigation programs and phones.

Way points are the stops, the route joins them from the depot and back, the track is the
line along the road. GPX knows WGS-84 and UTC only.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import geoinspect
from geoinspect.messages import translator

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from geoinspect.exports.itinerary import Itinerary, Visit
    from geoinspect.messages import Language

    Translate = Callable[[str], str]

_NAMESPACE = "http://www.topografix.com/GPX/1/1"
_ROADS_BY = "OpenStreetMap contributors"
_ROADS_LICENCE = "https://opendatacommons.org/licenses/odbl/1-0/"
_SCHEMA = f"{_NAMESPACE} http://www.topografix.com/GPX/1/1/gpx.xsd"


def route_gpx(itinerary: Itinerary, *, language: Language = "zh", made_for: str = "") -> str:
    """
    Write one team's route as a GPX document.

    Parameters
    ----------
    itinerary
        The route.
    language
        Language of names and descriptions.
    made_for
        Whose file it is, in its metadata.
    """
    translate = translator(language)
    title = _title(itinerary, translate)
    gpx = ET.Element(
        "gpx",
        {
            "xmlns": _NAMESPACE,
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "xsi:schemaLocation": _SCHEMA,
            "version": "1.1",
            "creator": f"geoinspect {geoinspect.__version__}",
        },
    )
    _add_metadata(gpx, itinerary, title, made_for)
    for visit in itinerary.visits:
        _add_stop(gpx, "wpt", visit, language)
    _add_route(gpx, itinerary, title, language)
    _add_track(gpx, itinerary, title)
    ET.indent(gpx, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(gpx, encoding="unicode") + "\n"


def _title(itinerary: Itinerary, translate: Translate) -> str:
    team = translate("Team {id}").format(id=itinerary.team_id)
    return f"{itinerary.city} {itinerary.day.isoformat()} {team}"


def _add_metadata(gpx: ET.Element, itinerary: Itinerary, title: str, made_for: str) -> None:
    """Say what the file is; the extent holds the whole track."""
    lons, lats = zip(*(place for line in itinerary.lines for place in line), strict=True)
    metadata = ET.SubElement(gpx, "metadata")
    _add_text(metadata, "name", title)
    _add_text(metadata, "desc", made_for)
    rights = ET.SubElement(metadata, "copyright", {"author": _ROADS_BY})
    _add_text(rights, "license", _ROADS_LICENCE)
    _add_text(metadata, "time", _utc(itinerary.departure))
    extent = {"minlat": min(lats), "minlon": min(lons), "maxlat": max(lats), "maxlon": max(lons)}
    ET.SubElement(metadata, "bounds", {key: _degrees(value) for key, value in extent.items()})


def _add_route(gpx: ET.Element, itinerary: Itinerary, title: str, language: Language) -> None:
    """Join the stops, from the depot and back to it."""
    translate = translator(language)
    route = ET.SubElement(gpx, "rte")
    _add_text(route, "name", title)
    _add_depot(route, itinerary, itinerary.departure, translate)
    for visit in itinerary.visits:
        _add_stop(route, "rtept", visit, language)
    _add_depot(route, itinerary, itinerary.back, translate)


def _add_track(gpx: ET.Element, itinerary: Itinerary, title: str) -> None:
    """Draw the line along the road, one segment a leg or walk."""
    track = ET.SubElement(gpx, "trk")
    _add_text(track, "name", title)
    for line in itinerary.lines:
        segment = ET.SubElement(track, "trkseg")
        for lon, lat in line:
            _add_place(segment, "trkpt", lon, lat)


def _add_stop(parent: ET.Element, tag: str, visit: Visit, language: Language) -> None:
    """Add a stop; the order of the members is that of the GPX schema."""
    translate = translator(language)
    place = _add_place(parent, tag, visit.lon, visit.lat)
    _add_text(place, "time", _utc(visit.arrival))
    _add_text(place, "name", f"{visit.sequence:02} {visit.name}")
    _add_text(place, "cmt", visit.point_id)
    hours = f"{visit.arrival:%H:%M}-{visit.departure:%H:%M}"
    facts = (hours, visit.category, visit.district, visit.unit)
    told = translate(", ").join(fact for fact in facts if fact)
    _add_text(
        place, "desc", "\n".join(text for text in (told, visit.instruction(language)) if text)
    )
    _add_text(place, "type", visit.category)


def _add_depot(
    route: ET.Element, itinerary: Itinerary, moment: datetime, translate: Translate
) -> None:
    place = _add_place(route, "rtept", *itinerary.depot)
    _add_text(place, "time", _utc(moment))
    _add_text(place, "name", translate("Depot"))


def _add_place(parent: ET.Element, tag: str, lon: float, lat: float) -> ET.Element:
    return ET.SubElement(parent, tag, {"lat": _degrees(lat), "lon": _degrees(lon)})


def _add_text(parent: ET.Element, tag: str, text: str) -> None:
    """Add a member, unless there is nothing to say."""
    if text:
        ET.SubElement(parent, tag).text = text


def _degrees(value: float) -> str:
    """Write degrees to a centimetre, never with an exponent."""
    return f"{value:.7f}"


def _utc(moment: datetime) -> str:
    """Write a time in UTC to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
