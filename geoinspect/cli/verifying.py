"""The command that checks a draw, and how plan files are read."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geoinspect.amending.record import realised
from geoinspect.amending.verify import verify_amendments
from geoinspect.cli.session import session_of
from geoinspect.errors import InputError, NotFoundError, VerificationError
from geoinspect.lottery.verify import verify as verify_record

if TYPE_CHECKING:
    from geoinspect.cli.session import Session


def verify(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="PLAN.json", help="Record of a plan.")],
    commitment: Annotated[
        str | None,
        typer.Option(help="Hash that was published before the draw.", show_default=False),
    ] = None,
    amendment: Annotated[
        list[Path] | None,
        typer.Option(help="Amendment of the plan, in order; repeatable.", show_default=False),
    ] = None,
) -> None:
    """
    Replay and check the draw of a plan; needs nothing but its record.

    Example: geoinspect verify plan.json --amendment amendment-1.json
    """
    session = session_of(context)
    content = read_plan_bytes(file)
    try:
        found = verify_record(content, published_commitment=commitment)
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
    if amendment:
        _verify_amendments(session, parse_plan(content, file), amendment)


def _verify_amendments(session: Session, plan: dict[str, Any], files: list[Path]) -> None:
    """Check the amendments of a plan that holds, and tell what became of its points."""
    amendments = [_parse_amendment(file) for file in files]
    try:
        verify_amendments(plan, amendments)
    except VerificationError as error:
        raise VerificationError(
            "The amendments do not hold. {why}",
            why=error.render(session.translate),
            **error.data,
        ) from error
    points = realised(plan, amendments)
    session.say(
        "The amendments hold: {n} of them; {visited} of {drawn} drawn points stay on the routes, "
        "{dropped} were dropped by the rule.",
        n=len(amendments),
        visited=sum(point.visited for point in points),
        drawn=len(points),
        dropped=sum(not point.visited for point in points),
    )


def _parse_amendment(file: Path) -> dict[str, Any]:
    """Read the file of an amendment."""
    try:
        amendment = json.loads(read_plan_bytes(file))
    except ValueError as error:
        raise InputError("{file} is not an amendment: it is not JSON.", file=file) from error
    if not isinstance(amendment, dict):
        raise InputError("{file} is not an amendment: it is not JSON.", file=file)
    return amendment


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
