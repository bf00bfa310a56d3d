"""
One-time codes of a phone as the second proof: TOTP, RFC 6238, with six digits and 30 s.

The secret goes into any authenticator program, by hand or as an `otpauth:` address.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from datetime import datetime

STEP_S = 30
_DIGITS = 6
_SECRET_BYTES = 20

#: Steps that the clock of a phone may be off, either way.
_TOLERANCE = 1


def new_secret() -> str:
    """Return a random secret of 160 bits in base 32."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def step_of(moment: datetime) -> int:
    """Return the number of the step that a moment lies in."""
    return int(moment.timestamp()) // STEP_S


def code(secret: str, step: int) -> str:
    """
    Return the code of a step.

    Examples
    --------
    The test vector of RFC 6238 at 59 s, its last six digits:

    >>> code(base64.b32encode(b"12345678901234567890").decode(), 59 // STEP_S)
    '287082'
    """
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**_DIGITS:0{_DIGITS}d}"


def matching_step(secret: str, given: str, now: datetime, *, used: int) -> int | None:
    """
    Return the step that a code belongs to; None if it fits none, or was used before.

    Parameters
    ----------
    secret
        In base 32.
    given
        The code as typed.
    now
        Now.
    used
        Last step whose code was taken: none of it or before it is taken again.
    """
    here = step_of(now)
    for step in range(max(here - _TOLERANCE, used + 1), here + _TOLERANCE + 1):
        if hmac.compare_digest(code(secret, step).encode(), given.strip().encode()):
            return step
    return None


def otpauth_uri(secret: str, user_id: str, issuer: str) -> str:
    """
    Return the address that an authenticator program takes.

    Examples
    --------
    >>> otpauth_uri("GEZDGNBV", "li", "小镇")
    'otpauth://totp/%E5%B0%8F%E9%95%87:li?secret=GEZDGNBV&issuer=%E5%B0%8F%E9%95%87'
    """
    label = f"{quote(issuer)}:{quote(user_id)}"
    return f"otpauth://totp/{label}?secret={secret}&issuer={quote(issuer)}"
