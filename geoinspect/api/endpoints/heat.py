"""Violations per inspection as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request

from geoinspect.api.heatschemas import HeatTimeline
from geoinspect.api.heatviews import HeatTables, overlay_facts, sees_events
from geoinspect.api.pages.rendering import language_of
from geoinspect.api.permits import needs
from geoinspect.api.responses import GeoJSONResponse
from geoinspect.api.schemas import HeatCollection, LeftOutRows
from geoinspect.api.sight import SightDep  # noqa: TC001
from geoinspect.density import RateSurface
from geoinspect.maps import timeline_facts
from geoinspect.messages import translator
from geoinspect.people import Permission

if TYPE_CHECKING:
    from geoinspect.api.sight import Sight
    from geoinspect.messages import Language
    from geoinspect.surfaces import HeatSurface

router = APIRouter(tags=["heat"])


@router.get("/heat", response_class=GeoJSONResponse, **needs(Permission.READ_HEAT))
def get_heat(sight: SightDep) -> HeatCollection:
    """
    Return violations per inspection as square cells.

    Without recorded inspections the cells hold violations per square kilometre.
    """
    heat = HeatTables.of(sight).heat()
    return HeatCollection.model_validate(
        {
            **heat.surface.to_geojson(),
            **_numbers(heat),
            "period": heat.period,
            "generated": heat.generated,
            "left_out": left_out_rows(heat, sight.folder.settings.language),
        }
    )


@router.get("/heat/timeline", **needs(Permission.READ_HEAT))
def get_timeline(request: Request, sight: SightDep) -> HeatTimeline:
    """
    Return what a map needs to draw violations per inspection of any period by itself.

    Violations and inspections are packed one by one, 7 bytes each, as far as one may see
    where each happened; for others, and above 100,000, as counts by cell, day and category.
    """
    language = language_of(request, sight.folder.settings.language)
    return HeatTimeline.model_validate(city_timeline(sight, language))


def city_timeline(sight: Sight, language: Language) -> dict[str, Any]:
    """Return the facts of the map through time of what somebody sees of a city."""
    tables, points, translate = HeatTables.of(sight), sight.points(), translator(language)
    events = tables.events()
    return timeline_facts(
        events,
        sight.folder.districts(),
        points,
        language=language,
        restricted=not sees_events(sight),
        remarks=[left.render(translate) for left in events.left_out],
        overlays=overlay_facts(tables, points, translate),
    )


def left_out_rows(heat: HeatSurface, language: Language) -> list[LeftOutRows]:
    """Say what a surface does not count."""
    translate = translator(language)
    return [
        LeftOutRows(code=left.code, n=len(left.ids), sentence=left.render(translate))
        for left in heat.left_out
    ]


def _numbers(heat: HeatSurface) -> dict[str, Any]:
    """Return the figures of a surface under the names of the answer."""
    surface, params = heat.surface, heat.surface.params
    common = {
        "n_outside": surface.n_outside,
        "bandwidth_m": params.bandwidth_m,
        "cell_m": params.cell_m,
    }
    if isinstance(surface, RateSurface):
        return {
            **common,
            "kind": "rate",
            "n_violations": surface.n_violations,
            "n_inspections": surface.n_inspections,
            "minimum_exposure": params.minimum_exposure,
        }
    return {
        **common,
        "kind": "density",
        "n_violations": surface.n_events,
        "n_inspections": None,
        "minimum_exposure": None,
    }
