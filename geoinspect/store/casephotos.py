"""Photos of cases in the database: what they tell, and what they are used for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from geoinspect.cases.signs import FINDING
from geoinspect.store import tables
from geoinspect.store.caserows import naive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from geoinspect.photos import Photo

_USES = tables.photo_uses.c


def use_photos(
    connection: Connection, case_id: str, photos: Sequence[Photo], use: str, move: int
) -> None:
    """Note what photos tell, and what they are used for; the same one counts once."""
    last = connection.scalar(select(func.max(_USES.number))) or 0
    known = set(connection.scalars(select(tables.photos.c.sha256)))
    here = select(_USES.sha256).where(
        _USES.case_id == case_id, _USES.use == use, _USES.move == move
    )
    used = set(connection.scalars(here))
    unused = {photo.sha256: photo for photo in photos if photo.sha256 not in used}
    for number, photo in enumerate(unused.values(), start=last + 1):
        if photo.sha256 not in known:
            connection.execute(insert(tables.photos).values(**_row(photo)))
        row = {"number": number, "case_id": case_id, "sha256": photo.sha256}
        connection.execute(insert(tables.photo_uses).values(**row, use=use, move=move))


def photos_of_finding(connection: Connection, case_id: str) -> tuple[str, ...]:
    """Return the photos of the finding."""
    wanted = select(_USES.sha256).where(_USES.case_id == case_id, _USES.use == FINDING)
    return tuple(connection.scalars(wanted.order_by(_USES.number)))


def _row(photo: Photo) -> dict[str, Any]:
    """Turn what a photo tells into a row."""
    row = {**vars(photo), "taken_at": naive(photo.taken_at)}
    lon, lat = row.pop("lonlat") or (None, None)
    return {**row, "lon": lon, "lat": lat}
