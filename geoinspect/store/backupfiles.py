"""Files of a city in its backup: each with its hash, read one by one."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import Column, LargeBinary, MetaData, String, Table, insert, inspect, select

from geoinspect.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection

_files = Table(
    "files",
    MetaData(),
    Column("name", String, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("content", LargeBinary, nullable=False),
)
_FILES = _files.c


def keep_files(connection: Connection, files: Iterable[tuple[str, bytes]]) -> None:
    """Write files into a backup, by name."""
    _files.create(connection)
    for name, content in files:
        row = {"name": name, "sha256": sha256(content).hexdigest(), "content": content}
        connection.execute(insert(_files).values(**row))


def names_of_files(connection: Connection) -> list[tuple[str, str]]:
    """Return name and SHA-256 of all files of a backup; none if an older program made it."""
    if not inspect(connection).has_table(_files.name):
        return []
    found = connection.execute(select(_FILES.name, _FILES.sha256).order_by(_FILES.name))
    return [(name, digest) for name, digest in found]


def read_files(connection: Connection, path: Path) -> Iterator[tuple[str, bytes]]:
    """
    Read the files of a backup.

    Raises
    ------
    VerificationError
        If one is not what was written.
    """
    for name, digest in names_of_files(connection):
        content = connection.scalar(select(_FILES.content).where(_FILES.name == name))
        if content is None or sha256(content).hexdigest() != digest:
            raise VerificationError(
                "The backup {path} does not hold: its file {file} was altered. Take another "
                "backup.",
                path=path,
                file=name,
                place=name,
            )
        yield name, content


def check_files(connection: Connection, path: Path) -> None:
    """Read all files of a backup once; raises as `read_files` does."""
    for _ in read_files(connection, path):
        pass
