"""Commands around the ledger of draws: reveal a secret, list the attempts, show a plan."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import astuple, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoinspect.cli.opening import whole_record
from geoinspect.cli.session import session_of
from geoinspect.cli.verifying import parse_plan, read_plan_bytes
from geoinspect.errors import InputError
from geoinspect.exports.sheet import short_commitment
from geoinspect.ledger import Entry, attempts_of, binding_numbers, unrevealed
from geoinspect.planning import read_secret
from geoinspect.shifts import read_date

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from geoinspect.cityfolder import CityFolder
    from geoinspect.cli.session import Session
    from geoinspect.ledger import Attempt
    from geoinspect.lottery.record import Record
    from geoinspect.store.plans import PlanLedger


def reveal(
    context: typer.Context,
    what: Annotated[
        str, typer.Argument(metavar="COMMITTED.json|DATE", help="Committed record, or its day.")
    ],
    secret: Annotated[str, typer.Option(help="Your own secret, in hexadecimal.")],
) -> None:
    """
    Reveal one person's secret; it waits in the ledger until all are there.

    Example: geoinspect -C taicang plan reveal 2026-11-23 --secret 5eed5eed5eed5eed
    """
    session = session_of(context)
    ledger = session.city().store().ledger
    entry, _ = attempt_of(ledger, what)
    known = ledger.reveal(entry, [read_secret(secret)], at=datetime.now(UTC))
    session.say(
        "The secret fits attempt {attempt} of {day}: {known} of {n} are revealed.",
        attempt=entry.attempt,
        day=entry.day,
        known=len(known.hashes) - len(known.missing),
        n=len(known.hashes),
    )


def list_attempts(
    context: typer.Context,
    output: Annotated[
        Path | None, typer.Option("-o", help="CSV of all entries.", show_default=False)
    ] = None,
) -> None:
    """
    List every commit and draw of every day: which bind, and why others were made.

    Example: geoinspect -C taicang plan list -o ledger.csv
    """
    session = session_of(context)
    folder = session.city()
    entries = folder.store().ledger.entries()
    attempts = attempts_of(entries)
    session.table(
        "Attempts",
        ["Day", "Attempt", "Binds", "Committed", "Drawn", "Reason", "Commitment"],
        (_row(session, folder, attempt) for attempt in attempts),
    )
    tell_unrevealed(session, folder, attempts)
    if output is not None:
        session.put(_csv(entries).encode("utf-8-sig"), output)


def show(
    context: typer.Context,
    day: Annotated[str, typer.Argument(metavar="DATE", help="Day of the plan, YYYY-MM-DD.")],
    attempt: Annotated[
        int | None, typer.Option(help="An attempt that does not bind.", show_default=False)
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", help="Record to write.", show_default=False)
    ] = None,
) -> None:
    """
    Write the record of a day's binding plan, or of another attempt.

    Example: geoinspect -C taicang plan show 2026-11-23 -o plan.json
    """
    session = session_of(context)
    folder = session.city()
    ledger, wanted = folder.store().ledger, read_date(day)
    draw = ledger.binding(wanted) if attempt is None else _draw_of(ledger, wanted, attempt)
    content = whole_record(folder, draw)
    session.log("export", f"plan {draw.day}/{draw.attempt}")
    session.put(content, output)


def attempt_of(ledger: PlanLedger, what: str) -> tuple[Entry, Record]:
    """
    Return the commit that a file or a day names, and its committed record.

    A day names its newest attempt that is not drawn yet.
    """
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", what):
        entry = ledger.pending(read_date(what))
        return entry, ledger.committed(entry)
    file = Path(what)
    record = parse_plan(read_plan_bytes(file), file)
    try:
        commitment = record["draw"]["commitment"]
    except (KeyError, TypeError) as error:
        raise InputError("{file} is not a plan: it has no commitment.", file=file) from error
    return ledger.commit_of(commitment), record


def tell_unrevealed(session: Session, folder: CityFolder, attempts: Sequence[Attempt]) -> None:
    """Name every attempt that was committed and never drawn."""
    zone = folder.settings.zone
    for lapsed in unrevealed(attempts, now=datetime.now(UTC), timezone=zone):
        session.say(
            "Violation: attempt {attempt} of {day} was committed and never drawn. Commitment: "
            "{commitment}",
            attempt=lapsed.number,
            day=lapsed.day,
            commitment=lapsed.commitment,
        )


def _row(session: Session, folder: CityFolder, attempt: Attempt) -> list[object]:
    """Write one attempt as a row of the table, in the city's time."""
    reasons = dict.fromkeys((attempt.reason, *(draw.reason for draw in attempt.draws)))
    return [
        attempt.day,
        attempt.number,
        session.translate("yes") if attempt.binding else session.translate("no"),
        _clock(attempt.committed_at, folder),
        ", ".join(_clock(draw.made_at, folder) for draw in attempt.draws),
        "; ".join(reason for reason in reasons if reason),
        short_commitment(attempt.commitment),
    ]


def _csv(entries: Sequence[Entry]) -> str:
    """Write all entries of a ledger as a table."""
    binding = binding_numbers(entries)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*(column.name for column in fields(Entry)), "binds"])
    for entry in entries:
        writer.writerow([*astuple(entry), int(entry.number in binding)])
    return text.getvalue()


def _clock(moment: datetime, folder: CityFolder) -> str:
    return f"{moment.astimezone(folder.settings.zone):%Y-%m-%d %H:%M}"


def _draw_of(ledger: PlanLedger, day: date, number: int) -> Entry:
    """Find the first draw of an attempt of a day."""
    for attempt in ledger.attempts():
        if (attempt.day, attempt.number) == (day, number) and attempt.draws:
            return attempt.draws[0]
    raise InputError("Attempt {attempt} of {day} is not drawn.", attempt=number, day=day)
