"""The command that writes the office's reports."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import Annotated

import typer

from geoinspect.atomic import write_bytes
from geoinspect.beside import process_beside
from geoinspect.cli.session import session_of
from geoinspect.errors import InputError
from geoinspect.reports.kinds import FORMATS, Kind
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
    wanted = read_formats(formats)
    with (
        process_beside("geoinspect.cityfolder", "geoinspect.cityrecords") as beside,
        session.steps() as step,
    ):
        # loaded here: until then the other process has begun to load, too
        from geoinspect.cityreport import city_report, usual_day

        step("Counting")
        folder, now = session.city(), datetime.now(UTC)
        local = now.astimezone(folder.settings.zone)
        numbers = city_report(
            folder,
            kind,
            read_date(day) if day else usual_day(local, kind),
            now=now,
            language=session.language,
            unit_id=unit,
            beside=beside,
        )
        step("Writing the forms")
        from geoinspect.cityforms import make_forms

        forms = make_forms(folder, numbers, wanted, language=session.language, beside=beside)
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
