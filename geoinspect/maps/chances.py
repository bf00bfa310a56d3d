"""The map of chances: how likely each point is on a day, and why; for supervisors only."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from geoinspect.maps.assets import read_style
from geoinspect.maps.layers import (
    basemap_facts,
    bounds_around,
    district_features,
    embedded_basemap,
)
from geoinspect.maps.page import OSM_ATTRIBUTION, Page, render_page
from geoinspect.maps.points import group_payload, point_payload, point_table, status_payload
from geoinspect.messages import translator

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    import pandas as pd
    from geopandas import GeoDataFrame

    from geoinspect.messages import Language


def render_chances_map(
    points: GeoDataFrame,
    chances: pd.DataFrame,
    districts: GeoDataFrame | None = None,
    assignments: pd.DataFrame | None = None,
    *,
    day: date,
    language: Language = "zh",
    city_name: str,
    basemap: Path | None = None,
    attribution: str = OSM_ATTRIBUTION,
    dark: bool = False,
) -> str:
    """
    Render how likely each point is on a day as one HTML file.

    The classes are the same every day, so that two maps can be compared. Nobody but
    supervisors may see it: points visited lately have small chances.

    Parameters
    ----------
    points
        Inspection points, indexed by point id.
    chances
        Indexed by point id: `chance` in (0, 1), and `reasons`, a list of sentences in
        `language`.
    districts
        Polygons, indexed by district id, with a column `name`; may be None.
    assignments
        Who answers for each point, indexed by point id; None before the assignment.
    day
        The day.
    language
        Language of labels.
    city_name
        Name of the city, for the title.
    basemap
        PMTiles archive made by `build_basemap`; None for districts without streets.
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
    InputError
        If there is nothing to show.
    """
    translate = translator(language)
    likeliest_first = chances.sort_values("chance", ascending=False, kind="stable")
    table = point_table(points, assignments).loc[likeliest_first.index]
    bounds = bounds_around(list(zip(table["lon"], table["lat"], strict=True)), districts)
    streets = embedded_basemap(basemap, bounds)
    payload = {
        "eyebrow": city_name,
        "city": city_name,
        "unit": None,
        "dateText": translate("Estimate for {day}").format(day=day.isoformat()),
        "districts": district_features(districts),
        "basemap": basemap_facts(streets, districts),
        "assigned": assignments is not None,
        "colors": [],
        "groups": group_payload(translate),
        "statuses": status_payload(translate),
        "chances": _classes(translate),
        "points": [
            told | chance
            for told, chance in zip(
                point_payload(table, districts), _chance_payload(likeliest_first), strict=True
            )
        ],
    }
    title = translate("Chances of the points")
    return render_page(Page("points", language, title, bounds, payload, streets, attribution, dark))


def chance_class(chance: float) -> int:
    """
    Return the number of the class that a chance falls into, from 0.

    Examples
    --------
    >>> [chance_class(chance) for chance in (0.005, 0.01, 0.349, 0.35)]
    [0, 1, 4, 5]
    """
    return int(np.searchsorted(read_style("chances")["bounds"], chance, side="right"))


def _classes(translate: Callable[[str], str]) -> list[dict[str, str]]:
    """Names and colours of the classes, the least likely first."""
    style = read_style("chances")
    percents = [f"{100 * bound:g}" for bound in style["bounds"]]
    names = [
        translate("below {high} %").format(high=percents[0]),
        *(
            translate("{low} to {high} %").format(low=low, high=high)
            for low, high in pairwise(percents)
        ),
        translate("{low} % and more").format(low=percents[-1]),
    ]
    return [
        {"name": name, "color": color} for name, color in zip(names, style["colors"], strict=True)
    ]


def _chance_payload(chances: pd.DataFrame) -> list[dict[str, Any]]:
    """Return chances and reasons as the page reads them."""
    return [
        {"chance": round(chance, 6), "class": chance_class(chance), "reasons": list(reasons)}
        for chance, reasons in zip(chances["chance"].tolist(), chances["reasons"], strict=True)
    ]
