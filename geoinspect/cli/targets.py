"""The command that draws targets where nobody listed any."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from geoinspect.cli.session import session_of
from geoinspect.errors import InputError
from geoinspect.planning import read_secret
from geoinspect.shifts import read_date
from geoinspect.targets import RULES, TargetGround, TargetParams, generate_targets

if TYPE_CHECKING:
    import geopandas as gpd

    from geoinspect.cityfolder import CityFolder
    from geoinspect.cli.session import Session


def targets(
    context: typer.Context,
    day: Annotated[str, typer.Option("--date", help="Day of the inspection, YYYY-MM-DD.")],
    seed: Annotated[str, typer.Option(help="Secret in hexadecimal, 16 digits or more.")],
    number: Annotated[
        list[str] | None,
        typer.Option(help="How many of which: back_street=5; may be repeated."),
    ] = None,
    stops: Annotated[
        list[str] | None,
        typer.Option(help="Draw from listed points of a category: bus=公交站台; repeatable."),
    ] = None,
    district: Annotated[
        list[str] | None, typer.Option(help="Only in this district; may be repeated.")
    ] = None,
    hours: Annotated[str, typer.Option(help="Hours for buses and taxis.")] = "9-14",
    output: Annotated[
        Path | None, typer.Option("-o", help="GeoJSON to write.", show_default=False)
    ] = None,
) -> None:
    """
    Draw targets that nobody listed: back streets, shops, internet cafés, buses, taxis.

    Each comes with its chance and an instruction in Chinese and English.

    Example: geoinspect -C taicang targets --date 2026-11-23 --seed 9f86d081884c7d65
    --number back_street=5 --number bus=3 --stops bus=公交站台 -o targets.geojson
    """
    session = session_of(context)
    folder = session.city()
    numbers = read_numbers(number) if number else dict.fromkeys(RULES, 3)
    params = TargetParams(numbers, hours=_hours(hours), language=session.language)
    places = _places(folder, stops or [])
    with session.steps() as step:
        step("Listing the streets of the city")
        ground = TargetGround.of(folder.network(), districts_of(folder, district))
        step("Drawing the targets")
        found = generate_targets(
            ground, params, secret=read_secret(seed), day=read_date(day), places=places
        )
    session.put(found.to_json(drop_id=False, ensure_ascii=False).encode(), output)
    tell_targets(session, found)


def read_numbers(texts: list[str]) -> dict[str, int]:
    """Read how many targets of which category; a category named twice gets both."""
    numbers: dict[str, int] = {}
    for text in texts:
        category, _, number = text.partition("=")
        if not number.strip().isdecimal():
            raise InputError(
                "{text!r} does not tell how many of which: write it like back_street=5.", text=text
            )
        category = category.strip()
        numbers[category] = numbers.get(category, 0) + int(number)
    return numbers


def _hours(text: str) -> tuple[int, ...]:
    """Read hours such as 9-14, both included."""
    first, _, last = text.partition("-")
    if not (first.isdecimal() and last.isdecimal()) or int(last) < int(first):
        raise InputError("The hours {text!r} are not a span: write them like 9-14.", text=text)
    return tuple(range(int(first), int(last) + 1))


def _places(folder: CityFolder, texts: list[str]) -> dict[str, gpd.GeoDataFrame]:
    """Return listed points to draw from, by category of targets."""
    points, places = folder.store().points(), {}
    for text in texts:
        category, _, listed = text.partition("=")
        places[category] = points[points["category"] == listed]
        if len(places[category]) == 0:
            raise InputError("The city has no points of the category {name}.", name=listed)
    return places


def districts_of(folder: CityFolder, names: list[str] | None) -> gpd.GeoDataFrame | None:
    """Return the districts of the city, or some of them by name or id."""
    districts = folder.districts()
    if not names:
        return districts
    if districts is None:
        raise InputError(
            "The city has no {what} yet: bring them in with "
            "`geoinspect -C CITY import {what} FILE`.",
            what="districts",
        )
    chosen = districts[districts["name"].isin(names) | districts.index.isin(names)]
    strange = sorted(set(names) - {*chosen["name"], *chosen.index})
    if strange:
        raise InputError(
            "The city has no such {what}: {strange}.", what="districts", strange=", ".join(strange)
        )
    return chosen


def tell_targets(session: Session, found: gpd.GeoDataFrame) -> None:
    """Print the targets and what to do there."""
    instruction = f"instruction_{session.language}"
    session.table(
        "Targets",
        ["Target", "Category", "Chance", "Instruction"],
        zip(
            found.index,
            found["category"],
            (f"{chance:.5f}" for chance in found["inclusion_probability"]),
            found[instruction],
            strict=True,
        ),
    )
    session.say("{n} targets drawn; they count for nobody until confirmed on site.", n=len(found))
