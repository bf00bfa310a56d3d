"""The command that plans street patrols: chosen streets, walked along their whole length."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from geoinspect.cli.routing import SEPARATORS, depots_of, put_days
from geoinspect.cli.session import session_of
from geoinspect.cli.targets import districts_of
from geoinspect.lottery.record import to_bytes
from geoinspect.network import SPEEDS_KPH
from geoinspect.patrol import REASONS, Beat, PatrolParams, chosen_streets, patrol_record
from geoinspect.shifts import read_date, read_shift
from geoinspect.targets import street_segments

if TYPE_CHECKING:
    from geoinspect.cityfolder import CityFolder
    from geoinspect.cli.session import Session
    from geoinspect.lottery.record import Record

_STREETS = re.compile(r"[;；、，]")


class Move(StrEnum):
    """How teams get from one street to the next."""

    FOOT = "foot"
    CAR = "car"


def patrol(
    context: typer.Context,
    day: Annotated[str, typer.Option("--date", help="First day, YYYY-MM-DD.")],
    teams: Annotated[int, typer.Option(help="Number of teams.")] = 3,
    shift: Annotated[
        list[str] | None,
        typer.Option(help="Working hours; again for each team in turn.", show_default=False),
    ] = None,
    streets: Annotated[
        str, typer.Option(help='Only these streets: "A;B".', show_default=False)
    ] = "",
    category: Annotated[
        str, typer.Option(help="Only streets of these targets: back_street.", show_default=False)
    ] = "",
    district: Annotated[
        list[str] | None, typer.Option(help="Only in this district; may be repeated.")
    ] = None,
    move: Annotated[
        Move, typer.Option(help="Between streets: foot, or car where it is quicker.")
    ] = Move.FOOT,
    both_sides: Annotated[
        bool, typer.Option("--both-sides", help="Walk each side of wide streets.")
    ] = False,
    inspect_speed: Annotated[float, typer.Option(help="km/h while inspecting.")] = 3.0,
    walk_speed: Annotated[float, typer.Option(help="km/h on foot between streets.")] = SPEEDS_KPH[
        "foot"
    ],
    units: Annotated[
        list[str] | None, typer.Option(help="Units of a joint team: A+B; again for each team.")
    ] = None,
    depot: Annotated[
        list[str] | None, typer.Option(help="LON,LAT of a depot; again for each team in turn.")
    ] = None,
    days: Annotated[
        int | None, typer.Option(help="Days at hand; as many as it takes if left out.")
    ] = None,
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
    Walk chosen streets along their whole length, in the fewest team-days.

    This is no lottery. Without --streets, --category and --district all streets of the
    city are meant; motorways and trunk roads are never walked, and alleys that no car may
    enter are not in the road network.

    Example: geoinspect -C taicang patrol --date 2026-11-23 --streets "上海路;人民路"
    --shift 09:00-12:00 --move car -o patrol.json --daily days
    """
    session = session_of(context)
    folder = session.city()
    params = PatrolParams(
        first_day=read_date(day),
        n_teams=teams,
        shifts=tuple(read_shift(text) for text in shift or ["09:00-12:00"]),
        depots=depots_of(depot, folder),
        units=tuple(tuple(SEPARATORS.split(text)) for text in units or []),
        n_days=days,
        rests_at_weekends=not weekends,
        max_snap_distance_m=folder.settings.max_snap_distance_m,
        iterations=iterations,
        seed=seed,
        inspect_kph=inspect_speed,
        walk_kph=walk_speed,
        move="car" if move is Move.CAR else "foot",
        both_sides=both_sides,
        language=session.language,
    )
    with session.steps() as step:
        step("Listing the streets of the city")
        beat = _beat(folder, streets, category, district)
        record = patrol_record(beat, params, report=step)
    session.put(to_bytes(record), output)
    if daily is not None:
        put_days(session, record, daily)
    tell_patrol(session, record)


def _beat(folder: CityFolder, names: str, category: str, district: list[str] | None) -> Beat:
    """Load the city and choose its streets."""
    network = folder.network()
    streets = chosen_streets(
        network,
        street_segments(network, districts_of(folder, district)),
        names=[name.strip() for name in _STREETS.split(names) if name.strip()],
        category=category,
    )
    return Beat(folder.settings.name, folder.settings.zone, network, streets)


def tell_patrol(session: Session, record: Record) -> None:
    """Print what a patrol takes, and what it leaves out."""
    session.table(
        "Routes",
        ["Day", "Team", "Walks", "Walked", "Travel", "Length", "Departure", "Return"],
        (
            (
                route["date"],
                route["team_id"],
                len(route["stops"]),
                f"{route['walked_m'] / 1000:.1f} km",
                f"{route['travel_s'] / 60:.0f} min",
                f"{route['length_m'] / 1000:.1f} km",
                route["departure"][11:16],
                route["return"][11:16],
            )
            for route in record["routes"]
        ),
    )
    session.say(
        "{km} of {wanted} km of streets walked in {team_days} team-days, {days} days for {teams} "
        "teams; nobody can do with fewer than {lower} team-days.",
        km=f"{record['walked']['walked_m'] / 1000:.1f}",
        wanted=f"{record['walked']['wanted_m'] / 1000:.1f}",
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
