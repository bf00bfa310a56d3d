"""The commands of the base map."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import Annotated

import typer

from geoinspect.basemaps import city_basemap, keep_areas
from geoinspect.cli.groups import command_group
from geoinspect.cli.session import session_of
from geoinspect.maps import AREA_KINDS

basemaps = command_group("Draw the city's base map.")


@basemaps.callback()
def _basemaps() -> None:
    """Keep the group a group."""


@basemaps.command("build")
def build(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE.osm.pbf]", help="OpenStreetMap extract.", show_default=False),
    ] = None,
) -> None:
    """
    Draw the base map: roads, districts, and with an extract water, green and buildings.

    What was read from an extract is kept in the city's folder and drawn again whenever roads
    or districts change; another extract replaces it.

    Example: geoinspect -C taicang basemap build taicang.osm.pbf
    """
    session = session_of(context)
    city = session.city()
    city.network()
    areas = None
    with session.steps() as step:
        if file is not None:
            step("Reading water, green and buildings")
            areas = keep_areas(city, file)
        path = city_basemap(city, report=step)
    if areas is not None:
        n_of = areas.table["kind"].value_counts().reindex(AREA_KINDS, fill_value=0)
        session.say(
            "The extract has {water} areas of water, {green} of green and {buildings} buildings "
            "in the city.",
            **{kind: int(n_of[kind]) for kind in AREA_KINDS},
        )
        if areas.n_broken:
            session.say(
                "{n} areas are left out: their borders are not closed in the extract.",
                n=areas.n_broken,
            )
    if path is not None:
        session.say(
            "The base map has {kilobytes} kB: {path}.",
            kilobytes=-(-path.stat().st_size // 1000),
            path=path,
        )
