"""The command that draws a day's routes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from geoinspect.cli.session import session_of
from geoinspect.errors import InputError
from geoinspect.frame import REASONS
from geoinspect.lottery.record import to_bytes
from geoinspect.planning import (
    UNGUESSABLE_BITS,
    City,
    PlanParams,
    named_points,
    plan_inspections,
    read_secret,
)
from geoinspect.shifts import read_date, read_duration, read_shift

if TYPE_CHECKING:
    from geoinspect.cityfolder import CityFolder
    from geoinspect.cli.session import Session
    from geoinspect.lottery.record import Record


def plan(
    context: typer.Context,
    day: Annotated[str, typer.Option("--date", help="Day of the inspection, YYYY-MM-DD.")],
    seed: Annotated[str, typer.Option(help="Secret in hexadecimal, 16 digits or more.")],
    teams: Annotated[int, typer.Option(help="Number of teams.")] = 10,
    shift: Annotated[str, typer.Option(help="Working hours.")] = "09:00-15:00",
    service: Annotated[str, typer.Option(help="Time at each stop.")] = "12min",
    output: Annotated[
        Path | None, typer.Option("-o", help="Record to write.", show_default=False)
    ] = None,
) -> None:
    """
    Draw the routes of a day.

    Example: geoinspect -C taicang plan --date 2026-11-23 --teams 10 --shift 09:00-15:00
    --service 12min --seed 9f86d081884c7d65 -o plan.json
    """
    session = session_of(context)
    folder = session.city()
    params = PlanParams(
        day=read_date(day),
        n_teams=teams,
        shift=read_shift(shift),
        service_time_s=read_duration(service),
        depot=folder.settings.depot,
        max_snap_distance_m=folder.settings.max_snap_distance_m,
    )
    secret = read_secret(seed)
    _warn_of_weak_secret(session, secret)
    with session.steps() as step:
        step("Loading the city")
        city = _city(folder)
        record = plan_inspections(city, params, secret, report=step)
    content = to_bytes(record)
    session.put(content, output)
    folder.store().add_plan(record["date"], record["draw"]["commitment"], content)
    tell_plan(session, record)


def _city(folder: CityFolder) -> City:
    """Load what a plan needs of a city."""
    store = folder.store()
    points = store.points()
    if len(points) == 0:
        raise InputError(
            "The city has no {what} yet: bring them in with "
            "`geoinspect -C CITY import {what} FILE`.",
            what="points",
        )
    named = named_points(points, store.assignments(), store.districts())
    settings = folder.settings
    return City(settings.name, settings.zone, named, folder.network())


def _warn_of_weak_secret(session: Session, secret: str) -> None:
    """Say when a secret is short enough to be found by trying."""
    bits = 4 * len(secret)
    if bits < UNGUESSABLE_BITS:
        session.say(
            "The seed has only {bits} bits and can be found by trying; take {digits} random digits "
            "or more, for example from `openssl rand -hex 16`.",
            bits=bits,
            digits=UNGUESSABLE_BITS // 4,
        )


def tell_plan(session: Session, record: Record) -> None:
    """Print the routes and the chances of a plan."""
    effective = {book["team_id"]: book["effective_routes"] for book in record["books"]}
    session.table(
        "Routes",
        ["Team", "Stops", "Travel", "Length", "Departure", "Return", "Effective routes"],
        (
            (
                route["team_id"],
                len(route["stops"]),
                f"{route['travel_s'] / 60:.0f} min",
                f"{route['length_m'] / 1000:.1f} km",
                _clock(route["departure"]),
                _clock(route["return"]),
                f"{effective[route['team_id']]:.0f}",
            )
            for route in record["routes"]
        ),
    )
    chances = [point["inclusion_probability"] for point in record["points"]]
    session.say(
        "{n} points, {expected:.1f} expected stops; chances from {low:.4f} to {high:.4f}.",
        n=len(chances),
        expected=sum(chances),
        low=min(chances),
        high=max(chances),
    )
    for entry in record["excluded"]:
        session.say(
            "Not in the lottery: {point_id} {name} ({code}). {reason}",
            **{**entry, "reason": session.translate(REASONS[entry["code"]]).format(**entry)},
        )
    session.say("Commitment: {commitment}", commitment=record["draw"]["commitment"])


def _clock(text: str) -> str:
    return f"{datetime.fromisoformat(text):%H:%M}"
