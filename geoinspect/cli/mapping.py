"""The command that draws maps."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import numpy as np
import typer

from geoinspect.basemaps import city_basemap
from geoinspect.beside import begun, load, process_beside
from geoinspect.cityrecords import read_inspections
from geoinspect.cli.options import (  # noqa: TC001  typer reads the annotations
    ServiceOption,
    ShiftOption,
    TeamsOption,
)
from geoinspect.cli.session import session_of
from geoinspect.errors import InputError
from geoinspect.maps import (
    render_heat_map,
    render_points_map,
    render_street_map,
    render_timeline_map,
)
from geoinspect.recency import recency
from geoinspect.streetsurfaces import Streets, street_surface
from geoinspect.surfaces import counted_events, heat_with_hot_spots

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

    import geopandas as gpd
    import pandas as pd

    from geoinspect.cityfolder import CityFolder
    from geoinspect.cli.session import Session
    from geoinspect.surfaces import CountedEvents

#: So many inspections keep two processes busy.
_MANY = 100_000


class MapKind(StrEnum):
    """The maps."""

    POINTS = "points"
    ROUTES = "routes"
    HEAT = "heat"
    CHANCES = "chances"
    TIMELINE = "timeline"
    STREETS = "streets"


_STEPS = {
    MapKind.POINTS: "Drawing the map of points",
    MapKind.ROUTES: "Drawing the map of routes",
    MapKind.HEAT: "Drawing the heat map",
    MapKind.CHANCES: "Drawing the map of chances",
    MapKind.TIMELINE: "Drawing the map through time",
    MapKind.STREETS: "Drawing the map of streets",
}


def draw_map(
    context: typer.Context,
    kind: Annotated[MapKind, typer.Argument(help="Which map.")],
    output: Annotated[Path, typer.Option("-o", help="HTML file to write.")],
    unit: Annotated[
        str | None,
        typer.Option(help="Id or name: only what this unit may see.", show_default=False),
    ] = None,
    plan: Annotated[
        Path | None,
        typer.Option(help="Record of the plan; the latest if left out.", show_default=False),
    ] = None,
    day: Annotated[
        str,
        typer.Option("--date", help="Day of the chances, YYYY-MM-DD.", show_default=False),
    ] = "",
    teams: TeamsOption = None,
    shift: ShiftOption = "",
    service: ServiceOption = "12min",
    dark: Annotated[bool, typer.Option("--dark", help="A dark base map, for screens.")] = False,
) -> None:
    """
    Draw a map as one HTML file that needs no network.

    Example: geoinspect -C taicang map heat -o heat.html
    """
    session = session_of(context)
    city = session.city()
    if kind is MapKind.ROUTES and unit is not None:
        raise InputError("Units never see routes: leave out --unit, or draw `map points`.")
    if kind is MapKind.CHANCES and unit is not None:
        raise InputError("Units never see chances: leave out --unit, or draw `map points`.")
    with session.steps() as step:
        basemap = city_basemap(city, report=step)
        step(_STEPS[kind])
        if kind is MapKind.ROUTES:
            # loaded here and below: a lottery takes long to load, and no other map needs it
            from geoinspect.cli.planmaps import routes_map

            html = routes_map(session, city, plan, basemap, dark=dark)
        elif kind is MapKind.POINTS:
            html = _points_map(session, city, unit, basemap, dark=dark)
        elif kind is MapKind.CHANCES:
            from geoinspect.cli.planmaps import chances_map

            orders = (teams, shift, service)
            html = chances_map(session, city, day, orders, basemap, dark=dark)
        elif kind is MapKind.TIMELINE:
            html = _timeline_map(session, city, unit, basemap, dark=dark)
        elif kind is MapKind.STREETS:
            html = _street_map(session, city, unit, basemap, dark=dark)
        else:
            html = _heat_map(session, city, unit, basemap, dark=dark)
    session.log("export", f"map {kind.value}")
    session.put(html.encode(), output)


def _points_map(
    session: Session, city: CityFolder, unit: str | None, basemap: Path | None, *, dark: bool
) -> str:
    """Draw the points, all or a unit's own."""
    store = city.store()
    return render_points_map(
        store.points(),
        city.districts(),
        store.assignments(),
        store.violations(),
        language=session.language,
        city_name=city.settings.name,
        basemap=basemap,
        dark=dark,
        unit=unit,
    )


