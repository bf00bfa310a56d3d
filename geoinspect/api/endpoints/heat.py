"""Violations per inspection as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from geoinspect.api.dependencies import FolderDep, StoreDep  # noqa: TC001
from geoinspect.api.responses import GeoJSONResponse
from geoinspect.api.schemas import HeatCollection, LeftOutRows
from geoinspect.density import RateSurface
from geoinspect.messages import translator
from geoinspect.surfaces import heat_surface

if TYPE_CHECKING:
    from geoinspect.cityfolder import CityFolder
    from geoinspect.messages import Language
    from geoinspect.store import Store
    from geoinspect.surfaces import HeatSurface

router = APIRouter(tags=["heat"])


@router.get("/heat", response_class=GeoJSONResponse)
def get_heat(folder: FolderDep, store: StoreDep) -> HeatCollection:
    """
    Return violations per inspection as square cells.

    Without recorded inspections the cells hold violations per square kilometre.
    """
    heat = city_heat(folder, store)
    return HeatCollection.model_validate(
        {
            **heat.surface.to_geojson(),
            **_numbers(heat),
            "period": heat.period,
            "generated": heat.generated,
            "left_out": left_out_rows(heat, folder.settings.language),
        }
    )


def city_heat(folder: CityFolder, store: Store) -> HeatSurface:
    """Compute the surface of a city with its own settings."""
    return heat_surface(
        store.points(),
        store.violations(),
        store.inspections(),
        bandwidth_m=folder.settings.heat_bandwidth_m,
        timezone=folder.settings.timezone,
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
