"""The three maps, each one page without any other file."""

from __future__ import annotations

import json
from threading import Lock
from typing import TYPE_CHECKING

from fastapi import APIRouter

from geoinspect.api.dependencies import FolderDep, StoreDep  # noqa: TC001
from geoinspect.api.endpoints.heat import city_heat
from geoinspect.api.responses import PageResponse, problems
from geoinspect.basemaps import city_basemap
from geoinspect.maps import render_heat_map, render_points_map, render_routes_map
from geoinspect.messages import translator

if TYPE_CHECKING:
    from pathlib import Path

    from geoinspect.cityfolder import CityFolder

router = APIRouter(
    prefix="/maps",
    tags=["maps"],
    default_response_class=PageResponse,
    responses=problems(409),
)

# requests run in threads; two of them must not draw the same base map
_DRAWING = Lock()


@router.get("/points")
def get_points_map(folder: FolderDep, store: StoreDep) -> PageResponse:
    """Draw the inspection points and who answers for them."""
    page = render_points_map(
        store.points(),
        folder.districts(),
        store.assignments(),
        store.violations(),
        language=folder.settings.language,
        city_name=folder.settings.name,
        basemap=_basemap(folder),
    )
    return PageResponse(page)


@router.get("/routes")
def get_routes_map(folder: FolderDep, store: StoreDep) -> PageResponse:
    """Draw the routes of the plan made last."""
    page = render_routes_map(
        json.loads(store.latest_plan()),
        folder.districts(),
        language=folder.settings.language,
        basemap=_basemap(folder),
    )
    return PageResponse(page)


@router.get("/heat")
def get_heat_map(folder: FolderDep, store: StoreDep) -> PageResponse:
    """Draw violations per inspection."""
    heat = city_heat(folder, store)
    translate = translator(folder.settings.language)
    page = render_heat_map(
        heat.surface,
        folder.districts(),
        store.points(),
        language=folder.settings.language,
        city_name=folder.settings.name,
        basemap=_basemap(folder),
        period=heat.period,
        generated=heat.generated,
        remarks=[left_out.render(translate) for left_out in heat.left_out],
    )
    return PageResponse(page)


def _basemap(folder: CityFolder) -> Path | None:
    """Return the file of the base map, drawn by the first who asks after a change."""
    with _DRAWING:
        return city_basemap(folder)
