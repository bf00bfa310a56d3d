"""The map of the inspection points: where they lie and who answers for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from geoinspect.errors import NotFoundError
from geoinspect.maps.colours import category_groups, group_of, team_colours
from geoinspect.maps.layers import (
    basemap_facts,
    bounds_around,
    district_features,
    embedded_basemap,
    text,
)
from geoinspect.maps.page import OSM_ATTRIBUTION, Page, render_page
from geoinspect.messages import translator

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from geopandas import GeoDataFrame

    from geoinspect.messages import Language

STATUS_LABELS = {
    "resolved": "Assigned",
    "near-boundary": "Near a boundary",
    "overlap": "Districts overlap here",
    "gap": "In no district",
    "no-rule": "No responsible unit",
    "conflict": "Several responsible units",
}
_WITHOUT_UNIT = {"gap", "no-rule", "conflict"}


def render_points_map(
    points: GeoDataFrame,
    districts: GeoDataFrame | None,
    assignments: pd.DataFrame | None,
    violations: GeoDataFrame | None = None,
    *,
    language: Language = "zh",
    city_name: str,
    basemap: Path | None = None,
    unit: str | None = None,
    attribution: str = OSM_ATTRIBUTION,
    dark: bool = False,
) -> str:
    """
    Render all inspection points, or those of one unit, as one HTML file.

    Parameters
    ----------
    points
        Inspection points, indexed by point id.
    districts
        Polygons, indexed by district id, with a column `name`; may be None.
    assignments
        Who answers for each point, indexed by point id; None before the assignment.
    violations
        If given, each point tells how many violations were found there.
    language
        Language of labels.
    city_name
        Name of the city, for the title.
    basemap
        PMTiles archive made by `build_basemap`; None for districts without streets.
    unit
        Id or name of a unit: the page then holds the points of this unit only, and
        nothing of the others.
    attribution
        Who made the data of the base map.
    dark
        Whether the base map is dark.

    Returns
    -------
    html
        A document that needs neither network nor other files.

    Raises
    ------
    NotFoundError
        If no point belongs to `unit`.
    InputError
        If there is nothing to show.
    """
    translate = translator(language)
    table = point_table(points, assignments, violations)
    if unit is not None:
        table = _points_of_unit(table, unit)
    lonlat = list(zip(table["lon"], table["lat"], strict=True))
    bounds = bounds_around(lonlat, districts)
    streets = embedded_basemap(basemap, bounds)
    title = translate("Inspection points")
    payload = {
        "eyebrow": city_name if unit is None else f"{city_name} · {unit}",
        "city": city_name,
        "unit": unit,
        "districts": district_features(districts),
        "basemap": basemap_facts(streets, districts),
        "assigned": assignments is not None,
        "colors": team_colours(12),
        "groups": group_payload(translate),
        "statuses": status_payload(translate),
        "points": point_payload(table, districts),
    }
    return render_page(Page("points", language, title, bounds, payload, streets, attribution, dark))


def point_table(
    points: GeoDataFrame,
    assignments: pd.DataFrame | None,
    violations: GeoDataFrame | None = None,
) -> pd.DataFrame:
    """One row a point with everything the page tells about it."""
    table = pd.DataFrame(
        {
            "name": points["name"],
            "category": points["category"],
            "lon": points.geometry.x,
            "lat": points.geometry.y,
        }
    )
    if assignments is not None:
        columns = ["district_id", "unit_id", "unit_name", "status", "reason"]
        table = table.join(assignments[columns])
    else:
        table = table.assign(district_id=None, unit_id=None, unit_name=None, status="", reason="")
    if violations is None:
        return table.assign(violations=-1)
    found = violations["point_id"].value_counts()
    return table.assign(violations=found.reindex(table.index).fillna(0).astype(int))


def _points_of_unit(table: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Keep the points that one unit answers for."""
    own = table[(table["unit_id"] == unit) | (table["unit_name"] == unit)]
    if own.empty:
        raise NotFoundError(
            "No point is assigned to the unit {unit}: check its id or name.", unit=unit
        )
    return own


def group_payload(translate: Callable[[str], str]) -> list[dict[str, str]]:
    """Names and colours of the groups of categories."""
    return [
        {"name": translate(group["label"]), "color": group["color"]} for group in category_groups()
    ]


def status_payload(translate: Callable[[str], str]) -> dict[str, str]:
    """Words for what is known of a point's responsible unit."""
    return {key: translate(label) for key, label in STATUS_LABELS.items()}


def point_payload(table: pd.DataFrame, districts: GeoDataFrame | None) -> list[dict[str, Any]]:
    """Return the points as the page reads them."""
    groups = category_groups()
    names = {} if districts is None else districts["name"].to_dict()
    return [
        {
            "id": text(point_id),
            "name": text(row["name"]),
            "category": text(row["category"]),
            "group": group_of(text(row["category"]), groups),
            "district": text(names.get(row["district_id"], row["district_id"])),
            "unit": text(row["unit_name"]) or text(row["unit_id"]),
            "status": text(row["status"]),
            "reason": text(row["reason"]),
            "open": row["status"] in _WITHOUT_UNIT,
            "violations": int(row["violations"]),
            "lon": round(float(row["lon"]), 6),
            "lat": round(float(row["lat"]), 6),
        }
        for point_id, row in zip(table.index, table.to_dict("records"), strict=True)
    ]
