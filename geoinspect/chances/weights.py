"""From evidence to weights: one factor a reason, and the product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoinspect.chances import factors
from geoinspect.chances.evidence import gather, homeless
from geoinspect.chances.params import ChanceParams
from geoinspect.chances.quotas import Problem, problems, quota_factor
from geoinspect.lottery.probabilities import inclusion_probabilities

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date
    from zoneinfo import ZoneInfo

    from geoinspect.arrays import FloatArray

#: Factors of a weight, in the order in which they are explained.
FACTORS = (
    "age_factor", "risk_factor", "complaint_factor", "reinspection_factor", "campaign_factor",
    "quota_factor",
)  # fmt: skip

# powers differ in the last bit between systems; a rounded weight is the same on all
_DIGITS = 6
_SMALLEST = 10.0**-_DIGITS


# travel a stop, as routes in a city need it
_TRAVEL_S = 360
_FILL = 0.88


def usual_stops(n_teams: int, shift_s: float, service_time_s: float) -> float:
    """
    Guess the visits of a day before any route is known.

    Examples
    --------
    >>> round(usual_stops(10, 6 * 3600, 720))
    176
    """
    return _FILL * n_teams * shift_s / (service_time_s + _TRAVEL_S)


@dataclass(frozen=True)
class DayWeights:
    """
    The weights of a day, with their reasons.

    Attributes
    ----------
    table
        Indexed by point id and sorted by it; `weight` is the product of the columns in
        `FACTORS`, each rounded to six decimals. Besides: `age_days` since the last visit
        (NaN if never visited), `counted_age_days`, `risk` (severity per visit, shrunk),
        `relative_risk` (to the city's mean), `complaints` and `reinspections_due`.
    problems
        Campaigns and quotas that mean no point, quotas that cannot be kept, and records
        that name no point.
    """

    table: pd.DataFrame
    problems: tuple[Problem, ...]

    def chances(self, expected_stops: float, params: ChanceParams | None = None) -> FloatArray:
        """Return the chances if all points take part, in the order of `table`."""
        params = params or ChanceParams()
        weight = self.table["weight"].to_numpy()
        return inclusion_probabilities(weight, expected_stops, floor=params.floor, cap=params.cap)


def point_weights(
    points: pd.DataFrame,
    inspections: pd.DataFrame,
    violations: pd.DataFrame,
    *,
    day: date,
    timezone: ZoneInfo,
    expected_stops: float,
    params: ChanceParams | None = None,
    drawn_before: Mapping[date, Collection[str]] | None = None,
    asked: pd.DataFrame | None = None,
    settled: Collection[str] = (),
) -> DayWeights:
    """
    Weigh every point for the lottery of a day, with a reason for each factor.

    Nothing is random here, and only what was known on the eve of `day` enters.

    Parameters
    ----------
    points
        Inspection points, uniquely indexed by point id, with `category` and, if quotas
        name districts, `district`.
    inspections
        `point_id` and `inspected_at` (timezone-aware).
    violations
        `point_id`, `severity`, `source` and `found_at` (timezone-aware). Sources other
        than those of `geoinspect.outcomes.FOUND_BY_INSPECTION` are complaints. A
        violation found by an inspection is due for re-inspection from the next day
        until the point's next visit.
    day
        The day to plan.
    timezone
        Time zone of the city.
    expected_stops
        Visits that the day is expected to have; see `usual_stops`. Only quotas need it.
    params
        Knobs.
    drawn_before
        Points that the lottery drew on earlier days. They count as visited, also
        where nobody wrote the inspection down yet.
    asked
        Visits that cases ask for: `point_id` and `since` (timezone-aware). Each is due from
        the next day until the point's next visit.
    settled
        Ids of violations whose case is closed or dismissed: they are due no more.

    Returns
    -------
    weights
        Weights and reasons of all points, and what is wrong with the wishes.

    Examples
    --------
    >>> from datetime import date
    >>> from zoneinfo import ZoneInfo
    >>> from geoinspect.demo import tinytown
    >>> weights = point_weights(
    ...     tinytown.points(), tinytown.inspections(), tinytown.violations(),
    ...     day=date(2026, 11, 23), timezone=ZoneInfo("Asia/Shanghai"), expected_stops=4,
    ... )
    >>> weights.table.loc["TT01", ["age_days", "complaints"]].tolist()
    [42.0, 0.0]
    """
    params = params or ChanceParams()
    evidence = gather(
        points,
        inspections,
        violations,
        drawn_before or {},
        day=day,
        timezone=timezone,
        params=params,
        asked=asked,
        settled=settled,
    )
    weights = weigh(evidence, day=day, expected_stops=expected_stops, params=params)
    rows = homeless(points, inspections, violations)
    if rows == 0:
        return weights
    unused = Problem(
        "{rows} inspections and violations name no point of the list: they change no chance.",
        {"rows": rows},
    )
    return DayWeights(weights.table, (*weights.problems, unused))


def weigh(
    evidence: pd.DataFrame, *, day: date, expected_stops: float, params: ChanceParams
) -> DayWeights:
    """
    Turn evidence into weights.

    Parameters
    ----------
    evidence
        See `geoinspect.chances.evidence.gather`.
    day, expected_stops, params
        See `point_weights`.
    """
    table = _reasons(evidence, day, params)
    # the lottery takes positive weights only
    others = np.maximum(table[list(FACTORS[:-1])].to_numpy().prod(axis=1), _SMALLEST)
    by_quota = quota_factor(
        evidence, others, day=day, expected_stops=expected_stops, params=params
    ).round(_DIGITS)
    weight = np.maximum((others * by_quota).round(_DIGITS), _SMALLEST)
    table = table.assign(quota_factor=by_quota, weight=weight)
    wrong = problems(evidence, day=day, expected_stops=expected_stops, params=params)
    return DayWeights(table, wrong)


def _reasons(evidence: pd.DataFrame, day: date, params: ChanceParams) -> pd.DataFrame:
    """Work out every reason but the quotas."""
    columns = ["age_days", "severity", "visits", "complaints", "reinspections_due"]
    age_days, severity, visits, complaints, due = evidence[columns].to_numpy(dtype=np.float64).T
    ages = factors.counted_ages(age_days, oldest_age=params.oldest_age)
    category = pd.factorize(evidence["category"])[0]
    risk, mean = factors.shrunk_risk(severity, visits, category, prior_visits=params.prior_visits)
    by_age = factors.age_factor(
        ages, exponent=params.age_exponent, uniform_share=params.uniform_share
    )
    reasons = {
        "age_days": age_days,
        "counted_age_days": ages,
        "age_factor": by_age,
        "risk": risk,
        "relative_risk": risk / mean if mean > 0 else np.ones(len(risk)),
        "risk_factor": factors.risk_factor(risk, mean, strength=params.risk_strength),
        "complaints": complaints.astype(np.int64),
        "complaint_factor": factors.complaint_factor(
            complaints, strength=params.complaint_strength
        ),
        "reinspections_due": due.astype(np.int64),
        "reinspection_factor": np.where(due > 0, params.reinspection_boost, 1.0),
        "campaign_factor": factors.campaign_factor(
            evidence["category"].tolist(), params.campaign_factors(day)
        ),
    }
    rounded = {name: column.round(_DIGITS) for name, column in reasons.items()}
    return pd.DataFrame(rounded, index=evidence.index)
