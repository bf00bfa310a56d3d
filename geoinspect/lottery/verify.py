"""
Check a published record: commitment, chances, draw, routes, and every single byte.

Nothing but the record is needed. The first thing found wrong raises
`VerificationError` with one sentence that names the place.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from geoinspect.errors import VerificationError
from geoinspect.lottery.draw import WEIGHT_TOTAL, draw_route, draw_seed, sha256_hex
from geoinspect.lottery.record import FORMAT, MEMBERS, commitment, part_digests, to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoinspect.lottery.record import Record

#: Largest difference allowed between a promised chance and what the books give.
CHANCE_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Verification:
    """
    What a successful check found.

    Attributes
    ----------
    commitment
        The hash that must equal the one published before the draw.
    n_points, n_teams, n_routes
        Points in the frame, teams, and routes in all books.
    largest_gap
        Largest difference between a promised chance and what the books give.
    """

    commitment: str
    n_points: int
    n_teams: int
    n_routes: int
    largest_gap: float


def verify(content: bytes, *, published_commitment: str | None = None) -> Verification:
    """
    Check the bytes of a published record.

    Parameters
    ----------
    content
        The file.
    published_commitment
        Hash that was published before the draw, if known. Without it the record is
        only shown to be consistent with itself.

    Raises
    ------
    VerificationError
        If anything does not hold.
    """
    record = _parse(content)
    for member in record.keys() - set(MEMBERS):
        raise _failure(member, "{place}: a plan has no such member.")
    try:
        _check_digests(record)
        _check_commitment(record, published_commitment)
        largest_gap = _check_chances(record)
        _check_draw(record)
        _check_routes(record)
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise _failure(
            "the record", "{place}: it is not built as a plan must be ({error}).", error=repr(error)
        ) from error
    _check_bytes(content, record)
    return Verification(
        record["draw"]["commitment"],
        len(record["points"]),
        len(record["teams"]),
        sum(len(book["routes"]) for book in record["books"]),
        largest_gap,
    )


def check_committed(record: Record) -> None:
    """
    Check a record whose routes are not drawn yet: digests, commitment and chances.

    Raises
    ------
    VerificationError
        If anything does not hold.
    """
    _check_digests(record)
    _check_binding(record)
    _check_chances(record)


def _failure(place: str, sentence: str, **data: object) -> VerificationError:
    return VerificationError(sentence, place=place, **data)


def _parse(content: bytes) -> Record:
    """Read the record, or say where it stops being JSON."""
    try:
        record = json.loads(content.decode())
    except UnicodeDecodeError as error:
        raise _failure(f"byte {error.start}", "{place}: the file is not UTF-8 text.") from error
    except json.JSONDecodeError as error:
        raise _failure(f"byte {error.pos}", "{place}: the file is not JSON.") from error
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise _failure("format", "{place}: the file is no plan of format {format}.", format=FORMAT)
    return record


def _check_bytes(content: bytes, record: Record) -> None:
    """Refuse bytes that do not change the content: spaces, repeated keys, other number forms."""
    expected = to_bytes(record)
    if content == expected:
        return
    place = next(
        (i for i, (a, b) in enumerate(zip(content, expected, strict=False)) if a != b),
        min(len(content), len(expected)),
    )
    raise _failure(f"byte {place}", "{place}: the file is not in canonical form.")


def _check_digests(record: Record) -> None:
    """Compare the digest of every part with the one stored, most specific part first."""
    stored = dict(_leaves(record["digests"]))
    found = dict(_leaves(part_digests(record)))
    for place, ours in found.items():
        if stored.get(place) != ours:
            raise _failure(_named(record, place), "{place}: the content does not match its digest.")
    for place in stored.keys() - found.keys():
        raise _failure(f"digests.{place}", "{place}: the digest belongs to nothing.")


def _leaves(value: Any, place: str = "") -> Iterator[tuple[str, object]]:
    """Yield (place, leaf) of nested digests, rows before the digest of their whole."""
    if isinstance(value, dict):
        for key in sorted(value, key=lambda key: (not isinstance(value[key], list), key)):
            yield from _leaves(value[key], f"{place}.{key}" if place else key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{place}[{index}]")
        yield f"{place}.length", len(value)
    else:
        yield place, value


def _named(record: Record, place: str) -> str:
    """Add the id of the point or team to a place, and leave out what only digests have."""
    place = place.removeprefix("head.").removesuffix(".book").removesuffix(".route")
    row = re.match(r"(points|excluded|teams|books|routes)\[(\d+)\]", place)
    if row is None:
        return place
    item = record[row[1]][int(row[2])]
    if row[1] in ("points", "excluded"):
        return f"{place} ({item.get('point_id')})"
    return f"{place} (team {item.get('team_id')})"


def _check_commitment(record: Record, published: str | None) -> None:
    """Recompute the hashes of the secrets and of everything that was committed."""
    draw = record["draw"]
    if [sha256_hex(secret) for secret in draw["secrets"]] != draw["secrets_sha256"]:
        raise _failure("draw.secrets", "{place}: the secrets are not those committed to.")
    _check_binding(record)
    if published is not None and published.lower() != draw["commitment"]:
        raise _failure(
            "draw.commitment",
            "{place}: it is {found}, but {published} was published.",
            found=draw["commitment"],
            published=published,
        )
    if draw_seed(draw["secrets"], draw["public_value"], draw["commitment"]) != draw["seed"]:
        raise _failure(
            "draw.seed", "{place}: the seed does not follow from secrets and commitment."
        )


def _check_binding(record: Record) -> None:
    """Recompute the commitment."""
    if commitment(record) != record["draw"]["commitment"]:
        raise _failure("draw.commitment", "{place}: the committed parts hash to another value.")


def _check_chances(record: Record) -> float:
    """Add up the books and return the largest difference from a promised chance."""
    promised = {point["point_id"]: point["inclusion_probability"] for point in record["points"]}
    if len(promised) != len(record["points"]):
        raise _failure("points", "{place}: a point_id appears twice.")
    weight: dict[str, int] = dict.fromkeys(promised, 0)
    for number, book in enumerate(record["books"]):
        place = f"books[{number}] (team {book['team_id']})"
        if sum(book_weights(book)) != WEIGHT_TOTAL:
            raise _failure(place, "{place}: the probabilities do not add up to 1.")
        for index, (route, part) in enumerate(zip(book["routes"], book_weights(book), strict=True)):
            if len(set(route["stops"])) != len(route["stops"]) or not weight.keys() >= set(
                route["stops"]
            ):
                raise _failure(
                    f"{place}.routes[{index}]", "{place}: a stop is unknown or repeated."
                )
            for point_id in route["stops"]:
                weight[point_id] += part
    largest_gap = 0.0
    for point_id, chance in promised.items():
        gap = abs(weight[point_id] / WEIGHT_TOTAL - chance)
        if not gap <= CHANCE_TOLERANCE or not 0 < chance < 1:
            raise _failure(
                f"points ({point_id})",
                "{place}: chance {promised} was promised, the books give {given}.",
                promised=chance,
                given=weight[point_id] / WEIGHT_TOTAL,
            )
        largest_gap = max(largest_gap, gap)
    return largest_gap


def book_weights(book: Record) -> list[int]:
    """Return the integer weights of a book's routes; probabilities are multiples of 2**-53."""
    weights = [route["probability"] * WEIGHT_TOTAL for route in book["routes"]]
    if not all(weight == int(weight) > 0 for weight in weights):
        raise ValueError("a probability is not a positive multiple of 2**-53")
    return [int(weight) for weight in weights]


