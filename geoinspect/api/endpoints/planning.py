"""The acts around a day's plan: commit, reveal, draw, amend. All but the reveal are jobs."""

from __future__ import annotations

import json
from datetime import date  # noqa: TC003  FastAPI reads the annotations
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response

from geoinspect.api.dependencies import ActorDep, FolderDep, NowDep, StoreDep  # noqa: TC001
from geoinspect.api.endpoints.jobs import accepted
from geoinspect.api.entitytags import require_match, tag_of
from geoinspect.api.idempotency import KeyDep  # noqa: TC001
from geoinspect.api.jobschemas import (
    AmendmentList,
    AmendOrder,
    AttemptList,
    AttemptRow,
    CommitOrder,
    DrawOrder,
    JobStatus,
    Revealed,
    RevealOrder,
)
from geoinspect.api.permits import needs
from geoinspect.api.responses import problems
from geoinspect.api.sight import SightDep  # noqa: TC001
from geoinspect.errors import InputError
from geoinspect.jobs.plans import plan_params
from geoinspect.ledger import attempts_of
from geoinspect.people import Permission
from geoinspect.planning import read_secret

if TYPE_CHECKING:
    from geoinspect.api.sight import Sight

router = APIRouter(prefix="/plans", tags=["planning"], responses=problems(409))

_AMENDS = frozenset({Permission.AMEND_PLAN, Permission.READ_RELEASED_PLAN})


@router.get("", **needs(Permission.READ_LEDGER))
def list_attempts(store: StoreDep) -> AttemptList:
    """List every commit of every day, and which was drawn and binds."""
    rows = [
        AttemptRow(
            date=attempt.day,
            attempt=attempt.number,
            commitment=attempt.commitment,
            reason=attempt.reason,
            committed_at=attempt.committed_at,
            drawn_at=attempt.drawn_at,
            binding=attempt.binding,
        )
        for attempt in attempts_of(store.ledger.entries())
    ]
    return AttemptList(attempts=rows)


@router.post("/{day}/commits", status_code=202, **needs(Permission.COMMIT_PLAN))
def commit_day(
    day: date,
    order: CommitOrder,
    response: Response,
    actor: ActorDep,
    folder: FolderDep,
    store: StoreDep,
    at: NowDep,
    key: KeyDep,
) -> JobStatus:
    """
    Bind frame, chances and books of a day before anybody can know the draw.

    The secret is kept for the job only; whoever ordered reveals it for the draw.
    """
    arguments = order.model_dump(exclude={"secret"}) | {"date": day.isoformat()}
    plan_params(folder, arguments)
    store.ledger.check_reason(day, order.reason)
    secret = json.dumps({"secret": read_secret(order.secret)}).encode()
    job = store.jobs.add(
        "commit", arguments, made_by=actor.user_id, at=at, secret=secret, job_id=key
    )
    return accepted(job, folder.settings.language, response)


@router.post("/{day}/reveals", **needs(Permission.REVEAL_SECRET))
def reveal_secret(
    day: date, order: RevealOrder, store: StoreDep, at: NowDep, key: KeyDep
) -> Revealed:
    """Reveal one person's secret; it waits in the ledger until all are there."""
    del key
    entry = store.ledger.pending(day)
    known = store.ledger.reveal(entry, [read_secret(order.secret)], at=at)
    n = len(known.hashes)
    return Revealed(date=day, attempt=entry.attempt, known=n - len(known.missing), needed=n)


@router.post("/{day}/draws", status_code=202, **needs(Permission.DRAW_PLAN))
def draw_day(
    day: date,
    order: DrawOrder,
    response: Response,
    actor: ActorDep,
    folder: FolderDep,
    store: StoreDep,
    at: NowDep,
    key: KeyDep,
) -> JobStatus:
    """Draw the routes of a committed day. The first draw of a day binds."""
    store.ledger.check_redraw(store.ledger.pending(day), order.reason)
    arguments = order.model_dump(exclude={"secrets"}) | {"date": day.isoformat()}
    secret = json.dumps({"secrets": [read_secret(s) for s in order.secrets]}).encode()
    job = store.jobs.add("draw", arguments, made_by=actor.user_id, at=at, secret=secret, job_id=key)
    return accepted(job, folder.settings.language, response)


@router.get("/{day}/amendments", **needs(Permission.READ_RELEASED_PLAN))
def list_amendments(day: date, response: Response, sight: SightDep) -> AmendmentList:
    """List the amendments of a day; the ETag is what the next one must name."""
    found = _amendments(sight, day)
    response.headers["ETag"] = _tag(found)
    return found


@router.post("/{day}/amendments", status_code=202, responses=problems(412, 428),
             **needs(_AMENDS))  # fmt: skip
def amend_day(
    day: date,
    order: AmendOrder,
    request: Request,
    response: Response,
    sight: SightDep,
    key: KeyDep,
) -> JobStatus:
    """
    Amend the running day of a team: what does not fit any more is dropped by rule.

    `If-Match` names the amendments that were read, so that two people do not amend the
    same day without knowing of each other.
    """
    if order.at.tzinfo is None:
        raise InputError("{at} has no offset from UTC: write it like 2026-11-23T10:40:00+08:00.",
                         at=order.at)  # fmt: skip
    found = _amendments(sight, day)
    require_match(request, _tag(found))
    arguments = {
        "date": day.isoformat(),
        "team_id": order.team_id,
        "at": order.at.isoformat(),
        "event": _event(order),
        "after": found.n,
    }
    who = sight.actor.user_id
    job = sight.store.jobs.add("amend", arguments, made_by=who, at=sight.now, job_id=key)
    return accepted(job, sight.folder.settings.language, response)


def _amendments(sight: Sight, day: date) -> AmendmentList:
    """Return the amendments of a plan that may be read; another answers like none."""
    amendments = sight.amendments(day)
    return AmendmentList(date=day, n=len(amendments), amendments=amendments)


def _tag(found: AmendmentList) -> str:
    return tag_of(found.model_dump_json().encode())


def _event(order: AmendOrder) -> dict[str, Any]:
    """Write an event as the record of an amendment holds it."""
    event = order.event.model_dump()
    if event["kind"] == "closed-near":
        event["kind"] = "closed"
    return event
