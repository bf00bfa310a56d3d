"""
Monthly quotas: a factor that rises as the month runs out, and quotas that cannot be kept.

A quota holds for the month, never for a day: a daily one would tell everybody where
the visits must go. With r visits missing and d working days left, its points share at
least r / d expected visits a day. A single missing visit then falls on any of these
days with the same chance.
"""

from __future__ import annotations

import calendar
import math
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from geoinspect.chances.params import ANY
from geoinspect.lottery.probabilities import inclusion_probabilities

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    import pandas as pd

    from geoinspect.arrays import BoolArray, FloatArray
    from geoinspect.chances.params import ChanceParams, Quota

# what is left to the points without a quota, even where quotas ask for everything
_LEFT_FOR_OTHERS = 0.01

_EVERY = "all"


@dataclass(frozen=True)
class Problem:
    """
    A wish that the chances of a day cannot fulfil, or evidence that they cannot use.

    Attributes
    ----------
    sentence
        English sentence with named fields, also the key of its translation.
    data
        Values of the fields.
    """

    sentence: str
    data: dict[str, Any] = field(default_factory=dict)

    def render(self, translate: Callable[[str], str] = str) -> str:
        """Return the sentence in the language of `translate`, with the values filled in."""
        words = {key: translate(_EVERY) if v == ANY else v for key, v in self.data.items()}
        return translate(self.sentence).format(**words)


def working_days_left(day: date, params: ChanceParams) -> int:
    """
    Count the working days from `day` to the end of its month, `day` included.

    Examples
    --------
    >>> from geoinspect.chances import ChanceParams
    >>> working_days_left(date(2026, 11, 23), ChanceParams())
    6
    >>> working_days_left(date(2026, 11, 23), ChanceParams(days_off=("2026-11-30",)))
    5
    """
    last = calendar.monthrange(day.year, day.month)[1]
    following = (day + timedelta(days=ahead) for ahead in range(1, last - day.day + 1))
    return 1 + sum(_is_working_day(other, params) for other in following)


def _is_working_day(day: date, params: ChanceParams) -> bool:
    if day.weekday() < 5:
        return day.isoformat() not in params.days_off
    return day.isoformat() in params.days_on


@dataclass(frozen=True)
class _Group:
    """The points that a quota speaks of, and the visits that it still misses."""

    quota: Quota
    members: BoolArray
    missing: int


def _groups(evidence: pd.DataFrame, params: ChanceParams) -> list[_Group]:
    """Find the points of each quota."""
    visits = evidence["month_visits"].to_numpy()
    groups = []
    for quota in params.quotas:
        members = np.ones(len(evidence), dtype=np.bool_)
        for column, wanted in (("category", quota.category), ("district", quota.district)):
            if wanted != ANY:
                members &= evidence[column].eq(wanted).to_numpy(dtype=np.bool_)
        missing = max(0, quota.minimum - int(visits[members].sum()))
        groups.append(_Group(quota, members, missing))
    return groups


def quota_factor(
    evidence: pd.DataFrame,
    weight: FloatArray,
    *,
    day: date,
    expected_stops: float,
    params: ChanceParams,
) -> FloatArray:
    """
    Raise the weights of points whose quota is behind.

    Parameters
    ----------
    evidence
        See `geoinspect.chances.evidence.gather`; here `category`, `district` and
        `month_visits`.
    weight
        Weights by all other reasons, shape (n,).
    day
        The day to plan.
    expected_stops
        Visits that the day is expected to have.
    params
        Knobs; here the quotas, the calendar and the bounds of a chance.

    Returns
    -------
    factor
        At least 1, shape (n,), so large that the chances reach what the quotas ask for.
    """
    factor = np.ones(len(weight))
    asked = _asked_chances(evidence, weight, day, params)
    if not asked.any():
        return factor
    pulled = asked > _chances(weight, expected_stops, params)
    if not pulled.any() or pulled.all():
        return factor
    left = max(expected_stops - asked[pulled].sum(), _LEFT_FOR_OTHERS * expected_stops)
    chance_per_weight = left / weight[~pulled].sum()
    factor[pulled] = np.maximum(1, asked[pulled] / (chance_per_weight * weight[pulled]))
    return factor


