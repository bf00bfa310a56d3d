"""Columns of a table share a line by the letters in them."""

from __future__ import annotations

import pytest

from geoinspect.columnwidths import column_letters, readable_letters

SIDES = 2.2
NUMBERS = ["次数", "1,234,567"]


def test_columns_get_their_longest_cells_where_there_is_room():
    shares = column_letters([["区划", "第十二区"], NUMBERS], [False, True], room=80)
    assert shares == [8 + SIDES, 9 + SIDES]


def test_numbers_are_whole_and_words_give_way_where_room_is_short():
    name, number = column_letters([["单位", "城" * 13], NUMBERS], [False, True], room=24.4)
    assert number == 9 + SIDES
    assert name + number == pytest.approx(24.4)


def test_words_are_never_given_less_than_their_longest_piece():
    name, number = column_letters([["Unit", "an oil-office"], NUMBERS], [False, True], room=5)
    assert name == len("oil-office") + SIDES
    assert number == 9 + SIDES


def test_one_long_name_does_not_take_the_whole_line():
    short, long = column_letters([["甲", "乙"], ["甲", "乙" * 500]], [False, False], room=86)
    assert (short, long) == (4 + SIDES, 26 + SIDES)
    assert readable_letters([["甲", "乙" * 500]], [False]) == 12 + SIDES


def test_an_estimate_may_break_before_its_interval_and_nowhere_else():
    rate = ["发生率", "44.7 (24.6~81.0)"]
    shares = column_letters([rate, rate], [True, True], room=80)
    assert shares == [len("44.7 (24.6~81.0)") + SIDES] * 2
    assert column_letters([rate, rate], [True, True], room=5) == [len("(24.6~81.0)") + SIDES] * 2


def test_a_long_head_is_wished_on_two_lines():
    [share] = column_letters([["属最差一成（%）", "7"]], [True], room=80)
    assert share == 8 + SIDES


def test_a_word_without_end_does_not_break_the_heads_of_others():
    columns = [["Unit", "x" * 80], ["Problems", "7"]]
    name, number = column_letters(columns, [False, True], room=20)
    assert name == 12 + SIDES
    # bold letters are wider
    assert number == len("Problems") + 1 + SIDES


def test_a_table_without_rows_is_as_wide_as_its_heads():
    assert column_letters([["区划"], ["次数"]], [False, False], room=80) == [4 + SIDES] * 2
    assert readable_letters([["区划"], ["次数"]], [False, False]) == 8 + 2 * SIDES