def _heat_map(
    session: Session, city: CityFolder, unit: str | None, basemap: Path | None, *, dark: bool
) -> str:
    """Draw violations per inspection, of all points or of a unit's own."""
    with _beside(city) as beside:
        points, violations, inspections = _tables_of(city, unit, beside=beside)
        load(beside, "geoinspect.surfaces")
        heat, found = heat_with_hot_spots(
            points,
            violations,
            inspections,
            bandwidth_m=city.settings.heat_bandwidth_m,
            timezone=city.settings.timezone,
            beside=beside,
        )
    timezone = city.settings.timezone
    today = datetime.now(ZoneInfo(timezone)).date()
    remarks = [left_out.render(session.translate) for left_out in heat.left_out]
    # what the rate leaves out the hot spots leave out too
    remarks += [
        each.render(session.translate)
        for each in (found.left_out if found else ())
        if each.code == "NO_INSPECTION"
    ]
    remarks += filter(None, [heat.explain_shrinkage(session.translate)])
    for remark in remarks:
        session.talk.print(remark, markup=False, soft_wrap=True)
    return render_heat_map(
        heat.surface,
        city.districts(),
        points,
        language=session.language,
        city_name=city.settings.name,
        basemap=basemap,
        dark=dark,
        period=heat.period,
        spots=found.spots if found else None,
        emerging=found.emerging if found else None,
        seen=recency(points, inspections, today=today, timezone=timezone) if heat.is_rate else None,
        generated=heat.generated,
        remarks=remarks,
    )


def _timeline_map(
    session: Session, city: CityFolder, unit: str | None, basemap: Path | None, *, dark: bool
) -> str:
    """Draw violations per inspection of every period; a unit gets counts of cells."""
    points, events, remarks = _counted(session, city, unit)
    return render_timeline_map(
        events,
        city.districts(),
        points,
        language=session.language,
        city_name=city.settings.name,
        basemap=basemap,
        dark=dark,
        restricted=unit is not None,
        remarks=remarks,
    )


def _street_map(
    session: Session, city: CityFolder, unit: str | None, basemap: Path | None, *, dark: bool
) -> str:
    """Draw violations per inspection along the streets, of all points or of a unit's own."""
    _, events, remarks = _counted(session, city, unit)
    found, made = (
        table[["lon", "lat"]].to_numpy(np.float64)
        for table in (events.violations, events.inspections)
    )
    surface = street_surface(
        Streets.of(city.network()),
        found,
        made if events.is_rate else None,
        bandwidth_m=events.params.bandwidth_m,
        minimum_exposure=events.params.minimum_exposure,
    )
    return render_street_map(
        surface,
        city.districts(),
        language=session.language,
        city_name=city.settings.name,
        basemap=basemap,
        dark=dark,
        period=events.period,
        n_violations=len(found),
        n_inspections=len(made) if events.is_rate else None,
        generated=events.generated,
        remarks=remarks,
    )


def _counted(
    session: Session, city: CityFolder, unit: str | None
) -> tuple[gpd.GeoDataFrame, CountedEvents, list[str]]:
    """Return the points, the events that count, and what is left out; it is told, too."""
    points, violations, inspections = _tables_of(city, unit, "category", "severity")
    events = counted_events(
        points,
        violations,
        inspections,
        bandwidth_m=city.settings.heat_bandwidth_m,
        timezone=city.settings.timezone,
    )
    remarks = [left_out.render(session.translate) for left_out in events.left_out]
    for remark in remarks:
        session.talk.print(remark, markup=False, soft_wrap=True)
    return points, events, remarks


@contextmanager
def _beside(city: CityFolder) -> Iterator[Executor | None]:
    """Start a process beside this one where there is enough to do for two."""
    if city.store().n_inspections() < _MANY:
        yield None
        return
    with process_beside("geoinspect.cityfolder", "geoinspect.cityrecords") as beside:
        yield beside


def _tables_of(
    city: CityFolder, unit: str | None, *facts: str, beside: Executor | None = None
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, pd.DataFrame]:
    """Return points, violations with some facts, and inspections; of all or of a unit's points."""
    store = city.store()
    made = begun(beside, read_inspections, city)
    violations, points = store.placed_violations(*facts), store.points()
    inspections = made()
    if unit is not None:
        points = _points_of(city, points, unit)
        violations = violations[violations["point_id"].isin(points.index)]
        inspections = inspections[inspections["point_id"].isin(points.index)]
    return points, violations, inspections


def _points_of(city: CityFolder, points: gpd.GeoDataFrame, unit: str) -> gpd.GeoDataFrame:
    """Return the points a unit answers for."""
    assignments = city.store().assignments()
    if assignments is not None:
        own = (assignments["unit_id"] == unit) | (assignments["unit_name"] == unit)
        if own.any():
            return points[points.index.isin(assignments.index[own])]
    raise InputError(
        "No point is assigned to the unit {unit!r}: run `assign`, or check the name.", unit=unit
    )
