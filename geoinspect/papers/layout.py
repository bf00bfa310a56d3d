"""Parts that the papers of a case share: the table of facts, photos, and lines to sign on."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt

from geoinspect.officialpaper import (
    HEADING,
    TEXT,
    TEXT_MM,
    keep_whole,
    set_widths,
    write,
    write_heading,
    write_text,
)
from geoinspect.papers.case import pairs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docx.document import Document as WordDocument

    from geoinspect.officialpaper import Picture
    from geoinspect.papers.case import CasePaper, Translate

_NAME_MM = 42.0
_SIZE = 12.0


def write_facts(document: WordDocument, rows: Sequence[tuple[str, str]]) -> None:
    """Write names and values as a table of two columns."""
    grid = document.add_table(rows=len(rows), cols=2)
    grid.style = "Table Grid"
    for row, texts in zip(grid.rows, rows, strict=True):
        for cell, text, font in zip(row.cells, texts, (HEADING, TEXT), strict=True):
            look = cell.paragraphs[0].paragraph_format
            look.space_before, look.space_after = Pt(2), Pt(2)
            write(cell.paragraphs[0], text, font, _SIZE)
        keep_whole(row)
    set_widths(grid, (_NAME_MM, TEXT_MM - _NAME_MM))


def write_photos(document: WordDocument, title: str, photos: Sequence[Picture]) -> None:
    """Write photos two beside each other, each with its number."""
    if not photos:
        return
    write_heading(document, title)
    grid = document.add_table(rows=0, cols=2)
    set_widths(grid, (TEXT_MM / 2, TEXT_MM / 2))
    for first, beside in enumerate(pairs(photos)):
        row = grid.add_row()
        keep_whole(row)
        for k, (cell, picture) in enumerate(zip(row.cells, beside, strict=False)):
            paragraph = cell.paragraphs[0]
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            paragraph.add_run().add_picture(io.BytesIO(picture.content), width=Mm(picture.width_mm))
            caption = cell.add_paragraph()
            caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
            write(caption, f"{2 * first + k + 1}", TEXT, 10.5)


def write_place(document: WordDocument, paper: CasePaper, translate: Translate) -> None:
    """Write the map of the place, if there is one."""
    if paper.place is None:
        return
    write_heading(document, translate("Where it is"))
    holder = document.add_paragraph()
    holder.alignment = WD_ALIGN_PARAGRAPH.CENTER
    holder.add_run().add_picture(io.BytesIO(paper.place.content), width=Mm(paper.place.width_mm))


def write_signatures(document: WordDocument, lines: Sequence[str], translate: Translate) -> None:
    """Write lines to sign on, each with a date, all on one page."""
    grid = document.add_table(rows=len(lines), cols=2)
    for number, (row, name) in enumerate(zip(grid.rows, lines, strict=True), start=1):
        texts = [translate("{unit}:").format(unit=each) for each in (name, translate("Date"))]
        for cell, text in zip(row.cells, texts, strict=True):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_before = Pt(14)
            paragraph.paragraph_format.keep_with_next = number < len(lines)
            write(paragraph, text, TEXT, 14)
        keep_whole(row)
    set_widths(grid, (TEXT_MM * 0.62, TEXT_MM * 0.38))


def write_hidden(document: WordDocument, paper: CasePaper, translate: Translate) -> None:
    """Say how many photos the paper cannot show."""
    if paper.n_hidden:
        sentence = translate("{n} photos in the HEIC format are shown in the service only.")
        write_text(document, sentence.format(n=paper.n_hidden), size=10.5)


def write_signed(document: WordDocument, lines: Sequence[str]) -> None:
    """Write issuer and date at the right, as an official paper ends."""
    for number, line in enumerate(lines):
        signed = document.add_paragraph()
        signed.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        signed.paragraph_format.space_before = Pt(24 if number == 0 else 0)
        signed.paragraph_format.space_after = Pt(0)
        signed.paragraph_format.keep_with_next = number < len(lines) - 1
        write(signed, line, TEXT, 16)