def durations_ms(record: Record, book: Record) -> tuple[list[int], list[int]]:
    """Travel and service of each route of a book, forward and backward, in milliseconds."""
    service = {point["point_id"]: _ms(point["service_time_s"]) for point in record["points"]}
    ahead, back = [], []
    for route in book["routes"]:
        at_stops = sum(service[point_id] for point_id in route["stops"])
        ahead.append(_ms(route["travel_s"]) + at_stops)
        back.append(_ms(route["reverse_travel_s"]) + at_stops)
    return ahead, back


def _check_draw(record: Record) -> None:
    """Repeat the draw of every team."""
    draws = {draw["team_id"]: draw for draw in record["draw"]["draws"]}
    books = {book["team_id"]: book for book in record["books"]}
    teams = {team["team_id"]: team for team in record["teams"]}
    if not draws.keys() == books.keys() == teams.keys():
        raise _failure("draw.draws", "{place}: books, draws and teams do not name the same teams.")
    for team_id, book in books.items():
        ahead, back = durations_ms(record, book)
        drawn = draw_route(
            record["draw"]["seed"],
            team_id,
            weights=book_weights(book),
            durations_ms=ahead,
            reverse_durations_ms=back,
            shift_ms=shift_ms(teams[team_id]),
        )
        recorded = draws[team_id]
        if (drawn.index, drawn.reversed, drawn.start_offset_ms) != (
            recorded["index"],
            recorded["reversed"],
            _ms(recorded["start_offset_s"]),
        ):
            raise _failure(
                f"draw.draws (team {team_id})",
                "{place}: the seed draws another route, direction or start.",
            )


