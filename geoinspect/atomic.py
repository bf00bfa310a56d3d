"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from geoinspect.errors import InputError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator


def write_bytes(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """
    Write a file in one step: a crash leaves the old file or none, never half of one.

    Parameters
    ----------
    path
        The file; its folder is made if it is missing.
    content
        What it holds.
    mode
        Who may read and write it. It is nobody else's at any moment before.

    Raises
    ------
    InputError
        If the folder cannot be made or written to.
    StoreError
        If the disk is full.
    """
    with whole_file(path, mode=mode) as part:
        part.write_bytes(content)


@contextmanager
def whole_file(path: Path, *, mode: int = 0o644) -> Iterator[Path]:
    """
    Give a file to write that takes its place once it is whole; see `write_bytes`.

    Parameters
    ----------
    path
        The place.
    mode
        As in `write_bytes`.

    Yields
    ------
    part
        The file to write, in the same folder and empty.

    Raises
    ------
    InputError, StoreError
        As in `write_bytes`.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".part-", delete=False) as part:
            written = Path(part.name)
        try:
            yield written
            with written.open("rb") as whole:
                os.fsync(whole.fileno())
        except BaseException:
            written.unlink()
            raise
        _move(written, path, mode)
    except OSError as error:
        raise _told(path, error) from error


def _told(path: Path, error: OSError) -> InputError | StoreError:
    """Say why a file cannot be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreError(
            "The disk of {path} is full: nothing was changed. Free some space and do it again.",
            path=path,
        )
    return InputError("{path} cannot be written: {problem}.", path=path, problem=error.strerror)


def _move(part: Path, path: Path, mode: int) -> None:
    """Put the finished file in its place, or remove it where that fails."""
    try:
        part.chmod(mode)
        part.replace(path)
    except OSError:
        part.unlink()
        raise
