"""Instructions that a person can follow, in the language of a translator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from geoinspect.targets.landmarks import Landmark
    from geoinspect.targets.walks import Walk

Translate: TypeAlias = Callable[[str], str]

_NEAR_M = 5.0
"""Nobody paces out less."""


@dataclass(frozen=True)
class Task:
    """
    What chance decided about one target.

    Attributes
    ----------
    walk
        The walk, from where the target lies; None at a given place.
    place
        Name of the given place, "" on a street.
    hand
        "left" or "right".
    door
        Which door on that hand, counted from 1.
    hour
        Hour of the day when the visit begins; None for whenever the team comes.
    """

    walk: Walk | None
    place: str
    hand: str
    door: int
    hour: int | None


def walk_a_street(task: Task, translate: Translate) -> str:
    """Tell somebody to walk a street from end to end, or a part of it."""
    words = _walk_words(task, translate)
    walk = _walk(task)
    if walk.offset_m < _NEAR_M and walk.rest_m < _NEAR_M:
        sentence = translate(
            "Walk along {street} from {start} to {end}, first going {heading}: about {length} m."
        )
    elif walk.offset_m < _NEAR_M:
        sentence = translate(
            "Walk along {street} from {start} towards {end}, first going {heading}: "
            "about {length} m."
        )
    else:
        sentence = translate(
            "Walk along {street} towards {end}, first going {heading}: begin {offset} m after "
            "{start} and walk about {length} m."
        )
    return sentence.format(**words)


def find_a_shop(task: Task, translate: Translate) -> str:
    """Tell somebody which door of a block front to go to."""
    if task.place:
        return translate("Inspect {place}.").format(place=task.place)
    sentence = translate(
        "On {street}, begin {offset} m after {start} and walk {heading} towards {end}: inspect "
        "the {door} shop on the {hand} ({side} side). Where the block ends first, count on from "
        "its beginning; if there is no shop on that side, report that."
    )
    return sentence.format(**_walk_words(task, translate))


def find_an_internet_cafe(task: Task, translate: Translate) -> str:
    """Tell somebody where to look for the next internet café."""
    if task.place:
        return translate("Inspect {place}.").format(place=task.place)
    sentence = translate(
        "On {street}, begin {offset} m after {start} and walk {heading} towards {end}: inspect "
        "the first internet café on either side within 500 m, straight on at junctions. If "
        "there is none, report that."
    )
    return sentence.format(**_walk_words(task, translate))


def ride_a_bus(task: Task, translate: Translate) -> str:
    """Tell somebody where and when to board a bus."""
    if task.hour is None:
        return _ride_the_next_bus(task, translate)
    if task.place:
        sentence = translate(
            "Go to the stop {place} at {hour}:00, board the first bus that comes before "
            "{until}:00 and ride it to the next stop. If none comes, report that."
        )
        return sentence.format(place=task.place, **_hours(task))
    sentence = translate(
        "On {street}, {offset} m after {start} going {heading} towards {end}: find the nearest "
        "bus stop at {hour}:00, board the first bus that comes before {until}:00 and ride it to "
        "the next stop. If none comes, report that."
    )
    return sentence.format(**_walk_words(task, translate), **_hours(task))


def take_a_taxi(task: Task, translate: Translate) -> str:
    """Tell somebody where and when to take a taxi."""
    if task.hour is None:
        return _take_the_next_taxi(task, translate)
    if task.place:
        sentence = translate(
            "Go to the rank {place} at {hour}:00 and take the first taxi in line before "
            "{until}:00. If none comes, report that."
        )
        return sentence.format(place=task.place, **_hours(task))
    sentence = translate(
        "On {street}, {offset} m after {start} going {heading} towards {end}: from {hour}:00 "
        "hail the first free taxi that passes before {until}:00. If none comes, report that."
    )
    return sentence.format(**_walk_words(task, translate), **_hours(task))


def _ride_the_next_bus(task: Task, translate: Translate) -> str:
    """Tell somebody where to board a bus, whatever time it is."""
    if task.place:
        sentence = translate(
            "Go to the stop {place}, board the first bus that comes and ride it to the next "
            "stop. If none comes during the visit, report that."
        )
        return sentence.format(place=task.place)
    sentence = translate(
        "On {street}, {offset} m after {start} going {heading} towards {end}: go to the nearest "
        "bus stop, board the first bus that comes and ride it to the next stop. If none comes "
        "during the visit, report that."
    )
    return sentence.format(**_walk_words(task, translate))


def _take_the_next_taxi(task: Task, translate: Translate) -> str:
    """Tell somebody where to take a taxi, whatever time it is."""
    if task.place:
        sentence = translate(
            "Go to the rank {place} and take the first taxi in line. If none comes during the "
            "visit, report that."
        )
        return sentence.format(place=task.place)
    sentence = translate(
        "On {street}, {offset} m after {start} going {heading} towards {end}: hail the first "
        "free taxi that passes. If none comes during the visit, report that."
    )
    return sentence.format(**_walk_words(task, translate))


def street_name(task: Task, translate: Translate) -> str:
    """Name a target in a few words."""
    if task.walk is None:
        return task.place
    if task.walk.street:
        return task.walk.street
    if task.walk.start.street:
        near = translate("unnamed street near {street}")
        return near.format(street=task.walk.start.street)
    return translate("unnamed street")


def _walk(task: Task) -> Walk:
    """Return the walk of a task on a street."""
    if task.walk is None:
        raise ValueError("a task at a place has no walk")
    return task.walk


def _walk_words(task: Task, translate: Translate) -> dict[str, str]:
    """Words that tell a walk."""
    walk = _walk(task)
    doors = (translate("first"), translate("second"), translate("third"))
    return {
        "street": walk.street or translate("the unnamed street"),
        "start": _landmark_words(walk.start, translate),
        "end": _landmark_words(walk.end, translate),
        "heading": translate(walk.heading),
        "offset": f"{walk.offset_m:.0f}",
        "length": f"{walk.length_m:.0f}",
        "hand": translate(task.hand),
        "side": translate(walk.side(task.hand)),
        "door": doors[task.door - 1],
    }


def _hours(task: Task) -> dict[str, str]:
    """Words that tell the hour of a visit."""
    if task.hour is None:
        raise ValueError("a task without an hour has no words for it")
    return {"hour": str(task.hour), "until": str(task.hour + 1)}


def _landmark_words(landmark: Landmark, translate: Translate) -> str:
    """Words for the end of a street."""
    if landmark.is_dead_end:
        return translate("its dead end")
    if not landmark.street:
        sentence = translate("the junction at longitude {lon}, latitude {lat}")
        return sentence.format(lon=f"{landmark.lon:.5f}", lat=f"{landmark.lat:.5f}")
    if not landmark.direction:
        return translate("the junction with {street}").format(street=landmark.street)
    return translate("the junction about {distance} m {direction} of {street}").format(
        distance=max(10, 10 * round(landmark.distance_m / 10)),
        direction=translate(landmark.direction),
        street=landmark.street,
    )
