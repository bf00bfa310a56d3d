"""Opening plans from the command line: what is sealed stays closed until its release."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from geoinspect.cli.session import session_of
from geoinspect.cli.verifying import parse_plan
from geoinspect.errors import InputError
from geoinspect.sealing import all_released_at, release_time, released_part
from geoinspect.shifts import read_date

if TYPE_CHECKING:
    from geoinspect.cityfolder import CityFolder
    from geoinspect.cli.session import Session
    from geoinspect.ledger import Entry
    from geoinspect.lottery.record import Record


def open_plan(
    context: typer.Context,
    day: Annotated[str, typer.Argument(metavar="DATE", help="Day of the plan, YYYY-MM-DD.")],
    reason: Annotated[str, typer.Option(help="Why it cannot wait; kept in the log for ever.")],
    output: Annotated[
        Path | None, typer.Option("-o", help="Record to write.", show_default=False)
    ] = None,
) -> None:
    """
    Break the glass: write a sealed plan before its release, with a reason in the log.

    Example: geoinspect -C taicang plan open 2026-11-23 --reason "a team has lost its sheets"
    """
    session = session_of(context)
    folder = session.city()
    if not reason.strip():
        raise InputError("A sealed plan is opened for a reason: write it with --reason.")
    ledger = folder.store().ledger
    draw = ledger.binding(read_date(day))
    # the reason is in the log before anybody sees the plan, whatever happens then
    session.log("plan.break-glass", f"{draw.day}/{draw.attempt}", reason=reason.strip())
    session.put(ledger.drawn_record(draw), output)
    session.say("The log says that you opened the plan of {day}, and why.", day=draw.day)


def whole_record(folder: CityFolder, draw: Entry) -> bytes:
    """
    Return the record of a draw, byte for byte, once all of it is released.

    Raises
    ------
    InputError
        If it is sealed until later.
    """
    ledger = folder.store().ledger
    content = ledger.drawn_record(draw)
    if ledger.is_sealed(draw):
        opens = all_released_at(parse_plan(content, None), folder.settings.release)
        if datetime.now(UTC) < opens:
            raise _sealed_until(folder, draw, opens)
    return content


def released_record(session: Session, folder: CityFolder, draw: Entry) -> Record:
    """
    Return a drawn record with the routes of the teams that may know them by now.

    Raises
    ------
    InputError
        If no team may.
    """
    ledger = folder.store().ledger
    record = parse_plan(ledger.drawn_record(draw), None)
    if not ledger.is_sealed(draw):
        return record
    part = released_part(record, datetime.now(UTC), folder.settings.release)
    if not part["routes"]:
        raise _sealed_until(folder, draw, all_released_at(record, folder.settings.release))
    left = len(record["routes"]) - len(part["routes"])
    if left:
        session.say("The routes of {n} teams are not released yet and left out.", n=left)
    return part


def check_released(folder: CityFolder, draw: Entry, record: Record, team_id: str) -> None:
    """Refuse to touch the route of a team that may not know it yet."""
    if not folder.store().ledger.is_sealed(draw):
        return
    params = folder.settings.release
    if team_id in {team["team_id"] for team in record["teams"]}:
        opens = release_time(record, team_id, params)
        if datetime.now(UTC) < opens:
            raise _sealed_until(folder, draw, opens)


def is_kept_closed(folder: CityFolder, record: Record) -> bool:
    """Tell whether a plan that was just made must not be shown or written yet."""
    if folder.keyring() is None:
        return False
    return datetime.now(UTC) < all_released_at(record, folder.settings.release)


def tell_closed(session: Session, folder: CityFolder, record: Record) -> None:
    """Say that a plan is sealed, and until when."""
    opens = all_released_at(record, folder.settings.release)
    session.say(
        "The plan of {day} is sealed until {time}: nothing of it is shown or written before.",
        day=record["date"],
        time=_clock(opens, folder),
    )


def tell_unsealed(session: Session, folder: CityFolder) -> None:
    """Say once that plans are stored for everybody to read who reads the database."""
    if folder.keyring() is None:
        session.say(
            "This city has no key, so plans are stored unsealed: `geoinspect seal key` makes one."
        )


def _sealed_until(folder: CityFolder, draw: Entry, opens: datetime) -> InputError:
    return InputError(
        "The plan of {day} is sealed until {time}. If it cannot wait: `geoinspect -C CITY plan "
        "open {day} --reason TEXT`, which the log keeps.",
        day=draw.day,
        time=_clock(opens, folder),
    )


def _clock(moment: datetime, folder: CityFolder) -> str:
    return f"{moment.astimezone(folder.settings.zone):%Y-%m-%d %H:%M}"
