"""The random numbers are those of the published algorithms, on every machine."""

from __future__ import annotations

import math

import numpy as np
import pytest

from geoinspect.lottery.randomness import (
    below,
    derive_key,
    exponential,
    logarithm,
    next_integer,
    shuffle,
    stream,
    uniform,
)


def test_splitmix64_gives_the_published_numbers() -> None:
    state = np.array([1234567], dtype=np.uint64)
    assert [int(next_integer(state)) for _ in range(3)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]


def test_keys_depend_on_where_one_part_ends() -> None:
    assert derive_key("a", "bc") != derive_key("ab", "c")
    assert derive_key("a") != derive_key("a", "")


def test_stream_starts_at_the_first_eight_bytes_of_the_key() -> None:
    assert stream(bytes(range(32))).tolist() == [0x0001020304050607]


def test_uniform_numbers_fill_the_unit_interval(state: np.ndarray) -> None:
    numbers = np.array([uniform(state) for _ in range(4000)])
    assert 0 <= numbers.min() < 0.01
    assert 0.99 < numbers.max() < 1
    # standard error of the mean is 0.0046
    assert numbers.mean() == pytest.approx(0.5, abs=0.02)


def test_below_reaches_every_integer_about_equally_often(state: np.ndarray) -> None:
    counts = np.bincount([below(state, 7) for _ in range(7000)], minlength=7)
    assert len(counts) == 7
    # standard deviation of a count is 29
    assert np.abs(counts - 1000).max() < 120


def test_shuffle_keeps_every_value_and_moves_them(state: np.ndarray) -> None:
    values = np.arange(50)
    shuffle(state, values)
    assert sorted(values.tolist()) == list(range(50))
    assert values.tolist() != list(range(50))


@pytest.mark.parametrize("x", [-699.5, -20.0, -1.0, -1e-9, 0.0, 0.3, 1.0, 12.5, 80.0])
def test_exponential_agrees_with_the_c_library(x: float) -> None:
    assert exponential(x) == pytest.approx(math.exp(x), rel=1e-15)


def test_exponential_of_very_negative_numbers_is_zero() -> None:
    assert exponential(-701.0) == 0.0


@pytest.mark.parametrize("x", [1e-300, 0.1, 0.5, 0.70, 0.71, 1.0, 1.5, 2.0, 1e10, 1e300])
def test_logarithm_agrees_with_the_c_library(x: float) -> None:
    assert logarithm(x) == pytest.approx(math.log(x), rel=1e-15, abs=1e-16)
