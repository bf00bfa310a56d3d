"""
Rates that stand up to an appeal: what an inspection at a random time and place would find.

Points are not visited equally often, and bad points are visited more. But the chance of
every visit is known, so that weighing each inspection by 1 / chance gives every point, and
every day of it, the same say (Horvitz and Thompson 1952; as a ratio of two such totals,
Hajek 1971). A ratio is off by something of the order of 1 / n, far less than its error.
Days are independent of each other given their chances, and so are the teams of a day, so
that the sums of squares of what each team's route adds to the error are the variance
(linearisation with ultimate clusters; Sarndal, Swensson and Wretman 1992, ch. 5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoinspect.estimates.intervals import interval
from geoinspect.estimates.params import RateParams
from geoinspect.estimates.shrinkage import shrink
from geoinspect.estimates.table import code_inspections, group_inspections
from geoinspect.estimates.variance import sampling_error

if TYPE_CHECKING:
    from geoinspect.arrays import FloatArray
    from geoinspect.estimates.table import CodedInspections, InspectionTable
    from geoinspect.estimates.variance import SamplingError


def estimate_rates(
    inspections: pd.DataFrame | CodedInspections,
    *,
    by: str | None = None,
    params: RateParams | None = None,
) -> pd.DataFrame:
    """
    Estimate what an inspection finds on average, by group.

    Parameters
    ----------
    inspections
        One row an inspection that a lottery drew: `point_id`, `day`, `found` (violations,
        violations weighted by severity, or 0 and 1) and `inclusion_probability`, the whole
        chance of that point on that day, see `geoinspect.estimates.books.visits_of`. With
        `team_id`, what one team visited on one day counts as drawn together, without it
        the whole day does. With `stratum`, clusters are compared within their stratum.
        To group one table in many ways, code it once: `code_inspections`.
    by
        Column that names the group of each inspection; None for the whole city.
    params
        Knobs.

    Returns
    -------
    rates
        Indexed by group, ascending ("" for the city): `n_inspections`, `n_points`,
        `n_found`, `rate` per inspection, its `standard_error`, the interval `low` to
        `high`, the rate by which groups are ranked, `shrunk` towards that of all groups, with
        its `shrunk_error` beside them and interval `shrunk_low` to `shrunk_high` (see
        `geoinspect.estimates.shrinkage`), and `is_enough`: whether there are enough
        inspections for a rank. NaN where nothing can be said.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    InputError
        If a value is missing, a chance is not in (0, 1] or a find is negative.

    Examples
    --------
    >>> inspections = pd.DataFrame({
    ...     "point_id": ["a", "a", "b", "b"], "day": [1, 2, 3, 4], "found": [2, 1, 0, 1],
    ...     "inclusion_probability": [0.5, 0.5, 0.25, 0.25],
    ... })
    >>> estimate_rates(inspections)["rate"].round(3).tolist()
    [0.833]
    """
    params = params or RateParams()
    coded = code_inspections(inspections) if isinstance(inspections, pd.DataFrame) else inspections
    table = group_inspections(coded, by)
    weight = table.total(table.weight)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = table.total(table.weight * table.found) / weight
    error = sampling_error(table, rate)
    low, high = interval(rate, error, params.confidence)
    return _described(table, rate, error).assign(
        low=low,
        high=high,
        **shrink(table, params.confidence),
        is_enough=lambda rates: (
            (rates["n_inspections"] >= params.min_inspections) & (error.clusters > 1)
        ),
    )


def _described(table: InspectionTable, rate: FloatArray, error: SamplingError) -> pd.DataFrame:
    """Put together what was seen."""
    counts = np.bincount(table.group, minlength=len(table.groups))
    return pd.DataFrame(
        {
            "n_inspections": counts,
            "n_points": table.n_points,
            "n_found": table.total(table.found),
            "rate": rate,
            "standard_error": np.where(error.clusters > 1, error.standard_error, np.nan),
        },
        index=table.groups,
    )
