"""Commands that draw a day's routes, at once or in two acts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoinspect.cityday import city_on, named_teams, with_city_knobs
from geoinspect.cli.amending import amend
from geoinspect.cli.groups import command_group
from geoinspect.cli.ledger import attempt_of, list_attempts, reveal, show
from geoinspect.cli.opening import is_kept_closed, open_plan, tell_closed, tell_unsealed
from geoinspect.cli.options import (  # noqa: TC001  typer reads the annotations
    ServiceOption,
    ShiftOption,
    TeamsOption,
)
from geoinspect.cli.session import session_of
from geoinspect.cli.targets import read_numbers
from geoinspect.cli.verifying import verify
from geoinspect.drawing import draw_committed
from geoinspect.errors import InputError
from geoinspect.frame import REASONS
from geoinspect.jobs.plans import known_secrets
from geoinspect.lottery.record import to_bytes
from geoinspect.lottery.shortage import shortages
from geoinspect.lottery.verify import team_seats
from geoinspect.planning import (
    UNGUESSABLE_BITS,
    PlanParams,
    PublicSource,
    commit_plan,
    plan_inspections,
    read_secret,
)
from geoinspect.shifts import read_date, read_duration

if TYPE_CHECKING:
    from geoinspect.cityfolder import CityFolder
    from geoinspect.cli.session import Session
    from geoinspect.ledger import Entry
    from geoinspect.lottery.record import Record


plans = command_group("Draw the routes of a day.")

DayOption = Annotated[
    str, typer.Option("--date", help="Day of the inspection, YYYY-MM-DD.", show_default=False)
]
SeedOption = Annotated[
    str, typer.Option(help="Secret in hexadecimal, 16 digits or more.", show_default=False)
]
TargetsOption = Annotated[
    str,
    typer.Option(
        help="Targets that nobody listed, besides: back_street=10,bus=2.", show_default=False
    ),
]
TargetsOnlyOption = Annotated[
    bool, typer.Option("--targets-only", help="Only the targets, no listed point.")
]
ReasonOption = Annotated[
    str, typer.Option(help="Why, if the day has a commit or draw already.", show_default=False)
]
OutputOption = Annotated[
    Path | None, typer.Option("-o", help="Record to write.", show_default=False)
]


@plans.callback(invoke_without_command=True)
def plan(
    context: typer.Context,
    day: DayOption = "",
    seed: SeedOption = "",
    teams: TeamsOption = None,
    shift: ShiftOption = "",
    service: ServiceOption = "12min",
    targets: TargetsOption = "",
    targets_only: TargetsOnlyOption = False,
    reason: ReasonOption = "",
    output: OutputOption = None,
) -> None:
    """
    Draw the routes of a day.

    With one secret, at once: geoinspect -C taicang plan --date 2026-11-23 --teams 10
    --shift 09:00-15:00 --service 12min --seed 9f86d081884c7d65 -o plan.json

    With two people: `plan commit`, publish the commitment, `plan reveal` by each, then
    `plan draw`. The first draw of a day binds.
    """
    if context.invoked_subcommand is not None:
        return
    session = session_of(context)
    folder = session.city()
    params = _params(folder, day, teams, shift, service, targets)
    secret = _office_secret(session, seed)
    folder.store().ledger.check_reason(params.day, reason)
    with session.steps() as step:
        step("Loading the city")
        city = city_on(
            folder,
            params,
            secret,
            is_listed=not targets_only,
            report=step,
            note=session.tell_problem,
        )
        record = plan_inspections(city, params, secret, report=step)
    entry = folder.store().ledger.add(record, at=datetime.now(UTC), reason=reason)
    _publish(session, folder, record, entry, output)


@plans.command("commit")
def commit(
    context: typer.Context,
    day: DayOption = "",
    seed: SeedOption = "",
    teams: TeamsOption = None,
    shift: ShiftOption = "",
    service: ServiceOption = "12min",
    targets: TargetsOption = "",
    targets_only: TargetsOnlyOption = False,
    witness: Annotated[
        str | None,
        typer.Option(help="SHA-256 of a second person's secret.", show_default=False),
    ] = None,
    public: Annotated[
        str | None,
        typer.Option(help="A publication to come, as SOURCE:NUMBER.", show_default=False),
    ] = None,
    reason: ReasonOption = "",
    output: OutputOption = None,
) -> None:
    """
    Bind frame, chances and books before anybody can know the draw.

    Example: geoinspect -C taicang plan commit --date 2026-11-23 --seed 9f86d081884c7d65
    --witness "$(printf %s SECRET | sha256sum | cut -c1-64)" -o committed.json
    """
    session = session_of(context)
    folder = session.city()
    params = _params(folder, day, teams, shift, service, targets)
    secret = _office_secret(session, seed)
    folder.store().ledger.check_reason(params.day, reason)
    with session.steps() as step:
        step("Loading the city")
        record = commit_plan(
            city_on(
                folder,
                params,
                secret,
                is_listed=not targets_only,
                report=step,
                note=session.tell_problem,
            ),
            params,
            secret,
            witness_sha256=witness,
            public=_public_source(public),
            report=step,
        )
    entry = folder.store().ledger.commit(record, at=datetime.now(UTC), reason=reason)
    if is_kept_closed(folder, record):
        tell_closed(session, folder, record)
    else:
        tell_unsealed(session, folder)
        session.put(to_bytes(record), output)
    session.say("This is attempt {attempt} of {day}.", attempt=entry.attempt, day=entry.day)
    session.say("Publish this before the draw, and keep the record closed until then.")
    session.say("Commitment: {commitment}", commitment=record["draw"]["commitment"])


@plans.command("draw")
def draw(
    context: typer.Context,
    what: Annotated[
        str, typer.Argument(metavar="COMMITTED.json|DATE", help="Committed record, or its day.")
    ],
    secrets: Annotated[
        list[str] | None,
        typer.Option("--secret", help="A secret that is not revealed yet.", show_default=False),
    ] = None,
    public_value: Annotated[str, typer.Option(help="What was published.")] = "",
    reason: ReasonOption = "",
    output: OutputOption = None,
) -> None:
    """
    Draw the routes of a committed plan, once all its secrets are revealed.

    Example: geoinspect -C taicang plan draw committed.json --secret 9f86d081884c7d65
    --secret 5eed5eed5eed5eed -o plan.json
    """
    session = session_of(context)
    folder = session.city()
    ledger = folder.store().ledger
    entry, committed = attempt_of(ledger, what)
    ledger.check_redraw(entry, reason)
    known = known_secrets(ledger, entry, secrets or [])
    with session.steps() as step:
        step("Loading the city")
        record = draw_committed(
            committed, folder.network(), known, public_value=public_value, report=step
        )
    drawn = ledger.draw(record, at=datetime.now(UTC), reason=reason)
    _publish(session, folder, record, drawn, output)


plans.command("reveal")(reveal)
plans.command("list")(list_attempts)
plans.command("show")(show)
plans.command("open")(open_plan)
plans.command("amend")(amend)
plans.command("verify")(verify)


def _params(
    folder: CityFolder, day: str, teams: int | None, shift: str, service: str, targets: str
) -> PlanParams:
    """Read what the supervisor decides about a day."""
    params = PlanParams(
        day=read_date(day),
        teams=named_teams(folder, teams, shift),
        service_time_s=read_duration(service),
        service_times_s=folder.settings.service_times_s,
        hours=folder.settings.opening_hours,
        max_snap_distance_m=folder.settings.max_snap_distance_m,
        targets=read_numbers(targets.replace("，", ",").split(",")) if targets else {},
    )
    return with_city_knobs(params, folder)


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


def _publish(
    session: Session, folder: CityFolder, record: Record, entry: Entry, output: Path | None
) -> None:
    """Write a drawn plan that the ledger keeps, and tell what is in it, unless it is sealed."""
    if is_kept_closed(folder, record):
        tell_closed(session, folder, record)
        session.say("Commitment: {commitment}", commitment=record["draw"]["commitment"])
    else:
        tell_unsealed(session, folder)
        session.put(to_bytes(record), output)
        tell_plan(session, record)
    binding = folder.store().ledger.binding(entry.day)
    if binding.number != entry.number:
        session.say(
            "This is a redraw. It does not bind: the first draw of {day} is attempt {attempt}.",
            day=entry.day,
            attempt=binding.attempt,
        )


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
    who = inspectors_of(record)
    session.table(
        "Routes",
        [
            "Team",
            "Stops",
            "Travel",
            "Length",
            "Departure",
            "Return",
            "Effective routes",
            "Inspectors",
        ],
        (
            (
                route["team_id"],
                len(route["stops"]),
                f"{route['travel_s'] / 60:.0f} min",
                f"{route['length_m'] / 1000:.1f} km",
                _clock(route["departure"]),
                _clock(route["return"]),
                f"{effective[route['team_id']]:.0f}",
                "、".join(who[route["team_id"]]) or "-",
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
    _tell_targets(session, record)
    for shortage in shortages(team_seats(record), record["inspectors"]):
        session.say("Note: {problem}", problem=shortage.explain().render(session.translate))
    for entry in record["excluded"]:
        session.say(
            "Not in the lottery: {point_id} {name} ({code}). {reason}",
            **{**entry, "reason": session.translate(REASONS[entry["code"]]).format(**entry)},
        )
    session.say("Commitment: {commitment}", commitment=record["draw"]["commitment"])


def inspectors_of(record: Record) -> dict[str, list[str]]:
    """Return the names of the drawn inspectors of each team."""
    names = {row["inspector_id"]: row["name"] for row in record["inspectors"]}
    drawn = record["draw"]["inspectors"]
    return {row["team_id"]: [names[key] for key in row["inspector_ids"]] for row in drawn}


def _tell_targets(session: Session, record: Record) -> None:
    """Say how many of the targets of the day are visited."""
    targets = {p["point_id"] for p in record["points"] if p["provenance"] == "generated"}
    if targets:
        stops = (stop["point_id"] for route in record["routes"] for stop in route["stops"])
        session.say(
            "{n} targets that nobody listed take part, {visited} of them are visited; they count "
            "for nobody until confirmed on site.",
            n=len(targets),
            visited=len(targets.intersection(stops)),
        )


def _clock(text: str) -> str:
    return f"{datetime.fromisoformat(text):%H:%M}"
