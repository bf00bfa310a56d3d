"""The rival designs draw what they are known to draw."""

from __future__ import annotations

import numpy as np
import pytest
from lottery.chance import exact_sample, uniforms, weighted_choice


def test_numbers_depend_on_their_labels_alone():
    assert np.array_equal(uniforms((2, 3), "a", "b"), uniforms((2, 3), "a", "b"))
    assert not np.array_equal(uniforms((2, 3), "a", "b"), uniforms((2, 3), "ab"))


def test_exact_sample_has_the_size_and_the_chances_that_were_asked_for():
    probability = np.array([0.1, 0.5, 0.9, 0.5])
    drawn = exact_sample(probability, 4000, "test")
    assert set(drawn.sum(axis=1)) == {2}
    error = np.sqrt(probability * (1 - probability) / 4000)
    assert (np.abs(drawn.mean(axis=0) - probability) < 4 * error).all()


def test_weighted_choice_gives_heavy_points_less_than_their_weight():
    # by hand: 4/6 at first, else 1/6 twice over with 4/5 each
    drawn = weighted_choice(np.array([1.0, 1.0, 4.0]), 2, 6000, "test")
    chance = 4 / 6 + 2 / 6 * 4 / 5
    assert drawn[:, 2].mean() == pytest.approx(
        chance, abs=4 * (chance * (1 - chance) / 6000) ** 0.5
    )
    assert chance < 2 * 4 / 6
