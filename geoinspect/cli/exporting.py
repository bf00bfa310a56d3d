"""The command that writes routes for phones, other programs and paper."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from geoinspect.amending.record import as_amended
from geoinspect.audit import log
from geoinspect.cli.groups import command_group
from geoinspect.cli.opening import released_record
from geoinspect.cli.session import session_of
from geoinspect.cli.tickets import write_tickets
from geoinspect.cli.verifying import parse_plan, read_plan_bytes
from geoinspect.exports import export_routes
from geoinspect.sealing import Export, export_mark
from geoinspect.shifts import read_date

if TYPE_CHECKING:
    from geoinspect.cityfolder import CityFolder
    from geoinspect.cli.session import Session
    from geoinspect.lottery.record import Record

exports = command_group("Write routes for phones, other programs and paper.")


@exports.callback()
def _exports() -> None:
    """Write routes for phones, other programs and paper."""


@exports.command("routes")
def routes(
    context: typer.Context,
    output: Annotated[Path, typer.Option("-o", help="Folder to write to.")],
    plan: Annotated[
        Path | None,
        typer.Option(help="Record of the plan; the latest if left out.", show_default=False),
    ] = None,
    day: Annotated[
        str, typer.Option("--date", help="Day of the plan; the latest if left out.")
    ] = "",
    amended: Annotated[
        bool, typer.Option("--amended", help="The routes as amended during the day.")
    ] = False,
) -> None:
    """
    Write GPX, GeoJSON and a printable route sheet for each team.

    Example: geoinspect -C taicang export routes --plan plan.json -o sheets
    """
    session = session_of(context)
    city = session.city()
    if plan is None:
        binding = city.store().ledger.binding(read_date(day) if day else None)
        record = released_record(session, city, binding)
    else:
        record = parse_plan(read_plan_bytes(plan), plan)
    if amended:
        amendments = city.store().ledger.amendments(record["draw"]["commitment"])
        teams = {route["team_id"] for route in record["routes"]}
        record = as_amended(record, [each for each in amendments if each["team_id"] in teams])
    made_for = _made_for(session, city, record)
    files = export_routes(record, output, language=session.language, made_for=made_for)
    session.say("{n} files written to {path}", n=len(files), path=output)


exports.command("tickets")(write_tickets)


def _made_for(session: Session, city: CityFolder, record: Record) -> str:
    """Enter an export in the log, and return the line that names its user, if there is a key."""
    commitment, now = record["draw"]["commitment"], datetime.now(UTC)
    row = log(
        city.store(), city.actor, "export", f"routes {record['date']}", at=now,
        commitment=commitment,
    )  # fmt: skip
    ring = city.keyring()
    if ring is None:
        return ""
    return session.translate("Made for {name} at {time}, mark {mark}").format(
        name=city.actor,
        time=f"{now.astimezone(city.settings.zone):%Y-%m-%d %H:%M}",
        mark=export_mark(Export(row.actor, row.at, commitment), ring),
    )
