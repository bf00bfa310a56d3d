"""The maps, each one page without any other file."""

from __future__ import annotations

from fastapi import APIRouter

from geoinspect.api.citytiles import current_basemap
from geoinspect.api.heatviews import HeatTables, overlay_facts, sees_events
from geoinspect.api.permits import needs
from geoinspect.api.responses import PageResponse, problems
from geoinspect.api.sight import SightDep  # noqa: TC001
from geoinspect.maps import (
    render_heat_map,
    render_points_map,
    render_routes_map,
    render_timeline_map,
)
from geoinspect.messages import translator
from geoinspect.people import Permission

#: Code of what only hot spots leave out.
UNTIED = "NO_INSPECTION"

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
    """Draw violations per inspection, what surely stands out, and where nobody was for long."""
    folder, tables, points = sight.folder, HeatTables.of(sight), sight.points()
    heat = tables.heat()
    translate = translator(folder.settings.language)
    found = tables.spots()
    # what the rate leaves out the hot spots leave out too
    more = [] if found is None else [left for left in found.left_out if left.code == UNTIED]
    remarks = [left.render(translate) for left in (*heat.left_out, *more)]
    page = render_heat_map(
        heat.surface,
        folder.districts(),
        points,
        language=folder.settings.language,
        city_name=folder.settings.name,
        basemap=current_basemap(folder),
        period=heat.period,
        spots=None if found is None else found.spots,
        seen=tables.seen(points) if heat.is_rate else None,
        generated=heat.generated,
        remarks=[*remarks, *filter(None, [heat.explain_shrinkage(translate)])],
    )
    return PageResponse(page)


@router.get("/timeline", **needs(Permission.READ_HEAT))
def get_timeline_map(sight: SightDep) -> PageResponse:
    """Draw violations per inspection through time; without their places for some."""
    folder, tables, points = sight.folder, HeatTables.of(sight), sight.points()
    events = tables.events()
    translate = translator(folder.settings.language)
    page = render_timeline_map(
        events,
        folder.districts(),
        points,
        language=folder.settings.language,
        city_name=folder.settings.name,
        basemap=current_basemap(folder),
        restricted=not sees_events(sight),
        remarks=[left.render(translate) for left in events.left_out],
        overlays=overlay_facts(tables, points, translate),
    )
    return PageResponse(page)
