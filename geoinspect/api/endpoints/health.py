"""Whether the service can read its city."""

from __future__ import annotations

from fastapi import APIRouter

import geoinspect
from geoinspect.api.dependencies import FolderDep, StoreDep  # noqa: TC001
from geoinspect.api.schemas import Health

router = APIRouter(tags=["service"])


@router.get("/health")
def health(folder: FolderDep, store: StoreDep) -> Health:
    """Tell that the service is up and its database can be opened."""
    del store
    return Health(status="ok", version=geoinspect.__version__, city=folder.settings.name)
