"""The command that says who answers for each point."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import pandas as pd
import typer

from geoinspect.cli.session import session_of
from geoinspect.demo import categories
from geoinspect.errors import InputError
from geoinspect.responsibility import STATUSES
from geoinspect.responsibility import assign as assign_points
from geoinspect.responsibility_rules import rule_problems

if TYPE_CHECKING:
    from geoinspect.cli.session import Session
    from geoinspect.store import Store

STATUS_NAMES = {
    "resolved": "Assigned",
    "near-boundary": "Near a boundary",
    "overlap": "Districts overlap",
    "gap": "In no district",
    "no-rule": "No rule",
    "conflict": "Rules conflict",
}


def assign(
    context: typer.Context,
    output: Annotated[
        Path | None,
        typer.Option("-o", help="CSV of all assignments.", show_default=False),
    ] = None,
) -> None:
    """
    Give every point its district and responsible unit; list what could not be assigned.

    Example: geoinspect -C taicang assign
    """
    session = session_of(context)
    city = session.city()
    store = city.store()
    points, districts, units = store.points(), store.districts(), store.units()
    _require(len(points), "points")
    _require(len(districts), "districts")
    assignments = assign_points(
        points,
        districts,
        units,
        tolerance_m=city.settings.boundary_tolerance_m,
        translate=session.translate,
    )
    store.replace_assignments(assignments)
    known = set(points["category"]) | set(categories()["name_zh"])
    for problem in rule_problems(units, districts, known):
        session.say("Rule: {problem}", problem=problem.render(session.translate))
    _tell(session, assignments, store)
    if output is not None:
        session.put(_csv(assignments), output)
    else:
        session.put(_csv(assignments[assignments["status"] != "resolved"]), None)


def _require(n: int, what: str) -> None:
    """Refuse to assign while a table is empty."""
    if n == 0:
        raise InputError(
            "The city has no {what} yet: bring them in with "
            "`geoinspect -C CITY import {what} FILE`.",
            what=what,
        )


def _csv(assignments: pd.DataFrame) -> bytes:
    """Write assignments as CSV that Excel opens with the right characters."""
    return assignments.to_csv().encode("utf-8-sig")


def _tell(session: Session, assignments: pd.DataFrame, store: Store) -> None:
    """Print how many points each district and each unit has, and in which state."""
    names = store.districts()["name"]
    districts = assignments["district_id"].map(names).fillna("-")
    units = assignments["unit_name"].fillna("-")
    for title, column, owners in (
        ("Points by district", "District", districts),
        ("Points by responsible unit", "Unit", units),
    ):
        counts = pd.crosstab(owners, assignments["status"]).reindex(columns=STATUSES, fill_value=0)
        shown = [status for status in STATUSES if counts[status].any()]
        session.table(
            title,
            [column, "Points", *(STATUS_NAMES[status] for status in shown)],
            ((owner, sum(row), *row) for owner, *row in counts[shown].itertuples()),
        )
