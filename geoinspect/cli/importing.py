"""Commands that bring files into a city: init, import, network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoinspect.cityfolder import CityFolder
from geoinspect.cityimport import FileToRead, read_file
from geoinspect.cli.groups import command_group
from geoinspect.cli.session import session_of
from geoinspect.errors import InputError
from geoinspect.intake import NothingImportedError, answer_sheet
from geoinspect.network import network_from_place, read_network

if TYPE_CHECKING:
    from geoinspect.cli.session import Session
    from geoinspect.intake import Import
    from geoinspect.network import RoadNetwork
    from geoinspect.network.build import BuildReport
    from geoinspect.store import Changes

imports = command_group("Bring a file into the city.")
networks = command_group("Build the city's roads.")


@networks.callback()
def _networks() -> None:
    """Build the city's roads."""


FileArgument = Annotated[Path, typer.Argument(help="xlsx, xls, csv, geojson, gpkg or shp.")]
DatumOption = Annotated[
    str | None,
    typer.Option("--datum", help="wgs84, cgcs2000, gcj02 or bd09.", show_default=False),
]
SheetOption = Annotated[
    str | None, typer.Option("--sheet", help="Sheet or layer of the file.", show_default=False)
]
AnswerOption = Annotated[
    Path | None,
    typer.Option(
        "--answer", help="Write the rows back with what became of each.", show_default=False
    ),
]

_ROWS_SHOWN = 20


def init(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="CITY", help="Folder to make.")],
    name: Annotated[str, typer.Option(help="Name of the city.", show_default=False)] = "",
    timezone: Annotated[str, typer.Option(help="IANA time zone.")] = "Asia/Shanghai",
) -> None:
    """
    Make the folder of a new city.

    Example: geoinspect init taicang --name 太仓
    """
    session = session_of(context)
    city = CityFolder.create(
        folder,
        name=name or folder.resolve().name,
        timezone=timezone,
        language=session.wanted_language or "zh",
    )
    session.say("The city {name} lies in {path}.", name=city.settings.name, path=folder)


@imports.command("points")
def import_points(
    context: typer.Context,
    file: FileArgument,
    datum: DatumOption = None,
    sheet: SheetOption = None,
    answer: AnswerOption = None,
) -> None:
    """
    Bring in inspection points.

    Example: geoinspect -C taicang import points 点位.xlsx --datum gcj02
    """
    bring_in(context, "points", FileToRead(file, datum, sheet), answer)


@imports.command("districts")
def import_districts(
    context: typer.Context,
    file: FileArgument,
    datum: DatumOption = None,
    answer: AnswerOption = None,
) -> None:
    """
    Bring in the polygons of districts; they replace those at hand.

    Example: geoinspect -C taicang import districts 区划.geojson --datum gcj02
    """
    bring_in(context, "districts", FileToRead(file, datum), answer)


@imports.command("units")
def import_units(
    context: typer.Context,
    file: FileArgument,
    sheet: SheetOption = None,
    answer: AnswerOption = None,
) -> None:
    """
    Bring in which unit answers for which district and category; replaces the rules at hand.

    Example: geoinspect -C taicang import units 责任分解表.xlsx
    """
    bring_in(context, "units", FileToRead(file, sheet=sheet), answer)


@imports.command("violations")
def import_violations(
    context: typer.Context,
    file: FileArgument,
    datum: DatumOption = None,
    sheet: SheetOption = None,
    answer: AnswerOption = None,
) -> None:
    """
    Bring in violations.

    Example: geoinspect -C taicang import violations 问题.xlsx
    """
    bring_in(context, "violations", FileToRead(file, datum, sheet), answer)


@imports.command("inspections")
def import_inspections(
    context: typer.Context,
    file: FileArgument,
    sheet: SheetOption = None,
    answer: AnswerOption = None,
) -> None:
    """
    Bring in inspections made, also those that found nothing: rates need them.

    Example: geoinspect -C taicang import inspections 检查记录.xlsx
    """
    bring_in(context, "inspections", FileToRead(file, sheet=sheet), answer)


