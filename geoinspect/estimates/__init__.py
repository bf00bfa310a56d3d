"""Rates per inspection with their errors, rankings that say how sure they are, and scores."""

from geoinspect.estimates.comparing import compare_periods
from geoinspect.estimates.params import RateParams
from geoinspect.estimates.ranking import rank_groups
from geoinspect.estimates.rates import estimate_rates

__all__ = ["RateParams", "compare_periods", "estimate_rates", "rank_groups"]
