"""The command that plans campaigns: chosen points, all of them, in the fewest team-days."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from geoinspect.campaigns import REASONS, CampaignParams, campaign_record, plan_of_day
from geoinspect.cli.session import session_of
from geoinspect.errors import InputError, NotFoundError
from geoinspect.lottery.record import to_bytes
from geoinspect.planning import City, named_points
from geoinspect.shifts import read_date, read_duration, read_shift

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd

    from geoinspect.cityfolder import CityFolder
    from geoinspect.cli.session import Session
    from geoinspect.lottery.record import Record
    from geoinspect.shifts import Shift

SEPARATORS = re.compile(r"[+、,，]")


def campaign(
    context: typer.Context,
    day: Annotated[str, typer.Option("--date", help="First day, YYYY-MM-DD.")],
    teams: Annotated[int, typer.Option(help="Number of teams.")] = 5,
    shift: Annotated[
        list[str] | None,
        typer.Option(help="Working hours; again for each team in turn.", show_default=False),
    ] = None,
    service: Annotated[str, typer.Option(help="Time at each stop.")] = "12min",
    category: Annotated[
        list[str] | None, typer.Option(help="Only this category; may be repeated.")
    ] = None,
    points: Annotated[
        Path | None,
        typer.Option(help="Only the points whose ids this text file lists.", show_default=False),
    ] = None,
    window: Annotated[
        list[str] | None, typer.Option(help="Opening hours: CATEGORY=06:00-09:30; repeatable.")
    ] = None,
    units: Annotated[
        list[str] | None, typer.Option(help="Units of a joint team: A+B; again for each team.")
    ] = None,
    depot: Annotated[
        list[str] | None, typer.Option(help="LON,LAT of a depot; again for each team in turn.")
    ] = None,
    days: Annotated[
        int | None, typer.Option(help="Days at hand; as many as it takes if left out.")
    ] = None,
    max_stops: Annotated[int | None, typer.Option(help="Most stops of a route.")] = None,
    weekends: Annotated[bool, typer.Option(help="Go out on Saturdays and Sundays too.")] = False,
    iterations: Annotated[int, typer.Option(help="Length of the search.", min=1)] = 1000,
    seed: Annotated[int, typer.Option(help="Seed of the search.", min=0)] = 0,
    output: Annotated[
        Path | None, typer.Option("-o", help="Record to write.", show_default=False)
    ] = None,
    daily: Annotated[
        Path | None,
        typer.Option(help="Folder for one plan a day, for map and export.", show_default=False),
    ] = None,
) -> None:
    """
    Visit all points, or chosen ones, in the fewest team-days.

    This is no lottery: whoever chooses the points is seen to choose them. Without
    --category and --points it is a sweep of every point.

    Example: geoinspect -C taicang campaign --date 2026-11-23 --teams 5 --category 集贸市场
    --window 集贸市场=06:00-10:00 --shift 06:00-12:00 -o campaign.json --daily days
    """
    session = session_of(context)
    folder = session.city()
    params = CampaignParams(
        first_day=read_date(day),
        n_teams=teams,
        shifts=tuple(read_shift(text) for text in shift or ["09:00-15:00"]),
        service_time_s=read_duration(service),
        depots=depots_of(depot, folder),
        units=tuple(tuple(SEPARATORS.split(text)) for text in units or []),
        windows=_windows(window or []),
        n_days=days,
        max_stops=max_stops,
        rests_at_weekends=not weekends,
        max_snap_distance_m=folder.settings.max_snap_distance_m,
        iterations=iterations,
        seed=seed,
    )
    with session.steps() as step:
        step("Loading the city")
        city = _city(folder)
        chosen = _chosen(city.points, category, points)
        record = campaign_record(replace(city, points=chosen), params, report=step)
    session.put(to_bytes(record), output)
    if daily is not None:
        put_days(session, record, daily)
    tell_campaign(session, record)


def _city(folder: CityFolder) -> City:
    """Load what a campaign needs of a city."""
    store = folder.store()
    points = store.points()
    if len(points) == 0:
        raise InputError(
            "The city has no {what} yet: bring them in with "
            "`geoinspect -C CITY import {what} FILE`.",
            what="points",
        )
    named = named_points(points, store.assignments(), store.districts())
    return City(folder.settings.name, folder.settings.zone, named, folder.network())


def _chosen(
    points: gpd.GeoDataFrame, categories: list[str] | None, file: Path | None
) -> gpd.GeoDataFrame:
    """Return the points of some categories, or those that a file lists."""
    if categories:
        _refuse_unknown("categories", categories, points["category"])
        points = points[points["category"].isin(categories)]
    if file is not None:
        wanted = _lines(file)
        _refuse_unknown("points", wanted, points.index)
        points = points.loc[sorted(set(wanted))]
    return points


def _lines(file: Path) -> list[str]:
    """Read the ids that a text file lists, one a line."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise NotFoundError("There is no file {path}.", path=file) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("{path} is no text file of point ids.", path=file) from error
    return [line.strip() for line in text.splitlines() if line.strip()]


