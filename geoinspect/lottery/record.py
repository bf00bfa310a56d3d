"""
The published record of a plan: one JSON file that anyone can check.

Canonical form: UTF-8, keys sorted, no spaces, non-ASCII characters as they are, no
NaN, one line feed at the end. A record is a dict with these members:

- `format`: "geoinspect-plan/1".
- `city`: `name`, `timezone`.
- `date`: the day, ISO 8601.
- `software`: the version of `geoinspect` that made the record, and the text of
  `verify_plan.py`, 60 lines of Python that check it without geoinspect.
- `parameters`: everything the draw depends on besides the tables. `chances` are the knobs
  that weights were made with, `targets` how many targets of which category were asked for.
- `points[]`: the frame. `point_id`, `name`, `category`, `district`, `unit`, `lon`, `lat`
  (WGS-84), `service_time_s`, `opening[]` of [start, end] unless always open, `weight`
  (relative wish to visit it), `reasons[]` of {`code`, `factor`, and its
  evidence by name}, whose factors multiply to the weight,
  `provenance`: "listed", or "generated" for a target that was drawn on the streets for this
  day alone and counts for nobody until it is confirmed on site, `selection_probability`: the
  chance with which a target came into the frame, 1 for a listed point, and
  `inclusion_probability`: the chance of a point of the frame to be drawn. The product of the
  two is the whole chance of a place, and what an estimate divides by. Targets also have
  `instruction_zh` and `instruction_en`.
- `excluded[]`: what left the frame visibly. `point_id`, `name`, `code`, `distance_m` to
  the nearest street, `reason`.
- `teams[]`: `team_id`, `shift` {`start`, `end`}, `depot` {`lon`, `lat`}, `mode`: "car",
  "bicycle" or "foot", `seats`: how many inspectors are drawn for it.
- `inspectors[]`: who is on duty. `inspector_id`, `name`, `tickets`: more for those with fewer
  duties this month, `units[]` and `districts[]` that the person is kept away from.
- `books[]`: `team_id`, `zone_id`, `effective_routes` and `routes[]` of {`stops`: point ids in
  order of visit, `probability`: a multiple of 2**-53, `travel_s`, `slack_min`: latest departure
  after the start of the shift that keeps the shift and all opening hours, in whole minutes, and
  the same in the opposite direction, `reverse_travel_s`, `reverse_slack_min`: None where it
  cannot be driven or is much longer}.
- `draw`: `secrets_sha256[]`, `public` (None, or {`source`, `number`} of a publication to come)
  and `commitment`; after the reveal also `secrets[]`, `public_value`, `seed` and `draws[]` of
  {`team_id`, `index`: number of the route in the team's book, `reversed`, `start_offset_s`} and
  `inspectors[]` of {`team_id`, `inspector_ids[]`, `empty_seats`}.
- `routes[]`: what follows from the draw. `team_id`, `zone_id`, `departure`, `return`, `travel_s`,
  `length_m`, `stops[]` {`sequence`, `point_id`, `name`, `category`, `lon`, `lat`, `arrival`,
  `begin` where there are opening hours, `departure`} and `legs[]` {`duration_s`, `length_m`,
  `geometry`: GeoJSON LineString, `streets`}, one leg more than stops: from the depot and back.
- `digests`: SHA-256 of every part, so that a check can name the place of a change.

`plan.schema.json` beside this module is its JSON Schema.

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
    "books", "city", "date", "excluded", "format", "inspectors", "parameters", "points", "software",
    "teams",
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


def digests_of(record: Mapping[str, Any]) -> Record:
    """
    Hash every part of a record.

    The commitment binds what matters before the draw; these name the place of a change:
    the members of an object one by one, the rows of a table one by one, and in a row what
    it holds besides tables of its own under the empty name.
    """
    return {member: _tree(value) for member, value in record.items() if member != "digests"}


def redrawn_digests(committed: Mapping[str, Any], record: Mapping[str, Any]) -> Record:
    """Hash a drawn record whose committed parts were hashed before."""
    digests: Record = committed["digests"]
    return digests | {member: _tree(record[member]) for member in ("draw", "routes")}


def _tree(value: Any) -> Any:
    """Hash a value part by part."""
    if isinstance(value, dict):
        return {member: _tree(part) for member, part in value.items()}
    return [_row_tree(row) for row in value] if _is_table(value) else _short(value)


def _row_tree(row: Record) -> Any:
    """Hash a row, and the tables in it row by row."""
    tables = {member: _tree(part) for member, part in row.items() if _is_table(part)}
    own = _short({member: part for member, part in row.items() if member not in tables})
    return tables | {"": own} if tables else own


def _is_table(value: object) -> bool:
    return isinstance(value, list) and len(value) > 0 and isinstance(value[0], dict)


def _short(value: object) -> str:
    """Digest that only serves to name a place."""
    return digest(value)[:_SHORT]


def to_bytes(record: Mapping[str, Any]) -> bytes:
    """Write a record as the bytes of its file."""
    return (canonical_json(record) + "\n").encode()
