"""The log that cannot be edited, as a file for the auditor."""

from __future__ import annotations

from fastapi import APIRouter, Response

from geoinspect.api.dependencies import ActorDep, NowDep, StoreDep  # noqa: TC001
from geoinspect.api.permits import needs
from geoinspect.api.responses import attachment, described
from geoinspect.audit import jsonl_of, log
from geoinspect.people import Permission

router = APIRouter(prefix="/audit", tags=["log"])

_JSON_LINES = "application/jsonl"


@router.get(
    "/log",
    response_class=Response,
    responses=described(_JSON_LINES, "One row a line, as `geoinspect audit export` writes it."),
    **needs(Permission.READ_LOG),
)
def export_log(actor: ActorDep, store: StoreDep, now: NowDep) -> Response:
    """Return all rows as JSON Lines; the export is itself entered in the log."""
    log(store, actor.user_id, "export", "audit_log", at=now)
    content = jsonl_of(store.audit.rows())
    return attachment(content, f"log-{now.date()}.jsonl", _JSON_LINES)
