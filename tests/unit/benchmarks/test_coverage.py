"""The simulated years know ages."""

from __future__ import annotations

import pytest
from lottery.coverage import by_age, simulate_coverage


def test_weights_by_age_shorten_the_longest_gap():
    small = {"n_points": 60, "stops": 6, "days": 80, "seeds": 2}
    equal = simulate_coverage(None, **small)
    aged = simulate_coverage(by_age, **small)
    assert aged.longest_gap < equal.longest_gap
    assert equal.largest_chance == pytest.approx(0.1)
    assert 0.1 < aged.largest_chance < 0.95