def _asked_chances(
    evidence: pd.DataFrame, weight: FloatArray, day: date, params: ChanceParams
) -> FloatArray:
    """Chances that keep every quota on time, 0 where none asks for any."""
    asked = np.zeros(len(weight))
    days = working_days_left(day, params)
    for group in _groups(evidence, params):
        if group.missing and group.members.any():
            chances = _chances(weight[group.members], group.missing / days, params)
            asked[group.members] = np.maximum(asked[group.members], chances)
    return asked


def _chances(weight: FloatArray, visits: float, params: ChanceParams) -> FloatArray:
    """Chances that sum to `visits`, as far as floor and cap allow."""
    n = len(weight)
    possible = min(max(visits, n * params.floor), n * params.cap)
    return inclusion_probabilities(weight, possible, floor=params.floor, cap=params.cap)


def problems(
    evidence: pd.DataFrame, *, day: date, expected_stops: float, params: ChanceParams
) -> tuple[Problem, ...]:
    """
    Name the campaigns and quotas that mean no point, and the quotas that cannot be kept.

    Parameters
    ----------
    evidence
        See `quota_factor`.
    day
        The day to plan.
    expected_stops
        Visits that each working day left is expected to have.
    params
        Knobs.

    Returns
    -------
    problems
        Campaigns first, then the quotas in their order, then all quotas together.
    """
    known = set(evidence["category"])
    aimless = [
        Problem(
            "The campaign for {category} means no point: check the category.",
            {"category": category},
        )
        for category in params.campaigns
        if category not in known
    ]
    groups = _groups(evidence, params)
    days = working_days_left(day, params)
    single = (_problem_of(group, days, expected_stops, params) for group in groups)
    together = _problem_of_all(groups, days, expected_stops)
    return (*aimless, *(one for one in (*single, together) if one is not None))


def _problem_of(
    group: _Group, days: int, expected_stops: float, params: ChanceParams
) -> Problem | None:
    """Say why one quota cannot be kept, None if it can."""
    points = int(group.members.sum())
    names = {"category": group.quota.category, "district": group.quota.district}
    if points == 0 and group.quota.minimum > 0:
        return Problem(
            "The quota for category {category} in district {district} means no point: "
            "check both names.",
            names,
        )
    most = math.ceil(days * min(points * params.cap, expected_stops))
    if group.missing <= most:
        return None
    return Problem(
        "The quota of {minimum} visits a month for category {category} in district {district} "
        "cannot be kept: {missing} are missing, and {points} points on {days} working days "
        "allow {most} at most. Lower it to {possible}, or leave it for this month.",
        names
        | {
            "minimum": group.quota.minimum,
            "missing": group.missing,
            "points": points,
            "days": days,
            "most": most,
            "possible": group.quota.minimum - group.missing + most,
        },
    )


def _problem_of_all(groups: list[_Group], days: int, expected_stops: float) -> Problem | None:
    """Say if quotas that share no point need more visits than there will be."""
    missing, taken = 0, np.zeros(0, dtype=np.bool_)
    for group in sorted(groups, key=lambda group: -group.missing):
        if not (taken.size and (taken & group.members).any()):
            missing += group.missing
            taken = taken | group.members if taken.size else group.members
    most = math.ceil(days * expected_stops)
    if missing <= most:
        return None
    return Problem(
        "All quotas together still need {missing} visits, but {days} working days with {stops:.0f} "
        "visits each allow {most}: lower some, or send more teams.",
        {
            "missing": missing,
            "days": days,
            "stops": expected_stops,
            "most": most,
        },
    )
