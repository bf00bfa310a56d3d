"""The chances of a day: why some points are likelier than others, and by how much."""

from geoinspect.chances.params import Campaign, ChanceParams, Quota
from geoinspect.chances.quotas import Problem
from geoinspect.chances.reasons import explain, reason_records
from geoinspect.chances.weights import DayWeights, point_weights, usual_stops

__all__ = [
    "Campaign",
    "ChanceParams",
    "DayWeights",
    "Problem",
    "Quota",
    "explain",
    "point_weights",
    "reason_records",
    "usual_stops",
]
