"""Commands that draw a day's routes, at once or in two acts."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoinspect.chances import ChanceParams, usual_stops
from geoinspect.cli.chances import weighed_points
from geoinspect.cli.groups import command_group
from geoinspect.cli.session import session_of
from geoinspect.cli.verifying import parse_plan, read_plan_bytes, verify
from geoinspect.drawing import draw_committed
from geoinspect.errors import InputError
from geoinspect.frame import REASONS
from geoinspect.lottery.record import to_bytes
from geoinspect.planning import (
    UNGUESSABLE_BITS,
    City,
    PlanParams,
    PublicSource,
    commit_plan,
    plan_inspections,
    read_secret,
)
from geoinspect.shifts import read_date, read_duration, read_shift

if TYPE_CHECKING:
    from geoinspect.cityfolder import CityFolder
    from geoinspect.cli.session import Session
    from geoinspect.lottery.record import Record


plans = command_group("Draw the routes of a day.")

DayOption = Annotated[
    str, typer.Option("--date", help="Day of the inspection, YYYY-MM-DD.", show_default=False)
]
SeedOption = Annotated[
    str, typer.Option(help="Secret in hexadecimal, 16 digits or more.", show_default=False)
]
TeamsOption = Annotated[int, typer.Option(help="Number of teams.")]
ShiftOption = Annotated[str, typer.Option(help="Working hours.")]
ServiceOption = Annotated[str, typer.Option(help="Time at each stop.")]
OutputOption = Annotated[
    Path | None, typer.Option("-o", help="Record to write.", show_default=False)
]


@plans.callback(invoke_without_command=True)
def plan(
    context: typer.Context,
    day: DayOption = "",
    seed: SeedOption = "",
    teams: TeamsOption = 10,
    shift: ShiftOption = "09:00-15:00",
    service: ServiceOption = "12min",
    output: OutputOption = None,
) -> None:
    """
    Draw the routes of a day.

    With one secret, at once: geoinspect -C taicang plan --date 2026-11-23 --teams 10
    --shift 09:00-15:00 --service 12min --seed 9f86d081884c7d65 -o plan.json

    With two people: `plan commit`, publish the commitment, then `plan draw`.
    """
    if context.invoked_subcommand is not None:
        return
    session = session_of(context)
    folder = session.city()
    params = _params(folder, day, teams, shift, service)
    secret = _office_secret(session, seed)
    with session.steps() as step:
        step("Loading the city")
        record = plan_inspections(_city(folder, params), params, secret, report=step)
    _publish(session, folder, record, output)


@plans.command("commit")
def commit(
    context: typer.Context,
    day: DayOption = "",
    seed: SeedOption = "",
    teams: TeamsOption = 10,
    shift: ShiftOption = "09:00-15:00",
    service: ServiceOption = "12min",
    witness: Annotated[
        str | None,
        typer.Option(help="SHA-256 of a second person's secret.", show_default=False),
    ] = None,
    public: Annotated[
        str | None,
        typer.Option(help="A publication to come, as SOURCE:NUMBER.", show_default=False),
    ] = None,
    output: OutputOption = None,
) -> None:
    """
    Bind frame, chances and books before anybody can know the draw.

    Example: geoinspect -C taicang plan commit --date 2026-11-23 --seed 9f86d081884c7d65
    --witness "$(printf %s SECRET | sha256sum | cut -c1-64)" -o committed.json
    """
    session = session_of(context)
    folder = session.city()
    params = _params(folder, day, teams, shift, service)
    secret = _office_secret(session, seed)
    with session.steps() as step:
        step("Loading the city")
        record = commit_plan(
            _city(folder, params),
            params,
            secret,
            witness_sha256=witness,
            public=_public_source(public),
            report=step,
        )
    session.put(to_bytes(record), output)
    session.say("Publish this before the draw, and keep the record closed until then.")
    session.say("Commitment: {commitment}", commitment=record["draw"]["commitment"])


@plans.command("draw")
def draw(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="COMMITTED.json", help="Committed record.")],
    secrets: Annotated[
        list[str] | None,
        typer.Option("--secret", help="A secret; the office's first.", show_default=False),
    ] = None,
    public_value: Annotated[str, typer.Option(help="What was published.")] = "",
    output: OutputOption = None,
) -> None:
    """
    Reveal the secrets and draw the routes of a committed plan.

    Example: geoinspect -C taicang plan draw committed.json --secret 9f86d081884c7d65
    --secret 5eed5eed5eed5eed -o plan.json
    """
    session = session_of(context)
    folder = session.city()
    committed = parse_plan(read_plan_bytes(file), file)
    with session.steps() as step:
        step("Loading the city")
        record = draw_committed(
            committed,
            folder.network(),
            [read_secret(secret) for secret in secrets or []],
            public_value=public_value,
            report=step,
        )
    _publish(session, folder, record, output)


plans.command("verify")(verify)


def _params(folder: CityFolder, day: str, teams: int, shift: str, service: str) -> PlanParams:
    """Read what the supervisor decides about a day."""
    return PlanParams(
        day=read_date(day),
        n_teams=teams,
        shift=read_shift(shift),
        service_time_s=read_duration(service),
        depot=folder.settings.depot,
        max_snap_distance_m=folder.settings.max_snap_distance_m,
    )


def _public_source(text: str | None) -> PublicSource | None:
    """Read a publication to come, written SOURCE:NUMBER."""
    if text is None:
        return None
    source, _, number = text.replace("：", ":").rpartition(":")
    if not source or not number:
        raise InputError(
            "The publication {text!r} is not SOURCE:NUMBER: write it like 双色球:2026135.",
            text=text,
        )
    return PublicSource(source, number)


def _office_secret(session: Session, seed: str) -> str:
    """Read the secret of the office, and warn if it can be guessed."""
    secret = read_secret(seed)
    _warn_of_weak_secret(session, secret)
    return secret


def _publish(session: Session, folder: CityFolder, record: Record, output: Path | None) -> None:
    """Write and keep a drawn plan, and tell what is in it."""
    content = to_bytes(record)
    session.put(content, output)
    folder.store().add_plan(record["date"], record["draw"]["commitment"], content)
    tell_plan(session, record)


def _city(folder: CityFolder, params: PlanParams) -> City:
    """Load what a plan needs of a city, each point weighed by what is known of it."""
    settings = folder.settings
    start, end = params.shift.on(params.day, settings.zone)
    stops = usual_stops(params.n_teams, end.timestamp() - start.timestamp(), params.service_time_s)
    points, weights, _ = weighed_points(folder, params.day, stops, ChanceParams())
    weighed = points.assign(weight=weights.table["weight"].reindex(points.index))
    return City(settings.name, settings.zone, weighed, folder.network())


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
