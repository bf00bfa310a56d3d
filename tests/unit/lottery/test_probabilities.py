"""Inclusion probabilities sum to the expected stops and respect floor and cap."""

from __future__ import annotations

import numpy as np
import pytest

from geoinspect.errors import LotteryError
from geoinspect.lottery.probabilities import inclusion_probabilities


def test_equal_weights_share_the_stops_equally() -> None:
    assert inclusion_probabilities(np.ones(10), 2.0) == pytest.approx(0.2, abs=1e-15)


def test_heavy_points_are_capped_and_the_rest_makes_up_for_it() -> None:
    chances = inclusion_probabilities(np.array([100.0, 1.0, 1.0]), 1.5, cap=0.9)
    assert chances == pytest.approx([0.9, 0.3, 0.3])


def test_light_points_keep_the_floor() -> None:
    chances = inclusion_probabilities(np.array([1e-9, 1.0, 1.0]), 1.0, floor=0.1)
    assert chances == pytest.approx([0.1, 0.45, 0.45])


def test_more_stops_than_the_cap_allows_are_refused_with_the_limits() -> None:
    with pytest.raises(LotteryError, match="name between 1 and 9 stops") as caught:
        inclusion_probabilities(np.ones(10), 9.9)
    assert caught.value.data["points"] == 10
