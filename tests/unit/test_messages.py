"""Errors are sentences with data; their language is chosen where a person reads them."""

from __future__ import annotations

import pytest

from geoinspect.errors import GeoinspectError, InputError
from geoinspect.messages import translator


def test_an_error_reads_as_its_english_sentence() -> None:
    error = InputError("{file} has no row {row}.", file="点位.xlsx", row=7)
    assert str(error) == "点位.xlsx has no row 7."
    assert error.data == {"file": "点位.xlsx", "row": 7}
    assert isinstance(error, ValueError)


def test_an_error_renders_in_the_language_of_the_reader() -> None:
    error = GeoinspectError("{file} is odd.", file="a.csv")
    assert error.render({"{file} is odd.": "{file} 有问题。"}.__getitem__) == "a.csv 有问题。"


def test_english_is_left_as_it_is() -> None:
    assert translator("en")("There is no file {path}.") == "There is no file {path}."


def test_chinese_comes_from_the_catalogue() -> None:
    assert translator("zh")("There is no file {path}.") == "找不到文件 {path}。"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_sentence_nobody_translated_stays_english(language: str) -> None:
    assert translator(language)("No such sentence.") == "No such sentence."  # type: ignore[arg-type]
