"""
The look of an official paper in Word, and templates that an office puts in its place.

Margins, fonts and sizes follow GB/T 9704-2012 (layout of official documents): red head in
Xiaobiaosong, title in the same, text in FangSong 16 pt with 28 pt lines, headings in HeiTi.
Where a machine lacks a font, the list of fonts in the file names the next best.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape
from zipfile import BadZipFile

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.oxml import serialize_part_xml
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from geoinspect.columnwidths import column_letters, readable_letters
from geoinspect.errors import InputError
from geoinspect.officefiles import file_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from docx.document import Document as WordDocument
    from docx.table import Table as WordTable
    from docx.text.paragraph import Paragraph

TITLE, TEXT, HEADING = "方正小标宋简体", "仿宋_GB2312", "黑体"
RED = RGBColor(0xC8, 0x10, 0x1A)
#: Width of the text.
TEXT_MM = 156
_MARGINS_MM = {"top": 37, "bottom": 35, "left": 28, "right": 26}
#: Fonts that every office machine has, for those that come from elsewhere.
_FALLBACKS = {TITLE: "华文中宋", TEXT: "仿宋", HEADING: "SimHei"}
_RIGHT = '<w:jc w:val="right"/>'
_BREAKS = {"\n": "<w:br/>", "\r": "<w:br/>", "\t": "<w:tab/>"}
#: Sizes of letters in tables, the second one where there are too many columns for the first.
_GRID_PT, _SMALL_PT = 10.5, 9.0
#: Size that one letter on a line would have if it were as wide as it takes: digits are half as
#: wide as high, or a little more where another font stands in.
_LINE_PT = 800.0
#: What XML cannot hold: control characters and halves of a pair.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Picture:
    """A picture of a paper: a JPEG or PNG file, and how wide it is printed."""

    content: bytes
    width_mm: float


def new_paper() -> WordDocument:
    """Return an empty document of A4 with the margins and the fonts of an official paper."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for side, width in _MARGINS_MM.items():
        setattr(section, f"{side}_margin", Mm(width))
    _name_fallbacks(document)
    return document


def _name_fallbacks(document: WordDocument) -> None:
    """Name for each font the one to take where it is missing."""
    part = document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    fonts = parse_xml(part.blob)
    for name, other in _FALLBACKS.items():
        fonts.append(
            parse_xml(
                f'<w:font {nsdecls("w")} w:name="{name}"><w:altName w:val="{other}"/>'
                '<w:charset w:val="86"/><w:family w:val="auto"/></w:font>'
            )
        )
    part._blob = serialize_part_xml(fonts)


def write_head(document: WordDocument, issuer: str, title: str, *, number: str = "") -> None:
    """Write the red head with its line, the number under it if there is one, and the title."""
    head = document.add_paragraph()
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    write(head, issuer, TITLE, 26, color=RED)
    last = head
    if number:
        last = document.add_paragraph()
        last.alignment = WD_ALIGN_PARAGRAPH.CENTER
        write(last, number, TEXT, 16)
    _underline(last)
    heading = document.add_paragraph()
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    heading.paragraph_format.space_before, heading.paragraph_format.space_after = Pt(18), Pt(12)
    write(heading, title, TITLE, 22)


def _underline(paragraph: Paragraph) -> None:
    """Draw the red line under the head."""
    borders = OxmlElement("w:pBdr")
    line = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "18"), ("space", "6"), ("color", "C8101A")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    paragraph._p.get_or_add_pPr().append(borders)


def write_text(
    document: WordDocument, text: str, *, indent: bool = False, size: float = 16
) -> Paragraph:
    """Write a paragraph of text, its lines 28 pt apart, and return it."""
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.line_spacing = Pt(28 if size >= 14 else 18)
    paragraph.paragraph_format.space_after = Pt(0)
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(2 * size)
    write(paragraph, text, TEXT, size)
    return paragraph


def write_heading(document: WordDocument, text: str) -> None:
    """Write a heading that stays with what follows."""
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(12), Pt(6)
    paragraph.paragraph_format.keep_with_next = True
    write(paragraph, text, HEADING, 16)


def write(
    paragraph: Paragraph, text: str, font: str, size: float, *, color: RGBColor | None = None
) -> None:
    """Add letters in a font; Word asks for it apart for Chinese."""
    run = paragraph.add_run(printable(text))
    run.font.name, run.font.size = font, Pt(size)
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    if color is not None:
        run.font.color.rgb = color


def printable(text: str) -> str:
    """
    Return a text that a Word file can hold, with a sign in the place of what it cannot.

    Examples
    --------
    >>> printable("a" + chr(0) + "b")
    'a�b'
    """
    return _NO_XML.sub("\ufffd", text)


