"""
All rights, in one place: what each role may do, and which rows each person may see.

A thing that may not be seen is left out before it is counted, paged, sought or named, so
that it answers exactly like one that does not exist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from geoinspect.errors import ForbiddenError
from geoinspect.people.permissions import Permission
from geoinspect.people.roles import NAMED_SCOPE, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoinspect.people.actor import Actor

__all__ = [
    "GRANTS",
    "OF_LEADERS",
    "Permission",
    "granted_to",
    "may",
    "may_read_record",
    "require",
    "visible_cases",
    "visible_events",
    "visible_points",
    "visible_routes",
    "visible_teams",
]

Frame = TypeVar("Frame", bound=pd.DataFrame)

_READING = frozenset(
    {
        Permission.READ_POINTS,
        Permission.READ_VIOLATIONS,
        Permission.READ_HEAT,
        Permission.READ_REPORTS,
        Permission.READ_CHANCES,
        Permission.READ_LEDGER,
        Permission.READ_RELEASED_PLAN,
        Permission.EXPORT,
    }
)

#: What each role may do. Nobody may read a sealed plan: who breaks the glass releases it.
GRANTS: Mapping[Role, frozenset[Permission]] = {
    Role.SUPERVISOR: _READING
    | {
        Permission.ADD_VIOLATION,
        Permission.COMMIT_PLAN,
        Permission.REVEAL_SECRET,
        Permission.DRAW_PLAN,
        Permission.AMEND_PLAN,
        Permission.RELEASE_PLAN,
        Permission.IMPORT_DATA,
        Permission.ASSIGN_UNITS,
        Permission.BUILD_NETWORK,
        Permission.RUN_JOBS,
        # who answers the citizen; nobody else reads what a ticket's masks cover
        Permission.READ_PERSONAL_DATA,
        Permission.RUN_CASES,
        Permission.REINSPECT_CASE,
        Permission.READ_SIGNS,
    },
    # who draws does not open, who opens does not draw
    Role.LEADER: _READING
    | {Permission.REVEAL_SECRET, Permission.BREAK_GLASS, Permission.READ_SIGNS},
    # whoever replies needs the unit's leader to approve; see `OF_LEADERS`
    Role.UNIT: frozenset(
        {
            Permission.READ_POINTS,
            Permission.READ_VIOLATIONS,
            Permission.READ_SCORECARD,
            Permission.REPLY_TO_CASE,
            Permission.SELF_CHECK,
        }
    ),
    Role.INSPECTOR: frozenset(
        {
            Permission.READ_OWN_ROUTE,
            Permission.ADD_VIOLATION,
            Permission.REINSPECT_CASE,
            Permission.RECORD_RESULTS,
        }
    ),
    # whose jobs draw the base map; nobody sees the jobs of others
    Role.ADMINISTRATOR: frozenset({Permission.MANAGE_SYSTEM, Permission.RUN_JOBS}),
    Role.SECURITY: frozenset({Permission.MANAGE_PEOPLE, Permission.MANAGE_KEYS}),
    Role.AUDITOR: frozenset({Permission.READ_LOG}),
}

#: What the leader of a unit may do besides, by a flag of the account; never with the own reply,
#: see `geoinspect.cases.states`.
OF_LEADERS = frozenset({Permission.APPROVE_REPLY})


def granted_to(role: Role, *, approves: bool = False) -> frozenset[Permission]:
    """Return what a role may do, and with the flag of a unit's leader."""
    return GRANTS[role] | OF_LEADERS if approves else GRANTS[role]


def may(actor: Actor, permission: Permission) -> bool:
    """
    Tell whether somebody may do something.

    A token may do what its scopes and its owner's role both allow.

    Examples
    --------
    >>> from geoinspect.people.actor import Actor
    >>> may(Actor("li", "李四", Role.UNIT), Permission.DRAW_PLAN)
    False
    """
    if actor.is_local:
        return True
    in_scope = actor.scopes is None or permission in actor.scopes
    return in_scope and permission in granted_to(actor.role, approves=actor.approves)


