"""
Sealed bytes: AES-256-GCM (NIST SP 800-38D), with the name of the key in front.

    geoinspect-seal/1 KEY_ID, line end | 12 bytes nonce | ciphertext | 16 bytes tag

The nonce is random. One key seals a few thousand records a year, far from the 2**32 messages
at which random nonces of 96 bits become a danger. The header and a context are authenticated
with the content: a record that is moved to another row does not open there.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from geoinspect.errors import InputError, VerificationError

if TYPE_CHECKING:
    from geoinspect.sealing.keys import Keyring

_MAGIC = b"geoinspect-seal/1 "
_NONCE_BYTES = 12
_TAG_BYTES = 16


def seal(content: bytes, keyring: Keyring, context: bytes) -> bytes:
    """
    Seal bytes with the newest key.

    Parameters
    ----------
    content
        What nobody may read.
    keyring
        The keys at hand.
    context
        Where the content belongs; opening it needs the same. It is not stored.
    """
    header = _MAGIC + keyring.newest.encode() + b"\n"
    nonce = secrets.token_bytes(_NONCE_BYTES)
    cipher = AESGCM(keyring.keys[keyring.newest])
    return header + nonce + cipher.encrypt(nonce, content, header + context)


def open_sealed(sealed: bytes, keyring: Keyring | None, context: bytes) -> bytes:
    """
    Open sealed bytes with the key that they name.

    Raises
    ------
    InputError
        If that key is not at hand.
    VerificationError
        If the bytes were changed, or belong elsewhere.
    """
    key_id = sealed_with(sealed)
    if keyring is None or key_id not in keyring.keys:
        raise InputError(
            "This plan is sealed with the key {key_id}, which is not at hand: set "
            "GEOINSPECT_SEAL_KEY, or `seal_key_file` in geoinspect.toml.",
            key_id=key_id,
        )
    header, body = sealed[: sealed.index(b"\n") + 1], sealed[sealed.index(b"\n") + 1 :]
    if len(body) < _NONCE_BYTES + _TAG_BYTES:
        raise _damaged(key_id)
    cipher = AESGCM(keyring.keys[key_id])
    try:
        return cipher.decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], header + context)
    except InvalidTag as error:
        raise _damaged(key_id) from error


def is_sealed(content: bytes) -> bool:
    """Tell whether bytes are sealed."""
    return content.startswith(_MAGIC)


def sealed_with(sealed: bytes) -> str:
    """
    Return the name of the key that sealed some bytes.

    Raises
    ------
    VerificationError
        If the bytes are not sealed, or cut off.
    """
    if not is_sealed(sealed) or b"\n" not in sealed:
        raise VerificationError("These bytes are not sealed.", place="header")
    header = sealed[len(_MAGIC) : sealed.index(b"\n")]
    return header.decode(errors="backslashreplace")


def _damaged(key_id: str) -> VerificationError:
    return VerificationError(
        "What the key {key_id} sealed does not open: it was changed, or moved from its place.",
        key_id=key_id,
        place="sealed content",
    )
