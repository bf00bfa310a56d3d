"""
The draw: a pure function of the committed books and of secrets that were bound to them.

Everything is SHA-256 over ASCII text and integer arithmetic, so that a stranger can
recompute it with nothing but the standard library of any language:

    draw seed   = SHA-256("geoinspect draw" "|" each secret in turn "|" public value "|" commitment)
    number(x)   = SHA-256(draw seed "|" team "|" x) as an integer below 2**256
    route       = first route whose cumulative weight exceeds number("route") * 2**53 / 2**256
    direction   = reversed if number("direction") is odd and the book has a slack for that
    start       = number("start") * (slack + 1) / 2**256 minutes after the start of the shift,
                  rounded down; the slack of the route in its direction, in whole minutes

Hashes and secrets go in as lower-case hexadecimal text, the secrets in the order in which
they were committed to; the public value is empty where none was agreed on.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Weights in a book are integers that add up to this, so that a check needs no rounding.
WEIGHT_TOTAL = 2**53

_MS_PER_MINUTE = 60_000
_NUMBERS = 2**256


@dataclass(frozen=True)
class Draw:
    """
    What chance decided for one team.

    Attributes
    ----------
    index
        Number of the drawn route in the team's book.
    reversed
        Whether the route is driven in the opposite direction.
    start_offset_ms
        Departure after the start of the shift, whole minutes in milliseconds.
    """

    index: int
    reversed: bool
    start_offset_ms: int


def sha256_hex(text: str) -> str:
    """Hash UTF-8 text to lower-case hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def draw_seed(secrets: Sequence[str], public_value: str, commitment_hex: str) -> str:
    """Derive the seed of a draw from its secrets, the public value and the commitment."""
    return sha256_hex("|".join(("geoinspect draw", *secrets, public_value, commitment_hex)))


def draw_route(
    seed: str,
    team_id: str,
    *,
    weights: Sequence[int],
    slack_min: Sequence[int],
    reverse_slack_min: Sequence[int | None],
) -> Draw:
    """
    Draw a team's route, its direction and its start.

    Parameters
    ----------
    seed
        Seed of the draw, hexadecimal.
    team_id
        The team.
    weights
        Integer weights of the routes of the team's book, adding up to 2**53.
    slack_min, reverse_slack_min
        Latest departure of each route after the start of the shift, in minutes, forward
        and backward; None where the route cannot be driven backward.
    """
    index = _pick(weights, _number(seed, team_id, "route") * WEIGHT_TOTAL // _NUMBERS)
    turned = _number(seed, team_id, "direction") % 2 == 1
    backward = reverse_slack_min[index] if turned else None
    slack = slack_min[index] if backward is None else backward
    offset = _number(seed, team_id, "start") * (slack + 1) // _NUMBERS
    return Draw(index, backward is not None, offset * _MS_PER_MINUTE)


def _number(seed: str, team_id: str, purpose: str) -> int:
    """Random integer below 2**256 that depends on nothing but its arguments."""
    return int(sha256_hex(f"{seed}|{team_id}|{purpose}"), 16)


def _pick(weights: Sequence[int], target: int) -> int:
    """Return the first index whose cumulative weight exceeds `target`."""
    cumulative = 0
    for index, weight in enumerate(weights):
        cumulative += weight
        if cumulative > target:
            return index
    raise ValueError(f"weights add up to {cumulative}, not to more than {target}")
