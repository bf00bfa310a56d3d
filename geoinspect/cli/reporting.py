"""The command that writes the office's reports."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import Annotated

import typer

from geoinspect.atomic import write_bytes
from geoinspect.cityreport import FORMATS, city_report, make_forms, usual_day
from geoinspect.cli.session import session_of
from geoinspect.errors import InputError
from geoinspect.printing import printer_beside
from geoinspect.reports import Kind  # noqa: TC001  typer reads the annotations
from geoinspect.shifts import read_date


def report(
    context: typer.Context,
    kind: Annotated[Kind, typer.Argument(help="Which report.", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the files.")],
    day: Annotated[
        str,
        typer.Option("--date", help="A day of the period; left out, the last that is over."),
    ] = "",
    formats: Annotated[
        str, typer.Option("--format", help="html, pdf, docx, xlsx, with commas between.")
    ] = ",".join(FORMATS),
    unit: Annotated[str, typer.Option(help="Unit of a scorecard.")] = "",
) -> None:
    """
    Write a report, from the daily list to the assessment of the year.

    There are daily lists, weekly bulletins, monthly analyses, quarterly summaries, annual
    assessments, and scorecards of a unit. All forms show one set of numbers, and each is read
    back before it is written. A file templates/KIND.docx in the city's folder takes the place
    of our Word layout.

    Example: geoinspect -C taicang report weekly --date 2026-11-23 -o reports
    """
    session = session_of(context)
    folder, now = session.city(), datetime.now(UTC)
    wanted = read_formats(formats)
    local = now.astimezone(folder.settings.zone)
    beside = printer_beside() if "pdf" in wanted else nullcontext()
    with beside as printer, session.steps() as step:
        step("Counting")
        numbers = city_report(
            folder,
            kind,
            read_date(day) if day else usual_day(local, kind),
            now=now,
            language=session.language,
            unit_id=unit,
        )
        step("Writing the forms")
        forms = make_forms(folder, numbers, wanted, language=session.language, printer=printer)
    stem = f"{kind}-{numbers.period.first}" + (f"-{unit}" if unit else "")
    session.log("export", f"report {stem}")
    for form in wanted:
        path = output / f"{stem}.{form}"
        write_bytes(path, forms.content(form))
        session.say("Written: {path}", path=path)
    for sentence in (*numbers.sentences, *numbers.remarks):
        session.talk.print(sentence.render(session.translate), markup=False)


def read_formats(text: str) -> tuple[str, ...]:
    """
    Read which forms are wanted.

    Raises
    ------
    InputError
        If one is not known.

    Examples
    --------
    >>> read_formats("pdf, xlsx")
    ('pdf', 'xlsx')
    """
    wanted = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    for form in wanted:
        if form not in FORMATS:
            raise InputError(
                "The format {form!r} is not known: choose among {known}.",
                form=form,
                known=", ".join(FORMATS),
            )
    return wanted or FORMATS
