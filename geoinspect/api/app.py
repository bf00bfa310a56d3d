"""The service of one city as an ASGI application."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

import geoinspect
from geoinspect.api.endpoints import (
    accounts,
    auditlog,
    basemaps,
    cases,
    checklists,
    features,
    health,
    heat,
    imports,
    inspections,
    jobs,
    maps,
    offices,
    openid,
    photos,
    planning,
    plans,
    points,
    reports,
    running,
    selfchecks,
    session,
    sign_in,
    static,
    tickets,
    tiles,
    violations,
)
from geoinspect.api.entitytags import PACKED_FROM_BYTES, EntityTags
from geoinspect.api.errors import add_error_handlers
from geoinspect.api.idempotency import KeptAnswers, add_replay
from geoinspect.api.limits import Limits
from geoinspect.api.observing import Metrics, Observed
from geoinspect.api.pages import (
    administration,
    city,
    days,
    fieldwork,
    logbook,
    lottery,
    organisation,
    overview,
    ownpassword,
    rates,
    reporting,
    units,
)
from geoinspect.api.pages import checklists as checklist_pages
from geoinspect.api.pages import problems as problem_pages
from geoinspect.api.pages import running as running_pages
from geoinspect.api.places import KnownPlaces
from geoinspect.api.responses import problems
from geoinspect.api.security import LOCAL_HOSTS, SecurityHeaders

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi.routing import APIRoute
    from starlette.routing import BaseRoute

    from geoinspect.cityfolder import CityFolder

#: Of 1 to 9; beyond, a map of some megabytes takes longer and hardly shrinks.
_GZIP_LEVEL = 5

_DESCRIPTION = """\
Points, plans, inspections, cases and violation rates of one city: read, and written by
whoever may.

Positions are WGS-84 longitude and latitude. Errors are problem documents (RFC 9457). The
service answers under the names of this machine and those in the setting `allowed_hosts`.
"""


def _clock() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)


# a request goes to the first that fits
_ENDPOINTS = (
    *(health, sign_in, session, openid, accounts, offices),
    *(points, plans, heat, maps, reports, features, tiles, basemaps),
    *(violations, cases, selfchecks, tickets, checklists, inspections, photos, running),
    *(imports, planning, jobs, auditlog),
)
_PAGES = (
    *(static, overview, days, running_pages, city, rates, units, fieldwork),
    *(problem_pages, reporting, lottery, administration),
    *(checklist_pages, organisation, ownpassword, logbook),
)


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """
    Put all endpoints together, once for every service of this process.

    What FastAPI works out about them at the first request takes a third of a second, and is
    the same for every city.
    """
    router = APIRouter(
        responses=problems(400, 401, 403, 404, 413, 422, 429),
        generate_unique_id_function=_operation_id,
    )
    for module in (*_ENDPOINTS, *_PAGES):
        router.include_router(module.router)
    return tuple(router.routes)


def create_app(folder: CityFolder, *, clock: Callable[[], datetime] = _clock) -> FastAPI:
    """
    Make the service of a city.

    It answers requests to the names of this machine and to `allowed_hosts` only, whatever
    address the server binds to: a foreign web page cannot reach it under a name of its own
    ("DNS rebinding").

    The clock decides what is released. Where it is set back, what was released is withheld
    until it is right again: nobody learns anything too early. Nothing that was written is
    undone by it, and the log is ordered by its numbers.

    Parameters
    ----------
    folder
        The city. Its files are opened at each request, so that an import or a new plan
        shows at once.
    clock
        What tells the time, timezone-aware: rights change with it.
    """
    app = FastAPI(
        title="geoinspect",
        version=geoinspect.__version__,
        description=_DESCRIPTION,
        # the documentation pages of FastAPI load scripts from the internet
        docs_url=None,
        redoc_url=None,
        routes=[*_routes()],
    )
    folder = folder.kept_open()
    app.state.folder = folder
    app.state.clock = clock
    app.state.places = KnownPlaces()
    add_error_handlers(app)
    add_replay(app)
    # the one added last sees a request first
    app.add_middleware(KeptAnswers, folder=folder)
    app.add_middleware(EntityTags)
    app.add_middleware(GZipMiddleware, minimum_size=PACKED_FROM_BYTES, compresslevel=_GZIP_LEVEL)
    settings = folder.settings
    app.add_middleware(
        Limits,
        per_minute=settings.requests_per_minute,
        file_bytes=round(settings.max_upload_mb * 1e6),
    )
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=_hosts(folder), www_redirect=False)
    app.add_middleware(SecurityHeaders)
    app.state.metrics = Metrics()
    app.add_middleware(Observed, metrics=app.state.metrics)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))
    return app


def _hosts(folder: CityFolder) -> list[str]:
    """Names under which the service answers."""
    return [*LOCAL_HOSTS, *folder.settings.allowed_hosts]


def _operation_id(route: APIRoute) -> str:
    """Name an operation like its function, as generated clients will call it."""
    return route.name
