"""Options that several commands share: who goes out, when, and for how long."""

from __future__ import annotations

from typing import Annotated

import typer

from geoinspect.shifts import USUAL_SHIFT, USUAL_TEAMS

TeamsOption = Annotated[
    int | None,
    typer.Option(
        help="Number of teams, all alike.",
        show_default=f"[[teams]] of geoinspect.toml, or {USUAL_TEAMS}",
    ),
]
ShiftOption = Annotated[
    str,
    typer.Option(
        help="Working hours.", show_default=f"[[teams]] of geoinspect.toml, or {USUAL_SHIFT}"
    ),
]
ServiceOption = Annotated[str, typer.Option(help="Time at each stop.")]
