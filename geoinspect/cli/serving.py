"""The command that starts the local service."""

from __future__ import annotations

from typing import Annotated

import typer
import uvicorn

from geoinspect.api.app import create_app
from geoinspect.basemaps import city_basemap
from geoinspect.cli.session import session_of


def serve(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 8000,
) -> None:
    """
    Serve the city on this machine only; there are no accounts yet.

    Example: geoinspect -C taicang serve
    """
    session = session_of(context)
    city = session.city()
    with session.steps() as step:
        city_basemap(city, report=step)
    application = create_app(city)
    session.say("Open http://127.0.0.1:{port}/ in a browser; Ctrl+C ends.", port=port)
    uvicorn.run(application, host="127.0.0.1", port=port, log_level="warning")
