"""What a supervisor decides about chances: how much age, record and campaigns weigh."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  pydantic reads the type in settings
from dataclasses import dataclass, field
from datetime import date

from geoinspect.errors import InputError
from geoinspect.lottery.probabilities import CAP, FLOOR

#: Stands for every category, or every district, in a quota.
ANY = "*"

# beyond it, the other points would hardly have more than the floor
_STRONGEST_CAMPAIGN = 100.0


@dataclass(frozen=True)
class Quota:
    """
    Fewest visits a month to the points of a category in a district, all together.

    Attributes
    ----------
    category, district
        As written in the table of points and in the list of districts; `*` for all.
    minimum
        Number of visits in a calendar month.
    """

    category: str
    district: str
    minimum: int

    def __post_init__(self) -> None:
        if self.minimum < 0:
            raise InputError(
                "A minimum of {minimum} visits a month for {category}, {district} makes no sense: "
                "write 0 or more.",
                minimum=self.minimum,
                category=self.category,
                district=self.district,
            )


@dataclass(frozen=True)
class ChanceParams:
    """
    Knobs of the chances of a day.

    The defaults keep the longest gap of 635 points at 30 visits a day within 66
    working days; `tests/benchmarks/bench_coverage.py` measures it.

    Attributes
    ----------
    floor, cap
        Bounds of each point's daily chance.
    uniform_share
        Part of the weight that age leaves alone: a point visited yesterday keeps it.
    age_exponent
        Power of the age that the rest of the weight follows.
    oldest_age
        Ages count no more than this many times the median age, so that a few forgotten
        points do not take all visits.
    risk_strength
        Part of the weight that follows the rate of violations, in [0, 1].
    prior_visits
        Visits that the mean of its category stands for in the rate of a point.
    risk_days
        Days back that the rate of violations looks.
    complaint_strength
        A point with n complaints weighs (1 + n) to this power.
    complaint_days
        Days back that complaints count.
    reinspection_boost
        Factor of a point with a violation that nobody has looked at again.
    campaigns
        Factor of every point of a category, by category.
    quotas
        Fewest visits a month, by category and district.
    days_off, days_on
        Weekdays without inspections and weekends with them, as ISO dates.
    """

    floor: float = FLOOR
    cap: float = CAP
    uniform_share: float = 0.15
    age_exponent: float = 2.0
    oldest_age: float = 8.0
    risk_strength: float = 0.25
    prior_visits: float = 4.0
    risk_days: int = 365
    complaint_strength: float = 0.4
    complaint_days: int = 90
    reinspection_boost: float = 1.4
    campaigns: Mapping[str, float] = field(default_factory=dict)
    quotas: tuple[Quota, ...] = ()
    days_off: tuple[str, ...] = ()
    days_on: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 < self.floor < self.cap < 1:
            raise ValueError("0 < floor < cap < 1 must hold")
        if not 0 < self.uniform_share <= 1 or not 0 <= self.risk_strength < 1:
            raise ValueError("0 < uniform_share <= 1 and 0 <= risk_strength < 1 must hold")
        if min(self.age_exponent, self.complaint_strength) < 0:
            raise ValueError("age_exponent and complaint_strength must not be negative")
        if self.oldest_age < 1 or self.reinspection_boost < 1:
            raise ValueError("oldest_age and reinspection_boost must be at least 1")
        if min(self.prior_visits, self.risk_days, self.complaint_days) <= 0:
            raise ValueError("prior_visits, risk_days and complaint_days must be positive")
        self._check_campaigns()
        self._check_days()

    def _check_campaigns(self) -> None:
        for category, factor in self.campaigns.items():
            if not 1 / _STRONGEST_CAMPAIGN <= factor <= _STRONGEST_CAMPAIGN:
                raise InputError(
                    "The campaign for {category} has the factor {factor}: write a number from "
                    "{least:g} to {most:g}, for example 2 for twice the usual weight.",
                    category=category,
                    factor=factor,
                    least=1 / _STRONGEST_CAMPAIGN,
                    most=_STRONGEST_CAMPAIGN,
                )

    def _check_days(self) -> None:
        for text in (*self.days_off, *self.days_on):
            try:
                date.fromisoformat(text)
            except ValueError as error:
                raise InputError(
                    "The date {text!r} is not a day: write it like 2026-11-23.", text=text
                ) from error
