"""
Clean text out of the cells of a sheet.

Offices type full-width digits, no-break spaces and line breaks, and Excel turns
ids into floats. Text that is compared or computed with (ids, categories, labels,
coordinates) is normalised to NFKC; text that people only read keeps its Chinese
punctuation.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time

Cell = str | int | float | bool | datetime | date | time | None

BLANK_WORDS = frozenset(
    (
        *("无", "暂无", "没有", "空", "未知", "不详", "不明", "待定", "待补充", "n/a", "na", "nan"),
        *("null", "none", "nil", "?", "-", "--", "—", "——", "/", "\\", "、"),
    )
)

_ERROR_VALUES = frozenset(
    ("#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DIV/0!", "#SPILL!", "#CALC!")
)
UNCALCULATED = "#UNCALCULATED!"

# What a wrong decoding leaves behind; the words are the classic of GBK read as UTF-8.
_GARBLED = re.compile("\ufffd|锟斤拷|烫烫烫|屯屯屯")
_INVISIBLE = re.compile("[\u200b-\u200f\u2028\u2029\u202a-\u202e\u2060\ufeff]")
_SPACES = re.compile(r"\s+")
_EXPONENT = re.compile(r"[+-]?\d+(\.\d+)?e[+-]?\d+", re.IGNORECASE)
_WHOLE_FLOAT = re.compile(r"([+-]?\d+)\.0+")
_FULL_WIDTH = {
    code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code - 0xFEE0).isalnum()
}
# Excel and our own answer sheets quote a text that looks like a formula with an apostrophe.
_QUOTED_FORMULA = re.compile(r"^'(?=\s*[=+\-@])")


def raw_text(cell: Cell) -> str:
    """
    Return the cell as text, unchanged but for numbers: 123.0 is "123".

    Examples
    --------
    >>> raw_text(123.0), raw_text(121.5), raw_text(None)
    ('123', '121.5', '')
    """
    if isinstance(cell, str):
        return cell
    if cell is None or (isinstance(cell, float) and cell != cell):  # NaN
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime | date | time):
        return cell.isoformat(*([" "] if isinstance(cell, datetime) else []))
    return str(cell)


def clean_text(cell: Cell) -> str:
    r"""
    Return the cell as NFKC text on one line, for ids, categories and labels.

    Examples
    --------
    >>> clean_text(" Ａ１２\u00a0号\n（北） ")
    'A12 号 (北)'
    """
    return _one_line(unicodedata.normalize("NFKC", raw_text(cell)))


def clean_prose(cell: Cell) -> str:
    r"""
    Return the cell as text for people: Chinese punctuation stays as it is.

    Examples
    --------
    >>> clean_prose("ＫＦＣ（新街口店）\n２楼")
    'KFC（新街口店） 2楼'
    """
    return _one_line(raw_text(cell).translate(_FULL_WIDTH))


def clean_id(cell: Cell) -> str:
    """
    Return an id as clean text: what Excel made 123.0 is "123", "007" stays "007".

    Examples
    --------
    >>> clean_id(123.0), clean_id("123.0"), clean_id("007")
    ('123', '123', '007')
    """
    text = clean_text(cell)
    whole = _WHOLE_FLOAT.fullmatch(text)
    return whole[1] if whole else text


def is_blank(cell: Cell) -> bool:
    """Tell whether the cell shows nothing."""
    return not clean_text(cell)


def means_nothing(text: str) -> bool:
    """Tell whether a clean text stands for a missing value: blank, 无, 暂无, N/A, -."""
    return not text or text.lower() in BLANK_WORDS


def is_error_value(cell: Cell) -> bool:
    """Tell whether the cell shows an error of the spreadsheet, or a formula never computed."""
    text = raw_text(cell).strip().upper()
    return text in _ERROR_VALUES or text == UNCALCULATED or set(text) == {"#"}


def is_garbled(cell: Cell) -> bool:
    """Tell whether the cell carries the marks of a wrong decoding."""
    return isinstance(cell, str) and bool(_GARBLED.search(cell))


def lost_precision(text: str) -> bool:
    """
    Tell whether a text is a number that a spreadsheet shortened to 1.21E+02.

    Examples
    --------
    >>> lost_precision("3.2E+11"), lost_precision("32.5")
    (True, False)
    """
    return bool(_EXPONENT.fullmatch(text))


def _one_line(text: str) -> str:
    """Remove what cannot be seen, and make every run of white space one space."""
    if text.isprintable() and " " not in text and not text.startswith("'"):
        return text
    visible = _INVISIBLE.sub("", text)
    return _SPACES.sub(" ", _QUOTED_FORMULA.sub("", visible)).strip()
