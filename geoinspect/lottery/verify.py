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
from geoinspect.lottery.duty import TeamSeats, draw_inspectors
from geoinspect.lottery.opening import begin_of_visit
from geoinspect.lottery.record import FORMAT, MEMBERS, commitment, digests_of, to_bytes

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
        _check_inspectors(record)
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
    for place in _differences(digests_of(record), record["digests"]):
        raise _failure(_named(record, place), "{place}: the content does not match its digest.")


def _differences(ours: Any, stored: Any, place: str = "") -> Iterator[str]:
    """Name the places where nested digests differ, rows before what holds them."""
    if isinstance(ours, dict) and isinstance(stored, dict):
        by_depth = sorted(ours.keys() | stored.keys(), key=lambda member: (member == "", member))
        for member in by_depth:
            inner = f"{place}.{member}" if place and member else place or member
            yield from _differences(ours.get(member), stored.get(member), inner)
    elif isinstance(ours, list) and isinstance(stored, list) and len(ours) == len(stored):
        for index, pair in enumerate(zip(ours, stored, strict=True)):
            yield from _differences(*pair, f"{place}[{index}]")
    elif isinstance(ours, list) and isinstance(stored, list):
        yield f"{place}.length"
    elif ours != stored:
        yield place


def _named(record: Record, place: str) -> str:
    """Add the id of the point or team to a place."""
    row = re.match(r"(\w+)\[(\d+)\]", place)
    if row is None:
        return place
    item = record[row[1]][int(row[2])]
    if "team_id" in item:
        return f"{place} (team {item['team_id']})"
    return f"{place} ({item.get('point_id') or item.get('inspector_id')})"


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


def _check_draw(record: Record) -> None:
    """Repeat the draw of every team."""
    draws = {draw["team_id"]: draw for draw in record["draw"]["draws"]}
    books = {book["team_id"]: book for book in record["books"]}
    teams = {team["team_id"]: team for team in record["teams"]}
    if not draws.keys() == books.keys() == teams.keys():
        raise _failure("draw.draws", "{place}: books, draws and teams do not name the same teams.")
    for team_id, book in books.items():
        drawn = draw_route(
            record["draw"]["seed"],
            team_id,
            weights=book_weights(book),
            slack_min=[route["slack_min"] for route in book["routes"]],
            reverse_slack_min=[route["reverse_slack_min"] for route in book["routes"]],
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
        point = points[stop["point_id"]]
        arrival = now + timedelta(milliseconds=leg_ms)
        begin = begin_of_visit(point, arrival)
        if begin is None:
            raise _failure(f"{place} stop {stop['point_id']}", "{place}: it is closed by then.")
        now = begin + timedelta(seconds=point["service_time_s"])
        told = [stop["arrival"], stop.get("begin", stop["arrival"]), stop["departure"]]
        if [_time(text) for text in told] != [arrival, begin, now]:
            raise _failure(
                f"{place} stop {stop['point_id']}", "{place}: arrival or departure is wrong."
            )
    now += timedelta(milliseconds=legs_ms[-1])
    if _time(route["return"]) != now or now > _time(team["shift"]["end"]):
        raise _failure(place, "{place}: the return is wrong or after the end of the shift.")
    for before, after in pairwise(route["legs"]):
        if before["geometry"]["coordinates"][-1] != after["geometry"]["coordinates"][0]:
            raise _failure(place, "{place}: two legs do not meet.")


def _check_inspectors(record: Record) -> None:
    """Repeat the draw of the inspectors."""
    drawn = draw_inspectors(record["draw"]["seed"], team_seats(record), record["inspectors"])
    if drawn != record["draw"]["inspectors"]:
        raise _failure("draw.inspectors", "{place}: the seed draws other inspectors.")


def team_seats(record: Record) -> list[TeamSeats]:
    """Return the seats of each team with the units and districts on its drawn route."""
    points = {point["point_id"]: point for point in record["points"]}
    rows = []
    for team, book, draw in zip(
        record["teams"], record["books"], record["draw"]["draws"], strict=True
    ):
        stops = [points[point_id] for point_id in book["routes"][draw["index"]]["stops"]]
        units, districts = ({stop[kind] for stop in stops} for kind in ("unit", "district"))
        rows.append(TeamSeats(team["team_id"], team["seats"], units, districts))
    return rows


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
