"""Plain route plans: given stops, teams with shifts and opening hours, the least travel."""

from geoinspect.routing.bounds import least_team_days
from geoinspect.routing.campaign import Campaign, plan_campaign
from geoinspect.routing.coverage import Coverage, coverage
from geoinspect.routing.problem import CODES, RoutingProblem, Team
from geoinspect.routing.route import Route, RoutingResult, Unplanned
from geoinspect.routing.solve import solve

__all__ = [
    "CODES",
    "Campaign",
    "Coverage",
    "Route",
    "RoutingProblem",
    "RoutingResult",
    "Team",
    "Unplanned",
    "coverage",
    "least_team_days",
    "plan_campaign",
    "solve",
]
