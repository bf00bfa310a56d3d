"""The log as a file for the auditor: one row a line, in JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from geoinspect.audit.chain import AuditRow
from geoinspect.errors import InputError
from geoinspect.lottery.record import canonical_json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

#: No row leaves the database before (the Cybersecurity Law of China asks for six months).
MIN_KEEP_DAYS = 180

_TYPES = {each.name: int if each.name == "number" else str for each in fields(AuditRow)}


def jsonl_of(rows: Iterable[AuditRow]) -> bytes:
    """Write rows as JSON Lines; `details` stays text, for its bytes are part of the hash."""
    return "".join(canonical_json(asdict(row)) + "\n" for row in rows).encode()


def read_jsonl(path: Path) -> list[AuditRow]:
    """
    Read an exported or archived log.

    Raises
    ------
    InputError
        If the file cannot be read, or a line is no row.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise InputError(
            "{file} cannot be read: {problem}.", file=path, problem=error.strerror
        ) from error
    return [_row(line, number, path) for number, line in enumerate(lines, start=1)]


def _row(line: bytes, number: int, path: Path) -> AuditRow:
    """Read one line."""
    try:
        data = json.loads(line)
    except ValueError:
        data = None
    if not isinstance(data, dict) or {k: type(v) for k, v in data.items()} != _TYPES:
        raise InputError(
            "Line {number} of {file} is no row of a log: take the file as `geoinspect audit` "
            "wrote it.",
            number=number,
            file=path,
        )
    return AuditRow(**data)
