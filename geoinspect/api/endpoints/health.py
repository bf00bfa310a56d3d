"""Whether the service is up, can do its work, and how much it does."""

from __future__ import annotations

import logging

from fastapi import APIRouter, Request
from starlette.responses import Response

import geoinspect
from geoinspect.api.dependencies import FolderDep, StoreDep  # noqa: TC001
from geoinspect.api.errors import problem
from geoinspect.api.jobschemas import Alive, Readiness
from geoinspect.api.permits import PUBLIC, needs
from geoinspect.api.responses import problems
from geoinspect.api.schemas import Health
from geoinspect.people import Permission

logger = logging.getLogger(__name__)

router = APIRouter(tags=["service"])


class MetricsResponse(Response):
    """Metrics as Prometheus reads them."""

    media_type = "text/plain; version=0.0.4"


@router.get("/health", **PUBLIC)
def health(folder: FolderDep, store: StoreDep) -> Health:
    """Tell that the service is up and its database can be opened."""
    del store
    return Health(status="ok", version=geoinspect.__version__, city=folder.settings.name)


@router.get("/health/live", **PUBLIC)
def live() -> Alive:
    """Tell that the program runs, whatever its database does: restart it if it does not."""
    return Alive(status="alive")


@router.get("/health/ready", responses=problems(503), response_model=Readiness, **PUBLIC)
def ready(folder: FolderDep) -> Readiness | Response:
    """Tell that the database answers: send requests elsewhere while it does not."""
    try:
        store = folder.store()
        store.jobs.counts()
        store.close()
    except Exception:
        # why is for the log; a stranger need not know
        logger.exception("the database cannot be reached")
        return problem(503)
    return Readiness(status="ready")


@router.get("/metrics", response_class=MetricsResponse, **needs(Permission.MANAGE_SYSTEM))
def get_metrics(request: Request, store: StoreDep) -> MetricsResponse:
    """Return counts and times of requests, and the jobs in each state."""
    return MetricsResponse(request.app.state.metrics.text(store.jobs.counts()))
