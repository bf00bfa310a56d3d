"""The page of an inspector on the way, and what a phone needs to keep it out of reach."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from geoinspect.api.citymap import ground_facts
from geoinspect.api.dependencies import FolderDep  # noqa: TC001
from geoinspect.api.pages.rendering import AppPage, language_of, render, static_url
from geoinspect.api.permits import PUBLIC, needs
from geoinspect.api.sight import SightDep  # noqa: TC001  FastAPI reads the annotation
from geoinspect.errors import NotFoundError
from geoinspect.maps.assets import find_asset
from geoinspect.people import Permission

router = APIRouter(include_in_schema=False)

#: The worker fetches from this service alone; a policy of its own holds for it, not the page's.
WORKER_POLICY = "default-src 'none'; connect-src 'self'"


@router.get("/app/inspect", **needs(Permission.RECORD_RESULTS))
def show_inspect(request: Request, sight: SightDep) -> AppPage:
    """Show the page on which inspections are recorded; what it shows, the phone has or fetches."""
    language = language_of(request, sight.folder.settings.language)
    try:
        sight.own_routes()
    except NotFoundError:
        is_released = False
    else:
        is_released = True
    return render(
        request,
        sight,
        "inspect",
        is_released=is_released,
        ground=ground_facts(sight.folder, language),
    )


@router.get("/service-worker.js", **PUBLIC)
def get_service_worker() -> Response:
    """Return the script that keeps the page of inspectors on their phones."""
    return Response(
        find_asset("js/app/service-worker.js").read_bytes(),
        media_type="text/javascript; charset=utf-8",
        headers={"Content-Security-Policy": WORKER_POLICY, "Service-Worker-Allowed": "/app"},
    )


@router.get("/manifest.webmanifest", **PUBLIC)
def get_manifest(folder: FolderDep) -> Response:
    """Return what a phone needs to put the page among its programs."""
    return JSONResponse(
        {
            "name": folder.settings.name,
            "short_name": folder.settings.name,
            "start_url": "/app/inspect",
            "scope": "/app",
            "display": "standalone",
            "background_color": "#ffffff",
            "theme_color": "#14508c",
            "icons": [
                {
                    "src": static_url("css/icon.svg"),
                    "sizes": "any",
                    "type": "image/svg+xml",
                    "purpose": "any",
                }
            ],
        },
        media_type="application/manifest+json",
    )
