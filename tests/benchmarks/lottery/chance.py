"""Random numbers for the benchmark: the project's own, in bulk, and plain sampling designs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from geoinspect.lottery.randomness import derive_key, stream, uniform

if TYPE_CHECKING:
    from geoinspect.arrays import BoolArray, FloatArray, RandomState


def uniforms(shape: tuple[int, ...], *labels: str) -> FloatArray:
    """Return numbers in [0, 1) that depend on nothing but the labels."""
    numbers = np.empty(int(np.prod(shape)))
    _fill(stream(derive_key("benchmark", *labels)), numbers)
    return numbers.reshape(shape)


@njit(cache=True)
def _fill(state: RandomState, numbers: FloatArray) -> None:
    for i in range(len(numbers)):
        numbers[i] = uniform(state)


def weighted_choice(weight: FloatArray, size: int, draws: int, label: str) -> BoolArray:
    """
    Draw as `numpy.random.choice(n, size, replace=False, p=...)` does.

    One after the other, each time in proportion to the weights of those left
    (Efraimidis and Spirakis 2006). The chances are not those that were asked for.

    Returns
    -------
    drawn
        Shape (draws, n), `size` of each row true.
    """
    keys = np.log(uniforms((draws, len(weight)), "weighted choice", label)) / weight
    drawn = np.zeros(keys.shape, dtype=np.bool_)
    np.put_along_axis(drawn, np.argpartition(-keys, size - 1, axis=1)[:, :size], True, axis=1)
    return drawn


def exact_sample(probability: FloatArray, draws: int, label: str) -> BoolArray:
    """
    Draw samples with exactly these chances: systematic, in a random order each time.

    Returns
    -------
    drawn
        Shape (draws, n); the sizes of the rows differ by at most one.
    """
    order = np.argsort(uniforms((draws, len(probability)), "order", label), axis=1)
    start = uniforms((draws, 1), "start", label)
    marks = np.floor(start + np.cumsum(probability[order], axis=1))
    chosen = np.diff(marks, axis=1, prepend=0.0) > 0
    drawn = np.empty_like(chosen)
    np.put_along_axis(drawn, order, chosen, axis=1)
    return drawn
