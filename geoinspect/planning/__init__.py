"""A day's plan: the one place that composes points, roads and the lottery."""

from geoinspect.planning.commit import commit_plan, plan_inspections
from geoinspect.planning.order import (
    UNGUESSABLE_BITS,
    City,
    PlanParams,
    PublicSource,
    TeamOrder,
    named_points,
    read_secret,
)

__all__ = [
    "UNGUESSABLE_BITS",
    "City",
    "PlanParams",
    "PublicSource",
    "TeamOrder",
    "commit_plan",
    "named_points",
    "plan_inspections",
    "read_secret",
]
