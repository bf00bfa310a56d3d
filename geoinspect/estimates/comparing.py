"""Before and after: what a campaign changed, and whether chance explains it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoinspect.estimates.intervals import interval_of_sum
from geoinspect.estimates.params import RateParams
from geoinspect.estimates.rates import estimate_rates

if TYPE_CHECKING:
    from geoinspect.arrays import FloatArray
    from geoinspect.estimates.table import CodedInspections


def compare_periods(
    before: pd.DataFrame | CodedInspections,
    after: pd.DataFrame | CodedInspections,
    *,
    by: str | None = None,
    params: RateParams | None = None,
) -> pd.DataFrame:
    """
    Compare the rates of two periods, group by group.

    Rates of raw counts fall whenever a campaign follows on bad days, and rise when
    inspectors are sent where it is bad; these weigh every inspection by its chance in
    both periods. Days are drawn independently, so that errors add up.

    Parameters
    ----------
    before, after
        Inspections of two periods without a common day, see `estimate_rates`.
    by, params
        As in `estimate_rates`.

    Returns
    -------
    comparison
        Indexed by group: `rate_before`, `rate_after`, `difference` (after less before,
        negative is better), its `standard_error` and interval `low` to `high`,
        `is_enough` (in both periods), and `changed`: "better" or "worse" where there are
        enough inspections and the interval leaves out 0, else "".

    Raises
    ------
    InputError
        As in `estimate_rates`.

    Examples
    --------
    >>> visits = pd.DataFrame({
    ...     "point_id": list("abcdef"), "day": range(6), "found": [3, 4, 3, 4, 3, 4],
    ...     "inclusion_probability": 0.5,
    ... })
    >>> later = visits.assign(day=visits["day"] + 6, found=[0, 1, 0, 0, 0, 0])
    >>> compare_periods(visits, later)["changed"].tolist()
    ['better']
    """
    params = params or RateParams()
    was, now = (estimate_rates(period, by=by, params=params) for period in (before, after))
    return compare_rates(was, now)


def compare_rates(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """
    Compare the rates of two periods that are estimated already; see `compare_periods`.

    Parameters
    ----------
    before, after
        From `geoinspect.estimates.rates.estimate_rates`, by the same groups.
    """
    groups = before.index.union(after.index)
    was, now = (period.reindex(groups) for period in (before, after))
    low, high = interval_of_sum(
        _stacked(was, now, "rate"),
        _stacked(was, now, "low"),
        _stacked(was, now, "high"),
        np.array([-1.0, 1.0]),
    )
    is_enough = (was["is_enough"] == True) & (now["is_enough"] == True)  # noqa: E712 - may be NaN
    return pd.DataFrame(
        {
            "rate_before": was["rate"],
            "rate_after": now["rate"],
            "difference": now["rate"] - was["rate"],
            "standard_error": np.hypot(was["standard_error"], now["standard_error"]),
            "low": low,
            "high": high,
            "is_enough": is_enough,
            "changed": np.select(
                [is_enough & (high < 0), is_enough & (low > 0)], ["better", "worse"], ""
            ),
        },
        index=groups,
    )


def _stacked(was: pd.DataFrame, now: pd.DataFrame, column: str) -> FloatArray:
    """One column of both periods, shape (2, G)."""
    return np.vstack([period[column].to_numpy(np.float64) for period in (was, now)])
