from datetime import date, datetime, time

import pytest

from geoinspect.intake.cells import (
    clean_id,
    clean_prose,
    clean_text,
    is_error_value,
    is_garbled,
    lost_precision,
    means_nothing,
    raw_text,
)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        (123.0, "123"),
        (121.5, "121.5"),
        ("007", "007"),
        (datetime(2026, 3, 5, 9, 30), "2026-03-05 09:30:00"),
        (date(2026, 3, 5), "2026-03-05"),
        (time(9, 30), "09:30:00"),
        (True, "True"),
    ],
)
def test_a_cell_is_shown_as_a_person_would_write_it(cell, text):
    assert raw_text(cell) == text


def test_full_width_signs_and_spaces_become_narrow():
    assert clean_text(" Ａ\u00a0１２\r\n（北）\u3000路 \ufeff") == "A 12 (北) 路"


def test_prose_keeps_chinese_punctuation():
    assert clean_prose("门前有垃圾，已拍照（２张）。") == "门前有垃圾，已拍照（2张）。"


def test_the_apostrophe_before_a_formula_is_removed_and_no_other():
    assert clean_text("'=1+1") == "=1+1"
    assert clean_text("'-10号楼") == "-10号楼"
    assert clean_text("'南京'") == "'南京'"


@pytest.mark.parametrize(
    ("cell", "clean"),
    [(123.0, "123"), ("123.0", "123"), ("007", "007"), ("１２３", "123"), ("A-1.0", "A-1.0")],
)
def test_ids_lose_the_point_zero_of_spreadsheets_and_keep_leading_zeros(cell, clean):
    assert clean_id(cell) == clean


@pytest.mark.parametrize("text", ["", "无", "暂无", "N/A", "-", "——", "null"])
def test_words_for_a_missing_value_mean_nothing(text):
    assert means_nothing(text)


def test_zero_is_a_value():
    assert not means_nothing("0")


@pytest.mark.parametrize("cell", ["#N/A", "#REF!", "####", "#DIV/0!", " #VALUE! "])
def test_spreadsheet_errors_are_recognised(cell):
    assert is_error_value(cell)


@pytest.mark.parametrize("cell", ["#3号楼", "", None, 5])
def test_other_cells_are_no_spreadsheet_errors(cell):
    assert not is_error_value(cell)


def test_marks_of_a_wrong_decoding_are_recognised():
    assert is_garbled("锟斤拷菜市场")
    assert is_garbled("菜\ufffd场")
    assert not is_garbled("菜市场")


def test_shortened_numbers_are_recognised():
    assert lost_precision("1.21E+02")
    assert not lost_precision("121.02")
    assert not lost_precision("E2")