def require(actor: Actor, *wishes: Permission | frozenset[Permission]) -> None:
    """
    Refuse somebody who may do none of these things.

    Parameters
    ----------
    actor
        Who asks.
    *wishes
        Permissions of which one is enough; of a set, all are needed.

    Raises
    ------
    ForbiddenError
        The same sentence for every thing, whether or not it exists.
    """
    sets = [frozenset({wish}) if isinstance(wish, Permission) else wish for wish in wishes]
    if not any(all(may(actor, permission) for permission in wish) for wish in sets):
        raise ForbiddenError(
            "The role {role} of {user_id} does not allow this ({permission}): ask the security "
            "administrator.",
            role=actor.role.value,
            user_id=actor.user_id,
            permission=" + ".join(sorted(sets[0])),
        )


def visible_points(actor: Actor, points: Frame) -> Frame:
    """
    Keep the points in somebody's scope.

    Parameters
    ----------
    actor
        Who asks.
    points
        Table with the columns `unit_id`, `district_id` and `category`. What has no unit or
        district yet is in nobody's scope who is limited to some.
    """
    if not actor.is_restricted:
        return points
    if actor.role in NAMED_SCOPE and not actor.units:
        return points.iloc[:0]
    fits = pd.Series(True, index=points.index)
    for column, scope in _scopes(actor).items():
        if scope:
            fits &= points[column].isin(scope)
    return points[fits]


def visible_events(actor: Actor, events: Frame, points: pd.DataFrame) -> Frame:
    """
    Keep the violations or inspections in somebody's scope: those at points they may see.

    Parameters
    ----------
    actor
        Who asks.
    events
        Table with the column `point_id`. What is tied to no point is in no limited scope.
    points
        Points that `actor` may see, indexed by point id; see `visible_points`.
    """
    if not actor.is_restricted:
        return events
    return events[events["point_id"].isin(points.index)]


def visible_cases(actor: Actor, cases: Frame) -> Frame:
    """
    Keep the cases in somebody's scope.

    A case stays with the unit that it is held against, whoever answers for the place by now.

    Parameters
    ----------
    actor
        Who asks.
    cases
        Table with the columns `unit_id` (whom the case is held against), `district_id` and
        `category` (of its point). What lacks one of them is in no scope that names such.
    """
    return visible_points(actor, cases)


def visible_teams(
    actor: Actor, record: Mapping[str, Any], released: Mapping[str, bool]
) -> list[str]:
    """
    Return the ids of the teams whose routes somebody may see, in the order of the record.

    Parameters
    ----------
    actor
        Who asks.
    record
        Drawn record of a plan.
    released
        Whether the route of each team is released by now; a team that is missing is not.
    """
    teams = [str(team["team_id"]) for team in record["teams"]]
    if may(actor, Permission.READ_SEALED_PLAN):
        return teams
    open_teams = [team_id for team_id in teams if released.get(team_id, False)]
    # a scope holds back what lies outside of it, and a route leads through the whole city
    if may(actor, Permission.READ_RELEASED_PLAN) and not actor.is_restricted:
        return open_teams
    if may(actor, Permission.READ_OWN_ROUTE):
        own = _own_teams(actor, record)
        return [team_id for team_id in open_teams if team_id in own]
    return []


def visible_routes(
    actor: Actor, record: Mapping[str, Any], released: Mapping[str, bool]
) -> list[dict[str, Any]]:
    """Return the routes of a drawn record that somebody may see; see `visible_teams`."""
    teams = set(visible_teams(actor, record, released))
    return [route for route in record["routes"] if str(route["team_id"]) in teams]


def may_read_record(actor: Actor, record: Mapping[str, Any], released: Mapping[str, bool]) -> bool:
    """
    Tell whether somebody may read a whole record.

    It holds the books and chances of all teams, so all of them must be released.
    """
    if may(actor, Permission.READ_SEALED_PLAN):
        return True
    if not may(actor, Permission.READ_RELEASED_PLAN) or actor.is_restricted:
        return False
    return all(released.get(str(team["team_id"]), False) for team in record["teams"])


def _scopes(actor: Actor) -> dict[str, frozenset[str]]:
    """Columns that a scope holds for, with what it lets through."""
    return {
        "unit_id": actor.units,
        "district_id": actor.districts,
        "category": actor.categories,
    }


def _own_teams(actor: Actor, record: Mapping[str, Any]) -> set[str]:
    """Teams that an inspector was drawn for."""
    return {
        str(row["team_id"])
        for row in record["draw"].get("inspectors", [])
        if actor.inspector_id is not None and actor.inspector_id in row["inspector_ids"]
    }
