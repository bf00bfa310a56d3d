"""A large city is cut into parts whose work is in proportion to their teams."""

from __future__ import annotations

import numpy as np
import pytest

from geoinspect.lottery.parts import cut_into_parts
from geoinspect.lottery.randomness import derive_key, stream, uniform


def places(n: int, name: str) -> np.ndarray:
    state = stream(derive_key(name))
    return 10_000 * np.array([[uniform(state), uniform(state)] for _ in range(n)])


def everywhere(n: int, k: int) -> np.ndarray:
    return np.ones((n, k), dtype=np.bool_)


def test_every_point_and_every_team_is_in_one_part_and_loads_fit_the_shifts() -> None:
    xy, capacity = places(900, "points"), np.where(np.arange(40) < 10, 2.0, 1.0)
    load = 1.0 + (np.arange(900) % 3)
    parts = cut_into_parts(
        xy, load, np.zeros((40, 2)), capacity, everywhere(900, 40), stream(derive_key("a"))
    )
    assert sorted(np.concatenate([part.points for part in parts]).tolist()) == list(range(900))
    assert sorted(np.concatenate([part.teams for part in parts]).tolist()) == list(range(40))
    assert max(len(part.teams) for part in parts) <= 16
    each = [load[part.points].sum() / capacity[part.teams].sum() for part in parts]
    assert each == pytest.approx([load.sum() / capacity.sum()] * len(parts), rel=0.05)


def test_parts_are_compact_and_differ_from_day_to_day() -> None:
    xy = places(800, "points")
    days = [
        cut_into_parts(
            xy, np.ones(800), np.zeros((40, 2)), np.ones(40), everywhere(800, 40),
            stream(derive_key(str(day))),
        )
        for day in range(5)
    ]  # fmt: skip
    assert len({parts[0].points.tobytes() for parts in days}) == 5
    spread = np.mean([xy[part.points].std(axis=0).mean() for parts in days for part in parts])
    assert spread < 0.75 * xy.std(axis=0).mean()


def test_teams_stay_on_the_side_of_their_depot() -> None:
    xy = places(600, "points")
    depots = np.repeat([[0.0, 0.0], [10_000.0, 10_000.0]], 10, axis=0)
    for day in range(10):
        parts = cut_into_parts(
            xy, np.ones(600), depots, np.ones(20), everywhere(600, 20), stream(derive_key(f"{day}"))
        )
        assert len(parts) == 2
        apart = [
            np.linalg.norm(xy[part.points].mean(axis=0) - depots[part.teams].mean(axis=0))
            for part in parts
        ]
        swapped = [
            np.linalg.norm(xy[part.points].mean(axis=0) - depots[other.teams].mean(axis=0))
            for part, other in zip(parts, parts[::-1], strict=True)
        ]
        assert sum(apart) < sum(swapped)


def test_points_that_suit_one_team_go_to_its_part() -> None:
    is_possible = everywhere(600, 20)
    is_possible[:50, 1:] = False
    parts = cut_into_parts(
        places(600, "points"), np.ones(600), np.zeros((20, 2)), np.ones(20), is_possible,
        stream(derive_key("night")),
    )  # fmt: skip
    [own] = [part for part in parts if 0 in part.teams]
    assert set(range(50)) <= set(own.points.tolist())
