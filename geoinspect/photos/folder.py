"""Photos on disk, each under the hash of its content."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from geoinspect.atomic import write_bytes
from geoinspect.errors import NotFoundError, VerificationError

if TYPE_CHECKING:
    from pathlib import Path

_HASH = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class PhotoFolder:
    """
    The folder `photos` of a city.

    A file is written before the database speaks of it, so a crash can leave a file that nobody
    names, and never a name without its file. The names that people gave are not used.

    Attributes
    ----------
    path
        The folder; made with its first photo.
    """

    path: Path

    def keep(self, content: bytes) -> str:
        """Write a photo, unless it is there, and return its SHA-256."""
        digest = sha256(content).hexdigest()
        place = self.place(digest)
        if not place.is_file():
            write_bytes(place, content, mode=0o600)
        return digest

    def content(self, digest: str) -> bytes:
        """
        Return the bytes of a photo.

        Raises
        ------
        NotFoundError
            If there is none.
        VerificationError
            If the file was changed.
        """
        place = self.place(digest)
        if not place.is_file():
            raise NotFoundError("There is no photo {digest}.", digest=digest)
        content = place.read_bytes()
        if sha256(content).hexdigest() != digest:
            raise VerificationError(
                "The photo {place} is not what it was: bring it back from a backup.",
                place=str(place),
            )
        return content

    def place(self, digest: str) -> Path:
        """
        Return where a photo lies, spread over 256 folders.

        Raises
        ------
        NotFoundError
            If `digest` is no SHA-256: it could be a path that leads elsewhere.
        """
        if not _HASH.fullmatch(digest):
            raise NotFoundError("There is no photo {digest}.", digest=digest)
        return self.path / digest[:2] / digest
