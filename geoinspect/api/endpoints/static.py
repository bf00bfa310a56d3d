"""The files that pages of the application load: named here, hashed, kept by browsers for ever."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from geoinspect.api.pages.rendering import STATIC_FILES, static_digest
from geoinspect.api.permits import PUBLIC
from geoinspect.errors import NotFoundError
from geoinspect.maps.assets import find_asset

router = APIRouter(include_in_schema=False)

_KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_FOR_EVER = "public, max-age=31536000, immutable"


@router.get("/static/{digest}/{name:path}", **PUBLIC)
def get_static(digest: str, name: str) -> Response:
    """Return a file under the address that its content has."""
    if name not in STATIC_FILES or digest != static_digest(name):
        raise NotFoundError("There is no file {name!r}.", name=name)
    kind = _KINDS[name.rpartition(".")[2]]
    return Response(
        find_asset(name).read_bytes(),
        media_type=f"{kind}; charset=utf-8",
        headers={"Cache-Control": _FOR_EVER},
    )
