"""How wide the columns of a table should be, by the letters that stand in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: From here on letters are as wide as they are high: Chinese ones and their marks.
_WIDE_FROM = 0x2E7F
#: Space at the sides of a cell, in letters.
_SIDES = 2.2
#: More letters a column is not given for words, and fewer are hard to read.
_MOST, _READABLE = 26, 12
#: No column is narrower: a number of three digits, or a head of two Chinese letters.
_LEAST = 4
#: A head up to here is wished on one line, a longer one on two.
_SHORT_HEAD = 8
#: A line may end between any two wide letters, else at spaces only.
_PIECES = re.compile(r"[^\s\u2e80-\U0010ffff]+|[\u2e80-\U0010ffff]")


def letters(text: str) -> int:
    """
    Count letters, a Chinese one as two.

    Examples
    --------
    >>> letters("第3区")
    5
    """
    return sum(2 if ord(letter) > _WIDE_FROM else 1 for letter in text)


def longest_piece(text: str) -> int:
    """
    Count the letters of the longest part of a text that no line break can cut.

    Examples
    --------
    >>> longest_piece("100 inspections"), longest_piece("检查次数")
    (11, 2)
    """
    return max((letters(piece) for piece in _PIECES.findall(text)), default=0)


def column_letters(
    columns: Sequence[Sequence[str]], firm: Sequence[bool], *, room: float
) -> list[float]:
    """
    Share a line of letters among columns.

    Every column gets what it cannot do without, its longest piece, one of words within limits.
    What is left goes where it keeps lines from breaking.

    Parameters
    ----------
    columns
        Texts of each column, its head first; a head may be broken in two lines.
    firm
        Whether no piece of a column may be broken, as of one of numbers.
    room
        Letters of a line.

    Returns
    -------
    shares
        Letters of each column, with the space at its sides. Their sum is more than `room` where
        the columns cannot do with it.

    Examples
    --------
    >>> column_letters([["Unit", "Roads"], ["Problems", "1,234"]], [False, True], room=40)
    [7.2, 11.2]
    """
    asked = [_asked(column, is_firm) for column, is_firm in zip(columns, firm, strict=True)]
    more = sum(wish - need for need, wish in asked)
    left = room - sum(need + _SIDES for need, _ in asked)
    given = min(max(left, 0.0) / more, 1.0) if more else 0.0
    return [need + given * (wish - need) + _SIDES for need, wish in asked]


def readable_letters(columns: Sequence[Sequence[str]], firm: Sequence[bool]) -> float:
    """Return how many letters columns need together for their words to be read at ease."""
    asked = (_asked(column, is_firm) for column, is_firm in zip(columns, firm, strict=True))
    return sum(max(need, min(wish, _READABLE)) + _SIDES for need, wish in asked)


def _asked(column: Sequence[str], is_firm: bool) -> tuple[int, int]:
    """Return what a column needs and what it wishes for, in letters."""
    head, *cells = column
    longest = max(map(letters, cells), default=0)
    # heads are bold, which makes words wider, and have three lines at most
    bold = longest_piece(head)
    least = max(_LEAST, bold + bold // 6, -(-letters(head) // 3))
    piece = max(map(longest_piece, cells), default=0)
    need = max(least, piece if is_firm else min(piece, _READABLE))
    line = max(min(letters(head), _SHORT_HEAD), -(-letters(head) // 2))
    wish = max(need, line, longest if is_firm else min(longest, _MOST))
    return need, wish
