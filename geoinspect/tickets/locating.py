"""Locate reports by their words, with a confidence and the evidence for it."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoinspect.errors import GeoinspectError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from geoinspect.tickets.gazetteer import Gazetteer

#: From this confidence on a report is attached to where it was located.
ATTACHED = 0.6

#: How sure each kind of evidence is. They order what is tried, and are no frequencies.
POINT_ID, COORDINATE, NAME, ADDRESS, CROSSING = 1.0, 0.95, 0.9, 0.85, 0.8
#: What takes away from it: another form of the name, a name in the description instead of in
#: the field for the place, a choice by district, streets that are joined without the word
#: crossing.
_ALIAS, _IN_TEXT, _BY_DISTRICT, _UNSAID = 0.1, 0.1, 0.05, 0.25

_METRES_PER_DEGREE = 111_195.0
#: A name and a coordinate that contradict each other are this far apart.
_CONTRADICTION_M = 500.0
#: Points that are named together are one place if they are this near to each other.
_TOGETHER_M = 300.0
#: A coordinate belongs to the nearest point within this distance.
_ATTACH_M = 50.0

SENTENCES = {
    "point_id": "the ticket names the point {matched}",
    "coordinate": "the ticket has coordinates",
    "contradiction": "the coordinates are {distance_m} m from {matched}",
    "name": "the text names {matched}",
    "address": "the text names the address {matched}",
    "crossing": "crossing of {matched}",
    "several": "{matched} may be {candidates}",
    "no_crossing": "{matched} do not meet in the road network",
    "street": "only the street is known: {matched}",
    "district": "only the district is known: {matched}",
    "nothing": "the text names no place that the city knows",
}


@dataclass(frozen=True)
class Clue:
    """
    What a report says about its place.

    Attributes
    ----------
    place, text
        The field for the place, and everything else that is said.
    point_id
        Id of a point, None if it names none.
    lonlat
        WGS-84 degrees, None if it has none.
    """

    place: str
    text: str = ""
    point_id: str | None = None
    lonlat: tuple[float, float] | None = None


@dataclass(frozen=True)
class Location:
    """
    Where a report is.

    Attributes
    ----------
    lonlat
        WGS-84 degrees; None if nobody can tell.
    point_id
        The inspection point it is at; None if at none.
    confidence
        0 to 1; from `ATTACHED` on the place is used.
    how
        Kind of evidence: a key of `SENTENCES`.
    matched
        The words that say so.
    candidates
        Points or places that it may be, if there are several.
    distance_m
        Distance of what contradicts.
    """

    lonlat: tuple[float, float] | None
    point_id: str | None
    confidence: float
    how: str
    matched: str = ""
    candidates: tuple[str, ...] = ()
    distance_m: int = 0

    @property
    def is_attached(self) -> bool:
        """Whether the place is sure enough to be used."""
        return self.lonlat is not None and self.confidence >= ATTACHED

    def evidence(self) -> str:
        """Return the evidence as JSON, for the database; see `evidence_in_words`."""
        facts = {
            "how": self.how,
            "matched": self.matched,
            "candidates": "、".join(self.candidates),
            "distance_m": self.distance_m,
        }
        return json.dumps(facts, ensure_ascii=False)


def evidence_in_words(text: str, translate: Callable[[str], str]) -> str:
    """Return the evidence that `Location.evidence` wrote as a sentence."""
    facts = json.loads(text)
    return GeoinspectError(SENTENCES[facts.pop("how")], **facts).render(translate)


def locate(clue: Clue, gazetteer: Gazetteer) -> Location:
    """
    Find where a report is, by the surest evidence there is.

    Tried in turn: the id of a point, coordinates, names of points, addresses, crossings. Of
    several places with one name only the district or street that the text names decides;
    otherwise nobody does.

    Parameters
    ----------
    clue
        What the report says.
    gazetteer
        What the city knows.

    Returns
    -------
    location
        Never a guess: without evidence the place is None.
    """
    if clue.point_id is not None and clue.point_id in gazetteer.points.index:
        lonlat = gazetteer.lonlat(clue.point_id)
        return Location(lonlat, clue.point_id, POINT_ID, "point_id", clue.point_id)
    by_words = _by_words(clue, gazetteer)
    if clue.lonlat is not None:
        return _by_coordinate(clue.lonlat, by_words, gazetteer)
    return by_words


def _by_coordinate(
    lonlat: tuple[float, float], by_words: Location, gazetteer: Gazetteer
) -> Location:
    """Weigh coordinates against what the words say."""
    if by_words.is_attached and by_words.lonlat is not None:
        distance_m = _distance_m(lonlat, by_words.lonlat)
        if distance_m > _CONTRADICTION_M:
            return Location(
                None, None, COORDINATE / 2, "contradiction", by_words.matched,
                distance_m=round(distance_m),
            )  # fmt: skip
        if by_words.point_id is not None:
            return Location(lonlat, by_words.point_id, COORDINATE, by_words.how, by_words.matched)
    return Location(lonlat, _nearest(lonlat, gazetteer), COORDINATE, "coordinate")


def _nearest(lonlat: tuple[float, float], gazetteer: Gazetteer) -> str | None:
    """Return the point that a coordinate belongs to, if one is near enough."""
    if not len(gazetteer.points):
        return None
    lon, lat = lonlat
    margin = 2 * _ATTACH_M / _METRES_PER_DEGREE / max(0.1, math.cos(math.radians(lat)))
    box = (lon - margin, lat - margin, lon + margin, lat + margin)
    near = [
        (_distance_m(lonlat, gazetteer.lonlat(point_id)), point_id)
        for point_id in gazetteer.points.index[gazetteer.points.sindex.intersection(box)]
    ]
    distance_m, point_id = min(near, default=(math.inf, ""))
    return point_id if distance_m <= _ATTACH_M else None


def _by_words(clue: Clue, gazetteer: Gazetteer) -> Location:
    """Look in the field for the place first, then in everything else."""
    everything = f"{clue.place} {clue.text}"
    unsure: list[Location] = []
    for text, penalty in ((clue.place, 0.0), (clue.text, _IN_TEXT)):
        for found in _candidates(text, everything, penalty, gazetteer):
            if found.is_attached:
                return found
            unsure.append(found)
    return unsure[0] if unsure else _vague(everything, gazetteer)


def _candidates(
    text: str, everything: str, penalty: float, gazetteer: Gazetteer
) -> Iterable[Location]:
    """Return what each kind of evidence in a text says, the surest first."""
    for how, sure, hits in (
        ("name", NAME, gazetteer.points_in(text)),
        ("address", ADDRESS, gazetteer.addresses_in(text)),
    ):
        if hits:
            hit, ids = hits[0]
            sureness = sure - penalty - (0.0 if hit.is_exact else _ALIAS)
            every = sorted({point_id for _, of_hit in hits for point_id in of_hit})
            if len(hits) > 1 and _are_together(every, gazetteer):
                ids = ids[:1]
            elif len(hits) > 1:
                ids = every
            yield _one_of(ids, hit.name, how, sureness, everything, gazetteer)
    for first, second, says_so in gazetteer.crossings_in(text):
        yield _crossing(first, second, says_so, everything, penalty, gazetteer)


def _one_of(
    ids: list[str], name: str, how: str, sureness: float, everything: str, gazetteer: Gazetteer
) -> Location:
    """Choose among points of one name by the district or street that the text names."""
    if len(ids) == 1:
        return Location(gazetteer.lonlat(ids[0]), ids[0], sureness, how, name)
    fitting = [point_id for point_id in ids if _fits(point_id, everything, gazetteer)]
    if len(fitting) == 1:
        lonlat = gazetteer.lonlat(fitting[0])
        return Location(lonlat, fitting[0], sureness - _BY_DISTRICT, how, name)
    return Location(None, None, sureness / 2, "several", name, tuple(fitting or ids)[:5])


def _fits(point_id: str, everything: str, gazetteer: Gazetteer) -> bool:
    """Tell whether a text names the district or street of a point."""
    if gazetteer.districts_in(everything) & gazetteer.district_of(*gazetteer.lonlat(point_id)):
        return True
    row = gazetteer.points.loc[point_id]
    named = [row.get("street"), row.get("district")]
    return any(isinstance(word, str) and word and word in everything for word in named)


def _crossing(
    first: str,
    second: str,
    says_so: bool,
    everything: str,
    penalty: float,
    gazetteer: Gazetteer,
) -> Location:
    """Locate the crossing of two streets."""
    name = f"{first}、{second}"
    places = gazetteer.crossings(first, second)
    sureness = CROSSING - penalty - (0.0 if says_so else _UNSAID)
    if len(places) > 1:
        named = gazetteer.districts_in(everything)
        fitting = [place for place in places if named & gazetteer.district_of(*place)]
        places = fitting if len(fitting) == 1 else places
        sureness -= _BY_DISTRICT
    if len(places) == 1:
        return Location(places[0], None, sureness, "crossing", name)
    if places:
        shown = tuple(f"{lon:.5f},{lat:.5f}" for lon, lat in places)
        return Location(None, None, sureness / 2, "several", name, shown[:5])
    return Location(None, None, 0.2, "no_crossing", name)


def _vague(everything: str, gazetteer: Gazetteer) -> Location:
    """Say the little that is known."""
    streets = gazetteer.streets_in(everything)
    if streets:
        return Location(None, None, 0.3, "street", "、".join(dict.fromkeys(streets)))
    districts = gazetteer.districts_in(everything)
    if districts:
        return Location(None, None, 0.1, "district", "、".join(sorted(districts)))
    return Location(None, None, 0.0, "nothing")


def _are_together(ids: list[str], gazetteer: Gazetteer) -> bool:
    """Tell whether points are one place to somebody who names them together."""
    places = [gazetteer.lonlat(point_id) for point_id in ids]
    return all(_distance_m(places[0], place) <= _TOGETHER_M for place in places)


def _distance_m(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Return the distance of two near places, flat."""
    middle = math.radians((first[1] + second[1]) / 2)
    dx = (first[0] - second[0]) * math.cos(middle) * _METRES_PER_DEGREE
    return math.hypot(dx, (first[1] - second[1]) * _METRES_PER_DEGREE)
