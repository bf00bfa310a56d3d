"""Rates per inspection with their errors, rankings that say how sure they are, and scores."""

from geoinspect.estimates.attribution import (
    CITY_ALONE,
    attribute_violations,
    count_found,
    inspection_of,
)
from geoinspect.estimates.books import (
    design_variance,
    joint_inclusion_probabilities,
    visits_of,
)
from geoinspect.estimates.comparing import compare_periods, compare_rates
from geoinspect.estimates.composite import composite_scores, field_scores
from geoinspect.estimates.params import RateParams
from geoinspect.estimates.ranking import rank_groups
from geoinspect.estimates.rates import estimate_rates
from geoinspect.estimates.table import CodedInspections, code_inspections

__all__ = [
    "CITY_ALONE",
    "CodedInspections",
    "RateParams",
    "attribute_violations",
    "code_inspections",
    "compare_periods",
    "compare_rates",
    "composite_scores",
    "count_found",
    "design_variance",
    "estimate_rates",
    "field_scores",
    "inspection_of",
    "joint_inclusion_probabilities",
    "rank_groups",
    "visits_of",
]