@imports.command("inspectors")
def import_inspectors(
    context: typer.Context,
    file: FileArgument,
    sheet: SheetOption = None,
    answer: AnswerOption = None,
) -> None:
    """
    Bring in the roster of inspectors with what each stays away from; replaces that at hand.

    Example: geoinspect -C taicang import inspectors 检查人员.xlsx
    """
    bring_in(context, "inspectors", FileToRead(file, sheet=sheet), answer)


@imports.command("marks")
def import_marks(
    context: typer.Context,
    file: FileArgument,
    sheet: SheetOption = None,
    answer: AnswerOption = None,
) -> None:
    """
    Bring in the marks of documents and questionnaires, by year and unit or district.

    Example: geoinspect -C taicang import marks 2026年度得分.xlsx
    """
    bring_in(context, "marks", FileToRead(file, sheet=sheet), answer)


@networks.command("build")
def build_network(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE.osm.pbf]", help="OpenStreetMap extract.", show_default=False),
    ] = None,
    place: Annotated[
        str | None,
        typer.Option(help='Fetch by name when online: "太仓市, 江苏省".', show_default=False),
    ] = None,
) -> None:
    """
    Build the road network and keep it in the city's folder.

    Example: geoinspect -C taicang network build taicang.osm.pbf
    """
    session = session_of(context)
    city = session.city()
    if (file is None) == (place is None):
        raise InputError("Name either an OpenStreetMap file or a --place.")
    with session.steps() as step:
        step("Reading streets")
        network = _network(session, file, place)
        step("Saving the road network")
        network.save(city.network_path)
    session.say(
        "The road network has {nodes} nodes and {edges} directed edges.",
        nodes=network.n_nodes,
        edges=network.n_edges,
    )


def bring_in(context: typer.Context, what: str, file: FileToRead, answer: Path | None) -> None:
    """
    Bring a table into the city, and say what became of every row.

    Raises
    ------
    NothingImportedError
        If not a single row can be imported; the answer is written all the same.
    """
    session = session_of(context)
    city = session.city()
    try:
        read = read_file(city, what, file)
    except NothingImportedError as error:
        _write_answer(session, error.ledger, answer)
        raise
    store = city.store()
    tell_import(session, file.path, read.imported, read.save(store), answer)
    for remark in read.remarks(store):
        session.tell(remark)


def _network(session: Session, file: Path | None, place: str | None) -> RoadNetwork:
    """Read the network from a file, or fetch it by name."""

    def tell(built: BuildReport) -> None:
        session.say(
            "Outside the largest connected part: {nodes} nodes, {edges} edges, "
            "{km:.1f} km left out.",
            nodes=built.n_nodes_left_out,
            edges=built.n_edges_left_out,
            km=built.length_left_out_km,
        )
        if built.n_vertices_missing:
            session.say(
                "The file lacks the coordinates of {n} nodes; their streets end there.",
                n=built.n_vertices_missing,
            )

    if file is None:
        return network_from_place(place or "", report=tell)
    return read_network(file, report=tell)


def tell_import(
    session: Session, file: Path, imported: Import, changes: Changes, answer: Path | None
) -> None:
    """Say what became of every row of a file."""
    quarantined = imported.quarantined_in(session.translate)
    session.say(
        "{file}: {added} added, {updated} updated, {unchanged} unchanged; {quarantined} "
        "quarantined, {fixed} fixes, {ignored} blank or total rows ignored.",
        file=file.name,
        added=changes.added,
        updated=changes.updated,
        unchanged=changes.unchanged,
        quarantined=len(quarantined),
        fixed=len(imported.fixed),
        ignored=sum(imported.ignored.values()),
    )
    for note in imported.notes:
        session.tell(note)
    if len(quarantined):
        session.table(
            "Quarantined rows",
            ["Row", "Id", "Code", "Reason"],
            quarantined.head(_ROWS_SHOWN)[
                ["source_row", imported.id_role, "code", "reason"]
            ].itertuples(index=False),
        )
        if len(quarantined) > _ROWS_SHOWN:
            session.say(
                "... and {more} more: --answer FILE.xlsx writes them all.",
                more=len(quarantined) - _ROWS_SHOWN,
            )
    _write_answer(session, imported, answer)


def _write_answer(session: Session, imported: Import, answer: Path | None) -> None:
    """Write the rows back, if that is wanted."""
    if answer is not None:
        answer_sheet(imported, answer, language=session.language)
        session.say("Written: {path}", path=answer)
