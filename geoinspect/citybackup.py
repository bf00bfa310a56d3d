"""
A city's backup: its tables as of one moment, and the files that they speak of.

Photos are never changed or removed, and each is on the disk before the tables speak of it: read
after the tables, all of them are there. Keys are in no backup: whoever has a copy of it must
not be able to open the plans that are sealed in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from geoinspect.atomic import write_bytes
from geoinspect.basemaps import AREAS_FILE
from geoinspect.cityfolder import NETWORK_FILE, SETTINGS_FILE
from geoinspect.errors import NotFoundError, VerificationError
from geoinspect.store import restore_backup, write_backup
from geoinspect.store.tables import photos

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from geoinspect.cityfolder import CityFolder
    from geoinspect.store import Contents

#: Where the settings of a backup go if the city's own are others.
SETTINGS_BROUGHT_BACK = "geoinspect.restored.toml"

_PHOTOS = "photos/"


@dataclass
class Backup:
    """
    What a backup holds, or what was brought back from one.

    Attributes
    ----------
    contents
        By table.
    files
        Names of its files.
    lost
        SHA-256 of the photos that the tables speak of and that are not on the disk, or damaged
        there.
    """

    contents: dict[str, Contents] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @property
    def n_photos(self) -> int:
        """How many of the files are photos."""
        return sum(name.startswith(_PHOTOS) for name in self.files)


def back_up_city(city: CityFolder, path: Path, *, at: datetime, with_photos: bool = True) -> Backup:
    """
    Write a backup of a city, while others read and write it.

    Parameters
    ----------
    city
        The city.
    path
        File to write; there whole or not at all, and for its owner only.
    at
        Now, timezone-aware.
    with_photos
        Whether to put the photos in it: without them, copy the folder `photos` after it.

    Raises
    ------
    InputError, VerificationError
        As `geoinspect.store.write_backup`.
    """
    backup = Backup()

    def files(tables: Connection) -> Iterator[tuple[str, bytes]]:
        for name, content in _files(city, tables if with_photos else None, backup.lost):
            backup.files.append(name)
            yield name, content

    store = city.store()
    backup.contents = write_backup(store, path, at=at, files=files)
    store.close()
    return backup


def restore_city(city: CityFolder, path: Path, *, replace: bool = False) -> Backup:
    """
    Bring a backup back into a city; its files come just before its tables are there for good.

    The settings of the city stay: those of the backup go beside them.

    Raises
    ------
    NotFoundError, InputError, VerificationError
        As `geoinspect.store.restore_backup`.
    """
    backup = Backup()

    def take(name: str, content: bytes) -> None:
        if name.startswith(_PHOTOS):
            # under the hash of what it is, whatever the backup calls it
            city.photos.keep(content)
        elif name in (NETWORK_FILE, AREAS_FILE):
            write_bytes(city.path / name, content)
        elif name == SETTINGS_FILE and content != (city.path / SETTINGS_FILE).read_bytes():
            write_bytes(city.path / SETTINGS_BROUGHT_BACK, content, mode=0o600)
        backup.files.append(name)

    backup.contents = restore_backup(city.database, path, replace=replace, take=take)
    return backup


def _files(
    city: CityFolder, tables: Connection | None, lost: list[str]
) -> Iterator[tuple[str, bytes]]:
    """Read the files of a city, and note the photos that are lost."""
    for name in (SETTINGS_FILE, NETWORK_FILE, AREAS_FILE):
        if (city.path / name).is_file():
            yield name, (city.path / name).read_bytes()
    if tables is None:
        return
    for digest in tables.scalars(select(photos.c.sha256).order_by(photos.c.sha256)).all():
        try:
            yield f"{_PHOTOS}{digest}", city.photos.content(digest)
        except (NotFoundError, VerificationError):
            # one that is lost must not keep all others out of the backup
            lost.append(digest)
