"""The base map, tile by tile."""

from __future__ import annotations

import gzip
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from geoinspect.api.citytiles import kept_tiles
from geoinspect.api.dependencies import FolderDep  # noqa: TC001  FastAPI reads the annotation
from geoinspect.api.permits import needs

router = APIRouter(prefix="/tiles", tags=["maps"])

MVT = "application/vnd.mapbox-vector-tile"

#: The grid ends where a tile is a metre wide; the archive ends long before.
_MAX_ZOOM = 25

# not for other people's caches: districts may be known to the city alone
_FOR_EVER = "private, max-age=31536000, immutable"
_ASK_AGAIN = "private, no-cache"

_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Layers `districts`, `district_lines`, `district_labels`, `water`, `green`, "
        "`buildings`, `roads`, `road_label` and `area_label`, those that there are. With the "
        "present `version` browsers may keep the tile for ever, else they must ask again.",
        "content": {MVT: {"schema": {"type": "string", "format": "binary"}}},
    },
    204: {"description": "The base map has nothing there."},
}

_Zoom = Annotated[int, Path(ge=0, le=_MAX_ZOOM, description="Zoom.")]
_Cell = Annotated[int, Path(ge=0, lt=1 << _MAX_ZOOM)]
_Version = Annotated[
    str, Query(max_length=64, description="Fingerprint of the base map that the tile is from.")
]


@router.get("/{z}/{x}/{y}.mvt", response_class=Response, responses=_ANSWERS, **needs())
def get_tile(
    request: Request, folder: FolderDep, z: _Zoom, x: _Cell, y: _Cell, version: _Version = ""
) -> Response:
    """
    Return a tile of the base map, a Mapbox Vector Tile of the Web Mercator grid.

    Zooms 6 to 13 have tiles; maps enlarge those of the last one.
    """
    archive = kept_tiles(folder)
    packed = None if archive is None else archive.packed_tile(z, x, y)
    if archive is None or packed is None:
        return Response(status_code=204, headers={"Cache-Control": _ASK_AGAIN})
    headers = {
        "Cache-Control": _FOR_EVER if version == archive.fingerprint else _ASK_AGAIN,
        "ETag": f'"{archive.fingerprint}-{z}-{x}-{y}"',
        "Vary": "Accept-Encoding",
    }
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(packed, media_type=MVT, headers=headers)
    return Response(gzip.decompress(packed), media_type=MVT, headers=headers)
