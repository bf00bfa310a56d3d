"""Photos of cases in the database: what they tell, and what they are used for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, tuple_

from geoinspect.cases.signs import FINDING
from geoinspect.store import tables
from geoinspect.store.caserows import naive

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import Connection

    from geoinspect.photos import Photo

_USES, _RESULTS = tables.photo_uses.c, tables.results.c


def use_photos(
    connection: Connection, case_id: str, photos: Sequence[Photo], use: str, move: int
) -> None:
    """Note what photos tell, and what they are used for; the same one counts once."""
    told = {photo.sha256: photo for photo in photos}
    for sha256 in sorted(told.keys() - _known(connection, told)):
        note_photo(connection, told[sha256])
    _use(connection, case_id, told, use, move)


def use_found_photos(connection: Connection, case_id: str) -> None:
    """
    Show with a case what the inspections that found it photographed.

    Of each record its last revision counts, and photos that have come in: those of a phone may
    come later than what it recorded.
    """
    named = [
        name for names in _photos_of_results(connection, case_id) for name in names.split("、")
    ]
    known = _known(connection, named)
    _use(connection, case_id, [name for name in named if name in known], FINDING, 0)


def _photos_of_results(connection: Connection, violation_id: str) -> list[str]:
    """Return the photos of the records that lead to a violation as they stand, in their order."""
    record = (_RESULTS.inspection_id, _RESULTS.item_id)
    led = select(*record).where(_RESULTS.violation_id == violation_id)
    facts = (_RESULTS.violation_id, _RESULTS.n_breaches, _RESULTS.photos)
    every = select(*record, *facts).where(tuple_(*record).in_(led))
    rows = connection.execute(every.order_by(*record, _RESULTS.revision))
    last = {(inspection, item): row for inspection, item, *row in rows}
    # a record that was corrected to no breach found nothing
    return [photos for leads_to, n, photos in last.values() if n and leads_to == violation_id]


def _known(connection: Connection, hashes: Collection[str]) -> set[str]:
    """Return those of some photos that have come in."""
    known = tables.photos.c.sha256
    return set(connection.scalars(select(known).where(known.in_(sorted(hashes)))))


def _use(connection: Connection, case_id: str, hashes: Iterable[str], use: str, move: int) -> None:
    """Note what photos are used for; the same one counts once."""
    last = connection.scalar(select(func.max(_USES.number))) or 0
    here = select(_USES.sha256).where(
        _USES.case_id == case_id, _USES.use == use, _USES.move == move
    )
    used = set(connection.scalars(here))
    unused = [sha256 for sha256 in dict.fromkeys(hashes) if sha256 not in used]
    for number, sha256 in enumerate(unused, start=last + 1):
        row = {"number": number, "case_id": case_id, "sha256": sha256}
        connection.execute(insert(tables.photo_uses).values(**row, use=use, move=move))


def photos_of_finding(connection: Connection, case_id: str) -> tuple[str, ...]:
    """Return the photos of the finding."""
    wanted = select(_USES.sha256).where(_USES.case_id == case_id, _USES.use == FINDING)
    return tuple(connection.scalars(wanted.order_by(_USES.number)))


def note_photo(connection: Connection, photo: Photo) -> None:
    """Note what a photo tells that has not come in before."""
    row = {**vars(photo), "taken_at": naive(photo.taken_at)}
    row["lon"], row["lat"] = row.pop("lonlat") or (None, None)
    connection.execute(insert(tables.photos).values(**row))
