"""Problems: the list with what is late and what waits, and the way of each until it is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from fastapi import APIRouter, Request

from geoinspect.api.casedetails import details_of_row, standing_of, summary_of, tag_of_case
from geoinspect.api.pages.city import Page, Words, holds, n_pages, one_page
from geoinspect.api.pages.rendering import AppPage, language_of, render
from geoinspect.api.permits import needs
from geoinspect.api.problems import (
    Which,
    approvers,
    chosen,
    defect_of,
    find_problem,
    problems,
    relapses,
    rows_of,
    signs_of,
)
from geoinspect.api.sight import SightDep  # noqa: TC001  FastAPI reads the annotation
from geoinspect.cases import Defect, State, reason_to_escalate
from geoinspect.cases.deadlines import OPEN_FOR_UNIT
from geoinspect.messages import translator
from geoinspect.people import Permission, may

if TYPE_CHECKING:
    from geoinspect.api.caseschemas import CaseDetails, CaseSummary
    from geoinspect.api.sight import Sight
    from geoinspect.cases import Standing

router = APIRouter(prefix="/app/problems", include_in_schema=False)

#: Filters of the list, and what each is called.
FILTERS: tuple[tuple[Which, str], ...] = (
    ("open", "Open"),
    ("mine", "Waiting for me"),
    ("overdue", "Overdue"),
    ("relapsed", "Relapsed"),
    ("all", "All"),
)

_READS = needs(Permission.READ_VIOLATIONS, Permission.REINSPECT_CASE)
_ON_THE_CARD = 5
_WAIT = (State.APPROVED.value, State.REINSPECTED.value)
#: What browsers show themselves; other photos are offered to be saved.
_SHOWN_KINDS = ("jpeg", "png", "gif", "bmp", "webp")


@router.get("", **_READS)
def list_problems(
    request: Request, sight: SightDep, which: Which = "open", words: Words = "", page: Page = 1
) -> AppPage:
    """List problems: those that are late or due first, then the newest."""
    every = problems(sight)
    parts = {key: chosen(sight, every, key) for key, _ in FILTERS}
    kept = parts[which]
    texts = kept["point_name"] + " " + kept["unit_name"] + " " + kept["item"]
    texts = (texts + " " + kept["description"]).astype("string")
    kept = _by_urgency(kept[holds(texts, words)])
    return render(
        request,
        sight,
        "problems",
        rows=_summaries(sight, one_page(kept, page)),
        n=len(kept),
        filters=[(key, name, len(parts[key])) for key, name in FILTERS],
        query={"which": which, "words": words},
        page=page,
        n_pages=n_pages(len(kept)),
    )


@router.get("/{case_id:path}", **_READS)
def show_problem(request: Request, sight: SightDep, case_id: str) -> AppPage:
    """Show a problem: what is to be done now, the notice, and every step."""
    row = find_problem(sight, case_id)
    details = details_of_row(sight, row)
    translate = translator(language_of(request, sight.folder.settings.language))
    standing, _ = standing_of(sight, row)
    has_proofs = any(move.photos for move in details.moves) or details.state is State.CLOSED
    return render(
        request,
        sight,
        "problem",
        case=details,
        tag=tag_of_case(details),
        names={each.user_id: each.name for each in sight.store.people.accounts()},
        defects=[each.value for each in Defect],
        usual_defect=defect_of(sight, row),
        working_days=_working_days(sight, details),
        issuer=sight.folder.settings.cases.issuer,
        approvers=approvers(sight, standing) if details.state is State.REPLIED else None,
        escalate=_reason_to_escalate(sight, standing, details, translate),
        signs=signs_of(sight, case_id, translate) if has_proofs else [],
        relapses=_relapses_of(sight, case_id),
        shown_kinds=_SHOWN_KINDS,
    )


def _relapses_of(sight: Sight, case_id: str) -> list[dict[str, Any]]:
    """Return what a problem came back from, and as what it came back itself."""
    found = relapses(sight)
    mine = found[(found["case_id"] == case_id) | (found["earlier_id"] == case_id)]
    return [{str(name): value for name, value in row.items()} for row in mine.to_dict("records")]


def cases_card(sight: Sight) -> dict[str, Any] | None:
    """
    Return what the first page tells of cases, None for those whom they do not concern.

    Units see what they owe, nearest deadline first; the office sees what is late and what
    waits for it.
    """
    is_unit = may(sight.actor, Permission.REPLY_TO_CASE)
    if not is_unit and not may(sight.actor, Permission.REINSPECT_CASE):
        return None
    every = problems(sight)
    owed = every[every["state"].isin([state.value for state in OPEN_FOR_UNIT])]
    waiting = every[every["state"].isin(_WAIT)]
    late = every[every["is_overdue"].astype(bool)]
    listed = owed if is_unit else pd.concat([late, waiting]) if len(late) else waiting
    return {
        "owed": len(owed),
        "overdue": len(late),
        "waiting": len(waiting),
        "found": int((every["state"] == State.FOUND.value).sum()),
        "rows": _summaries(sight, _by_urgency(listed).iloc[:_ON_THE_CARD]),
    }


def _by_urgency(table: pd.DataFrame) -> pd.DataFrame:
    """Sort by deadline where the unit owes something, and what has none by the newest."""
    owes = table["state"].isin([state.value for state in OPEN_FOR_UNIT])
    day = pd.to_datetime(table["deadline"].where(owes, None))
    found = pd.to_datetime(table["found_at"], utc=True)
    keys = pd.DataFrame({"day": day, "found": found}, index=table.index)
    order = keys.sort_values(["day", "found"], ascending=[True, False], na_position="last")
    return table.loc[order.index]


def _summaries(sight: Sight, table: pd.DataFrame) -> list[CaseSummary]:
    return [summary_of(sight, row) for row in rows_of(table)]


def _working_days(sight: Sight, case: CaseDetails) -> dict[str, int]:
    """Return how many working days each class of defects gives a unit."""
    params = sight.folder.settings.cases.deadlines
    return {each.value: params.working_days(each, case.severity) for each in Defect}


def _reason_to_escalate(sight: Sight, standing: Standing, case: CaseDetails, translate: Any) -> str:
    """Say by which rule a case should go to a higher level, "" if it should not."""
    told = reason_to_escalate(
        standing,
        case.deadline,
        sight.folder.settings.cases.deadlines,
        now=sight.now,
        timezone=sight.folder.settings.zone,
    )
    return "" if told is None else told.render(translate)