def _refuse_unknown(what: str, wanted: Sequence[str], known: Iterable[str]) -> None:
    """Say which of the wanted things the city does not have."""
    strange = sorted(set(wanted) - set(known))
    if strange:
        raise InputError(
            "The city has no such {what}: {strange}.", what=what, strange=", ".join(strange[:10])
        )


def depots_of(texts: list[str] | None, folder: CityFolder) -> tuple[tuple[float, float], ...]:
    """Read depots as longitude and latitude; that of the city where none is named."""
    if not texts:
        return (folder.settings.depot,) if folder.settings.depot else ()
    return tuple(_depot(text) for text in texts)


def _depot(text: str) -> tuple[float, float]:
    """Read longitude and latitude."""
    try:
        lon, lat = (float(part) for part in text.replace("，", ",").split(","))
    except ValueError as error:
        raise InputError(
            "The depot {text!r} is not a longitude and a latitude: write it like 118.80,32.06.",
            text=text,
        ) from error
    return lon, lat


def _windows(texts: list[str]) -> dict[str, tuple[Shift, ...]]:
    """Read opening hours by category."""
    windows: dict[str, tuple[Shift, ...]] = {}
    for text in texts:
        category, _, hours = text.partition("=")
        if not (category and hours):
            raise InputError(
                "The opening hours {text!r} name no category and span: "
                "write them like CATEGORY=06:00-09:30.",
                text=text,
            )
        windows[category] = (*windows.get(category, ()), read_shift(hours))
    return windows


def put_days(session: Session, record: Record, folder: Path) -> None:
    """Write one plan a day."""
    for day in sorted({route["date"] for route in record["routes"]}):
        session.put(to_bytes(plan_of_day(record, day)), folder / f"{day}.json")


def tell_campaign(session: Session, record: Record) -> None:
    """Print what a campaign takes, and what it leaves out."""
    units = {team["team_id"]: team["units"] for team in record["teams"]}
    session.table(
        "Routes",
        ["Day", "Team", "Units", "Stops", "Travel", "Length", "Departure", "Return"],
        (
            (
                route["date"],
                route["team_id"],
                ", ".join(units[route["team_id"]]),
                len(route["stops"]),
                f"{route['travel_s'] / 60:.0f} min",
                f"{route['length_m'] / 1000:.1f} km",
                route["departure"][11:16],
                route["return"][11:16],
            )
            for route in record["routes"]
        ),
    )
    session.say(
        "{n} points in {team_days} team-days, {days} days for {teams} teams; nobody can do with "
        "fewer than {lower} team-days.",
        n=record["coverage"]["n_visited"],
        team_days=record["team_days"],
        days=record["days"],
        teams=len(record["teams"]),
        lower=record["lower_bound"],
    )
    for entry in record["unplanned"]:
        session.say(
            "Not on a route: {point_id} {name} ({code}). {reason}",
            **{**entry, "reason": session.translate(REASONS[entry["code"]]).format(**entry)},
        )
