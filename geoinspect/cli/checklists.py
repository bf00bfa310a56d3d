"""Commands around checklists: bring one in, bring in results, show what is missing."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from geoinspect.checklists import in_force, point_item_matrix, trend_breaks
from geoinspect.cityimport import FileToRead, shipped_checklist, uncovered_remarks
from geoinspect.cli.groups import command_group
from geoinspect.cli.importing import AnswerOption, SheetOption, bring_in, tell_import
from geoinspect.cli.session import session_of
from geoinspect.errors import InputError
from geoinspect.exports import write_checklist, write_matrix, write_sheet
from geoinspect.intake import PhotoFolder, read_results
from geoinspect.shifts import read_date
from geoinspect.store import Changes

if TYPE_CHECKING:
    from datetime import date

    from geoinspect.checklists import Checklist
    from geoinspect.cityfolder import CityFolder
    from geoinspect.cli.session import Session
    from geoinspect.store.results import ResultChanges

checklists = command_group("Show what is inspected, and what is missing yet.")

_ROWS_SHOWN = 20
_CONFLICT_LABELS = ["Record", "Column", "There", "Came"]

DateOption = Annotated[
    str, typer.Option("--date", help="Day whose version counts; today if left out.")
]


def import_checklist(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="xlsx, xls or csv.")],
    sheet: SheetOption = None,
) -> None:
    """
    Bring in versions of the checklist, whole or not at all.

    Example: geoinspect -C taicang import checklist 检查清单.xlsx
    """
    bring_in(context, "checklist", FileToRead(file, sheet=sheet), None)


def import_results(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="xlsx, xls or csv.")],
    sheet: SheetOption = None,
    answer: AnswerOption = None,
    photos: Annotated[
        Path | None,
        typer.Option(help="Folder of the photos that rows name.", show_default=False),
    ] = None,
    conflicts: Annotated[
        Path | None,
        typer.Option(help="Write conflicts side by side, .xlsx or .csv.", show_default=False),
    ] = None,
) -> None:
    """
    Bring in what inspectors found, item by item; failing items become violations.

    Example: geoinspect -C taicang import results 检查结果.xlsx --photos 照片
    """
    session = session_of(context)
    city = session.city()
    store = city.store()
    if photos is not None and not photos.is_dir():
        raise InputError("{path} is not a folder of photos.", path=photos)
    imported = read_results(
        file,
        checklists=store.checklists.all(),
        categories={str(key): name for key, name in store.points()["category"].items()},
        timezone=city.settings.timezone,
        now=datetime.now(UTC),
        photos=None if photos is None else PhotoFolder(photos),
        sheet=sheet,
    )
    changes = store.results.add(imported.results)
    counts = Changes(changes.added, changes.superseded, changes.unchanged)
    tell_import(session, file, imported, counts, answer)
    _tell_results(session, changes)
    if conflicts is not None:
        labels = [session.translate(label) for label in _CONFLICT_LABELS]
        write_sheet(conflicts, labels, changes.conflicts)
        session.say("Written: {path}", path=conflicts)


@checklists.command("show")
def show(
    context: typer.Context,
    day: DateOption = "",
    category: Annotated[
        str, typer.Option(help="Only the items of this category.", show_default=False)
    ] = "",
) -> None:
    """
    Show the items of the version that holds, and where versions break a trend.

    Example: geoinspect -C taicang checklist show --category 集贸市场
    """
    session = session_of(context)
    city = session.city()
    versions = city.store().checklists.all()
    checklist = in_force(versions, _day(city, day))
    if category and category not in checklist.weights:
        raise InputError(
            "Version {version} of the checklist has no category {category}.",
            version=checklist.version,
            category=category,
        )
    items = checklist.items_of(category) if category else list(checklist.items.values())
    text = "text_zh" if session.language == "zh" else "text_en"
    weights = checklist.weights.get(category, {})
    session.table(
        "Checklist",
        ["Id", "Item", "Severity", "Kind", "Class", "Weight"],
        (
            (
                item.item_id,
                getattr(item, text),
                item.severity,
                session.translate(item.kind.value),
                session.translate(item.item_class.value),
                f"{weights[item.item_id]:g}" if weights else "",
            )
            for item in items
        ),
    )
    _tell_breaks(session, versions)


@checklists.command("matrix")
def matrix(
    context: typer.Context,
    output: Annotated[
        Path | None, typer.Option("-o", help="Sheet to write, .xlsx or .csv.", show_default=False)
    ] = None,
    first: Annotated[
        str, typer.Option("--from", help="First day, YYYY-MM-DD.", show_default=False)
    ] = "",
    last: Annotated[
        str, typer.Option("--to", help="Last day, YYYY-MM-DD; today if left out.")
    ] = "",
) -> None:
    """
    Show which items of which points nobody has looked at in a period.

    Example: geoinspect -C taicang checklist matrix --from 2026-10-01 -o matrix.xlsx
    """
    session = session_of(context)
    city = session.city()
    store = city.store()
    end = _day(city, last)
    versions = store.checklists.all()
    wanted = in_force(versions, end)
    begin = read_date(first) if first else wanted.effective_from
    if begin > end:
        raise InputError("The period ends on {last}, before it begins on {first}.",
                         first=begin, last=end)  # fmt: skip
    results = store.results.results(_midnight(city, begin), _midnight(city, end, 1))
    found = point_item_matrix(store.points(), results, wanted)
    gaps = found.missing
    session.table(
        "Missing results",
        ["Point", "Name", "Category", "Item"],
        gaps.head(_ROWS_SHOWN).itertuples(index=False),
    )
    session.say(
        "{missing} of {wanted} results are missing from {first} to {last}.",
        missing=len(gaps), wanted=found.n_wanted, first=begin, last=end,
    )  # fmt: skip
    for remark in uncovered_remarks(store.points(), wanted):
        session.tell(remark)
    _tell_breaks(session, versions, begin, end)
    if output is not None:
        write_matrix(found, output, language=session.language)
        session.say("Written: {path}", path=output)


@checklists.command("template")
def template(
    context: typer.Context,
    output: Annotated[Path, typer.Option("-o", help="Sheet to write, .xlsx or .csv.")],
) -> None:
    """
    Write the checklist that comes with geoinspect, as a sheet to edit.

    Example: geoinspect checklist template -o 检查清单.xlsx
    """
    session = session_of(context)
    n = write_checklist(shipped_checklist(), output)
    session.say("{n} items written to {path}", n=n, path=output)


def _day(city: CityFolder, text: str) -> date:
    """Read a day; today in the city if there is none."""
    return read_date(text) if text else datetime.now(city.settings.zone).date()


def _midnight(city: CityFolder, day: date, days: int = 0) -> datetime:
    """Return the beginning of a day in the city, or of one some days later."""
    return datetime.combine(day + timedelta(days=days), time(), city.settings.zone)


def _tell_results(session: Session, changes: ResultChanges) -> None:
    """Say what results led to, and what a person has to decide."""
    session.say(
        "{opened} violations opened, {linked} found to be one that is there; {late} late records "
        "kept, not current.",
        opened=len(changes.opened),
        linked=len(changes.linked),
        late=changes.late,
    )
    if changes.conflicts:
        session.table(
            "Conflicts: nothing of these records was written",
            _CONFLICT_LABELS,
            changes.conflicts[:_ROWS_SHOWN],
        )
        session.say(
            "{n} values conflict: give what is right a higher record revision and import it again.",
            n=len(changes.conflicts),
        )
    for violation_id in changes.withdrawn:
        session.say(
            "A later revision says that violation {violation_id} is none: decide about it.",
            violation_id=violation_id,
        )
    for photo, record in changes.reused_photos:
        session.say(
            "Photo {photo} of record {record} was shown by another inspection before.",
            photo=photo,
            record=record,
        )


def _tell_breaks(
    session: Session,
    versions: list[Checklist],
    first: date | None = None,
    last: date | None = None,
) -> None:
    """Say where scores before and after a day cannot be compared."""
    begin = first or versions[0].effective_from
    end = last or versions[-1].effective_from
    for found in trend_breaks(versions, begin, end):
        session.say(
            "Trend break on {day}: version {before} becomes {after} ({added} items added, "
            "{removed} removed, {changed} changed).",
            day=found.day,
            before=found.before,
            after=found.after,
            added=len(found.added),
            removed=len(found.removed),
            changed=len(found.changed),
        )
