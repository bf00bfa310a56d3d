"""A small city on a plane, made by the project's own random numbers."""

from __future__ import annotations

import numpy as np
import pytest

from geoinspect.lottery.randomness import derive_key, stream, uniform
from geoinspect.lottery.routes import Zone
from geoinspect.lottery.workload import Workload

MINUTE = 60_000


def plane_times(n: int, seed: str, minutes_across: float = 40.0) -> np.ndarray:
    """Asymmetric travel times between n + 1 random places, in milliseconds."""
    state = stream(derive_key("plane", seed))
    xy = np.array([[uniform(state), uniform(state)] for _ in range(n + 1)])
    apart = np.linalg.norm(xy[:, None] - xy[None], axis=2)
    uphill = np.maximum(0, xy[None, :, 1] - xy[:, None, 1])
    return (minutes_across * MINUTE * (apart + 0.2 * uphill)).astype(np.int64)


def make_zone(n: int, *, stops: float, seed: str = "zone", shift_minutes: int = 300) -> Zone:
    """A zone whose points all have the same chance."""
    return Zone(
        plane_times(n, seed),
        np.full(n, 12 * MINUTE, dtype=np.int64),
        shift_minutes * MINUTE,
        np.full(n, stops / n),
    )


def make_workload(n: int, n_teams: int, seed: str = "day") -> Workload:
    """A day of six hours with stops of twelve minutes."""
    return Workload.alike(
        plane_times(n, seed),
        np.full(n, 12 * MINUTE, dtype=np.int64),
        np.ones(n),
        360 * MINUTE,
        n_teams,
    )


@pytest.fixture
def state() -> np.ndarray:
    return stream(derive_key("test"))
