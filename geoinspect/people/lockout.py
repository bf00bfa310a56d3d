"""How long an account waits after failed attempts to sign in: decided by stored times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class LockoutParams:
    """
    Knobs of the wait.

    Attributes
    ----------
    free_failures
        Failures in a row without a wait.
    first_wait_s
        Wait after the next failure; each further one doubles it.
    longest_wait_s
        Longest wait: nobody can lock a colleague out for a day.
    """

    free_failures: int = 4
    first_wait_s: int = 30
    longest_wait_s: int = 1800

    def __post_init__(self) -> None:
        if not (self.free_failures >= 0 and 0 < self.first_wait_s <= self.longest_wait_s):
            raise ValueError("a lockout needs a first wait that is not over the longest")


def locked_until(
    failures: int, failed_at: datetime | None, params: LockoutParams = LockoutParams()
) -> datetime | None:
    """
    Return when an account may be tried again; None if at once.

    Parameters
    ----------
    failures
        Failures in a row.
    failed_at
        When the last one was.
    params
        Knobs.

    Examples
    --------
    >>> noon = datetime(2026, 11, 23, 12)
    >>> locked_until(4, noon), locked_until(6, noon)
    (None, datetime.datetime(2026, 11, 23, 12, 1))
    """
    if failed_at is None or failures <= params.free_failures:
        return None
    # bounded: 2**1000 is no number of seconds
    doublings = min(failures - params.free_failures - 1, 32)
    wait_s = min(params.first_wait_s * 2**doublings, params.longest_wait_s)
    return failed_at + timedelta(seconds=wait_s)
