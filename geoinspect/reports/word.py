"""
A report as a Word document, in the head and the fonts of an official paper.

An office may put a template of its own in its place, see `fill_template`.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt

from geoinspect.messages import translator
from geoinspect.officefiles import file_bytes
from geoinspect.officialpaper import (
    TEXT,
    TEXT_MM,
    fill_marks,
    new_paper,
    write,
    write_grid,
    write_head,
    write_heading,
    write_text,
)
from geoinspect.reports.charts import as_png, draw_groups, draw_places, draw_series
from geoinspect.reports.multiples import draw_panels
from geoinspect.reports.numbers import Figure
from geoinspect.reports.titles import issued_by, title_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from docx.document import Document as WordDocument

    from geoinspect.messages import Language
    from geoinspect.reports.numbers import ReportNumbers, Table

    Translate = Callable[[str], str]

_NUMERALS = "一二三四五六七八九十"


def write_word(
    numbers: ReportNumbers, *, language: Language = "zh", issuer: str = "", made_for: str = ""
) -> bytes:
    """
    Write a report as a Word document.

    Parameters
    ----------
    numbers
        What it says.
    language
        Language of all words but names.
    issuer, made_for
        As in `geoinspect.reports.web.render_page`.
    """
    translate = translator(language)
    document = new_paper()
    write_head(document, issuer or issued_by(numbers, translate), title_of(numbers, translate))
    for sentence in numbers.sentences:
        write_text(document, sentence.render(translate), indent=True)
    _headline(document, numbers, translate)
    for series in numbers.series:
        _picture(document, draw_series(series, translate))
    if numbers.panels is not None:
        _picture(document, draw_panels(numbers.panels, translate))
        for note in numbers.panels.notes:
            write_text(document, note.render(translate), size=10.5)
    for number, table in enumerate(numbers.tables):
        write_heading(document, _numbered(number, translate(table.title), language))
        if table.table_id.startswith("groups/"):
            _picture(document, draw_groups(table, translate))
        for places in numbers.maps:
            if places.table_id == table.table_id:
                _picture(document, draw_places(places, translate))
        _table(document, table, translate)
    _foot(document, numbers, translate, made_for)
    return file_bytes(document)


def fill_template(
    template: Path, numbers: ReportNumbers, *, language: Language = "zh", issuer: str = ""
) -> bytes:
    """
    Fill the office's own Word template.

    Parameters
    ----------
    template
        A .docx with the marks `{{ title }}`, `{{ issuer }}`, `{{ period }}`, `{{ sentences }}`,
        `{{ f["violations"] }}` for any figure by its id, and loops over `tables`.
    numbers, language, issuer
        As in `write_word`.

    Raises
    ------
    InputError
        If the file is no Word document, or a mark in it is not known.
    """
    return fill_marks(template, _context(numbers, translator(language), issuer))


def _context(numbers: ReportNumbers, translate: Translate, issuer: str) -> dict[str, Any]:
    """Return what a template may show."""
    return {
        "title": title_of(numbers, translate),
        "issuer": issuer or issued_by(numbers, translate),
        "city": numbers.city,
        "period": numbers.period.name(translate),
        "made_at": f"{numbers.made_at:%Y-%m-%d}",
        "sentences": [each.render(translate) for each in numbers.sentences],
        "remarks": [each.render(translate) for each in numbers.remarks],
        "f": {key: figure.text for key, figure in numbers.figures().items()},
        "tables": [
            {
                "title": translate(table.title),
                "columns": [translate(column) for column in table.columns],
                "lines": [[_shown(cell) for cell in line.cells] for line in table.lines],
            }
            for table in numbers.tables
        ],
    }


def _headline(document: WordDocument, numbers: ReportNumbers, translate: Translate) -> None:
    rows = [[translate(name) for name, _ in numbers.headline]]
    rows.append([figure.text for _, figure in numbers.headline])
    write_grid(document, rows, right_from=0)


def _table(document: WordDocument, table: Table, translate: Translate) -> None:
    rows = [[translate(column) for column in table.columns]]
    rows += [[_shown(cell) for cell in line.cells] for line in table.printed]
    write_grid(document, rows, right_from=1)
    if table.note is not None:
        write_text(document, table.note.render(translate), size=10.5)


def _picture(document: WordDocument, drawing: Any) -> None:
    if drawing is not None:
        document.add_picture(io.BytesIO(as_png(drawing)), width=Mm(TEXT_MM))


def _foot(
    document: WordDocument, numbers: ReportNumbers, translate: Translate, made_for: str
) -> None:
    for remark in numbers.remarks:
        write_text(document, remark.render(translate), size=10.5)
    signed = document.add_paragraph()
    signed.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    signed.paragraph_format.space_before = Pt(24)
    write(signed, f"{numbers.made_at:%Y-%m-%d}", TEXT, 16)
    if made_for:
        write_text(document, made_for, size=9)


def _numbered(number: int, title: str, language: Language) -> str:
    """Put a number before a heading, as in official papers."""
    if language == "zh" and number < len(_NUMERALS):
        return f"{_NUMERALS[number]}、{title}"
    return f"{number + 1}. {title}"


def _shown(cell: str | Figure) -> str:
    return cell.text if isinstance(cell, Figure) else cell
