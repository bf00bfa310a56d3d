"""Who is at work on a store: under which name, with which keys, by which clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from geoinspect.store.auditlog import enter
from geoinspect.store.safe import Safe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from sqlalchemy import Connection

#: The actor of programs that do not say for whom they work.
NOBODY = "system"


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Desk:
    """
    What every change of a store is made with.

    Attributes
    ----------
    actor
        Who is named in the log.
    safe
        Seals and opens.
    now
        The clock.
    """

    actor: str = NOBODY
    safe: Safe = field(default_factory=Safe)
    now: Callable[[], datetime] = _utc_now

    def enter(
        self,
        connection: Connection,
        action: str,
        object: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Enter a change in the log, as the last act of its transaction."""
        enter(connection, self.actor, action, object, details, at=self.now())

    def is_secret(self, day: date) -> bool:
        """Tell whether a plan may still be a secret: its day is not over, anywhere on earth."""
        return day >= (self.now() - timedelta(days=1)).date()
