"""The command that shows everything on real data: the centre of Helsinki."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoinspect.cityfolder import CityFolder
from geoinspect.cli import assigning, exporting, importing, mapping, planning, verifying
from geoinspect.cli.session import session_of
from geoinspect.demo.files import TIMEZONE, write_demo_files

if TYPE_CHECKING:
    from geoinspect.cli.session import Session
    from geoinspect.demo.files import DemoFiles

_DAY = "2026-11-23"
_TEAMS = 5
#: The city is 1.3 km wide: the usual 300 m would smooth everything away.
_HEAT_BANDWIDTH_M = 120.0
_SEED = "c0ffee00c0ffee00c0ffee00c0ffee00"


def demo(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Folder of the demo city.")] = Path("demo-city"),
) -> None:
    """
    Run the main job on the real streets of central Helsinki.

    Example: geoinspect demo
    """
    session = session_of(context)
    session.say("Demo city: the centre of Helsinki (OpenStreetMap, ODbL).")
    session.say("Its inspections and violations are generated; the rest is real.")
    with session.steps() as step:
        step("Finding shops, schools and stops in the extract")
        files = write_demo_files(folder / "input")
    session.city_path = folder
    if not (folder / "geoinspect.toml").exists():
        CityFolder.create(
            folder,
            name="赫尔辛基（演示）",
            timezone=TIMEZONE,
            language=session.language,
            heat_bandwidth_m=_HEAT_BANDWIDTH_M,
        )
    _import(context, session, files)
    assigning.assign(context, folder / "assignments.csv")
    plan_file = folder / "plan.json"
    planning.plan(
        context, day=_DAY, seed=_SEED, teams=_TEAMS, shift="09:00-15:00", service="12min",
        reason="demo", output=plan_file,
    )  # fmt: skip
    verifying.verify(context, plan_file)
    for kind in mapping.MapKind:
        mapping.draw_map(context, kind, folder / "maps" / f"{kind}.html", day=_DAY, teams=_TEAMS)
    exporting.routes(context, folder / "routes", plan_file)
    session.say("Done. Open {path}", path=(folder / "maps" / "routes.html").resolve())
    session.say("Look further: geoinspect -C {folder} serve", folder=folder)


def _import(context: typer.Context, session: Session, files: DemoFiles) -> None:
    """Bring the files in as a user would; build the roads once."""
    importing.import_districts(context, files.districts, "wgs84")
    importing.import_units(context, files.units)
    importing.import_points(context, files.points, "wgs84")
    importing.import_inspections(context, files.inspections)
    importing.import_violations(context, files.violations)
    if session.city().network_path.exists():
        session.say("The road network is there already.")
    else:
        importing.build_network(context, files.extract)
