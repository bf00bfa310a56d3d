"""The rule drops the fewest stops, and equally few by a number that nobody chose."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geoinspect.amending.rule import Rest, begins, drop_number, dropped_stops, most_kept

SEED = "5eed"


def rest(k: int, *, leg: int, service: int, deadline: int, opening=None) -> Rest:
    """Stops in a row: every way takes `leg`."""
    times = tuple(tuple(0 if i == j else leg for j in range(k + 2)) for i in range(k + 2))
    ids = tuple(f"p{stop}" for stop in range(k))
    return Rest(ids, times, (service,) * k, opening or (None,) * k, 0, deadline)


def test_nothing_is_dropped_while_everything_fits() -> None:
    # four ways of 10 and three visits of 20
    assert dropped_stops(rest(3, leg=10, service=20, deadline=100), SEED) == []
    assert len(dropped_stops(rest(3, leg=10, service=20, deadline=99), SEED)) == 1


def test_of_equal_stops_the_one_with_the_smallest_number_is_dropped() -> None:
    tight = rest(3, leg=10, service=20, deadline=99)
    for seed in ("a", "b", "c", "d", "e", "f"):
        numbers = [drop_number(seed, point_id) for point_id in tight.point_ids]
        assert dropped_stops(tight, seed) == [int(np.argmin(numbers))]


def test_one_distant_stop_goes_rather_than_two_near_ones() -> None:
    near = [[0, 5, 50, 5, 5], [5, 0, 50, 5, 5], [50] * 5, [5, 5, 50, 0, 5], [5, 5, 50, 5, 0]]
    found = Rest(("a", "far", "b"), tuple(map(tuple, near)), (10, 10, 10), (None,) * 3, 0, 40)
    assert dropped_stops(found, SEED) == [1]


def test_a_team_waits_for_a_point_to_open_and_drops_one_that_has_closed() -> None:
    hours = (((0, 25),), ((50, 90),))
    both = rest(2, leg=10, service=15, deadline=75, opening=hours)
    assert dropped_stops(both, SEED) == []
    assert begins(both, [0, 1]) == [10, 50]
    late = Rest(both.point_ids, both.times_ms, both.service_ms, hours, 1, 75)
    assert dropped_stops(late, SEED) == [0]


def test_a_point_that_opens_twice_is_visited_when_it_is_open_next() -> None:
    hours = (((0, 20), (40, 60)),)
    assert begins(rest(1, leg=10, service=15, deadline=70, opening=hours), [0]) == [40]
    assert begins(rest(1, leg=3, service=15, deadline=70, opening=hours), [0]) == [3]


def test_with_no_time_at_all_everything_is_dropped() -> None:
    assert dropped_stops(rest(2, leg=10, service=15, deadline=-5), SEED) == [0, 1]


@st.composite
def rests(draw: st.DrawFn) -> Rest:
    k = draw(st.integers(1, 5))
    minutes = st.integers(1, 30)
    times = tuple(tuple(draw(minutes) for _ in range(k + 2)) for _ in range(k + 2))
    span = st.tuples(st.integers(0, 80), st.integers(0, 120)).map(lambda pair: (pair,))
    opening = tuple(draw(st.none() | span) for _ in range(k))
    service = tuple(draw(minutes) for _ in range(k))
    ids = tuple(f"p{stop}" for stop in range(k))
    return Rest(ids, times, service, opening, draw(st.integers(0, 20)), draw(st.integers(0, 150)))


def fits(rest: Rest, kept: tuple[int, ...]) -> bool:
    """Drive the stops one after the other, as slowly and plainly as possible."""
    now, before = rest.ready_ms, 0
    for stop in kept:
        now += rest.times_ms[before][stop + 1]
        spans = rest.opening[stop]
        if spans is not None:
            ((opens, closes),) = spans
            now = max(now, opens)
            if now + rest.service_ms[stop] > closes:
                return False
        now, before = now + rest.service_ms[stop], stop + 1
    return not kept or now + rest.times_ms[before][-1] <= rest.deadline_ms


@given(rests(), st.text("0123456789abcdef", min_size=1, max_size=4))
def test_the_rule_finds_what_trying_every_subset_finds(rest: Rest, seed: str) -> None:
    k = len(rest.point_ids)
    possible = [
        kept for n in range(k + 1) for kept in combinations(range(k), n) if fits(rest, kept)
    ]
    most = max(len(kept) for kept in possible)
    assert most_kept(rest, range(k)) == most

    def numbers(kept: tuple[int, ...]) -> list[str]:
        return sorted(drop_number(seed, rest.point_ids[s]) for s in range(k) if s not in kept)

    best = min((kept for kept in possible if len(kept) == most), key=numbers)
    assert dropped_stops(rest, seed) == [stop for stop in range(k) if stop not in best]
