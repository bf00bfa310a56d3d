"""The command that amends a running day."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from geoinspect.amending.amend import amend as amend_route
from geoinspect.amending.record import REASONS, team_of
from geoinspect.cli.opening import check_released
from geoinspect.cli.session import session_of
from geoinspect.cli.verifying import parse_plan, read_plan_bytes
from geoinspect.errors import InputError
from geoinspect.lottery.record import to_bytes
from geoinspect.lottery.verify import verify
from geoinspect.shifts import read_date, read_duration

if TYPE_CHECKING:
    from geoinspect.cityfolder import CityFolder
    from geoinspect.cli.session import Session
    from geoinspect.lottery.record import Record

_CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})")


def amend(
    context: typer.Context,
    team: Annotated[str, typer.Option(help="The team whose day changes.")],
    at: Annotated[str, typer.Option(help="From when, HH:MM.")],
    late: Annotated[str, typer.Option(help="The team is late by this.", show_default=False)] = "",
    stop: Annotated[
        str, typer.Option(help="Point whose visit takes longer; with --takes.", show_default=False)
    ] = "",
    takes: Annotated[
        str, typer.Option(help="How long that visit takes in all.", show_default=False)
    ] = "",
    breakdown: Annotated[bool, typer.Option("--breakdown", help="The car broke down.")] = False,
    closed: Annotated[
        str, typer.Option(help="Name of a street that is closed.", show_default=False)
    ] = "",
    closed_near: Annotated[
        str, typer.Option(help="The street nearest to LON,LAT is closed.", show_default=False)
    ] = "",
    day: Annotated[
        str, typer.Option("--date", help="Day of the plan; the latest if left out.")
    ] = "",
    plan: Annotated[
        Path | None, typer.Option(help="Record of the plan.", show_default=False)
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", help="Amendment to write.", show_default=False)
    ] = None,
) -> None:
    """
    Amend the running day of a team: what does not fit any more is dropped by rule.

    Visited stops stay, and the others keep their order. No person chooses what is dropped,
    and the plan itself stays as it was drawn.

    Example: geoinspect -C taicang plan amend --team 3 --at 10:40 --late 20min -o amendment-1.json
    """
    session = session_of(context)
    folder = session.city()
    ledger = folder.store().ledger
    drawn = _plan(folder, team, day, plan)
    event = _event(late, stop, takes, closed, closed_near, breakdown=breakdown)
    with session.steps() as step:
        step("Timing the rest of the day anew")
        amendment = amend_route(
            drawn,
            ledger.amendments(drawn["draw"]["commitment"]),
            folder.network(),
            team_id=team,
            at=_moment(drawn, team, at),
            event=event,
            made_at=datetime.now(UTC),
        )
    ledger.add_amendment(amendment)
    session.put(to_bytes(amendment), output)
    tell_amendment(session, amendment)


def tell_amendment(session: Session, amendment: Record) -> None:
    """Print the new timetable and what is dropped."""
    session.table(
        "Amended route",
        ["Stop", "Point", "Name", "Arrival", "Departure"],
        (
            (
                stop["sequence"],
                stop["point_id"],
                stop["name"],
                _clock(stop["arrival"]),
                _clock(stop["departure"]),
            )
            for stop in amendment["route"]["stops"]
        ),
    )
    for entry in amendment["dropped"]:
        session.say(
            "Dropped: {point_id} ({code}). {reason}",
            point_id=entry["point_id"],
            code=entry["code"],
            reason=session.translate(REASONS[entry["code"]]),
        )
    if amendment["route"]["return"] is None:
        session.say("The day of team {team} ends here.", team=amendment["team_id"])
    else:
        session.say(
            "Team {team} is back at {time}.",
            team=amendment["team_id"],
            time=_clock(amendment["route"]["return"]),
        )


def _plan(folder: CityFolder, team: str, day: str, file: Path | None) -> Record:
    """Read the plan to amend: a file that holds, or the binding plan of a day."""
    if file is not None:
        content = read_plan_bytes(file)
        verify(content)
        return parse_plan(content, file)
    ledger = folder.store().ledger
    draw = ledger.binding(read_date(day) if day else None)
    record = parse_plan(ledger.drawn_record(draw), None)
    check_released(folder, draw, record, team)
    return record


def _event(
    late: str, stop: str, takes: str, closed: str, closed_near: str, *, breakdown: bool
) -> Record:
    """Read the one thing that happened."""
    events: list[Record] = []
    if late:
        events.append({"kind": "late", "late_s": read_duration(late)})
    if stop or takes:
        if not (stop and takes):
            raise InputError("A longer visit needs both --stop POINT and --takes DURATION.")
        events.append({"kind": "stop", "point_id": stop, "takes_s": read_duration(takes)})
    if breakdown:
        events.append({"kind": "breakdown"})
    if closed:
        events.append({"kind": "closed", "street": closed})
    if closed_near:
        lon, lat = _place(closed_near)
        events.append({"kind": "closed", "lon": lon, "lat": lat})
    if len(events) != 1:
        raise InputError(
            "Name one thing that happened: --late, --stop with --takes, --breakdown, --closed or "
            "--closed-near."
        )
    return events[0]


def _place(text: str) -> tuple[float, float]:
    """Read a place written LON,LAT."""
    try:
        lon, lat = (float(part) for part in text.replace("，", ",").split(","))
    except ValueError as error:
        raise InputError(
            "The place {text!r} is not LON,LAT: write it like 118.7969,32.0603.", text=text
        ) from error
    return lon, lat


def _moment(plan: Record, team: str, text: str) -> datetime:
    """Read a clock time within the shift of a team, which may last over midnight."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise InputError("{text!r} is not a clock time: write it like 10:40.", text=text)
    day = date.fromisoformat(plan["date"])
    zone = ZoneInfo(plan["city"]["timezone"])
    at = datetime.combine(day, time(int(found[1]), int(found[2])), zone)
    known = [row["team_id"] for row in plan["teams"]]
    if team in known:
        start, end = (
            datetime.fromisoformat(team_of(plan, team)["shift"][side]) for side in ("start", "end")
        )
        if at < start and at + timedelta(days=1) <= end:
            return at + timedelta(days=1)
    return at


def _clock(text: str) -> str:
    return f"{datetime.fromisoformat(text):%H:%M}"
