"""Density along streets: the Gaussian on a straight road, and nothing lost anywhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoinspect.errors import InputError
from geoinspect.networkdensity import cut_streets, network_density

H = 300.0


def mass(density):
    return density.events_per_km @ density.pieces.node_length_m / 1000


def straight_road(n=12, length_m=500.0):
    nodes = np.arange(n + 1)
    return cut_streets(nodes[:-1], nodes[1:], np.full(n, length_m), n + 1)


@pytest.mark.parametrize("fraction", [0.0, 0.25, 0.533])
def test_on_a_straight_road_it_is_the_gaussian(fraction):
    pieces = straight_road()
    density = network_density(pieces, np.array([6]), np.array([fraction]), bandwidth_m=H)
    middle = 500 * (pieces.street + (pieces.start + pieces.end) / 2)
    tail_x = 500 * (pieces.street + pieces.start)
    at_tail = density.events_per_km[pieces.tail]
    expected = 1000 * np.exp(-((tail_x - 500 * (6 + fraction)) ** 2) / (2 * H**2))
    expected /= np.sqrt(2 * np.pi) * H
    assert np.abs(at_tail - expected).max() < 0.01 * expected.max()
    assert density.piece_events_per_km[np.argmin(np.abs(middle - 3000))] > 0


def test_an_event_on_the_spot_counts_one():
    density = network_density(straight_road(), np.array([6]), np.array([0.0]), bandwidth_m=H)
    assert density.behind.max() == pytest.approx(1.0, abs=0.02)


def test_at_a_crossing_of_four_streets_the_event_divides():
    centre = cut_streets(np.zeros(4, int), np.arange(1, 5), np.full(4, 2000.0), 5)
    at_centre = network_density(centre, np.array([0]), np.array([0.0]), bandwidth_m=H)
    # four arms instead of two: half the height of the Gaussian
    assert at_centre.events_per_km[0] == pytest.approx(500 / (np.sqrt(2 * np.pi) * H), rel=0.02)
    assert mass(at_centre) == pytest.approx(1, abs=1e-5)


def test_nothing_crosses_to_streets_that_do_not_meet():
    two = cut_streets(np.array([0, 2]), np.array([1, 3]), np.array([800.0, 800.0]), 4)
    density = network_density(two, np.array([0]), np.array([0.5]), bandwidth_m=H)
    assert density.events_per_km[[2, 3]].tolist() == [0, 0]
    # a dead end reflects: all of it is on the first street
    assert mass(density) == pytest.approx(1, abs=1e-5)


@given(seed=st.integers(0, 10_000), n=st.integers(2, 30), k=st.integers(1, 60))
@settings(max_examples=30, deadline=None)
def test_mass_is_kept_on_any_network_and_nothing_is_negative(seed, n, k):
    rng = np.random.default_rng(seed)
    tail, head = rng.integers(0, n, (2, 2 * n))
    length = rng.choice([0.0, 0.3, 20.0, 75.0, 900.0], 2 * n)
    pieces = cut_streets(tail, head, length, n)
    street, fraction = rng.integers(0, 2 * n, k), rng.uniform(0, 1, k)
    density = network_density(pieces, street, fraction, bandwidth_m=H)
    assert mass(density) == pytest.approx(k, rel=1e-5)
    assert density.events_per_km.min() > -1e-3 * density.events_per_km.max()


def test_pieces_cover_each_street_once():
    pieces = cut_streets(np.array([0, 1]), np.array([1, 2]), np.array([130.0, 50.0]), 3)
    assert np.bincount(pieces.street, weights=pieces.length_m).tolist() == pytest.approx([130, 50])
    assert pieces.length_m.max() <= 50
    assert pieces.n_nodes == 5
    assert pieces.node_length_m.sum() == pytest.approx(180)


def test_no_events_are_no_density():
    none = np.empty(0, np.int64)
    density = network_density(straight_road(), none, none.astype(float))
    assert (density.n_events, density.events_per_km.max()) == (0, 0)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: cut_streets(np.array([0]), np.array([1]), np.array([-1.0]), 2), "length"),
        (lambda: cut_streets(np.array([0]), np.array([1]), np.array([np.nan]), 2), "length"),
        (
            lambda: cut_streets(np.array([0]), np.array([1]), np.array([9.0]), 2, piece_m=0),
            "piece_m",
        ),
        (
            lambda: network_density(
                straight_road(), np.array([0]), np.array([0.5]), bandwidth_m=80
            ),
            "too coarse",
        ),
        (
            lambda: network_density(straight_road(), np.array([0]), np.array([0.5]), bandwidth_m=0),
            "bandwidth_m",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name(call, words):
    with pytest.raises(InputError, match=words):
        call()
