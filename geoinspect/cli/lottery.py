"""The commands that look at the lottery itself."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from geoinspect.cli.groups import command_group
from geoinspect.cli.session import session_of
from geoinspect.errors import InputError
from geoinspect.lotteryreport.page import render_report, told
from geoinspect.lotteryreport.report import build_report, summary
from geoinspect.shifts import read_date

if TYPE_CHECKING:
    from datetime import date

    from geoinspect.cityfolder import CityFolder
    from geoinspect.cli.session import Session
    from geoinspect.lotteryreport.report import LotteryReport
    from geoinspect.network import RoadNetwork

lottery = command_group("Show whether the lottery keeps its promises.")


@lottery.callback()
def _lottery() -> None:
    """Show whether the lottery keeps its promises."""


@lottery.command("report")
def report(
    context: typer.Context,
    first: Annotated[
        str, typer.Option("--from", help="First day, YYYY-MM-DD.", show_default=False)
    ] = "",
    last: Annotated[
        str, typer.Option("--to", help="Last day, YYYY-MM-DD.", show_default=False)
    ] = "",
    output: Annotated[
        Path | None, typer.Option("-o", help="HTML file to write.", show_default=False)
    ] = None,
) -> None:
    """
    Measure all binding plans of a period against what was promised.

    Frequencies, waits, predictability, travel, coverage, redraws, lapsed commits, amendments.

    Example: geoinspect -C taicang lottery report --from 2026-09-01 -o lottery.html
    """
    session = session_of(context)
    folder = session.city()
    begin, end = _period(first, last)
    with session.steps() as step:
        found = build_report(
            folder.store().ledger,
            _network(folder),
            city=folder.settings.name,
            timezone=folder.settings.zone,
            now=datetime.now(UTC),
            first=begin,
            last=end,
            report=step,
        )
    tell_report(session, found)
    if output is not None:
        session.log("export", "lottery report")
        session.put(render_report(found, language=session.language).encode(), output)


def tell_report(session: Session, found: LotteryReport) -> None:
    """Print one row a promise."""
    marks = {True: "kept", False: "not kept", None: ""}
    session.table(
        "Promises",
        ["Promise", "Bound", "Found", ""],
        (
            (*told(row, session.translate), session.translate(marks[row.is_kept]))
            for row in summary(found)
        ),
    )


def _period(first: str, last: str) -> tuple[date | None, date | None]:
    """Read the period; an end that is left out is open."""
    begin, end = (read_date(text) if text else None for text in (first, last))
    if begin is not None and end is not None and end < begin:
        raise InputError(
            "The period from {first} to {last} ends before it begins: turn it round.",
            first=first,
            last=last,
        )
    return begin, end


def _network(folder: CityFolder) -> RoadNetwork | None:
    """Load the roads if there are any."""
    return folder.network() if folder.network_path.exists() else None
