"""
The draw: a pure function of the committed books and of secrets that were bound to them.

Everything is SHA-256 over ASCII text and integer arithmetic, so that a stranger can
recompute it with nothing but the standard library of any language:

    draw seed   = SHA-256("geoinspect draw" "|" each secret in turn "|" public value "|" commitment)
    number(x)   = SHA-256(draw seed "|" team "|" x) as an integer below 2**256
    route       = first route whose cumulative weight exceeds number("route") * 2**53 / 2**256
    direction   = reversed if number("direction") is odd and the reversed route fits
    start       = number("start") * (slack in whole minutes + 1) / 2**256 minutes after the
                  start of the shift, rounded down

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
    durations_ms: Sequence[int],
    reverse_durations_ms: Sequence[int],
    shift_ms: int,
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
    durations_ms, reverse_durations_ms
        Travel and service of each route, forward and backward.
    shift_ms
        Length of the shift.
    """
    index = _pick(weights, _number(seed, team_id, "route") * WEIGHT_TOTAL // _NUMBERS)
    turned = _number(seed, team_id, "direction") % 2 == 1
    backwards = turned and reverse_durations_ms[index] <= shift_ms
    duration = reverse_durations_ms[index] if backwards else durations_ms[index]
    slack_minutes = (shift_ms - duration) // _MS_PER_MINUTE
    offset = _number(seed, team_id, "start") * (slack_minutes + 1) // _NUMBERS
    return Draw(index, backwards, offset * _MS_PER_MINUTE)


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
