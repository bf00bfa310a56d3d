"""
Random numbers that anyone can recompute: SHA-256 for keys, SplitMix64 for bulk.

NumPy does not promise the same stream across versions (NEP 19), so nothing of a
draw may depend on it. Keys are SHA-256 digests of labelled parts; a key seeds a
SplitMix64 stream (Steele, Lea, Flood 2014), which is eleven integer operations a
number and the same on every machine.

`exponential` and `logarithm` use only additions, multiplications and divisions in a
fixed order, because the last bit of the C library's functions differs between
systems, and one bit is enough to change a commitment.
"""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from geoinspect.arrays import IntArray, RandomState

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_LOW_32 = np.uint64(0xFFFFFFFF)
_SHIFT_32 = np.uint64(32)
_SHIFT_30 = np.uint64(30)
_SHIFT_27 = np.uint64(27)
_SHIFT_31 = np.uint64(31)
_SHIFT_11 = np.uint64(11)

_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_SQRT_HALF = 0.7071067811865476


def derive_key(*parts: bytes | str) -> bytes:
    """
    Hash labelled parts to a key of 32 bytes.

    Each part goes in with its length, so that no two lists of parts collide.

    Examples
    --------
    >>> derive_key("a", "bc") == derive_key("ab", "c")
    False
    """
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()


def stream(key: bytes) -> RandomState:
    """Return the state, shape (1,), of a SplitMix64 stream seeded by `key`."""
    return np.array([int.from_bytes(key[:8], "big")], dtype=np.uint64)


@njit(cache=True, nogil=True)
def next_integer(state: RandomState) -> np.uint64:
    """Advance the stream and return 64 random bits."""
    state[0] += _GAMMA
    z = state[0]
    z = (z ^ (z >> _SHIFT_30)) * _MIX_1
    z = (z ^ (z >> _SHIFT_27)) * _MIX_2
    mixed: np.uint64 = z ^ (z >> _SHIFT_31)
    return mixed


@njit(cache=True, nogil=True)
def uniform(state: RandomState) -> float:
    """Return a number in [0, 1) with 53 random bits."""
    return float(next_integer(state) >> _SHIFT_11) / 9007199254740992.0


@njit(cache=True, nogil=True)
def below(state: RandomState, n: int) -> int:
    """Return an integer in [0, n), n < 2**31; the bias is below n / 2**32."""
    high = next_integer(state) >> _SHIFT_32
    return int(np.int64((high * np.uint64(n)) >> _SHIFT_32))


@njit(cache=True, nogil=True)
def shuffle(state: RandomState, values: IntArray) -> None:
    """Put `values` into a uniformly random order, in place (Fisher and Yates)."""
    for i in range(len(values) - 1, 0, -1):
        j = below(state, i + 1)
        values[i], values[j] = values[j], values[i]


@njit(cache=True, nogil=True)
def exponential(x: float) -> float:
    """Return e**x, within 2 units in the last place; 0 below -700."""
    if x < -700.0:
        return 0.0
    k = math.floor(x * 1.4426950408889634 + 0.5)
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    term = 1.0
    for n in range(14, 0, -1):
        term = 1.0 + term * r / n
    return math.ldexp(term, int(k))


@njit(cache=True, nogil=True)
def logarithm(x: float) -> float:
    """Return the natural logarithm of x > 0, within 2 units in the last place."""
    mantissa, exponent = math.frexp(x)
    if mantissa < _SQRT_HALF:
        mantissa *= 2.0
        exponent -= 1
    s = (mantissa - 1.0) / (mantissa + 1.0)
    z = s * s
    series = 0.0
    for n in range(23, 0, -2):
        series = series * z + 1.0 / n
    return exponent * _LN2_HIGH + (exponent * _LN2_LOW + 2.0 * s * series)
