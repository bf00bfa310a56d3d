"""Draw a fixed number of units with probabilities of their own, in an order nobody knows."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from geoinspect.lottery.randomness import derive_key, stream, uniform

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoinspect.arrays import FloatArray, IntArray

#: Largest chance of a unit: nobody is certain to be inspected.
CAP = 0.95


def most_draws(m: int, cap: float = CAP) -> int:
    """
    Return how many units can be drawn from `m`, each with a chance of at most `cap`.

    Examples
    --------
    >>> most_draws(10), most_draws(20, 0.5)
    (9, 10)
    """
    # protect against floating point errors: 0.95 * 20 is 19
    return int(cap * m + 1e-9)


def chances(size: FloatArray, n: int, *, cap: float = CAP) -> FloatArray:
    """
    Share out `n` expected draws in proportion to size, at most `cap` to each unit.

    What a capped unit cannot take goes to the others, again in proportion.

    Parameters
    ----------
    size
        Sizes, positive, shape (m,).
    n
        Number of units to draw.
    cap
        Largest chance, in (0, 1].

    Returns
    -------
    inclusion_probability
        Shape (m,); the sum is `n`.

    Raises
    ------
    ValueError
        If `n` is more than `most_draws`.

    Examples
    --------
    >>> chances(np.array([100.0, 300.0, 600.0]), 1).tolist()
    [0.1, 0.3, 0.6]
    >>> chances(np.array([50.0, 50.0, 900.0]), 2, cap=0.9).round(3).tolist()
    [0.55, 0.55, 0.9]
    """
    if not 0 <= n <= most_draws(len(size), cap):
        raise ValueError(f"{n} draws from {len(size)} units with chances up to {cap}")
    is_capped = np.zeros(len(size), np.bool_)
    while True:
        rest = n - cap * is_capped.sum()
        free = np.where(is_capped, 0.0, size)
        chance = np.where(is_capped, cap, free * (rest / max(free.sum(), np.finfo(float).tiny)))
        if not (chance > cap).any():
            return chance
        is_capped |= chance > cap


def hash_order(unit_ids: Iterable[str], key: bytes) -> IntArray:
    """
    Put units into an order that follows from a secret key and their ids alone.

    Examples
    --------
    >>> order = hash_order(["a", "b", "c"], b"secret")
    >>> sorted(order.tolist())
    [0, 1, 2]
    """
    return np.argsort([_number(key, unit_id) for unit_id in unit_ids], kind="stable")


def hash_fractions(unit_ids: Iterable[str], key: bytes) -> FloatArray:
    """Return a number in [0, 1) for each unit that follows from a secret key and its id."""
    numbers = [_number(key, unit_id) >> 11 for unit_id in unit_ids]
    return np.array(numbers, np.float64) / 2**53


def draw_systematic(
    unit_ids: Iterable[str], inclusion_probability: FloatArray, key: bytes
) -> tuple[IntArray, FloatArray]:
    """
    Draw units by equal steps along their cumulated probabilities, in hash order.

    The number of units drawn is always the sum of the probabilities, each unit comes
    with exactly its probability, and because the order is another under each key, every
    two units can come together (Madow 1949; Hartley and Rao 1962).

    Parameters
    ----------
    unit_ids
        Ids of the units, m of them, all different.
    inclusion_probability
        Shape (m,), each below 1; the sum is a whole number.
    key
        Secret key.

    Returns
    -------
    drawn
        Indices of the units drawn, in the order of the draw, shape (n,).
    within
        Where in its share of the line each was hit, uniform in [0, 1), shape (n,).

    Examples
    --------
    >>> drawn, within = draw_systematic(["a", "b", "c"], np.array([0.5, 0.5, 1.0]), b"secret")
    >>> len(drawn), 2 in drawn
    (2, True)
    """
    order = hash_order(unit_ids, derive_key("order", key))
    n = round(float(inclusion_probability.sum()))
    share = inclusion_probability[order]
    # the sum is a whole number but for rounding, and the last step must not fall off the end
    ends = np.cumsum(share)
    ends *= n / ends[-1] if n else 1.0
    marks = uniform(stream(derive_key("start", key))) + np.arange(n)
    place = np.minimum(np.searchsorted(ends, marks, side="right"), len(ends) - 1)
    within = 1 - (ends[place] - marks) / share[place]
    return order[place], np.clip(within, 0, np.nextafter(1, 0))


def _number(key: bytes, unit_id: str) -> int:
    """Return 64 bits that follow from a key and an id."""
    return int.from_bytes(hashlib.sha256(key + unit_id.encode()).digest()[:8], "big")
