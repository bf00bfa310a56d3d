"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from geoinspect.errors import InputError


def write_bytes(path: Path, content: bytes) -> None:
    """
    Write a file in one step: a crash leaves the old file or none, never half of one.

    Raises
    ------
    InputError
        If the folder cannot be made or written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".part-", delete=False) as part:
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
        _move(Path(part.name), path)
    except OSError as error:
        raise InputError(
            "{path} cannot be written: {problem}.", path=path, problem=error.strerror
        ) from error


def _move(part: Path, path: Path) -> None:
    """Put the finished file in its place, or remove it where that fails."""
    try:
        part.chmod(0o644)
        part.replace(path)
    except OSError:
        part.unlink()
        raise
