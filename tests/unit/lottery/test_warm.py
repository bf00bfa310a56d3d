"""Warming up calls what a plan calls."""

from __future__ import annotations

from geoinspect.lottery.warm import warm


def test_warming_up_finds_every_feasible_set_of_stops_of_its_zone() -> None:
    # k stops of 10 minutes, the farthest f minutes out, fit an hour if 10 k + 2 f <= 60:
    # all sets of one to four of the six points, and of five only the nearest five
    assert warm() == 6 + 15 + 20 + 15 + 1
