"""Tables of official papers: what is in them, and how it is set."""

from __future__ import annotations

import io

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH

from geoinspect.officefiles import file_bytes
from geoinspect.officialpaper import HEADING, TEXT, new_paper, write_grid

HEAD = ["单位", "问题"]


def written(rows):
    """The table as it is read back from the file."""
    document = new_paper()
    write_grid(document, rows, right_from=1)
    return Document(io.BytesIO(file_bytes(document))).tables[0]


def test_a_table_shows_its_texts_whatever_is_in_them():
    rows = [HEAD, ["<w:t>&城管局 ", "1,234"], ["甲\n乙\t丙\r\n丁", "-"], ["a\0b", ""]]
    shown = [[cell.text for cell in row.cells] for row in written(rows).rows]
    assert shown == [HEAD, ["<w:t>&城管局 ", "1,234"], ["甲\n乙\t丙\n丁", "-"], ["a\ufffdb", ""]]


def test_numbers_stand_at_the_right_and_words_and_heads_at_the_left():
    table = written([["1 单位", "1 次"], ["3 号", "7"], ["城管局", "–"], ["城管局", "无"]])
    right = [
        [cell.paragraphs[0].alignment == WD_ALIGN_PARAGRAPH.RIGHT for cell in row.cells]
        for row in table.rows
    ]
    assert right == [[False, False], [False, True], [False, True], [False, False]]


def test_heads_and_lines_have_the_fonts_of_an_official_paper():
    fonts = [
        row.cells[0].paragraphs[0].runs[0].font.name for row in written([HEAD, ["甲", "7"]]).rows
    ]
    assert fonts == [HEADING, TEXT]


def test_the_head_is_repeated_and_no_row_is_cut():
    xml = [row._tr.trPr.xml for row in written([HEAD, ["甲", "7"]]).rows]
    assert ["w:tblHeader" in each for each in xml] == [True, False]
    assert all("w:cantSplit" in each for each in xml)


def test_cells_are_as_wide_as_their_columns():
    table = written([HEAD, ["很长的责任单位名称", "7"]])
    for row in table.rows:
        assert [cell.width for cell in row.cells] == [column.width for column in table.columns]
    first, second = (column.width for column in table.columns)
    assert first > second


def test_a_table_of_many_columns_has_smaller_letters_and_whole_numbers():
    narrow, wide = written([HEAD, ["甲", "7"]]), written([["发生率"] * 7, ["44.7 (24.6~81.0)"] * 7])
    sizes = [each.rows[1].cells[0].paragraphs[0].runs[0].font.size.pt for each in (narrow, wide)]
    assert sizes == [10.5, 9.0]
    # eleven letters of half their height, and the sides of the cell
    assert all(column.width.mm > 11 * 4.5 * 0.3528 + 3.8 for column in wide.columns)
