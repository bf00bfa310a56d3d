"""A unit's own points: how each stands, what is owed by when, and the unit's own checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
from fastapi import APIRouter, Request

from geoinspect.api.casedetails import summary_of
from geoinspect.api.citymap import map_facts, place_rows
from geoinspect.api.pages.rendering import AppPage, language_of, render
from geoinspect.api.permits import needs
from geoinspect.api.problems import problems, rows_of
from geoinspect.api.sight import SightDep  # noqa: TC001  FastAPI reads the annotation
from geoinspect.cases import Defect
from geoinspect.cases.deadlines import OPEN_FOR_UNIT
from geoinspect.messages import translator
from geoinspect.people import Permission

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoinspect.api.caseschemas import CaseSummary
    from geoinspect.api.sight import Sight

router = APIRouter(prefix="/app/mine", include_in_schema=False)

#: Working days from which on a deadline is near.
_NEAR_DAYS = 2

Status = Literal["late", "near", "open", "fine"]
#: How a point stands, the worst first, and what that is called.
STATUSES: tuple[tuple[Status, str], ...] = (
    ("late", "Overdue"),
    ("near", "Due soon"),
    ("open", "To be put right"),
    ("fine", "Nothing to put right"),
)


@router.get("", **needs(Permission.SELF_CHECK))
def show_mine(request: Request, sight: SightDep) -> AppPage:
    """Show the own points on a map and as a list, the most urgent first."""
    points = sight.points(by=Permission.SELF_CHECK)
    language = language_of(request, sight.folder.settings.language)
    table = _standing(sight, points)
    places = [
        [*place, status]
        for place, status in zip(
            place_rows(table, points, None), table["status"].tolist(), strict=True
        )
    ]
    return render(
        request,
        sight,
        "mine",
        rows=table.reset_index(names="point_id").to_dict("records"),
        counts=table["status"].value_counts().to_dict(),
        statuses=STATUSES,
        defects=[each.value for each in Defect],
        map=None
        if points.empty
        else map_facts(sight.folder, points, translator(language), language, None),
        places=places,
    )


def _standing(sight: Sight, points: Any) -> pd.DataFrame:
    """Return the points with status, last visit and what is owed, the most urgent first."""
    owed = _owed(sight)
    table = pd.DataFrame(points[["name", "category"]]).sort_index().assign(unit="")
    of_each = [owed.get(str(point_id), []) for point_id in table.index]
    table["owed"] = pd.Series(of_each, index=table.index, dtype=object)
    table["status"] = [_status(cases) for cases in of_each]
    table = table.join(_last_visits(sight, table.index))
    order = [status for status, _ in STATUSES]
    keys = pd.DataFrame(
        {
            "status": table["status"].map(order.index),
            "left": [_days(cases) for cases in of_each],
        },
        index=table.index,
    )
    return table.loc[keys.sort_values(["status", "left"], kind="stable").index]


def _owed(sight: Sight) -> dict[str, list[CaseSummary]]:
    """Return what the unit has to put right, by point, the nearest deadline first."""
    every = problems(sight)
    open_now = every[every["state"].isin([state.value for state in OPEN_FOR_UNIT])]
    owed: dict[str, list[CaseSummary]] = {}
    for row in rows_of(open_now):
        owed.setdefault(str(row["point_id"]), []).append(summary_of(sight, row))
    return {point_id: sorted(cases, key=_left) for point_id, cases in owed.items()}


def _left(case: CaseSummary) -> float:
    """Return the working days that are left, infinite without a deadline."""
    return float("inf") if case.working_days_left is None else float(case.working_days_left)


def _days(cases: Sequence[CaseSummary]) -> float:
    return min((_left(case) for case in cases), default=float("inf"))


def _status(cases: Sequence[CaseSummary]) -> Status:
    """Say how a point stands by what is owed there."""
    if any(case.overdue for case in cases):
        return "late"
    if _days(cases) <= _NEAR_DAYS:
        return "near"
    return "open" if cases else "fine"


def _last_visits(sight: Sight, index: pd.Index[Any]) -> pd.DataFrame:
    """Return the day of the last inspection of each point, and what was found on it."""
    zone = sight.folder.settings.zone
    inspections, violations = sight.inspections(), sight.violations()
    days = [
        pd.to_datetime(table[moment], utc=True).dt.tz_convert(zone).dt.strftime("%Y-%m-%d")
        for table, moment in ((inspections, "inspected_at"), (violations, "found_at"))
    ]
    last = days[0].groupby(inspections["point_id"]).max().reindex(index)
    found = days[1].groupby([violations["point_id"], days[1]]).size()
    pairs = zip(index, last.fillna(""), strict=True)
    return pd.DataFrame(
        {
            "last": last.fillna(""),
            "n_found": [int(found.get((point_id, day), 0)) for point_id, day in pairs],
        },
        index=index,
    )
