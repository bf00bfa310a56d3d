"""Units are drawn with exactly the chances that were promised."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from geoinspect.targets.sampling import chances, draw_systematic, hash_order, most_draws

IDS = [f"S{k:02d}" for k in range(12)]
SIZE = np.array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 60], float)
DRAWS = 4000


def key(number: int) -> bytes:
    return number.to_bytes(8, "big")


def test_chances_are_in_proportion_to_size() -> None:
    assert chances(np.array([1.0, 3.0]), 1).tolist() == [0.25, 0.75]


def test_large_units_are_capped_and_the_rest_shared_out() -> None:
    chance = chances(SIZE, 6, cap=0.9)
    assert chance.sum() == pytest.approx(6)
    assert chance.max() == 0.9
    free = chance < 0.9
    assert chance[free] / SIZE[free] == pytest.approx((chance / SIZE)[0])


def test_every_unit_can_be_at_its_cap() -> None:
    assert chances(np.ones(20), 19, cap=0.95) == pytest.approx(0.95)
    assert most_draws(20, 0.95) == 19


def test_more_draws_than_the_units_can_take_are_refused() -> None:
    with pytest.raises(ValueError, match="20 draws from 20 units"):
        chances(np.ones(20), 20, cap=0.95)


def test_the_number_of_draws_is_fixed_and_no_unit_comes_twice() -> None:
    chance = chances(SIZE, 5)
    for number in range(200):
        drawn, within = draw_systematic(IDS, chance, key(number))
        assert len(set(drawn.tolist())) == 5
        assert ((within >= 0) & (within < 1)).all()


def test_inclusion_frequencies_equal_the_promised_chances() -> None:
    chance = chances(SIZE, 5, cap=0.9)
    counts = np.zeros(len(IDS))
    for number in range(DRAWS):
        counts[draw_systematic(IDS, chance, key(number))[0]] += 1
    errors = (counts / DRAWS - chance) / np.sqrt(chance * (1 - chance) / DRAWS)
    assert np.abs(errors).max() < 4


def test_every_two_units_can_come_together() -> None:
    seen: Counter[tuple[int, ...]] = Counter()
    for number in range(DRAWS):
        drawn, _ = draw_systematic(IDS, np.full(12, 0.25), key(number))
        seen.update(combinations(sorted(drawn.tolist()), 2))
    assert len(seen) == 12 * 11 / 2


def test_places_within_a_unit_are_uniform() -> None:
    places = []
    for number in range(2000):
        drawn, within = draw_systematic(IDS, chances(SIZE, 5), key(number))
        places += within[drawn == 9].tolist()
    assert len(places) > 700
    assert stats.kstest(places, "uniform").pvalue > 0.01


def test_the_draw_follows_from_key_and_ids_and_not_from_their_order() -> None:
    chance = chances(SIZE, 5)
    drawn, within = draw_systematic(IDS, chance, key(7))
    turned, turned_within = draw_systematic(IDS[::-1], chance[::-1], key(7))
    assert [IDS[k] for k in drawn] == [IDS[::-1][k] for k in turned]
    assert within == pytest.approx(turned_within)
    assert draw_systematic(IDS, chance, key(8))[0].tolist() != drawn.tolist()


def test_the_order_is_another_under_each_key() -> None:
    firsts = Counter(IDS[hash_order(IDS, key(number))[0]] for number in range(2400))
    assert stats.chisquare([firsts[unit] for unit in IDS]).pvalue > 0.01


def test_nothing_is_drawn_where_nothing_is_asked_for() -> None:
    drawn, _ = draw_systematic(IDS, chances(SIZE, 0), key(1))
    assert len(drawn) == 0
