"""The travel of a rival is estimated from few samples without bias."""

from __future__ import annotations

import numpy as np
import pytest
from lottery.measurement import Rival, Travel
from lottery.rivals import Routed

MINUTE_MS = 60_000


def routed(minutes: float) -> Routed:
    return Routed(np.arange(10), round(minutes * MINUTE_MS), 0.9, 2, True, 0.0)


def rival(minutes: list[float], remoteness: list[float], again: list[float]) -> Rival:
    return Rival(
        np.zeros((1, 1), dtype=bool),
        [10] * len(minutes),
        np.array(remoteness),
        [routed(each) for each in minutes],
        [routed(each) for each in again],
    )


def test_travel_is_that_of_samples_of_mean_remoteness():
    remoteness = [-1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    minutes = [100 + 20 * each for each in remoteness]
    assert rival(minutes, remoteness, []).travel.a_stop == pytest.approx(10.0)


def test_what_more_effort_saves_on_some_samples_is_taken_off_all():
    found = rival([100.0] * 8, list(np.arange(8.0)), [95.0, 95.0]).travel
    assert found.a_stop == pytest.approx(9.5)
    assert found.error == pytest.approx(0.0, abs=1e-12)


def test_ratio_carries_both_errors():
    assert Travel(5.0, 0.03).against(Travel(10.0, 0.04)) == "0.500 ± 0.025"
