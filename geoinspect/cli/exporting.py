"""The command that writes routes for phones, other programs and paper."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import Annotated

import typer

from geoinspect.amending.record import as_amended
from geoinspect.cli.groups import command_group
from geoinspect.cli.session import session_of
from geoinspect.cli.verifying import parse_plan, read_plan_bytes
from geoinspect.exports import export_routes

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
    content = city.store().latest_plan() if plan is None else read_plan_bytes(plan)
    record = parse_plan(content, plan)
    if amended:
        amendments = city.store().ledger.amendments(record["draw"]["commitment"])
        record = as_amended(record, amendments)
    files = export_routes(record, output, language=session.language)
    session.say("{n} files written to {path}", n=len(files), path=output)
