"""The command that checks a draw, and how plan files are read."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import Annotated, Any

import typer

from geoinspect.cli.session import session_of
from geoinspect.errors import InputError, NotFoundError, VerificationError
from geoinspect.lottery.verify import verify as verify_record


def verify(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="PLAN.json", help="Record of a plan.")],
    commitment: Annotated[
        str | None,
        typer.Option(help="Hash that was published before the draw.", show_default=False),
    ] = None,
) -> None:
    """
    Replay and check the draw of a plan; needs nothing but its record.

    Example: geoinspect verify plan.json
    """
    session = session_of(context)
    try:
        found = verify_record(read_plan_bytes(file), published_commitment=commitment)
    except VerificationError as error:
        raise VerificationError(
            "The plan does not hold. {why}", why=error.render(session.translate), **error.data
        ) from error
    session.say(
        "The plan holds: {points} points, {teams} teams, {routes} routes in the books; the books "
        "give every point its promised chance to within {gap:.0e}; the seed draws these routes.",
        points=found.n_points,
        teams=found.n_teams,
        routes=found.n_routes,
        gap=found.largest_gap,
    )
    session.say("Commitment: {commitment}", commitment=found.commitment)


def read_plan_bytes(file: Path) -> bytes:
    """Read the file of a plan, or say why not."""
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        raise NotFoundError("There is no file {path}.", path=file) from error
    except OSError as error:
        raise InputError(
            "{path} cannot be read: {problem}.", path=file, problem=error.strerror
        ) from error


def parse_plan(content: bytes, file: Path | None) -> dict[str, Any]:
    """Parse a plan that someone hands in; drawing does not verify it."""
    try:
        plan = json.loads(content)
    except ValueError as error:
        raise InputError("{file} is not a plan: it is not JSON.", file=file) from error
    if not isinstance(plan, dict) or "routes" not in plan:
        raise InputError("{file} is not a plan: it has no routes.", file=file)
    return plan
