"""Files are there whole or not at all."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from geoinspect.atomic import write_bytes
from geoinspect.errors import InputError, StoreError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_full_disk_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "photo"
    write_bytes(path, b"old", mode=0o600)

    def fail(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StoreError, match=r"disk of .*photo is full: nothing was changed"):
        write_bytes(path, b"new")
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("photo", b"old")]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"cannot be written: (Not a directory|File exists)"):
        write_bytes(tmp_path / "file" / "inner", b"")
