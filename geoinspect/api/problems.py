"""
Problems: violations and, once somebody opened them, their cases, as far as one may see them.

A violation without a case counts as a case that is found: nobody has to open it before it is
in the list. Which step somebody may take follows from the rules of cases and the rights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from geoinspect.cases import (
    TRANSITIONS,
    Act,
    Defect,
    Mover,
    Party,
    Standing,
    State,
    find_relapses,
    find_signs,
    is_overdue,
)
from geoinspect.cases.deadlines import FINAL
from geoinspect.cases.states import next_move
from geoinspect.errors import IllegalTransitionError, NotFoundError
from geoinspect.people import Permission, may
from geoinspect.people.organisations import units_below
from geoinspect.people.roles import NAMED_SCOPE
from geoinspect.workingdays import working_days_between

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    import geopandas as gpd

    from geoinspect.api.sight import Sight
    from geoinspect.people import Actor

Row = dict[str, Any]

#: Filters of lists of problems; see `chosen`.
Which = Literal["open", "overdue", "mine", "relapsed", "all"]

_COLUMNS = (
    "point_id", "point_name", "address", "unit_id", "unit_name", "category", "item",
    "description", "defect", "severity", "source", "found_at", "state", "returns", "deadline",
)  # fmt: skip

#: What each step needs; who re-inspects for the office may decide at once.
NEEDED = {
    Act.NOTIFY: Permission.RUN_CASES,
    Act.REPLY: Permission.REPLY_TO_CASE,
    Act.APPROVE: Permission.APPROVE_REPLY,
    Act.REJECT: Permission.APPROVE_REPLY,
    Act.REINSPECT: Permission.REINSPECT_CASE,
    Act.CLOSE: Permission.RUN_CASES,
    Act.RETURN: Permission.RUN_CASES,
    Act.ESCALATE: Permission.RUN_CASES,
    Act.DISMISS: Permission.RUN_CASES,
}
#: Steps that nobody has to take for a case to go on.
_OPTIONAL = frozenset({Act.ESCALATE, Act.DISMISS})


def problems(sight: Sight, only: str | None = None) -> pd.DataFrame:
    """
    Return the problems in sight.

    Parameters
    ----------
    only
        Id of the one problem that is wanted, None for all.

    Returns
    -------
    problems
        Indexed by id and sorted by it: what a case is about, `state`, `returns`, `deadline`,
        `found_at` (UTC), `is_overdue`; None where something is not known.
    """
    cases = sight.cases(only)
    parts = [cases] if len(cases) else []
    # a violation whose case is in sight is not found a second time
    if only is None or not parts:
        found = sight.new_violations(only)
        parts += [_as_cases(sight, found)] if len(found) else []
    if not parts:
        return pd.DataFrame(columns=[*_COLUMNS, "is_overdue"], dtype=object)
    every = pd.concat([part[list(_COLUMNS)].astype(object) for part in parts]).sort_index()
    zone = sight.folder.settings.zone
    late = [
        is_overdue(State(state), deadline, now=sight.now, timezone=zone)
        for state, deadline in zip(every["state"], every["deadline"], strict=True)
    ]
    return every.where(every.notna(), None).assign(is_overdue=late)


def _as_cases(sight: Sight, violations: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return violations without a case in the form of cases."""
    found = pd.DataFrame(violations.drop(columns="geometry"))
    places = sight.places(found["point_id"])
    told = {column: found[column].fillna("") for column in ("item", "description")}
    return found.assign(
        **told,
        category=found["category"].where(found["category"].notna(), places["category"]).fillna(""),
        point_name=places["name"].fillna(""),
        address=places["address"].fillna(""),
        unit_id=places["unit_id"],
        unit_name=places["unit_name"].fillna(""),
        defect=None,
        state=State.FOUND.value,
        returns=0,
        deadline=None,
    )


def find_problem(sight: Sight, case_id: str) -> Row:
    """
    Return one problem with its id.

    Raises
    ------
    NotFoundError
        If there is none in sight.
    """
    rows = rows_of(problems(sight, case_id))
    if not rows:
        raise NotFoundError("There is no problem {case_id!r}.", case_id=case_id)
    return rows[0]