def write_grid(
    document: WordDocument,
    rows: Sequence[Sequence[str]],
    *,
    right_from: int,
) -> WordTable:
    """Write a table whose first row is repeated on every page, and return it."""
    grid: WordTable = document.add_table(rows=0, cols=len(rows[0]))
    grid.style = "Table Grid"
    size, widths_mm = _fitted(rows)
    set_widths(grid, widths_mm)
    head, *lines = rows
    written = [_row(head, HEADING, size, widths_mm, right_from=len(head), repeated=True)]
    written += [_row(line, TEXT, size, widths_mm, right_from=right_from) for line in lines]
    # the library searches for the place of each part of a cell: read as they stand in a file, the
    # rows of a long table are there in a tenth of the time
    for row in parse_xml(f"<w:tbl {nsdecls('w')}>{''.join(written)}</w:tbl>").findall(qn("w:tr")):
        grid._tbl.append(row)
    return grid


def _row(
    texts: Sequence[str],
    font: str,
    size: float,
    widths_mm: Sequence[float],
    *,
    right_from: int,
    repeated: bool = False,
) -> str:
    """Return a row of a table that stays on one page, as it stands in a file."""
    look = (
        f'<w:rPr><w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}"/>'
        f'<w:sz w:val="{2 * size:.0f}"/></w:rPr>'
    )
    cells = [
        f'<w:tc><w:tcPr><w:tcW w:type="dxa" w:w="{Mm(width).twips}"/></w:tcPr>'
        f'<w:p><w:pPr><w:spacing w:after="0"/>'
        f"{_RIGHT if column >= right_from and _is_number(text) else ''}</w:pPr>"
        f"<w:r>{look}{_run_text(text)}</w:r></w:p></w:tc>"
        for column, (text, width) in enumerate(zip(texts, widths_mm, strict=True))
    ]
    head = "<w:tblHeader/>" if repeated else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{head}</w:trPr>{''.join(cells)}</w:tr>"


def _run_text(text: str) -> str:
    """Return a text as it stands in a file, its line breaks and tabs as marks."""
    parts = re.split(r"(\r\n|[\n\r\t])", printable(text))
    return "".join(
        f'<w:t xml:space="preserve">{escape(part)}</w:t>' if k % 2 == 0 else _BREAKS[part[-1]]
        for k, part in enumerate(parts)
        if part
    )


def keep_whole(row: Any) -> None:
    """Keep a row of a table on one page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _fitted(rows: Sequence[Sequence[str]]) -> tuple[float, list[float]]:
    """Return how large the letters of a table are, and how wide its columns."""
    columns = list(zip(*rows, strict=True))
    firm = [all(map(_is_number, cells)) for _, *cells in columns]
    is_wide = readable_letters(columns, firm) > _LINE_PT / _GRID_PT
    size = _SMALL_PT if is_wide else _GRID_PT
    needed = column_letters(columns, firm, room=_LINE_PT / size)
    return size, [TEXT_MM * each / sum(needed) for each in needed]


def set_widths(grid: WordTable, widths_mm: Sequence[float]) -> None:
    """Give each column of a table its width."""
    grid.autofit = False
    for column, width in zip(grid.columns, widths_mm, strict=True):
        column.width = Mm(width)


def _is_number(text: str) -> bool:
    return text[:1].isdigit() or text in ("–",) or text[:1] == "-"


def fill_marks(template: Path, marks: Mapping[str, Any]) -> bytes:
    """
    Fill the office's own Word template.

    Parameters
    ----------
    template
        A .docx with marks such as `{{ title }}`.
    marks
        What stands for each mark: texts, lists and tables of them, and `Picture`. Nothing of a
        text can become a part of the document.

    Raises
    ------
    InputError
        If the file is no Word document, or a mark in it is not known.
    """
    from docxtpl import DocxTemplate
    from jinja2 import Environment, StrictUndefined, TemplateError

    try:
        document = DocxTemplate(template)
        shown = _in_template(marks, document)
        document.render(shown, Environment(undefined=StrictUndefined, autoescape=True))
    except TemplateError as error:
        raise InputError(
            "{file}: a mark of the template is not known: {problem}.",
            file=template.name,
            problem=error.message or type(error).__name__,
        ) from error
    except (KeyError, ValueError, OSError, BadZipFile) as error:
        raise InputError("{file} is no Word document (.docx).", file=template.name) from error
    return file_bytes(document)


def _in_template(value: Any, document: Any) -> Any:
    """Return what stands for marks as the library wants it."""
    from docxtpl import InlineImage

    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Picture):
        return InlineImage(document, io.BytesIO(value.content), width=Mm(value.width_mm))
    if isinstance(value, dict):
        return {key: _in_template(each, document) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_in_template(each, document) for each in value]
    return value
