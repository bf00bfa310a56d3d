"""The command that shows how likely each point is, and why."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import pandas as pd
import typer

from geoinspect.chances import explain
from geoinspect.cityday import expected_stops, named_teams, weighed_points
from geoinspect.cli.options import (  # noqa: TC001  typer reads the annotations
    ServiceOption,
    ShiftOption,
    TeamsOption,
)
from geoinspect.cli.session import session_of
from geoinspect.shifts import read_date, read_duration

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd

    from geoinspect.chances import ChanceParams, DayWeights
    from geoinspect.cityfolder import CityFolder
    from geoinspect.cli.session import Session

SEPARATOR = "; "


def chances(
    context: typer.Context,
    day: Annotated[str, typer.Option("--date", help="Day of the inspection, YYYY-MM-DD.")],
    teams: TeamsOption = None,
    shift: ShiftOption = "",
    service: ServiceOption = "12min",
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
    wanted, stops = read_date(day), likely_stops(folder, day, teams, shift, service)
    with session.steps() as step:
        step("Weighing the points")
        points, weights, possible = weighed_points(folder, wanted, stops)
    table = _table(session, points, weights, possible, folder.settings.chances)
    _tell(session, table, weights, wanted, top)
    session.log("export", f"chances {wanted}")
    session.put(table.to_csv().encode("utf-8-sig"), output)


def likely_stops(
    folder: CityFolder, day: str, teams: int | None, shift: str, service: str
) -> float:
    """Guess the visits of a day from what a supervisor types."""
    orders = named_teams(folder, teams, shift)
    return expected_stops(folder, read_date(day), orders, read_duration(service))


def _table(
    session: Session,
    points: gpd.GeoDataFrame,
    weights: DayWeights,
    stops: float,
    params: ChanceParams,
) -> pd.DataFrame:
    """Put names, chances, weights and reasons side by side, the likeliest first."""
    table = weights.table
    told = [SEPARATOR.join(explain(each, session.translate)) for each in points["reasons"]]
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
        session.tell_problem(problem)
