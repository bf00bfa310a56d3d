"""Every form shows the same figures, and nothing in a name runs."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from docx import Document
from openpyxl import load_workbook

from geoinspect.errors import InputError
from geoinspect.printing import render_pdf
from geoinspect.reports.check import check_forms
from geoinspect.reports.kinds import Kind
from geoinspect.reports.making import SPANS
from geoinspect.reports.periods import Span
from geoinspect.reports.spreadsheet import write_spreadsheet
from geoinspect.reports.web import render_page
from geoinspect.reports.word import fill_template, write_word

from .conftest import HOSTILE, report


@pytest.mark.parametrize(
    ("kind", "language"), [*((kind, "zh") for kind in Kind), (Kind.QUARTERLY, "en")]
)
def test_all_forms_of_a_report_show_the_same_figures(evidence, kind, language):
    unit = {"unit_id": "U5"} if kind is Kind.SCORECARD else {}
    numbers = report(evidence, kind, date(2026, 11, 5), SPANS[kind], **unit)
    page = render_page(numbers, language=language)
    word = write_word(numbers, language=language)
    sheet = write_spreadsheet(numbers, language=language)
    assert check_forms(numbers, page=page, word=word, spreadsheet=sheet) == []


def test_a_figure_that_a_form_shows_wrong_is_found(monthly):
    page = render_page(monthly)
    shown = f'data-figure="violations">{monthly.figures()["violations"].text}<'
    assert shown in page
    wrong = page.replace(shown, 'data-figure="violations">7<')
    [difference] = check_forms(monthly, page=wrong)
    assert (difference.form, difference.figure_id, difference.found) == ("page", "violations", "7")

    document = Document(io.BytesIO(write_word(monthly)))
    document.tables[1].rows[1].cells[1].text = "999999"
    stream = io.BytesIO()
    document.save(stream)
    assert [d.found for d in check_forms(monthly, word=stream.getvalue())] == ["999999"]

    workbook = load_workbook(io.BytesIO(write_spreadsheet(monthly)))
    workbook["figures"]["E3"] = "999999"
    stream = io.BytesIO()
    workbook.save(stream)
    assert [d.found for d in check_forms(monthly, spreadsheet=stream.getvalue())] == ["999999"]


def test_figures_of_a_picture_stand_below_it_and_are_compared(monthly):
    page = render_page(monthly)
    assert page.count("<details>") == len(monthly.drawn()) == 2
    key = "district_id/D1/trend/2026-10-01"
    text = monthly.figures()[key].text
    assert f'data-figure="{key}">{text}<' in page
    wrong = page.replace(f'data-figure="{key}">{text}<', f'data-figure="{key}">7<')
    assert [(d.figure_id, d.found) for d in check_forms(monthly, page=wrong)] == [(key, "7")]


def test_a_wide_table_that_is_not_printed_has_no_line_of_a_cell_broken(monthly):
    _, panels = re.findall(r"<details>.*?</details>", render_page(monthly), re.DOTALL)
    [width] = re.findall(r"min-width: ([\d.]+)em", panels)
    # twelve months of figures, each wider than ten digits
    assert float(width) > 12 * 5


def test_the_workbook_has_a_sheet_of_the_districts_over_time(monthly):
    workbook = load_workbook(io.BytesIO(write_spreadsheet(monthly, language="en")))
    sheet = workbook["Problems per 100 inspections 2"]
    names = [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert names == [panel.name for panel in monthly.panels.panels]


def test_a_name_cannot_run_on_a_page(evidence):
    card = report(evidence, Kind.SCORECARD, date(2026, 11, 5), Span.QUARTER, unit_id="U0")
    page = render_page(card)
    assert "<img" not in page
    assert "<script" not in page
    assert not re.search(r"(?:src|href)=\"(?!#)", page)


def test_a_name_cannot_run_in_a_spreadsheet(evidence):
    card = report(evidence, Kind.SCORECARD, date(2026, 11, 5), Span.QUARTER, unit_id="U0")
    workbook = load_workbook(io.BytesIO(write_spreadsheet(card)))
    cells = [c for sheet in workbook for row in sheet.iter_rows() for c in row]
    assert any(isinstance(c.value, str) and HOSTILE in c.value for c in cells)
    assert not [c for c in cells if c.data_type == "f"]


def test_figures_lead_to_their_records(monthly):
    page = render_page(monthly, link=lambda figure: f"/records/{figure.figure_id}")
    assert page.count('<a href="/records/') > 20


def test_columns_have_their_widths_before_a_cell_is_laid_out(monthly):
    page = render_page(monthly)
    tables = re.findall(r"<table.*?</table>", page, re.DOTALL)
    for table, shown in zip((*monthly.drawn(), *monthly.tables), tables, strict=True):
        widths = [float(w) for w in re.findall(r'<col style="width: ([\d.]+)%">', shown)]
        assert len(widths) == len(table.columns)
        assert sum(widths) == pytest.approx(100, abs=0.1)
    # a figure has its cell to itself: each box in a cell costs time on paper
    assert 'class="n" data-figure="' in page
    assert "<span" not in page


def test_a_report_can_be_printed(monthly):
    pdf = render_pdf(render_page(monthly))
    assert pdf.startswith(b"%PDF-")
    assert len(pdf) > 20_000


def _template(text: str) -> bytes:
    document = Document()
    document.add_paragraph(text)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def test_an_office_can_bring_its_own_word_template(monthly, tmp_path):
    path = tmp_path / "monthly.docx"
    path.write_bytes(_template('{{ issuer }}：{{ title }}，问题 {{ f["violations"] }} 个'))
    filled = Document(io.BytesIO(fill_template(path, monthly, issuer="市文明办")))
    assert filled.paragraphs[0].text.startswith("市文明办：")
    assert f"问题 {monthly.figures()['violations'].text} 个" in filled.paragraphs[0].text


@pytest.mark.parametrize("text", ["{{ no_such_mark }}", '{{ f["none"] }}', "{% if %}"])
def test_a_mark_that_nobody_knows_is_named(monthly, tmp_path, text):
    path = tmp_path / "monthly.docx"
    path.write_bytes(_template(text))
    with pytest.raises(InputError, match=r"monthly\.docx: a mark of the template"):
        fill_template(path, monthly)


def test_a_template_that_is_no_word_document_is_refused(monthly, tmp_path):
    path = tmp_path / "monthly.docx"
    path.write_bytes(b"no zip")
    with pytest.raises(InputError, match="no Word document"):
        fill_template(path, monthly)


def test_the_same_numbers_give_the_same_page(monthly):
    assert render_page(monthly) == render_page(monthly)