def rows_of(table: pd.DataFrame) -> list[Row]:
    """Return problems as rows that tell their ids."""
    rows = table.rename_axis("case_id").reset_index().to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def mover_for(actor: Actor, act: Act) -> Mover:
    """
    Return somebody as the one who takes a step.

    Units are those that somebody belongs to; of a supervisor they are a limit of sight.
    """
    own = actor.units if actor.role in NAMED_SCOPE else frozenset()
    return Mover(actor.user_id, _party(actor, act), own)


def _party(actor: Actor, act: Act) -> Party:
    if act is Act.REPLY:
        return Party.UNIT
    if NEEDED[act] is Permission.APPROVE_REPLY:
        return Party.UNIT_LEADER
    return Party.OFFICE if may(actor, Permission.RUN_CASES) else Party.INSPECTOR


def steps_of(sight: Sight, standing: Standing) -> list[Act]:
    """Return the steps that the one who asks may take now, in the order of the rules."""
    acts = [act for state, act in TRANSITIONS if state is standing.state]
    return [act for act in acts if may(sight.actor, NEEDED[act]) and _can(sight, standing, act)]


def _can(sight: Sight, standing: Standing, act: Act) -> bool:
    try:
        check_step(sight, standing, act)
    except IllegalTransitionError:
        return False
    return True


def check_step(sight: Sight, standing: Standing, act: Act) -> None:
    """
    See that a step is possible before anything is written for it.

    Raises
    ------
    IllegalTransitionError
        If it is not.
    """
    at = max([sight.now, *(move.at for move in standing.moves)])
    next_move(standing, act, mover_for(sight.actor, act), at=at, reason="-")


def defect_of(sight: Sight, row: Row) -> Defect | None:
    """Return the class of defects of a problem: of its case, or of the item it was found by."""
    found = row["defect"] or sight.store.results.class_of(row["case_id"])
    return None if found is None else Defect(found)


def approvers(sight: Sight, standing: Standing) -> list[str]:
    """Name those who may approve the reply of a case as it stands, in the order of accounts."""
    reply, parents = standing.last(Act.REPLY), sight.store.people.offices()
    return [
        account.name
        for account in sight.store.people.accounts()
        if account.approves and not account.disabled
        if reply is None or account.user_id != reply.mover.name
        if standing.unit_id in units_below(parents, account.offices)
    ]


def states_to_act_in(actor: Actor) -> frozenset[str]:
    """Return the states in which a case waits for somebody like the one who asks."""
    return frozenset(
        state.value
        for (state, act), rule in TRANSITIONS.items()
        if act not in _OPTIONAL and may(actor, NEEDED[act]) and _party(actor, act) in rule.parties
    )


def chosen(sight: Sight, every: pd.DataFrame, which: Which) -> pd.DataFrame:
    """
    Keep the problems of a filter.

    Parameters
    ----------
    which
        "open" (neither closed nor dismissed), "overdue", "mine" (waiting for the one who
        asks, as far as the state tells), "relapsed" (came back after a closing) or "all".
    """
    if which == "open":
        return every[~every["state"].isin([state.value for state in FINAL])]
    if which == "overdue":
        return every[every["is_overdue"].astype(bool)]
    if which == "mine":
        return every[every["state"].isin(states_to_act_in(sight.actor))]
    if which == "relapsed":
        return every[every.index.isin(relapses(sight)["case_id"])]
    return every


def relapses(sight: Sight) -> pd.DataFrame:
    """Return what came back, among the cases in sight; see `geoinspect.cases.find_relapses`."""
    return find_relapses(sight.cases(), sight.folder.settings.cases.rechecks)


def days_left(deadline: date | None, today: date) -> int | None:
    """
    Return the working days until a deadline, below 0 once it is over; None without one.

    Examples
    --------
    >>> from datetime import date
    >>> days_left(date(2026, 11, 23), date(2026, 11, 20)), days_left(None, date(2026, 11, 20))
    (1, None)
    """
    if deadline is None:
        return None
    if today <= deadline:
        return working_days_between(today, deadline)
    return -working_days_between(deadline, today)


def signs_of(sight: Sight, case_id: str, translate: Callable[[str], str]) -> list[str]:
    """Return the signs of sham closure of a case, compared with what is in sight only."""
    if not may(sight.actor, Permission.READ_SIGNS):
        return []
    cases = sight.cases()
    if case_id not in cases.index:
        return []
    uses = sight.store.cases.photo_uses()
    seen = uses[uses["case_id"].isin(cases.index)]
    return [
        sign.render(translate)
        for sign in find_signs(cases, seen, sight.folder.settings.cases.signs, only=case_id)
    ]
