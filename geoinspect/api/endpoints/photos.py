"""Photos that phones send, each under the hash of its content."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime  # noqa: TC003  FastAPI reads the annotations
from hashlib import sha256 as sha256_of
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request

from geoinspect.api.fieldschemas import KeptPhoto
from geoinspect.api.permits import needs
from geoinspect.api.responses import problems
from geoinspect.api.schemas import Latitude, Longitude  # noqa: TC001
from geoinspect.api.sight import SightDep  # noqa: TC001
from geoinspect.errors import InputError
from geoinspect.people import Permission
from geoinspect.photos import read_photo

if TYPE_CHECKING:
    from geoinspect.photos import Photo

router = APIRouter(prefix="/photos", tags=["inspections"], responses=problems(409))

_BODY = {
    "requestBody": {
        "required": True,
        "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}},
    }
}


async def _content(request: Request) -> bytes:
    return await request.body()


def _taking() -> dict[str, Any]:
    """Return what an endpoint needs that takes the bytes of a photo."""
    permit = needs(Permission.RECORD_RESULTS)
    return {**permit, "openapi_extra": {**permit["openapi_extra"], **_BODY}}


@router.put("/{sha256}", **_taking())
def put_photo(
    sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$")],
    content: Annotated[bytes, Depends(_content)],
    sight: SightDep,
    taken_at: Annotated[
        datetime | None,
        Query(description="From the original; in the zone of the city if it names none."),
    ] = None,
    lon: Annotated[Longitude | None, Query(description="From the original, WGS-84.")] = None,
    lat: Annotated[Latitude | None, Query(description="From the original, WGS-84.")] = None,
) -> KeptPhoto:
    """
    Keep a photo: JPEG, PNG, WebP, GIF, BMP or HEIC, told by its content.

    Phones make photos smaller before they send them, which takes time and place out of them:
    both may be sent beside the bytes, and hold where the photo itself says nothing. The same
    photo sent again changes nothing.
    """
    found = sha256_of(content).hexdigest()
    if found != sha256:
        raise InputError(
            "The photo has the SHA-256 {found}, not {named}: it was damaged on the way, send it "
            "again.",
            found=found,
            named=sha256,
        )
    zone = sight.folder.settings.zone
    photo = _with(read_photo(content, sha256[:12], zone), taken_at, lon, lat)
    if photo.taken_at is not None and photo.taken_at.tzinfo is None:
        photo = replace(photo, taken_at=photo.taken_at.replace(tzinfo=zone))
    # the file first: the database never speaks of one that is not there
    sight.folder.photos.keep(content)
    is_new = sight.store.fieldwork.add_photo(photo)
    return _told(photo, is_new=is_new)


def _with(photo: Photo, taken_at: datetime | None, lon: float | None, lat: float | None) -> Photo:
    """Fill in what a photo does not say itself."""
    place = None if lon is None or lat is None else (lon, lat)
    return replace(
        photo,
        taken_at=photo.taken_at if photo.taken_at is not None else taken_at,
        lonlat=photo.lonlat if photo.lonlat is not None else place,
    )


def _told(photo: Photo, *, is_new: bool) -> KeptPhoto:
    lon, lat = photo.lonlat or (None, None)
    return KeptPhoto(
        sha256=photo.sha256,
        outcome="added" if is_new else "unchanged",
        kind=photo.kind,
        size=photo.size,
        width=photo.width,
        height=photo.height,
        taken_at=photo.taken_at,
        lon=lon,
        lat=lat,
    )
