"""The commands that take a backup of a city and bring it back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from geoinspect.cli.session import session_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoinspect.cli.session import Session
    from geoinspect.store import Contents


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="File to write.", show_default=False)],
) -> None:
    """
    Write all tables of the city to one file, while the service is at work.

    The file fits SQLite and PostgreSQL alike. Settings and roads are files of the city's
    folder, and keys are kept elsewhere: they are not in it.

    Example: geoinspect -C taicang backup taicang.backup
    """
    from geoinspect.store import write_backup

    session = session_of(context)
    store = session.city().store()
    contents = write_backup(store, file, at=datetime.now(UTC))
    store.close()
    session.say("Written: {path}", path=file)
    _tell(session, contents)


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="File that `backup` wrote.", show_default=False)],
    replace: Annotated[
        bool, typer.Option("--replace", help="Delete what the city has, except for its log.")
    ] = False,
) -> None:
    """
    Bring a backup back into the city, whole or not at all.

    Example: geoinspect -C taicang restore taicang.backup
    """
    from geoinspect.store import restore_backup

    session = session_of(context)
    contents = restore_backup(session.city().database, file, replace=replace)
    session.say("Brought back: {path}", path=file)
    _tell(session, contents)


def _tell(session: Session, contents: Mapping[str, Contents]) -> None:
    """List the tables that are not empty."""
    rows = [(name, held.rows, held.sha256) for name, held in contents.items() if held.rows]
    session.table("Tables", ["table", "rows", "SHA-256"], rows)
