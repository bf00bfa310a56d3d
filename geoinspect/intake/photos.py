"""Hash the photos that results name, out of one folder."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

#: Larger files are no photos of a telephone.
MAX_PHOTO_BYTES = 50_000_000


@dataclass(frozen=True)
class PhotoFolder:
    """
    Photos of inspections.

    Attributes
    ----------
    path
        The folder; nothing outside of it is read, whatever a cell names.
    """

    path: Path

    def hash_of(self, name: str) -> str | None:
        """Return the SHA-256 of a photo, None if it is not in the folder or too large."""
        own = PureWindowsPath(PurePosixPath(name).name).name
        file = self.path / own
        if own != name or not file.is_file() or file.is_symlink():
            return None
        if file.stat().st_size > MAX_PHOTO_BYTES:
            return None
        return hashlib.sha256(file.read_bytes()).hexdigest()
