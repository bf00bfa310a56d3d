"""The three maps, each one page without any other file."""

from __future__ import annotations

from fastapi import APIRouter

from geoinspect.api.citytiles import current_basemap
from geoinspect.api.endpoints.heat import city_heat
from geoinspect.api.permits import needs
from geoinspect.api.responses import PageResponse, problems
from geoinspect.api.sight import SightDep  # noqa: TC001
from geoinspect.maps import render_heat_map, render_points_map, render_routes_map
from geoinspect.messages import translator
from geoinspect.people import Permission

router = APIRouter(
    prefix="/maps",
    tags=["maps"],
    default_response_class=PageResponse,
    responses=problems(409),
)


@router.get("/points", **needs(Permission.READ_POINTS))
def get_points_map(sight: SightDep) -> PageResponse:
    """Draw the inspection points and who answers for them."""
    folder = sight.folder
    page = render_points_map(
        sight.points(),
        folder.districts(),
        sight.assignments(),
        sight.violations(),
        language=folder.settings.language,
        city_name=folder.settings.name,
        basemap=current_basemap(folder),
    )
    return PageResponse(page)


@router.get("/routes", **needs(Permission.READ_RELEASED_PLAN, Permission.READ_OWN_ROUTE))
def get_routes_map(sight: SightDep) -> PageResponse:
    """Draw the released routes of the plan made last."""
    folder = sight.folder
    page = render_routes_map(
        sight.plan(),
        folder.districts(),
        language=folder.settings.language,
        basemap=current_basemap(folder),
    )
    return PageResponse(page)


@router.get("/heat", **needs(Permission.READ_HEAT))
def get_heat_map(sight: SightDep) -> PageResponse:
    """Draw violations per inspection."""
    folder, heat = sight.folder, city_heat(sight)
    translate = translator(folder.settings.language)
    page = render_heat_map(
        heat.surface,
        folder.districts(),
        sight.points(),
        language=folder.settings.language,
        city_name=folder.settings.name,
        basemap=current_basemap(folder),
        period=heat.period,
        generated=heat.generated,
        remarks=[left_out.render(translate) for left_out in heat.left_out],
    )
    return PageResponse(page)
