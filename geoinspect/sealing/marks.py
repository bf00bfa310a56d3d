"""
Marks on exports, so that a leaked sheet names the person it was made for.

A mark is the first 40 bits of an HMAC (RFC 2104) over who, when and what, under a key derived
from a sealing key (HKDF, RFC 5869). Without the key nobody can make one, or accuse another
by it; with it, the exports in the log are tried one by one.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, NamedTuple

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from geoinspect.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoinspect.sealing.keys import Keyring

# without I, L, O and U, which are misread on paper (Crockford's base 32)
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("ILO", "110")
_DIGITS = 8


class Export(NamedTuple):
    """
    One export.

    Attributes
    ----------
    user
        Who it was made for.
    at
        When, as the log writes it.
    commitment
        Which plan.
    """

    user: str
    at: str
    commitment: str


def export_mark(export: Export, keyring: Keyring) -> str:
    """
    Return the mark of an export, such as `7Q2M-V0XK`, under the newest key.

    Examples
    --------
    >>> from geoinspect.sealing import Keyring
    >>> ring = Keyring({"a": bytes(32)})
    >>> export_mark(Export("cli:li", "2026-11-23T00:30:00.000000Z", "c1"), ring)
    'RPQM-X237'
    """
    return _mark(export, keyring.keys[keyring.newest])


def whose_mark(mark: str, exports: Iterable[Export], keyring: Keyring) -> list[Export]:
    """
    Find the exports that a mark may be of; with 40 bits there is hardly ever more than one.

    Parameters
    ----------
    mark
        As it is read from paper: small letters, missing hyphens, O for 0 and I or L for 1
        are understood.
    exports
        The exports in the log.
    keyring
        All keys that were ever used.

    Raises
    ------
    InputError
        If the mark is none.
    """
    wanted = _read(mark)
    return [
        export
        for export in exports
        if any(hmac.compare_digest(_mark(export, key), wanted) for key in keyring.keys.values())
    ]


def _mark(export: Export, key: bytes) -> str:
    """Mark an export under one key; each part is hashed, so that none runs into the next."""
    derived = HKDF(SHA256(), 32, salt=None, info=b"geoinspect export mark").derive(key)
    message = b"".join(hashlib.sha256(part.encode()).digest() for part in export)
    number = int.from_bytes(hmac.new(derived, message, "sha256").digest()[:5])
    digits = "".join(_ALPHABET[number >> 5 * k & 31] for k in reversed(range(_DIGITS)))
    return f"{digits[:4]}-{digits[4:]}"


def _read(text: str) -> str:
    """Bring a mark that somebody typed into its one form."""
    digits = text.strip().upper().replace("-", "").replace(" ", "").translate(_MISREAD)
    if len(digits) != _DIGITS or not set(digits) <= set(_ALPHABET):
        raise InputError(
            "{text!r} is no mark: it has eight letters and digits, like 7Q2M-V0XK.", text=text
        )
    return f"{digits[:4]}-{digits[4:]}"
