"""What a supervisor decides about chances: how much age, record and campaigns weigh."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  pydantic reads the type in settings
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from geoinspect.errors import InputError
from geoinspect.lottery.probabilities import CAP, FLOOR

#: Stands for every category, or every district, in a quota.
ANY = "*"

# beyond it, the other points would hardly have more than the floor
_STRONGEST_CAMPAIGN = 100.0

# least and most of each knob: beyond, one reason would silence all others
_RANGES = {
    "uniform_share": (0.001, 1.0),
    "age_exponent": (0.0, 8.0),
    "oldest_age": (1.0, 1000.0),
    "risk_strength": (0.0, 0.99),
    "prior_visits": (0.01, 1e6),
    "risk_days": (1, 36_500),
    "complaint_strength": (0.0, 4.0),
    "complaint_days": (1, 36_500),
    "reinspection_boost": (1.0, _STRONGEST_CAMPAIGN),
}


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
class Campaign:
    """
    Weeks in which the points of a category count more, or less.

    Attributes
    ----------
    factor
        Factor of their weights.
    start, end
        First and last day; None for a campaign that has always run, or never ends.

    Examples
    --------
    >>> autumn = Campaign(2.0, start=date(2026, 9, 1), end=date(2026, 11, 30))
    >>> autumn.on(date(2026, 11, 30)), autumn.on(date(2026, 12, 1))
    (2.0, 1.0)
    """

    factor: float
    start: date | None = None
    end: date | None = None

    def __post_init__(self) -> None:
        if self.start and self.end and self.end < self.start:
            raise InputError(
                "The campaign from {start} to {end} ends before it begins: swap the two days.",
                start=self.start,
                end=self.end,
            )

    def on(self, day: date) -> float:
        """Return the factor on a day, 1 outside the campaign."""
        runs = (self.start or day) <= day <= (self.end or day)
        return self.factor if runs else 1.0


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
        Factor of every point of a category, by category; a `Campaign` where it has a first
        or a last day.
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
    campaigns: Mapping[str, float | Campaign] = field(default_factory=dict)
    quotas: tuple[Quota, ...] = ()
    days_off: tuple[str, ...] = ()
    days_on: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 < self.floor < self.cap < 1:
            raise InputError(
                "0 < floor < cap < 1 must hold, but floor is {floor} and cap {cap}.",
                floor=self.floor,
                cap=self.cap,
            )
        for name, (least, most) in _RANGES.items():
            value = getattr(self, name)
            if not least <= value <= most:
                raise InputError(
                    "{name} is {value}, but must lie between {least:g} and {most:g}.",
                    name=name,
                    value=value,
                    least=least,
                    most=most,
                )
        self._check_campaigns()
        self._check_days()

    def campaign_factors(self, day: date) -> dict[str, float]:
        """Return the factor of each campaign's category on a day."""
        return {
            category: campaign.on(day) if isinstance(campaign, Campaign) else campaign
            for category, campaign in self.campaigns.items()
        }

    def to_record(self) -> dict[str, Any]:
        """
        Write the knobs as plain values that JSON takes.

        Examples
        --------
        >>> params = ChanceParams(campaigns={"超市": Campaign(2.0, start=date(2026, 9, 1))})
        >>> params.to_record()["campaigns"]
        {'超市': {'factor': 2.0, 'start': '2026-09-01', 'end': None}}
        """
        return {name: _plain(value) for name, value in asdict(self).items()}

    def _check_campaigns(self) -> None:
        for category, campaign in self.campaigns.items():
            factor = campaign.factor if isinstance(campaign, Campaign) else campaign
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


def _plain(value: Any) -> Any:
    """Write days as text and tuples as lists, however deep they lie."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
