"""What holds for every set of events."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoinspect.density import KernelParams, kernel_density, violation_rate

# a town of 10 x 10 km anywhere in China; cells of 150 m keep the examples quick
PARAMS = KernelParams(bandwidth_m=400, cell_m=150, minimum_exposure=2.0)
towns = st.tuples(st.floats(75, 130), st.floats(19, 52))
offsets = st.tuples(st.floats(-0.05, 0.05), st.floats(-0.05, 0.05))
crowds = st.lists(offsets, min_size=1, max_size=40)


def placed(town, crowd):
    return np.asarray(town) + np.array(crowd)


@settings(max_examples=30, deadline=None)
@given(towns, crowds)
def test_density_integrates_to_the_number_of_events(town, crowd):
    surface = kernel_density(placed(town, crowd), params=PARAMS)
    total = surface.events_per_km2.sum(axis=1) @ surface.grid.cell_area_km2
    assert total == pytest.approx(len(crowd), rel=1e-6)
    assert surface.events_per_km2.min() >= 0


@settings(max_examples=30, deadline=None)
@given(towns, crowds, st.randoms(use_true_random=False))
def test_the_order_of_events_plays_no_part(town, crowd, random):
    shuffled = random.sample(crowd, len(crowd))
    one = kernel_density(placed(town, crowd), params=PARAMS)
    other = kernel_density(placed(town, shuffled), params=PARAMS)
    assert np.array_equal(one.events_per_km2, other.events_per_km2)


@settings(max_examples=30, deadline=None)
@given(towns, crowds, st.integers(1, 6))
def test_inspecting_everything_more_often_with_the_same_luck_leaves_the_rate(town, crowd, times):
    inspections = np.repeat(placed(town, crowd), 3, axis=0)
    violations = inspections[::3]
    once = violation_rate(violations, inspections, params=PARAMS)
    often = violation_rate(
        np.repeat(violations, times, axis=0), np.repeat(inspections, times, axis=0), params=PARAMS
    )
    assert often.covered[once.covered].all()
    assert often.rate[once.covered] == pytest.approx(once.rate[once.covered], rel=1e-9)


@settings(max_examples=30, deadline=None)
@given(towns, crowds, st.data())
def test_a_rate_exists_exactly_where_the_exposure_suffices(town, crowd, data):
    inspections = np.repeat(placed(town, crowd), 3, axis=0)
    found = data.draw(st.integers(0, len(inspections)))
    surface = violation_rate(inspections[:found], inspections, params=PARAMS)
    assert np.array_equal(np.isfinite(surface.rate), surface.exposure >= 2.0)
    assert np.nanmax(surface.rate, initial=0) <= 1 + 1e-9
