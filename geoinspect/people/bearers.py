"""What a browser or a program shows to be known again: random, kept as a hash, used up in time."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

_BYTES = 32


@dataclass(frozen=True)
class SessionParams:
    """
    How long a session lives.

    Attributes
    ----------
    idle_s
        Without a request, in seconds.
    longest_s
        At all, in seconds.
    """

    idle_s: int = 30 * 60
    longest_s: int = 12 * 3600

    def __post_init__(self) -> None:
        if not 0 < self.idle_s <= self.longest_s:
            raise ValueError("a session cannot idle longer than it lives")


def new_bearer() -> str:
    """Return a new secret of 256 random bits."""
    return secrets.token_urlsafe(_BYTES)


def bearer_hash(bearer: str) -> str:
    """Return what is kept of a secret. It is random, so that no salt is needed."""
    return sha256(bearer.encode()).hexdigest()


def csrf_token(session_id: str) -> str:
    """
    Return the word that a page of the service adds to each request that changes something.

    It follows from the session's id, which no script and no other page can read.
    """
    return hmac.digest(session_id.encode(), b"csrf", "sha256").hex()


def is_alive(
    created_at: datetime, used_at: datetime, now: datetime, params: SessionParams = SessionParams()
) -> bool:
    """
    Tell whether a session still lives.

    Examples
    --------
    >>> noon = datetime(2026, 11, 23, 12)
    >>> is_alive(noon, noon, noon + timedelta(minutes=29)), is_alive(
    ...     noon, noon, noon + timedelta(minutes=31)
    ... )
    (True, False)
    """
    idle = now - used_at < timedelta(seconds=params.idle_s)
    return idle and now - created_at < timedelta(seconds=params.longest_s)
