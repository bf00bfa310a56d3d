"""Tickets of hotlines: what is sent back to them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from fastapi import APIRouter
from starlette.responses import Response

from geoinspect.api.permits import needs
from geoinspect.api.sight import SightDep  # noqa: TC001  FastAPI reads the annotation
from geoinspect.audit import log
from geoinspect.people import Permission
from geoinspect.ticketanswers import write_answers

if TYPE_CHECKING:
    import pandas as pd

    from geoinspect.api.sight import Sight

router = APIRouter(prefix="/tickets", tags=["cases"])

Form = Literal["xlsx", "csv"]

_MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
_FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {}, _MEDIA_TYPES["xlsx"]: {}}}
}


@router.get("/answers/{form}", response_class=Response, responses=_FILES,
            **needs(Permission.RUN_CASES))  # fmt: skip
def get_answers(sight: SightDep, form: Form) -> Response:
    """Return state, reply and closing day of each ticket as a sheet; the log notes the export."""
    tickets, settings = _tickets(sight), sight.folder.settings
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"tickets.{form}"
        n = write_answers(
            sight.store, tickets, path, zone=settings.zone, language=settings.language
        )
        content = path.read_bytes()
    log(sight.store, sight.actor.user_id, "export", "tickets", at=sight.now, rows=n)
    headers = {"Content-Disposition": f'attachment; filename="tickets.{form}"'}
    return Response(content, media_type=_MEDIA_TYPES[form], headers=headers)


def _tickets(sight: Sight) -> pd.DataFrame:
    """Return the tickets in sight: of a part of the city, those whose case lies there."""
    tickets = sight.store.tickets.tickets()
    if not sight.actor.is_restricted:
        return tickets
    return tickets[tickets["violation_id"].isin(sight.violations().index)]
