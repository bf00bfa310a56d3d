"""
What OpenStreetMap tags say to a car: may it drive here, which way, how fast.

The rules follow the OpenStreetMap wiki (Key:access, Key:oneway, Key:maxspeed) and
osmnx's filter for drivable ways with service roads.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from geoinspect.network.graph import WAY_CLASSES

if TYPE_CHECKING:
    from collections.abc import Mapping

_ACCESS_KEYS = ("motorcar", "motor_vehicle", "vehicle", "access")
"""From the most to the least specific: the first that is there decides."""

TAGS = (
    *("highway", "name", "oneway", "junction", "maxspeed", "service", "area"),
    *_ACCESS_KEYS,
)
"""All keys that matter here."""

_CLOSED = {"no", "private", "agricultural", "forestry", "emergency", "military"}
_CLOSED_SERVICES = {"parking_aisle", "parking", "drive-through", "emergency_access", "private"}

_FORWARD = {"yes", "true", "1"}
_BACKWARD = {"-1", "reverse"}

_SPEED = re.compile(r"(\d+(?:\.\d+)?)\s*(mph|km/h|kmh|kph)?")
_KM_PER_MILE = 1.609344

SLOWEST_KPH, FASTEST_KPH = 5.0, 130.0
"""A tagged limit outside is taken for a slip and ignored."""

SPEEDS: dict[str, tuple[float, float]] = {
    "motorway": (100, 0.90),
    "motorway_link": (50, 0.80),
    "trunk": (80, 0.75),
    "trunk_link": (50, 0.70),
    "primary": (60, 0.65),
    "primary_link": (40, 0.65),
    "secondary": (50, 0.65),
    "secondary_link": (40, 0.65),
    "tertiary": (40, 0.65),
    "tertiary_link": (30, 0.65),
    "unclassified": (40, 0.60),
    "residential": (30, 0.70),
    "living_street": (15, 0.70),
    "service": (20, 0.60),
    "road": (40, 0.60),
}
"""
Speed limit in km/h where none is tagged, and the share of a limit that a car keeps.

The limits are the design speeds of Chinese city roads (CJJ 37: expressway 60 to 100,
main 40 to 60, secondary 30 to 50, branch road 20 to 40 km/h) and the general
limit of 30 km/h on city streets without a centre line. Nobody drives through a
city at the limit: signals, turns, crossings and parking take their part, and they
are not in the network one by one. The shares put a drive outside the rush hours at
about 90 km/h on motorways, 40 on main and 20 to 25 on small streets. They are
judgement, not measurement: planned times are as good as they are.
"""


def is_drivable(tags: Mapping[str, str]) -> bool:
    """
    Tell whether a car may use a way.

    Examples
    --------
    >>> is_drivable({"highway": "residential", "access": "private"})
    False
    >>> is_drivable({"highway": "residential", "access": "private", "motor_vehicle": "yes"})
    True
    """
    if tags.get("highway") not in WAY_CLASSES or tags.get("area") == "yes":
        return False
    if tags.get("service") in _CLOSED_SERVICES:
        return False
    access = next((tags[key] for key in _ACCESS_KEYS if key in tags), "yes")
    return access not in _CLOSED


def directions(tags: Mapping[str, str]) -> tuple[bool, bool]:
    """
    Tell whether a way may be driven as it is drawn, and against it.

    Motorways and roundabouts are one-way unless they say otherwise.

    Examples
    --------
    >>> directions({"highway": "residential", "oneway": "-1"})
    (False, True)
    """
    oneway = tags.get("oneway", "")
    if oneway in _FORWARD:
        return True, False
    if oneway in _BACKWARD:
        return False, True
    is_implied = tags.get("highway") == "motorway" or tags.get("junction") == "roundabout"
    return True, not is_implied or oneway == "no"


def speed_kph(tags: Mapping[str, str]) -> float:
    """
    Return the speed to reckon with, in km/h, from the limit and the class of a way.

    Examples
    --------
    >>> speed_kph({"highway": "primary"}), speed_kph({"highway": "primary", "maxspeed": "40"})
    (39.0, 26.0)
    """
    limit, share = SPEEDS[tags["highway"]]
    return share * (speed_limit_kph(tags.get("maxspeed", "")) or limit)


@cache
def speed_limit_kph(text: str) -> float | None:
    """
    Read a `maxspeed` in km/h; None for words ("CN:urban", "none") and slips.

    Of several limits ("60;80") the lowest counts.

    Examples
    --------
    >>> speed_limit_kph("60"), speed_limit_kph("30 mph"), speed_limit_kph("CN:urban")
    (60.0, 48.28032, None)
    """
    matches = (_SPEED.fullmatch(part.strip()) for part in text.split(";"))
    limits = [
        float(match[1]) * (_KM_PER_MILE if match[2] == "mph" else 1.0) for match in matches if match
    ]
    plausible = [limit for limit in limits if SLOWEST_KPH <= limit <= FASTEST_KPH]
    return min(plausible, default=None)
