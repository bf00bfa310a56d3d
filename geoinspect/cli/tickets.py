"""Commands around tickets of hotlines and the grid: bring them in, send their state back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from geoinspect.cli.importing import AnswerOption, DatumOption, SheetOption, tell_import
from geoinspect.cli.session import session_of
from geoinspect.intake import read_tickets
from geoinspect.store import Changes
from geoinspect.ticketanswers import write_answers
from geoinspect.tickets import Gazetteer, evidence_in_words, locate_tickets, reason_in_words

if TYPE_CHECKING:
    import geopandas as gpd

    from geoinspect.cityfolder import CityFolder
    from geoinspect.cli.session import Session
    from geoinspect.store.tickets import TicketChanges

_ROWS_SHOWN = 20


def import_tickets(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="xlsx, xls, html or csv.")],
    source: Annotated[
        str, typer.Option(help="Source of rows that name none: 12345, 12319, grid.")
    ] = "12345",
    datum: DatumOption = None,
    sheet: SheetOption = None,
    answer: AnswerOption = None,
    keep_originals: Annotated[
        bool,
        typer.Option(
            "--keep-originals",
            help="Keep what is masked too, for people whose role lets them read it.",
        ),
    ] = False,
) -> None:
    """
    Bring in tickets; personal data is masked, and each is tied to its place and case.

    Example: geoinspect -C taicang import tickets 12345工单.xls --source 12345
    """
    session = session_of(context)
    city = session.city()
    imported = read_tickets(
        file,
        source=source,
        timezone=city.settings.timezone,
        now=datetime.now(UTC),
        datum=datum,
        keep_originals=keep_originals,
        sheet=sheet,
    )
    store = city.store()
    located = locate_tickets(imported.tickets, _gazetteer(session, city))
    changes = store.tickets.merge(located, source_file=file.name, originals=imported.originals)
    counts = Changes(changes.added, changes.updated, changes.unchanged)
    tell_import(session, file, imported, counts, answer)
    _tell_tickets(session, changes, located)


def write_tickets(
    context: typer.Context,
    output: Annotated[Path, typer.Option("-o", help="Sheet to write, .xlsx or .csv.")],
) -> None:
    """
    Write state, reply and closing day of every ticket, to be sent back to its hotline.

    Example: geoinspect -C taicang export tickets -o 回复.xlsx
    """
    session = session_of(context)
    city = session.city()
    store = city.store()
    n = write_answers(
        store, store.tickets.tickets(), output, zone=city.settings.zone, language=session.language
    )
    session.log("export", "tickets", rows=n)
    session.say("{n} tickets written to {path}", n=n, path=output)


def _gazetteer(session: Session, city: CityFolder) -> Gazetteer:
    """Bring together what the city knows about places."""
    store = city.store()
    network = city.network() if city.network_path.is_file() else None
    if network is None:
        session.say("Without a road network, crossings of streets cannot be located.")
    return Gazetteer(store.points(), city.districts(), network)


def _tell_tickets(session: Session, changes: TicketChanges, located: gpd.GeoDataFrame) -> None:
    """Say which tickets are one case, and which nobody can locate."""
    session.say(
        "{opened} cases opened, {linked} tickets are one with a case that is there, {unlocated} "
        "could not be located.",
        opened=len(changes.opened),
        linked=len(changes.linked),
        unlocated=len(changes.unlocated),
    )
    if changes.linked:
        session.table(
            "Linked tickets",
            ["Ticket", "Case", "Reason"],
            (
                (ticket_id, case_id, reason_in_words(reason, session.translate))
                for ticket_id, case_id, reason in changes.linked[:_ROWS_SHOWN]
            ),
        )
    if changes.unlocated:
        rows = located.loc[changes.unlocated[:_ROWS_SHOWN]]
        session.table(
            "Tickets without a place",
            ["Ticket", "Place", "Reason"],
            (
                (ticket_id, place, evidence_in_words(evidence, session.translate))
                for ticket_id, place, evidence in zip(
                    rows.index, rows["place"], rows["evidence"], strict=True
                )
            ),
        )
