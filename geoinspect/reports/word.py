"""
A report as a Word document, in the head and the fonts of an official paper.

Margins, fonts and sizes follow GB/T 9704-2012 (layout of official documents): red head in
Xiaobiaosong, title in the same, text in FangSong 16 pt with 28 pt lines, headings in HeiTi. An
office may put a template of its own in their place, see `fill_template`.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from geoinspect.errors import InputError
from geoinspect.messages import translator
from geoinspect.reports.charts import as_png, draw_groups, draw_series
from geoinspect.reports.numbers import Figure
from geoinspect.reports.titles import issued_by, title_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from docx.document import Document as WordDocument
    from docx.table import Table as WordTable
    from docx.text.paragraph import Paragraph

    from geoinspect.messages import Language
    from geoinspect.reports.numbers import ReportNumbers, Table

    Translate = Callable[[str], str]

_TITLE, _TEXT, _HEADING = "方正小标宋简体", "仿宋_GB2312", "黑体"
_RED = RGBColor(0xC8, 0x10, 0x1A)
_MARGINS_MM = {"top": 37, "bottom": 35, "left": 28, "right": 26}
_PICTURE_MM = 156
_LEAST_LETTERS, _MOST_LETTERS = 8, 26
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
    document = _page()
    _head(document, issuer or issued_by(numbers, translate), title_of(numbers, translate))
    for sentence in numbers.sentences:
        _text(document, sentence.render(translate), indent=True)
    _headline(document, numbers, translate)
    for series in numbers.series:
        _picture(document, draw_series(series, translate))
    for number, table in enumerate(numbers.tables):
        _heading(document, _numbered(number, translate(table.title), language))
        if table.table_id.startswith("groups/"):
            _picture(document, draw_groups(table, translate))
        _table(document, table, translate)
    _foot(document, numbers, translate, made_for)
    return _bytes(document)


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
    from docxtpl import DocxTemplate
    from jinja2 import Environment, StrictUndefined, TemplateError

    translate = translator(language)
    try:
        document = DocxTemplate(template)
        document.render(
            _context(numbers, translate, issuer),
            Environment(undefined=StrictUndefined, autoescape=True),
        )
    except TemplateError as error:
        raise InputError(
            "{file}: a mark of the template is not known: {problem}.",
            file=template.name,
            problem=error.message or type(error).__name__,
        ) from error
    except (KeyError, ValueError, OSError, BadZipFile) as error:
        raise InputError("{file} is no Word document (.docx).", file=template.name) from error
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


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


def _page() -> WordDocument:
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for side, width in _MARGINS_MM.items():
        setattr(section, f"{side}_margin", Mm(width))
    return document


def _head(document: WordDocument, issuer: str, title: str) -> None:
    """Write the red head, its line, and the title."""
    head = document.add_paragraph()
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(head, issuer, _TITLE, 26, color=_RED)
    _underline(head)
    heading = document.add_paragraph()
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    heading.paragraph_format.space_before, heading.paragraph_format.space_after = Pt(18), Pt(12)
    _write(heading, title, _TITLE, 22)


def _underline(paragraph: Paragraph) -> None:
    """Draw the red line under the head."""
    borders = OxmlElement("w:pBdr")
    line = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "18"), ("space", "6"), ("color", "C8101A")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    paragraph._p.get_or_add_pPr().append(borders)


def _text(document: WordDocument, text: str, *, indent: bool = False, size: float = 16) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.line_spacing = Pt(28 if size >= 14 else 18)
    paragraph.paragraph_format.space_after = Pt(0)
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(2 * size)
    _write(paragraph, text, _TEXT, size)


def _heading(document: WordDocument, text: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(12), Pt(6)
    paragraph.paragraph_format.keep_with_next = True
    _write(paragraph, text, _HEADING, 16)


def _write(
    paragraph: Paragraph, text: str, font: str, size: float, *, color: RGBColor | None = None
) -> None:
    """Add letters in a font; Word asks for it apart for Chinese."""
    run = paragraph.add_run(text)
    run.font.name, run.font.size = font, Pt(size)
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    if color is not None:
        run.font.color.rgb = color


def _headline(document: WordDocument, numbers: ReportNumbers, translate: Translate) -> None:
    rows = [[translate(name) for name, _ in numbers.headline]]
    rows.append([figure.text for _, figure in numbers.headline])
    _grid(document, rows, right_from=0)


def _table(document: WordDocument, table: Table, translate: Translate) -> None:
    rows = [[translate(column) for column in table.columns]]
    rows += [[_shown(cell) for cell in line.cells] for line in table.lines]
    _grid(document, rows, right_from=1)
    if table.note is not None:
        _text(document, table.note.render(translate), size=10.5)


def _grid(document: WordDocument, rows: list[list[str]], *, right_from: int) -> None:
    """Write a table whose first row is repeated on every page."""
    grid = document.add_table(rows=len(rows), cols=len(rows[0]))
    grid.style = "Table Grid"
    # asking for a cell searches the whole table: its rows are read once
    for k, (cells, texts) in enumerate(zip(grid.rows, rows, strict=True)):
        for column, (cell, text) in enumerate(zip(cells.cells, texts, strict=True)):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            if column >= right_from and k > 0 and _is_number(text):
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            _write(paragraph, text, _HEADING if k == 0 else _TEXT, 10.5)
        # a row stays on one page
        cells._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    _set_widths(grid, rows)
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    grid.rows[0]._tr.get_or_add_trPr().append(repeated)


def _set_widths(grid: WordTable, rows: list[list[str]]) -> None:
    """Give each column room for its longest text, within limits."""
    needed = [
        min(max(max(_letters(text) for text in column), _LEAST_LETTERS), _MOST_LETTERS)
        for column in zip(*rows, strict=True)
    ]
    grid.autofit = False
    for column, letters in zip(grid.columns, needed, strict=True):
        column.width = Mm(_PICTURE_MM * letters / sum(needed))


def _letters(text: str) -> int:
    """Count letters, a Chinese one as two."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def _is_number(text: str) -> bool:
    return text[:1].isdigit() or text in ("–",) or text[:1] == "-"


def _picture(document: WordDocument, drawing: Any) -> None:
    if drawing is not None:
        document.add_picture(io.BytesIO(as_png(drawing)), width=Mm(_PICTURE_MM))


def _foot(
    document: WordDocument, numbers: ReportNumbers, translate: Translate, made_for: str
) -> None:
    for remark in numbers.remarks:
        _text(document, remark.render(translate), size=10.5)
    signed = document.add_paragraph()
    signed.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    signed.paragraph_format.space_before = Pt(24)
    _write(signed, f"{numbers.made_at:%Y-%m-%d}", _TEXT, 16)
    if made_for:
        _text(document, made_for, size=9)


def _numbered(number: int, title: str, language: Language) -> str:
    """Put a number before a heading, as in official papers."""
    if language == "zh" and number < len(_NUMERALS):
        return f"{_NUMERALS[number]}、{title}"
    return f"{number + 1}. {title}"


def _shown(cell: str | Figure) -> str:
    return cell.text if isinstance(cell, Figure) else cell


def _bytes(document: WordDocument) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()
