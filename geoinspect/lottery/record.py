"""
The published record of a plan: one JSON file that anyone can check.

Canonical form: UTF-8, keys sorted, no spaces, non-ASCII characters as they are, no
NaN, one line feed at the end. A record is a dict with these members:

- `format`: "geoinspect-plan/1".
- `city`: `name`, `timezone`.
- `date`: the day, ISO 8601.
- `software`: the version of `geoinspect` that made the record, and the text of
  `verify_plan.py`, 60 lines of Python that check it without geoinspect.
- `parameters`: everything the draw depends on besides the tables.
- `points[]`: the frame. `point_id`, `name`, `category`, `district`, `unit`, `lon`, `lat`
  (WGS-84), `service_time_s`, `weight` (relative wish to visit it),
  `inclusion_probability`.
- `excluded[]`: what left the frame visibly. `point_id`, `name`, `code`, `distance_m` to
  the nearest street, `reason`.
- `teams[]`: `team_id`, `shift` {`start`, `end`}, `depot` {`lon`, `lat`}.
- `books[]`: `team_id`, `zone_id`, `effective_routes` and `routes[]` of {`stops`: point ids in
  order of visit, `probability`: a multiple of 2**-53, `travel_s`, `reverse_travel_s`}.
- `draw`: `secrets_sha256[]`, `public` (None, or {`source`, `number`} of a publication to come)
  and `commitment`; after the reveal also `secrets[]`, `public_value`, `seed` and `draws[]` of
  {`team_id`, `index`: number of the route in the team's book, `reversed`, `start_offset_s`}.
- `routes[]`: what follows from the draw. `team_id`, `zone_id`, `departure`, `return`, `travel_s`,
  `length_m`, `stops[]` {`sequence`, `point_id`, `name`, `category`, `lon`, `lat`, `arrival`,
  `departure`} and `legs[]` {`duration_s`, `length_m`, `geometry`: GeoJSON LineString,
  `streets`}, one leg more than stops: from the depot and back to it.
- `digests`: SHA-256 of every part, so that a check can name the place of a change.

The commitment is the SHA-256 of the canonical form of the members in `COMMITTED` and of the
members of `draw` in `BOUND`. It is published before any secret is revealed. A public value is
bound by the number of a future publication: chosen afterwards, it could be tried until the
plan suits.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

Record = dict[str, Any]

FORMAT = "geoinspect-plan/1"

#: Members that exist, and are bound, before anybody can know the draw.
COMMITTED = (
    "books", "city", "date", "excluded", "format", "parameters", "points", "software", "teams",
)  # fmt: skip

#: Members of `draw` that are bound with them.
BOUND = ("public", "secrets_sha256")

#: All members of a record.
MEMBERS = (*COMMITTED, "digests", "draw", "routes")

_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
)

#: Hexadecimal digits of the digests that only serve to name a place.
_SHORT = 16


def canonical_json(value: object) -> str:
    """
    Write a value in the one form that is hashed.

    Examples
    --------
    >>> canonical_json({"b": 1.0, "a": "点"})
    '{"a":"点","b":1.0}'
    """
    return _ENCODER.encode(value)


def digest(value: object) -> str:
    """Return the SHA-256 of a value's canonical form, in hexadecimal."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def commitment(record: Mapping[str, Any]) -> str:
    """Return the hash that binds frame, chances, books, teams and the secrets' hashes."""
    bound = {member: record[member] for member in COMMITTED}
    return digest(bound | {member: record["draw"][member] for member in BOUND})


def part_digests(record: Mapping[str, Any]) -> Record:
    """
    Hash every part of a record.

    The commitment binds what matters before the draw; these name the place of a
    change, and are short where there are many.
    """
    return committed_digests(record) | drawn_digests(record)


def committed_digests(record: Mapping[str, Any]) -> Record:
    """Hash the parts that exist before the draw."""
    return {
        "head": {m: _short(record[m]) for m in ("city", "date", "parameters", "software")},
        "points": [_short(point) for point in record["points"]],
        "excluded": [_short(point) for point in record["excluded"]],
        "teams": [_short(team) for team in record["teams"]],
        "books": [
            {
                "book": _short({k: v for k, v in book.items() if k != "routes"}),
                "routes": [_short(route) for route in book["routes"]],
            }
            for book in record["books"]
        ],
    }


def drawn_digests(record: Mapping[str, Any]) -> Record:
    """Hash the parts that follow from the draw."""
    return {
        "draw": {
            member: [digest(row) for row in value] if isinstance(value, list) else digest(value)
            for member, value in record["draw"].items()
        },
        "routes": [
            {
                "route": digest(route),
                "stops": [_short(stop) for stop in route["stops"]],
                "legs": [_short(leg) for leg in route["legs"]],
            }
            for route in record["routes"]
        ],
    }


def _short(value: object) -> str:
    """Digest that only serves to name a place."""
    return digest(value)[:_SHORT]


def to_bytes(record: Mapping[str, Any]) -> bytes:
    """Write a record as the bytes of its file."""
    return (canonical_json(record) + "\n").encode()