def _check_routes(record: Record) -> None:
    """Compare the timetables with what was drawn."""
    routes = {route["team_id"]: route for route in record["routes"]}
    if routes.keys() != {draw["team_id"] for draw in record["draw"]["draws"]}:
        raise _failure("routes", "{place}: not every drawn team has a route.")
    points = {point["point_id"]: point for point in record["points"]}
    for draw, book, team in zip(
        record["draw"]["draws"], record["books"], record["teams"], strict=True
    ):
        route = routes[draw["team_id"]]
        drawn = book["routes"][draw["index"]]
        _check_route(route, drawn, draw, team, points)


def _check_route(
    route: Record, drawn: Record, draw: Record, team: Record, points: dict[str, Record]
) -> None:
    """Compare one timetable with the drawn route: stops, legs and times."""
    place = f"routes (team {route['team_id']})"
    stops = drawn["stops"][::-1] if draw["reversed"] else drawn["stops"]
    travel_s = drawn["reverse_travel_s"] if draw["reversed"] else drawn["travel_s"]
    if [stop["point_id"] for stop in route["stops"]] != stops:
        raise _failure(place, "{place}: the stops are not those of the drawn route.")
    legs_ms = [_ms(leg["duration_s"]) for leg in route["legs"]]
    if len(legs_ms) != len(stops) + 1 or sum(legs_ms) != _ms(travel_s):
        raise _failure(place, "{place}: the legs do not add up to the travel time in the book.")
    now = _time(team["shift"]["start"]) + timedelta(seconds=draw["start_offset_s"])
    if _time(route["departure"]) != now:
        raise _failure(place, "{place}: the departure is not the drawn one.")
    for stop, leg_ms in zip(route["stops"], legs_ms, strict=False):
        arrival = now + timedelta(milliseconds=leg_ms)
        now = arrival + timedelta(seconds=points[stop["point_id"]]["service_time_s"])
        if (_time(stop["arrival"]), _time(stop["departure"])) != (arrival, now):
            raise _failure(
                f"{place} stop {stop['point_id']}", "{place}: arrival or departure is wrong."
            )
    now += timedelta(milliseconds=legs_ms[-1])
    if _time(route["return"]) != now or now > _time(team["shift"]["end"]):
        raise _failure(place, "{place}: the return is wrong or after the end of the shift.")
    for before, after in pairwise(route["legs"]):
        if before["geometry"]["coordinates"][-1] != after["geometry"]["coordinates"][0]:
            raise _failure(place, "{place}: two legs do not meet.")


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def shift_ms(team: Record) -> int:
    """Length of a team's shift in milliseconds."""
    shift = team["shift"]
    return (_time(shift["end"]) - _time(shift["start"])) // timedelta(milliseconds=1)
