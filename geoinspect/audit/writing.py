"""Write a row of the log."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoinspect.audit.chain import AuditRow


class _Book(Protocol):
    """What takes rows, one after another."""

    def append(
        self,
        actor: str,
        action: str,
        object: str = "",
        details: Mapping[str, Any] | None = None,
        *,
        at: datetime,
    ) -> AuditRow: ...


class Keeper(Protocol):
    """Whatever keeps a log, such as `geoinspect.store.Store`."""

    @property
    def audit(self) -> _Book:
        """The log."""


def log(
    store: Keeper,
    actor: str,
    action: str,
    object: str = "",
    *,
    at: datetime | None = None,
    **details: Any,
) -> AuditRow:
    """
    Enter what somebody did, at once and for good.

    Parameters
    ----------
    store
        The city's store.
    actor
        Id of the account, never a name or a number of a telephone.
    action
        "noun.verb", such as "session.login", "session.failure", "plan.read", "export".
    object
        What it was done to.
    at
        When; now if left out.
    **details
        Plain values that JSON can hold. Neither secrets nor what is sealed belong here.
    """
    return store.audit.append(actor, action, object, details, at=at or datetime.now(UTC))
