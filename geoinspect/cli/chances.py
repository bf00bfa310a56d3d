"""The command that shows how likely each point is, and why."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import pandas as pd
import typer

from geoinspect.chances import (
    ChanceParams,
    explain,
    point_weights,
    reason_records,
    usual_stops,
)
from geoinspect.cli.session import session_of
from geoinspect.errors import InputError
from geoinspect.planning import named_points
from geoinspect.shifts import read_date, read_duration, read_shift

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd

    from geoinspect.chances import DayWeights
    from geoinspect.cityfolder import CityFolder
    from geoinspect.cli.session import Session

SEPARATOR = "; "


def chances(
    context: typer.Context,
    day: Annotated[str, typer.Option("--date", help="Day of the inspection, YYYY-MM-DD.")],
    teams: Annotated[int, typer.Option(help="Number of teams.", min=1)] = 10,
    shift: Annotated[str, typer.Option(help="Working hours.")] = "09:00-15:00",
    service: Annotated[str, typer.Option(help="Time at each stop.")] = "12min",
    top: Annotated[int, typer.Option(help="Points to show on the screen.", min=0)] = 20,
    output: Annotated[
        Path | None, typer.Option("-o", help="CSV of all points.", show_default=False)
    ] = None,
) -> None:
    """
    Show how likely each point is on a day, and why.

    The routes are not known yet, so the number of stops is an estimate: the chances that
    a plan promises are those in its record.

    Example: geoinspect -C taicang chances --date 2026-11-23 -o chances.csv
    """
    session = session_of(context)
    folder = session.city()
    params = ChanceParams()
    wanted, hours = read_date(day), read_shift(shift)
    start, end = hours.on(wanted, folder.settings.zone)
    stops = usual_stops(teams, end.timestamp() - start.timestamp(), read_duration(service))
    with session.steps() as step:
        step("Weighing the points")
        points, weights, possible = weighed_points(folder, wanted, stops, params)
    table = _table(session, points, weights, possible, params)
    _tell(session, table, weights, wanted, top)
    session.put(table.to_csv().encode("utf-8-sig"), output)


def weighed_points(
    folder: CityFolder, day: date, stops: float, params: ChanceParams
) -> tuple[gpd.GeoDataFrame, DayWeights, float]:
    """
    Load the points of a city and weigh them for a day.

    Also returns the expected stops, as far as floor and cap allow them.
    """
    store = folder.store()
    points = store.points()
    if len(points) == 0:
        raise InputError(
            "The city has no {what} yet: bring them in with "
            "`geoinspect -C CITY import {what} FILE`.",
            what="points",
        )
    named = named_points(points, store.assignments(), store.districts())
    possible = min(max(stops, len(points) * params.floor), len(points) * params.cap)
    weights = point_weights(
        named,
        store.inspections(),
        store.violations(),
        day=day,
        timezone=folder.settings.zone,
        expected_stops=possible,
        params=params,
    )
    return named, weights, possible


def _table(
    session: Session,
    points: gpd.GeoDataFrame,
    weights: DayWeights,
    stops: float,
    params: ChanceParams,
) -> pd.DataFrame:
    """Put names, chances, weights and reasons side by side, the likeliest first."""
    table = weights.table
    told = [SEPARATOR.join(explain(r, session.translate)) for r in reason_records(table)]
    named = points.loc[table.index, ["name", "category", "district", "unit"]]
    chance = weights.chances(stops, params).round(6)
    both = pd.concat((pd.DataFrame(named).assign(chance=chance, reasons=told), table), axis=1)
    return both.sort_values("chance", ascending=False, kind="stable")


def _tell(session: Session, table: pd.DataFrame, weights: DayWeights, day: date, top: int) -> None:
    """Print the likeliest points, and what is wrong with the wishes."""
    first = table.head(top)
    columns = (first["chance"], first.index, first["name"], first["category"], first["reasons"])
    session.table(
        "Likeliest points",
        ["Chance", "Point", "Category", "Reasons"],
        (
            (f"{chance:.4f}", f"{point_id} {name}", category, told.replace(SEPARATOR, "\n"))
            for chance, point_id, name, category, told in zip(*columns, strict=True)
        ),
    )
    session.say(
        "{n} points for {stops:.0f} expected stops on {day}; chances from {low:.4f} to {high:.4f}.",
        n=len(table),
        stops=table["chance"].sum(),
        day=day,
        low=table["chance"].min(),
        high=table["chance"].max(),
    )
    for problem in weights.problems:
        session.say("Note: {problem}", problem=problem.render(session.translate))
