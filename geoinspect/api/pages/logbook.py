"""The log: search it, check its chain against a head that was written down, take it along."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request

from geoinspect.api.pages.city import Page, Words  # noqa: TC001
from geoinspect.api.pages.rendering import AppPage, language_of, render
from geoinspect.api.permits import needs
from geoinspect.api.sight import SightDep  # noqa: TC001  FastAPI reads the annotation
from geoinspect.audit import head_of, read_head, verify_chain
from geoinspect.errors import GeoinspectError
from geoinspect.messages import translator
from geoinspect.people import Permission

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoinspect.audit import AuditRow

router = APIRouter(prefix="/app", include_in_schema=False)

_ROWS = 100

Text = Annotated[str, Query(max_length=100)]
Day = Annotated[date | None, Query()]


@router.get("/log", **needs(Permission.READ_LOG))
def show_log(
    request: Request,
    sight: SightDep,
    words: Words = "",
    actor: Text = "",
    action: Text = "",
    first: Day = None,
    last: Day = None,
    head: Text = "",
    page: Page = 1,
) -> AppPage:
    """Show the rows of the log that fit, the newest first, and whether its chain holds."""
    rows = sight.store.audit.rows()
    translate = translator(language_of(request, sight.folder.settings.language))
    found = [
        row
        for row in reversed(rows)
        if (not actor or row.actor == actor)
        and (not action or row.action == action)
        and (first is None or row.at[:10] >= first.isoformat())
        and (last is None or row.at[:10] <= last.isoformat())
        and _holds(row, words)
    ]
    query = {"words": words, "actor": actor, "action": action,
             "first": first or "", "last": last or ""}  # fmt: skip
    return render(
        request,
        sight,
        "log",
        rows=found[(page - 1) * _ROWS : page * _ROWS],
        n=len(rows),
        n_found=len(found),
        broken=_fault(rows, head, translate),
        head=head_of(rows),
        asked_head=head,
        actors=sorted({row.actor for row in rows}),
        actions=sorted({row.action for row in rows}),
        query=query,
        page=page,
        n_pages=max(1, -(-len(found) // _ROWS)),
    )


def _holds(row: AuditRow, words: str) -> bool:
    """Tell whether a row holds all of some words."""
    text = f"{row.actor} {row.action} {row.object} {row.details}".lower()
    return all(word in text for word in words.lower().split())


def _fault(rows: list[AuditRow], head: str, translate: Callable[[str], str]) -> str:
    """Say what is wrong with the chain, or with the head to compare; "" for nothing."""
    try:
        fault = verify_chain(rows, heads=[read_head(head)] if head.strip() else [])
    except GeoinspectError as error:
        return error.render(translate)
    return "" if fault is None else fault.problem.render(translate)
