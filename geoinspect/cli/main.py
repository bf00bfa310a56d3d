"""Entry point: global options, commands, and errors as one sentence."""

from __future__ import annotations

import logging
import sys
import traceback
from importlib import import_module
from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import geoinspect
from geoinspect.cli.groups import CONTEXT, command_group
from geoinspect.cli.session import Session, session_of
from geoinspect.errors import GeoinspectError

#: Command -> module, function or group in it, and what it does in one line.
COMMANDS = {
    "init": ("importing", "init", "Make the folder of a new city."),
    "import": ("collecting", "imports", "Bring a file into the city."),
    "checklist": ("checklists", "checklists", "Show what is inspected, and what is missing yet."),
    "network": ("importing", "networks", "Build the city's roads."),
    "assign": ("assigning", "assign", "Give every point its district and responsible unit."),
    "chances": ("chances", "chances", "Show how likely each point is on a day, and why."),
    "plan": ("planning", "plans", "Draw the routes of a day."),
    "campaign": (
        "routing",
        "campaign",
        "Visit all points, or chosen ones, in the fewest team-days.",
    ),
    "patrol": (
        "patrolling",
        "patrol",
        "Walk chosen streets along their whole length, in the fewest team-days.",
    ),
    "targets": (
        "targets",
        "targets",
        "Draw targets that nobody listed: back streets, shops, internet cafés, buses, taxis.",
    ),
    "verify": ("verifying", "verify", "Replay and check the draw of a plan."),
    "lottery": ("lottery", "lottery", "Show whether the lottery keeps its promises."),
    "violation": ("violations", "violations", "Follow violations until they are put right."),
    "basemap": ("basemapping", "basemaps", "Draw the city's base map."),
    "map": ("mapping", "draw_map", "Draw a map as one HTML file that needs no network."),
    "export": ("exporting", "exports", "Write routes for phones, other programs and paper."),
    "report": ("reporting", "report", "Write a report, from the daily list to the assessment."),
    "backup": (
        "keeping",
        "backup",
        "Write all tables and photos of the city to one file, while the service is at work.",
    ),
    "restore": ("keeping", "restore", "Bring a backup back into the city, whole or not at all."),
    "user": ("people", "users", "Keep the accounts of the service: who may do what."),
    "seal": ("sealing", "sealing", "Keep plans sealed until their release."),
    "audit": ("auditing", "audits", "Read and check the log that cannot be edited."),
    "worker": ("serving", "work", "Do the long work of the service: imports, roads, plans."),
    "serve": ("serving", "serve", "Serve the city; beyond this machine only once it has accounts."),
    "demo": ("demo", "demo", "Run the main job on the real streets of central Helsinki."),
}


class _Commands(TyperGroup):
    """Commands whose modules are loaded when they are called: most need only a few libraries."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """Name all commands, in the order of their use."""
        return [*COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: typer.Context, name: str) -> Any:  # type: ignore[override]
        """Load the module of a command."""
        if name not in COMMANDS:
            return super().get_command(ctx, name)
        module, attribute, _ = COMMANDS[name]
        item = getattr(import_module(f"geoinspect.cli.{module}"), attribute)
        if not isinstance(item, typer.Typer):
            alone = command_group("")
            alone.command(name, context_settings=CONTEXT)(item)
            item = alone
        command = typer.main.get_command(item)
        command.name = name
        return command

    def format_commands(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]
        """List the commands without loading them."""
        del ctx
        rows = [(name, summary) for name, (_, _, summary) in COMMANDS.items()]
        with formatter.section("Commands"):
            formatter.write_dl([*rows, ("versions", "Print the version of geoinspect.")])


app = typer.Typer(
    cls=_Commands,
    name="geoinspect",
    help="Random, verifiable inspection routes and honest maps for a city.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings=CONTEXT,
)


@app.callback()
def _before_any_command(
    context: typer.Context,
    city: Annotated[
        Path | None, typer.Option("-C", "--city", help="Folder of the city.", show_default=False)
    ] = None,
    language: Annotated[
        str,
        typer.Option("--lang", envvar="GEOINSPECT_LANGUAGE", help="zh or en.", show_default=False),
    ] = "",
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Say more.")] = False,
) -> None:
    """Take the options that stand before the command."""
    logging.basicConfig(level=logging.INFO if verbose else logging.ERROR)
    session = session_of(context)
    session.command = context.invoked_subcommand or ""
    session.configure(city, language, verbose=verbose)


@app.command()
def versions() -> None:
    """Print the version of geoinspect."""
    typer.echo(f"geoinspect {geoinspect.__version__}")


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; deliberate errors become one sentence and exit code 1."""
    session = Session()
    try:
        app(arguments, obj=session)
    except GeoinspectError as error:
        if session.verbose:
            traceback.print_exc()
        prefix = session.translate("Error: ")
        session.talk.print(prefix + error.render(session.translate), markup=False, soft_wrap=True)
        session.log_failure(error)
        sys.exit(1)
