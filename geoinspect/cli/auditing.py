"""Commands around the log that cannot be edited."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoinspect.audit import GENESIS, AuditRow, jsonl_of, read_head, read_jsonl, verify_chain
from geoinspect.cli.groups import command_group
from geoinspect.cli.session import session_of

if TYPE_CHECKING:
    from geoinspect.cli.session import Session

audits = command_group("Read and check the log that cannot be edited.")

ArchiveOption = Annotated[
    list[Path] | None,
    typer.Option("--archive", help="Archived rows, the oldest file first.", show_default=False),
]
HeadOption = Annotated[
    list[str] | None,
    typer.Option("--head", help="NUMBER:HASH that was written down.", show_default=False),
]


@audits.callback()
def _audits() -> None:
    """Read and check the log that cannot be edited."""


@audits.command("verify")
def verify(context: typer.Context, head: HeadOption = None, archive: ArchiveOption = None) -> None:
    """
    Find the first row that was altered, moved, put in or taken out.

    The chain alone cannot show that its end was cut off: give a head that was written down.

    Example: geoinspect -C taicang audit verify --head 1045:9f86d081884c7d65...
    """
    session = session_of(context)
    rows = session.city().store().audit.rows()
    heads = [read_head(text) for text in head or []]
    archived = [row for file in archive or [] for row in read_jsonl(file)]
    fault = verify_chain([*archived, *rows], start=GENESIS if archived else None, heads=heads)
    if fault is not None:
        raise fault.problem
    _tell(session, [*archived, *rows])


@audits.command("head")
def head(context: typer.Context) -> None:
    """
    Print number and hash of the last row, to be written down where nobody can change it.

    Example: geoinspect -C taicang audit head
    """
    session = session_of(context)
    found = session.city().store().audit.head()
    session.put(f"{found}\n".encode(), None)


@audits.command("export")
def export(
    context: typer.Context,
    output: Annotated[Path | None, typer.Option("-o", help="JSON Lines.")] = None,
) -> None:
    """
    Write all rows as JSON, one a line, for the auditor.

    Example: geoinspect -C taicang audit export -o log.jsonl
    """
    session = session_of(context)
    store = session.city().store()
    session.log("export", "audit_log")
    session.put(jsonl_of(store.audit.rows()), output)


@audits.command("archive")
def archive(
    context: typer.Context,
    output: Annotated[Path, typer.Option("-o", help="New file, JSON Lines.")],
) -> None:
    """
    Move the rows that are older than `keep_days` of [audit] to a file.

    Example: geoinspect -C taicang audit archive -o log-2026.jsonl
    """
    session = session_of(context)
    folder = session.city()
    n = folder.store().audit.archive(
        output,
        actor=folder.actor,
        keep_days=folder.settings.audit.keep_days,
        at=datetime.now(UTC),
    )
    session.say(
        "{n} rows older than {days} days were moved.", n=n, days=folder.settings.audit.keep_days
    )


@audits.command("restrict")
def restrict(
    context: typer.Context,
    role: Annotated[str, typer.Option(help="Role of PostgreSQL that the service signs in as.")],
) -> None:
    """
    Let a role run the service that can read the log and add to it, and not change it.

    To be run by the owner of the tables, after `init` and after each upgrade.

    Example: geoinspect -C taicang audit restrict --role geoinspect_service
    """
    from geoinspect.store import restrict_role

    session = session_of(context)
    store = session.city().store()
    with store.engine.begin() as connection:
        restrict_role(connection, role)
    session.log("audit.restrict", role)
    session.say("The role {role} can run the service, and only add to the log.", role=role)


def _tell(session: Session, rows: list[AuditRow]) -> None:
    """Say what was checked."""
    if not rows:
        session.say("The log is empty.")
        return
    session.say(
        "The chain holds from row {first} to row {last}, {at}.",
        first=rows[0].number,
        last=rows[-1].number,
        at=rows[-1].at,
    )
