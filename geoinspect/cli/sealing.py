"""Commands around keys: make one, seal anew with the newest, find whose sheet leaked."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from geoinspect.atomic import write_bytes
from geoinspect.cli.groups import command_group
from geoinspect.cli.session import session_of
from geoinspect.errors import InputError
from geoinspect.sealing import Export, Keyring, new_key, whose_mark

if TYPE_CHECKING:
    from geoinspect.cityfolder import CityFolder

sealing = command_group("Keep plans sealed until their release.")


@sealing.callback()
def _sealing() -> None:
    """Keep plans sealed until their release."""


@sealing.command("key")
def make_key(
    context: typer.Context,
    output: Annotated[
        Path | None,
        typer.Option("-o", help="Key file to add it to, for its owner only.", show_default=False),
    ] = None,
) -> None:
    """
    Make a key; in a key file it becomes the newest, and older ones still open.

    Example: geoinspect seal key -o /etc/geoinspect/seal.key
    """
    session = session_of(context)
    line = new_key(datetime.now(UTC)) + "\n"
    if output is None:
        session.put(line.encode(), None)
        return
    before = ""
    if output.exists():
        Keyring.from_file(output)
        before = output.read_text(encoding="utf-8").rstrip("\n") + "\n"
    write_bytes(output, (before + line).encode(), mode=0o600)
    session.say(
        "The key {key_id} is in {path}. Keep a copy elsewhere: without it no plan opens again.",
        key_id=line.partition(":")[0],
        path=output,
    )


@sealing.command("rotate")
def rotate(context: typer.Context) -> None:
    """
    Seal everything that is stored with the newest key, all at once or nothing.

    Example: geoinspect -C taicang seal rotate
    """
    session = session_of(context)
    folder = session.city()
    ring = _keyring(folder)
    n = folder.store().ledger.reseal()
    session.say("{n} pieces are sealed anew with the key {key_id}.", n=n, key_id=ring.newest)


@sealing.command("whose")
def whose(
    context: typer.Context,
    mark: Annotated[str, typer.Argument(help="Mark on a sheet, like 7Q2M-V0XK.")],
) -> None:
    """
    Say who an exported file was made for, by the mark on it.

    Example: geoinspect -C taicang seal whose 7Q2M-V0XK
    """
    session = session_of(context)
    folder = session.city()
    rows = folder.store().audit.rows("export")
    exports = [
        Export(row.actor, row.at, row.facts()["commitment"])
        for row in rows
        if "commitment" in row.facts()
    ]
    found = whose_mark(mark, exports, _keyring(folder))
    session.log("seal.whose", mark, found=len(found))
    if not found:
        raise InputError(
            "No export in the log has the mark {mark}: it is misread, forged, or its rows are "
            "archived.",
            mark=mark,
        )
    session.table(
        "Exports with this mark",
        ["Made for", "When", "Commitment"],
        ((export.user, export.at, export.commitment) for export in found),
    )


def _keyring(folder: CityFolder) -> Keyring:
    """Return the city's keys, which this command cannot do without."""
    ring = folder.keyring()
    if ring is None:
        raise InputError("There is no key: make one with `geoinspect seal key`.")
    return ring
