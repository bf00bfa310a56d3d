"""
Read delimited text (.csv, .txt): find the encoding and the delimiter.

Excel in China saves CSV in GB18030, other programs in UTF-8, and files glued
together hold both. Decoding is strict: a wrong guess fails instead of producing
other characters.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from itertools import islice
from typing import TYPE_CHECKING

from geoinspect.errors import InputError
from geoinspect.intake.grid import Grid, trimmed
from geoinspect.messages import Remark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from geoinspect.intake.cells import Cell

DELIMITERS = (",", ";", "\t", "|", "，", "；")

# A row of GBK text may happen to be valid UTF-8 (the two characters of 联通 are the
# famous case), but what comes out is then no Chinese.
_CHINESE_ONLY = re.compile(
    "[\u0000-\u007f\u00b0-\u00b7\u2000-\u206f\u2100-\u27bf\u3000-\u9fff\uf900-\uffef]*"
)


def decode_text(content: bytes) -> tuple[str, tuple[Remark, ...]]:
    """
    Decode strictly: byte order mark, UTF-8, GB18030; mixed files line by line.

    Returns
    -------
    text
        The text. Bytes valid in no encoding are U+FFFD.
    notes
        Which lines were in another encoding than the others.

    Examples
    --------
    >>> decode_text("编号".encode("gb18030"))
    ('编号', ())
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace"), ()
    try:
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        lines = [_decode_line(line) for line in content.split(b"\n")]
    encodings = [encoding for _, encoding in lines]
    return "\n".join(text for text, _ in lines), _encoding_notes(encodings)


def decode_attributes(contents: Sequence[bytes], declared: str = "") -> list[str]:
    """
    Decode the attributes of a shapefile: all in the first encoding that fits all.

    Its database cuts names at ten bytes and values at 254; half a character at the
    end is dropped. Attributes that fit no encoding together are decoded one by one.

    Parameters
    ----------
    contents
        Names and values, as bytes.
    declared
        Encoding that the file says it is in; it counts only if it fits.

    Examples
    --------
    >>> decode_attributes(["行政区划".encode()[:10]])
    ['行政区']
    >>> decode_attributes(["行政区划".encode("gb18030"), "医院".encode("gb18030")])
    ['行政区划', '医院']
    """
    for encoding in filter(None, (declared, "utf-8", "gb18030")):
        try:
            return [_decode_cut(content, encoding) for content in contents]
        except (UnicodeDecodeError, LookupError):
            continue
    return [decode_text(content)[0] for content in contents]


def _decode_cut(content: bytes, encoding: str) -> str:
    """Decode strictly, but for half a character at the end."""
    return codecs.getincrementaldecoder(encoding)().decode(content)


def read_delimited(text: str, source_file: str, score: Callable[[Grid], int]) -> Grid:
    """
    Read delimited text with the delimiter that makes the best table.

    Parameters
    ----------
    text
        The decoded file.
    source_file
        Name of the file, for messages.
    score
        How much of a grid's header is recognised; the best delimiter wins, and of
        equals the one that makes more columns.

    Raises
    ------
    InputError
        If a quotation mark is never closed: the rest of the file would vanish in
        one cell.
    """
    head = "".join(islice(io.StringIO(text, newline=""), 60))
    candidates = [delimiter for delimiter in DELIMITERS if delimiter in head]
    samples = {d: Grid("", trimmed(list(_records(head, d)))) for d in candidates}
    best = max(samples, key=lambda d: (score(samples[d]), samples[d].width), default=",")
    return Grid("", trimmed(list(_strict_records(text, best, source_file))))


def _records(text: str, delimiter: str, *, strict: bool = False) -> Iterator[list[Cell]]:
    """Parse records; record i is the row that a spreadsheet shows as i."""
    for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict):
        yield list(record)


def _strict_records(text: str, delimiter: str, source_file: str) -> Iterator[list[Cell]]:
    """Parse records; a quotation mark that swallows what follows is refused."""
    row = 0
    try:
        for row, record in enumerate(_records(text, delimiter, strict=True), 1):  # noqa: B007
            yield record
    except csv.Error as error:
        raise InputError(
            "{file} row {row}: a quotation mark is not closed or stands inside a value: "
            "correct it, or save the table as .xlsx.",
            file=source_file,
            row=row + 1,
        ) from error


def _decode_line(line: bytes) -> tuple[str, str]:
    """Decode one line of a file that is not UTF-8 as a whole: text and encoding."""
    if line.isascii():
        return line.decode("ascii"), "ascii"
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = line.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "gb18030" or _CHINESE_ONLY.fullmatch(text):
            return text, encoding
    return line.decode("gb18030", errors="replace"), "none"


def _encoding_notes(encodings: list[str]) -> tuple[Remark, ...]:
    """Tell which lines are in the rarer encoding, and which in none at all."""
    utf8 = [n for n, encoding in enumerate(encodings, 1) if encoding == "utf-8-sig"]
    broken = [n for n, encoding in enumerate(encodings, 1) if encoding == "none"]
    notes = []
    if utf8 and encodings.count("gb18030"):
        notes.append(
            Remark(
                "The file mixes encodings: lines {lines} are UTF-8, the others GB18030.",
                {"lines": _listed(utf8)},
            )
        )
    if broken:
        notes.append(
            Remark(
                "Lines {lines} hold bytes that are no text in any encoding.",
                {"lines": _listed(broken)},
            )
        )
    return tuple(notes)


def _listed(lines: list[int]) -> str:
    """Join line numbers, at most twenty of them."""
    return ", ".join(map(str, lines[:20])) + (" ..." if len(lines) > 20 else "")
