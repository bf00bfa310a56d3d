"""
The jobs that commit, draw and amend a plan, each of them done once.

No result holds a point, a route or a secret: what is drawn is read where the rights to read
it are checked.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from geoinspect.amending.amend import amend as amend_route
from geoinspect.cityday import city_on, named_teams, with_city_knobs
from geoinspect.drawing import draw_committed
from geoinspect.errors import InputError
from geoinspect.ledger import Act
from geoinspect.lottery.draw import sha256_hex
from geoinspect.lottery.record import to_bytes
from geoinspect.planning import PlanParams, PublicSource, commit_plan, read_secret
from geoinspect.shifts import read_duration

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geoinspect.cityfolder import CityFolder
    from geoinspect.jobs.run import Run
    from geoinspect.ledger import Entry
    from geoinspect.store.plans import PlanLedger


def plan_params(folder: CityFolder, order: Mapping[str, Any]) -> PlanParams:
    """
    Read what a supervisor orders for a day.

    Parameters
    ----------
    folder
        The city.
    order
        `date`, `teams`, `shift`, `service` and `targets`.

    Raises
    ------
    InputError
        If a shift or a duration is none, or nobody goes out.
    """
    settings = folder.settings
    params = PlanParams(
        day=date.fromisoformat(order["date"]),
        teams=named_teams(folder, order["teams"], order["shift"]),
        service_time_s=read_duration(order["service"]),
        service_times_s=settings.service_times_s,
        hours=settings.opening_hours,
        max_snap_distance_m=settings.max_snap_distance_m,
        targets=order["targets"],
    )
    return with_city_knobs(params, folder)


def known_secrets(ledger: PlanLedger, entry: Entry, given: Sequence[str]) -> list[str]:
    """
    Return all secrets of an attempt, revealed before or given now, in the order of their hashes.

    Raises
    ------
    InputError
        If one was not committed to, or is still missing.
    """
    known = ledger.reveals(entry).with_secrets([read_secret(secret) for secret in given])
    if known.missing:
        raise InputError(
            "{known} of {n} secrets are revealed. Whoever keeps the others, with the SHA-256 "
            "{missing}, reveals them with `geoinspect -C CITY plan reveal {day} --secret HEX`.",
            known=len(known.hashes) - len(known.missing),
            n=len(known.hashes),
            missing=", ".join(known.missing),
            day=entry.day,
        )
    return [secret for secret in known.secrets if secret is not None]


def commit(run: Run) -> dict[str, Any]:
    """Bind frame, chances and books of a day."""
    order, secret = run.arguments, run.secrets()["secret"]
    params, ledger = plan_params(run.folder, order), run.folder.store().ledger
    ledger.check_reason(params.day, order["reason"])
    run.step("Loading the city")
    city = city_on(run.folder, params, secret, is_listed=not order["targets_only"], report=run.step)
    public = PublicSource(**order["public"]) if order["public"] else None
    record = commit_plan(
        city,
        params,
        secret,
        witness_sha256=order["witness_sha256"],
        public=public,
        report=run.step,
    )
    run.intend({"commitment": record["draw"]["commitment"], "after": _last(ledger)})
    return _entry(ledger.commit(record, at=datetime.now(UTC), reason=order["reason"]))


def committed(run: Run) -> dict[str, Any] | None:
    """Return the commit that was announced, if it is in the ledger."""
    return _announced(run, Act.COMMIT)


def draw(run: Run) -> dict[str, Any]:
    """Draw the routes of a committed plan."""
    order, ledger = run.arguments, run.folder.store().ledger
    entry = ledger.pending(date.fromisoformat(order["date"]))
    ledger.check_redraw(entry, order["reason"])
    secrets = known_secrets(ledger, entry, run.secrets().get("secrets", []))
    run.step("Loading the city")
    record = draw_committed(
        ledger.committed(entry),
        run.folder.network(),
        secrets,
        public_value=order["public_value"],
        report=run.step,
    )
    run.intend({"commitment": entry.commitment, "after": _last(ledger)})
    return _entry(ledger.draw(record, at=datetime.now(UTC), reason=order["reason"]))


def drawn(run: Run) -> dict[str, Any] | None:
    """Return the draw that was announced, if it is in the ledger."""
    return _announced(run, Act.DRAW)


def amend(run: Run) -> dict[str, Any]:
    """Amend the running day of a team."""
    order, ledger = run.arguments, run.folder.store().ledger
    plan = json.loads(ledger.drawn_record(ledger.binding(date.fromisoformat(order["date"]))))
    commitment = plan["draw"]["commitment"]
    earlier = ledger.amendments(commitment)
    if len(earlier) != order["after"]:
        raise InputError("The plan was amended meanwhile: read its amendments, and decide anew.")
    run.step("Timing the rest of the day anew")
    amendment = amend_route(
        plan,
        earlier,
        run.folder.network(),
        team_id=order["team_id"],
        at=datetime.fromisoformat(order["at"]),
        event=order["event"],
        made_at=datetime.now(UTC),
    )
    content = to_bytes(amendment).decode()
    run.intend({"commitment": commitment, "sha256": sha256_hex(content)})
    ledger.add_amendment(amendment)
    return {"number": amendment["number"]}


def amended(run: Run) -> dict[str, Any] | None:
    """Return the amendment that was announced, if it is kept."""
    intent = run.job.intent or {}
    for amendment in run.folder.store().ledger.amendments(intent["commitment"]):
        if sha256_hex(to_bytes(amendment).decode()) == intent["sha256"]:
            return {"number": amendment["number"]}
    return None


def _last(ledger: PlanLedger) -> int:
    """Return the number of the newest entry, 0 if there is none."""
    return max((entry.number for entry in ledger.entries()), default=0)


def _announced(run: Run, act: Act) -> dict[str, Any] | None:
    """Find the entry that this job announced: it is newer than all there were then."""
    intent = run.job.intent or {}
    for entry in run.folder.store().ledger.entries():
        same = entry.act is act and entry.commitment == intent["commitment"]
        if same and entry.number > intent["after"]:
            return _entry(entry)
    return None


def _entry(entry: Entry) -> dict[str, Any]:
    """Tell what the ledger keeps, and nothing else."""
    return {
        "date": entry.day.isoformat(),
        "attempt": entry.attempt,
        "act": entry.act.value,
        "commitment": entry.commitment,
    }
