"""The commands that take a backup of a city and bring it back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from geoinspect.cli.session import session_of

if TYPE_CHECKING:
    from geoinspect.citybackup import Backup
    from geoinspect.cli.session import Session


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="File to write.", show_default=False)],
    photos: Annotated[
        bool, typer.Option(help="Put the photos in it; if not, copy the folder photos after it.")
    ] = True,
) -> None:
    """
    Write all tables and photos of the city to one file, while the service is at work.

    The file fits SQLite and PostgreSQL alike. Settings, roads and areas are in it; keys are
    not: keep a copy of them elsewhere.

    Example: geoinspect -C taicang backup taicang.backup
    """
    from geoinspect.citybackup import back_up_city

    session = session_of(context)
    made = back_up_city(session.city(), file, at=datetime.now(UTC), with_photos=photos)
    session.say("Written: {path}", path=file)
    _tell(session, made)
    if made.lost:
        session.say(
            "{n} photos are not in it, for they are lost or damaged on the disk; the first is "
            "{digest}. Bring them back from an older backup.",
            n=len(made.lost),
            digest=made.lost[0],
        )


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="File that `backup` wrote.", show_default=False)],
    replace: Annotated[
        bool, typer.Option("--replace", help="Delete what the city has, except for its log.")
    ] = False,
) -> None:
    """
    Bring a backup back into the city, whole or not at all.

    The settings of the city stay as they are; those of the backup go beside them.

    Example: geoinspect -C taicang restore taicang.backup
    """
    from geoinspect.citybackup import SETTINGS_BROUGHT_BACK, restore_city

    session = session_of(context)
    city = session.city(silently=True)
    brought = restore_city(city, file, replace=replace)
    session.city()
    session.log("restore", file.name, rows=sum(held.rows for held in brought.contents.values()))
    session.say("Brought back: {path}", path=file)
    _tell(session, brought)
    if (city.path / SETTINGS_BROUGHT_BACK).is_file():
        session.say(
            "The settings of the backup are others than the city's: see {path}.",
            path=city.path / SETTINGS_BROUGHT_BACK,
        )


def _tell(session: Session, backup: Backup) -> None:
    """List the tables that are not empty, and count the files."""
    rows = [(name, held.rows, held.sha256) for name, held in backup.contents.items() if held.rows]
    session.table("Tables", ["table", "rows", "SHA-256"], rows)
    session.say("{n} files, {photos} of them photos.", n=len(backup.files), photos=backup.n_photos)
