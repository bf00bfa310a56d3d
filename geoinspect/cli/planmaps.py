"""The maps of what a lottery drew, and of what it may draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geoinspect.chances import explain
from geoinspect.cityday import weighed_points
from geoinspect.cli.chances import likely_stops
from geoinspect.cli.opening import released_record
from geoinspect.cli.verifying import parse_plan, read_plan_bytes
from geoinspect.maps import render_chances_map, render_routes_map
from geoinspect.shifts import read_date

if TYPE_CHECKING:
    from pathlib import Path

    from geoinspect.cityfolder import CityFolder
    from geoinspect.cli.session import Session


def routes_map(
    session: Session, city: CityFolder, plan: Path | None, basemap: Path | None, *, dark: bool
) -> str:
    """Draw the routes of a plan."""
    if plan is None:
        record = released_record(session, city, city.store().ledger.binding())
    else:
        record = parse_plan(read_plan_bytes(plan), plan)
    return render_routes_map(
        record,
        city.districts(),
        language=session.language,
        basemap=basemap,
        dark=dark,
    )


def chances_map(
    session: Session,
    city: CityFolder,
    day: str,
    orders: tuple[int | None, str, str],
    basemap: Path | None,
    *,
    dark: bool,
) -> str:
    """Draw how likely each point is, and why; `orders` are teams, shift and service as typed."""
    stops = likely_stops(city, day, *orders)
    points, weights, possible = weighed_points(city, read_date(day), stops)
    told = [explain(reasons, session.translate) for reasons in points["reasons"]]
    chance = weights.chances(possible, city.settings.chances)
    return render_chances_map(
        points,
        pd.DataFrame({"chance": chance, "reasons": told}, index=points.index),
        city.districts(),
        city.store().assignments(),
        day=read_date(day),
        language=session.language,
        city_name=city.settings.name,
        basemap=basemap,
        dark=dark,
    )
