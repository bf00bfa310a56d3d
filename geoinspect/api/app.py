"""The service of one city as an ASGI application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

import geoinspect
from geoinspect.api.endpoints import health, heat, home, maps, plans, points
from geoinspect.api.errors import add_error_handlers
from geoinspect.api.responses import problems
from geoinspect.api.security import LOCAL_HOSTS, SecurityHeaders

if TYPE_CHECKING:
    from fastapi.routing import APIRoute

    from geoinspect.cityfolder import CityFolder

#: Of 1 to 9; beyond, a map of some megabytes takes longer and hardly shrinks.
_GZIP_LEVEL = 5

_DESCRIPTION = """\
Inspection points, plans and violation rates of one city, read-only.

Positions are WGS-84 longitude and latitude. Errors are problem documents (RFC 9457). The
service answers to this machine only, because it knows no accounts yet.
"""


def create_app(folder: CityFolder) -> FastAPI:
    """
    Make the service of a city.

    It answers requests to this machine by its local names only, whatever address the
    server binds to: a foreign web page cannot reach it under a name of its own
    ("DNS rebinding").

    Parameters
    ----------
    folder
        The city. Its files are opened at each request, so that an import or a new plan
        shows at once.
    """
    app = FastAPI(
        title="geoinspect",
        version=geoinspect.__version__,
        description=_DESCRIPTION,
        # the documentation pages of FastAPI load scripts from the internet
        docs_url=None,
        redoc_url=None,
        responses=problems(404, 422),
        generate_unique_id_function=_operation_id,
    )
    app.state.folder = folder
    for module in (home, health, points, plans, heat, maps):
        app.include_router(module.router)
    add_error_handlers(app)
    # the one added last sees a request first
    app.add_middleware(GZipMiddleware, compresslevel=_GZIP_LEVEL)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=LOCAL_HOSTS, www_redirect=False)
    app.add_middleware(SecurityHeaders)
    return app


def _operation_id(route: APIRoute) -> str:
    """Name an operation like its function, as generated clients will call it."""
    return route.name
