"""A year as it comes: each day its own books, chances by the ages that its draws have made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lottery.chance import exact_sample, weighted_choice
from lottery.coverage import by_age
from lottery.days import make_day

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoinspect.arrays import BoolArray, FloatArray
    from lottery.cases import Case
    from lottery.days import Day


@dataclass(frozen=True)
class Year:
    """
    One draw a day.

    Attributes
    ----------
    visits, promised
        Whether each point was visited on each day, and its promised chance, (days, n).
    script, sampled
        The same visits by a weighted choice and by exact samples with these chances.
    gap
        Largest difference between a promised chance and the books of any day.
    faulty, routes
        Routes that are not what their book says, and all routes.
    effective
        Effective routes of every team on every day, shape (days x teams,).
    seconds
        Of each day, by the clock, for zones, books and draw.
    """

    visits: BoolArray
    promised: FloatArray
    script: BoolArray
    sampled: BoolArray
    gap: float
    faulty: int
    routes: int
    effective: FloatArray
    seconds: FloatArray


def simulate_year(case: Case, days: int, say: Callable[[str], None]) -> Year:
    """Draw `days` days one after the other; every point was last visited just before them."""
    age = np.ones(case.n_points, dtype=np.int64)
    found = []
    for number in range(days):
        say(f"{case.name}: day {number + 1} of a year of {days}")
        day = make_day(case.weighed(by_age(age)), number, 1)
        found.append(_counted(day, f"year {case.name} {number}"))
        age = np.where(found[-1].visits[0], 1, age + 1)
    return Year(
        visits=np.vstack([day.visits for day in found]),
        promised=np.vstack([day.promised for day in found]),
        script=np.vstack([day.script for day in found]),
        sampled=np.vstack([day.sampled for day in found]),
        gap=max(day.gap for day in found),
        faulty=sum(day.faulty for day in found),
        routes=sum(day.routes for day in found),
        effective=np.concatenate([day.effective for day in found]),
        seconds=np.concatenate([day.seconds for day in found]),
    )


def _counted(day: Day, label: str) -> Year:
    """Count what a year wants to know of a day; its books need not be kept."""
    chance = day.probability
    faulty, routes = day.faulty_routes()
    return Year(
        visits=day.visits(),
        promised=chance[np.newaxis],
        script=weighted_choice(chance, round(float(chance.sum())), 1, label),
        sampled=exact_sample(chance, 1, label),
        gap=day.promise_gap(),
        faulty=faulty,
        routes=routes,
        effective=np.array([team.book.effective_routes for team in day.teams]),
        seconds=np.array([day.seconds]),
    )
