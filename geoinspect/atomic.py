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
        Path(part.name).chmod(0o644)
        Path(part.name).replace(path)
    except OSError as error:
        raise InputError(
            "{path} cannot be written: {problem}.", path=path, problem=error.strerror
        ) from error
