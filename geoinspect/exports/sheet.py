"""
Route sheets: the paper that an inspector holds in the car.

One self-contained HTML document for A4, with columns left empty for handwriting. Names
and all other texts of users pass through the autoescaping of the template.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geoinspect
from geoinspect.maps import OSM_ATTRIBUTION
from geoinspect.maps.assets import templates
from geoinspect.messages import translator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from geoinspect.exports.itinerary import Itinerary, Leg, Visit
    from geoinspect.messages import Language

    Translate = Callable[[str], str]

_TEMPLATE = "route_sheet.html.j2"
_HTML_LANGUAGES = {"zh": "zh-CN", "en": "en"}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_COMMITMENT_GROUPS = 4
_LEAST_INSPECTORS = 2
_MODES = {"car": "By car", "bicycle": "By bicycle", "foot": "On foot"}
_THEN = "\N{NO-BREAK SPACE}→ "


def render_sheet(itinerary: Itinerary, *, language: Language = "zh", made_for: str = "") -> str:
    """
    Render the route sheet of one team as an HTML document.

    Parameters
    ----------
    itinerary
        The team's route.
    language
        Language of all words but the names.
    made_for
        Whose sheet it is, printed on every page.
    """
    return _render([itinerary], language, made_for, with_list=False)


def render_sheets(
    itineraries: Sequence[Itinerary], *, language: Language = "zh", made_for: str = ""
) -> str:
    """
    Render a list of the teams and all their sheets, each on paper of its own.

    Parameters
    ----------
    itineraries
        The routes of a day.
    language
        Language of all words but the names.
    made_for
        Whose sheets they are, printed on every page.
    """
    return _render(itineraries, language, made_for, with_list=True)


def _render(
    itineraries: Sequence[Itinerary], language: Language, made_for: str, *, with_list: bool
) -> str:
    """Fill the template."""
    translate = translator(language)
    return (
        templates()
        .get_template(_TEMPLATE)
        .render(
            lang=_HTML_LANGUAGES[language],
            t=lambda sentence, **fields: translate(sentence).format(**fields),
            software=f"geoinspect {geoinspect.__version__}",
            attribution=OSM_ATTRIBUTION,
            made_for=made_for,
            sheets=[_sheet(route, language) for route in itineraries],
            with_list=with_list,
        )
    )


def _sheet(route: Itinerary, language: Language) -> dict[str, Any]:
    """Return one team as the template reads it."""
    translate = translator(language)
    return {
        "city": route.city,
        "day": _day_in_words(route.day, translate),
        "team": translate("Team {id}").format(id=route.team_id),
        "stem": route.stem,
        "commitment": short_commitment(route.commitment),
        "departure": f"{route.departure:%H:%M}",
        "back": f"{route.back:%H:%M}",
        "n_stops": len(route.visits),
        "travel": _effort(route.length_m, route.travel_s, translate),
        "has_places": any(visit.district or visit.unit for visit in route.visits),
        "stops": [_stop(visit, language) for visit in route.visits],
        "way_back": _way(route.way_back, translate),
        "mode": translate(_MODES[route.mode]),
        "inspectors": "、".join(route.inspectors),
        "signatures": [*route.inspectors, *("",) * (_LEAST_INSPECTORS - len(route.inspectors))],
    }


def _stop(visit: Visit, language: Language) -> dict[str, Any]:
    """Return one row of the table."""
    return {
        "sequence": visit.sequence,
        "arrival": f"{visit.arrival:%H:%M}",
        "opens": f"{visit.begin:%H:%M}" if visit.begin > visit.arrival else "",
        "departure": f"{visit.departure:%H:%M}",
        "point_id": visit.point_id,
        "name": visit.name,
        "category": visit.category,
        "district": visit.district,
        "unit": visit.unit,
        "instruction": visit.instruction(language),
        "way": _way(visit.leg, translator(language)),
    }


def _way(leg: Leg, translate: Translate) -> dict[str, str]:
    """Return the way to a stop in words."""
    return {
        "streets": _THEN.join(street for street in leg.streets if street),
        "effort": _effort(leg.length_m, leg.duration_s, translate),
    }


def _effort(length_m: float, duration_s: float, translate: Translate) -> str:
    """Return length and time of some driving in words."""
    return translate("{length}, {duration}").format(
        length=distance_in_words(length_m, translate),
        duration=duration_in_words(duration_s, translate),
    )


def short_commitment(commitment: str) -> str:
    """
    Return the first 16 digits of a commitment, in groups that a person can compare.

    Examples
    --------
    >>> short_commitment("f32f7d0576e85813c0f3eebb")
    'f32f 7d05 76e8 5813'
    """
    digits = commitment[: 4 * _COMMITMENT_GROUPS]
    return " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))


def distance_in_words(metres: float, translate: Callable[[str], str] = str) -> str:
    """
    Return a distance as drivers speak of it.

    Examples
    --------
    >>> distance_in_words(147.2), distance_in_words(12340)
    ('150 m', '12.3 km')
    """
    if metres < 995:
        return translate("{n} m").format(n=10 * round(metres / 10))
    return translate("{n} km").format(n=f"{metres / 1000:.1f}")


def duration_in_words(seconds: float, translate: Callable[[str], str] = str) -> str:
    """
    Return a travel time in whole minutes; what takes any time takes at least one.

    Examples
    --------
    >>> duration_in_words(4.6), duration_in_words(61), duration_in_words(7260)
    ('1 min', '1 min', '2 h 1 min')
    """
    minutes = max(round(seconds / 60), int(seconds > 0))
    if minutes < 60:
        return translate("{n} min").format(n=minutes)
    return translate("{h} h {m} min").format(h=minutes // 60, m=minutes % 60)


def _day_in_words(day: date, translate: Translate) -> str:
    """Return a day with its day of the week."""
    return translate("{weekday}, {day}").format(
        weekday=translate(_WEEKDAYS[day.weekday()]), day=day.isoformat()
    )
