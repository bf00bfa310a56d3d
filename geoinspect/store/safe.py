"""
What of the tables is sealed, and to which place each piece belongs.

With a key at hand everything is sealed that tells, or helps to compute, where a team will go: the
records of commits and draws, the secrets that were revealed, the ids of drawn points and
inspectors, and amendments; and the personal data of tickets. Without one it is stored as it is.
What is sealed is bound to its row and column, so that no piece can be put in the place of another.
"""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoinspect.lottery.record import to_bytes
from geoinspect.sealing import Keyring, is_sealed, open_sealed, seal, sealed_with

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Before sealed bytes in a column of text; a JSON list begins with a bracket.
_TEXT_PREFIX = "sealed:"


@dataclass(frozen=True)
class Safe:
    """
    Seals what goes into the tables, and opens what comes out.

    Attributes
    ----------
    keyring
        The keys at hand, None for a city without any.
    """

    keyring: Keyring | None = None

    def close(self, content: bytes, context: bytes) -> bytes:
        """Seal bytes for their place, if there is a key."""
        return content if self.keyring is None else seal(content, self.keyring, context)

    def open(self, stored: bytes, context: bytes) -> bytes:
        """
        Return the bytes of a place, whether they are sealed or not.

        Raises
        ------
        InputError
            If the key is not at hand.
        VerificationError
            If they were changed, or belong elsewhere.
        """
        return open_sealed(stored, self.keyring, context) if is_sealed(stored) else stored

    def close_text(self, text: str, context: bytes) -> str:
        """Seal text for its place, if there is a key."""
        if self.keyring is None:
            return text
        return _TEXT_PREFIX + base64.b64encode(self.close(text.encode(), context)).decode()

    def open_text(self, stored: str, context: bytes) -> str:
        """Return the text of a place, whether it is sealed or not."""
        if not stored.startswith(_TEXT_PREFIX):
            return stored
        sealed = base64.b64decode(stored.removeprefix(_TEXT_PREFIX))
        return self.open(sealed, context).decode()

    def pack(self, record: Mapping[str, Any], context: bytes) -> bytes:
        """Pack the bytes of a record for their place."""
        return self.close(zlib.compress(to_bytes(record), level=1), context)

    def unpack(self, stored: bytes, context: bytes) -> bytes:
        """Return the bytes of a record, as it was published."""
        return zlib.decompress(self.open(stored, context))

    def renew(self, stored: bytes, context: bytes) -> bytes:
        """Return the same content under the newest key."""
        if self.keyring is None or self._is_newest(stored):
            return stored
        return self.close(self.open(stored, context), context)

    def renew_text(self, stored: str, context: bytes) -> str:
        """Return the same text under the newest key."""
        sealed = stored.removeprefix(_TEXT_PREFIX)
        is_text = sealed == stored
        if self.keyring is None or not (is_text or not self._is_newest(base64.b64decode(sealed))):
            return stored
        return self.close_text(self.open_text(stored, context), context)

    def _is_newest(self, stored: bytes) -> bool:
        return (
            self.keyring is not None
            and is_sealed(stored)
            and sealed_with(stored) == self.keyring.newest
        )


def place_of(row: Mapping[Any, Any], column: str) -> bytes:
    """
    Return the context of a column of the ledger: date, attempt, commitment and which act.

    Parameters
    ----------
    row
        Values of the ledger's columns by name.
    column
        The column that is sealed.
    """
    keys = ("date", "attempt", "commitment", "act", "part")
    return "|".join([*(str(row[key]) for key in keys), column]).encode()


def place_of_amendment(commitment: str, number: int) -> bytes:
    """Return the context of an amendment's record."""
    return f"{commitment}|amendment|{number}".encode()


def place_of_original(ticket_id: str) -> bytes:
    """Return the context of what was masked of a ticket."""
    return f"{ticket_id}|ticket-original".encode()
