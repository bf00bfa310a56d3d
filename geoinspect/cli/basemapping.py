"""The commands of the base map."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from geoinspect.basemaps import city_basemap, keep_areas
from geoinspect.cli.groups import command_group
from geoinspect.cli.session import session_of
from geoinspect.controlpoints import check_datum
from geoinspect.errors import InputError
from geoinspect.maps import AREA_KINDS
from geoinspect.settings import NO_ONLINE_BASEMAP

if TYPE_CHECKING:
    from numpy.typing import NDArray

basemaps = command_group("Draw the city's base map.")


@basemaps.callback()
def _basemaps() -> None:
    """Keep the group a group."""


@basemaps.command("check")
def check(
    context: typer.Context,
    known: Annotated[
        list[str],
        typer.Option("--known", metavar="LON,LAT", help="True WGS-84 position of a place."),
    ],
    seen: Annotated[
        list[str],
        typer.Option("--seen", metavar="LON,LAT", help="The same place as the online map has it."),
    ],
) -> None:
    """
    Check by places that are known for sure that the online map is in the datum of its settings.

    Example: geoinspect -C taicang basemap check --known 121.1297,31.4576 --seen 121.1343,31.4558
    """
    session = session_of(context)
    online = session.city().settings.basemap.online
    if online is None:
        raise InputError(NO_ONLINE_BASEMAP)
    if len(known) != len(seen):
        raise InputError(
            "There are {known} --known and {seen} --seen: give both for each place.",
            known=len(known),
            seen=len(seen),
        )
    found = check_datum(_positions(known), _positions(seen), online.crs)
    found.require()
    session.say(
        "The online map is in {datum}, as set: {n} control points fit to {distance} m.",
        datum=online.crs,
        n=len(known),
        distance=round(found.expected_m, 1),
    )


def _positions(texts: list[str]) -> NDArray[np.float64]:
    """Read positions, shape (n, 2) as lon, lat."""
    return np.array([_position(text) for text in texts])


def _position(text: str) -> tuple[float, float]:
    """Read one position."""
    try:
        lon, lat = map(float, text.split(","))
    except ValueError as error:
        raise InputError(
            "{text!r} is no position: write longitude and latitude in degrees, "
            "such as 121.1297,31.4576.",
            text=text,
        ) from error
    return lon, lat


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
