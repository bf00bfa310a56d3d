"""The draw follows from secret and commitment and nothing else."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from geoinspect.lottery.draw import Draw, draw_route, draw_seed

if TYPE_CHECKING:
    from collections.abc import Sequence

MINUTE = 60_000
WEIGHTS = [2**51, 2**52, 2**51]


def drawn(seed: str, team: str = "1", **changes: Sequence[int | None]) -> Draw:
    arguments: dict[str, Any] = {
        "weights": WEIGHTS,
        "slack_min": [60, 160, 260],
        "reverse_slack_min": [60, 160, 260],
    }
    return draw_route(seed, team, **(arguments | changes))


def test_seed_is_the_documented_hash() -> None:
    text = b"geoinspect draw|5eed|beef|42|c0ffee"
    assert draw_seed(["5eed", "beef"], "42", "c0ffee") == hashlib.sha256(text).hexdigest()


def test_route_is_where_the_documented_number_falls() -> None:
    number = int(hashlib.sha256(b"abc|7|route").hexdigest(), 16)
    share = Fraction(number, 2**256)
    expected = 0 if share < Fraction(1, 4) else 1 if share < Fraction(3, 4) else 2
    assert drawn("abc", "7").index == expected


def test_routes_are_drawn_as_often_as_their_weights_say() -> None:
    n = 4000
    counts = [0, 0, 0]
    for seed in range(n):
        counts[drawn(str(seed)).index] += 1
    # standard deviation of the middle count is 32
    assert counts == pytest.approx([n / 4, n / 2, n / 4], abs=130)


def test_directions_are_even_and_only_those_that_can_be_driven() -> None:
    turned = sum(drawn(str(seed)).reversed for seed in range(1000))
    assert turned == pytest.approx(500, abs=65)
    one_way: list[int | None] = [None] * 3
    assert not any(drawn(str(seed), reverse_slack_min=one_way).reversed for seed in range(50))


def test_starts_are_whole_minutes_within_the_slack() -> None:
    offsets = [drawn(str(seed), weights=[0, 0, 2**53]).start_offset_ms for seed in range(500)]
    assert all(offset % MINUTE == 0 for offset in offsets)
    assert 0 <= min(offsets) < 20 * MINUTE
    assert 240 * MINUTE < max(offsets) <= 260 * MINUTE


def test_a_full_shift_starts_on_time() -> None:
    draw = drawn("abc", slack_min=[0] * 3, reverse_slack_min=[0] * 3)
    assert draw.start_offset_ms == 0


def test_teams_draw_independently() -> None:
    assert len({drawn("abc", str(team)).start_offset_ms for team in range(30)}) > 5


def test_weights_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(ValueError, match="add up to 0"):
        drawn("abc", weights=[0, 0, 0])
