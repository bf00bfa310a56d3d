"""Faults of a database in the words of whoever runs it: gone, busy, full, damaged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from geoinspect.errors import StoreError, StoreGoneError

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.engine import ExceptionContext


@dataclass(frozen=True)
class Fault:
    """A sentence, and the error that tells it."""

    sentence: str
    kind: type[StoreError] = StoreError


_GONE = Fault(
    "The database {database} cannot be reached ({problem}): start it, or check the setting "
    "database_url. Nothing was changed.",
    StoreGoneError,
)
_FULL = Fault(
    "The disk of the database {database} is full: nothing was changed. Free some space and do it "
    "again."
)
_BUSY = Fault(
    "The database {database} is busy: another program has been writing to it for a long time. "
    "Nothing was changed; do it again later."
)
_REFUSED = Fault(
    "The database {database} cannot be written or read ({problem}): give the user who runs "
    "geoinspect the right to it. Nothing was changed."
)
_DAMAGED = Fault(
    "The database {database} is damaged ({problem}): bring a backup back with "
    "`geoinspect -C CITY restore FILE`."
)

#: By the name that SQLite gives an error, without what follows a second underscore.
_OF_SQLITE = {
    "SQLITE_FULL": _FULL,
    "SQLITE_BUSY": _BUSY,
    "SQLITE_LOCKED": _BUSY,
    "SQLITE_READONLY": _REFUSED,
    "SQLITE_PERM": _REFUSED,
    "SQLITE_CANTOPEN": _GONE,
    "SQLITE_IOERR": _GONE,
    "SQLITE_NOTADB": _DAMAGED,
    "SQLITE_CORRUPT": _DAMAGED,
}

#: By SQLSTATE, the longest beginning that fits; see appendix A of PostgreSQL's manual.
_OF_POSTGRESQL = {
    "08": _GONE,
    "53100": _FULL,
    "53300": _GONE,
    "55P03": _BUSY,
    "57P": _GONE,
    "28": _GONE,
    "3D000": _GONE,
    "42501": _REFUSED,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}


def tell_faults(engine: Engine, database: str) -> None:
    """
    Let an engine raise `StoreError` where the fault is the database's and not the program's.

    Parameters
    ----------
    engine
        Database.
    database
        How to call it in sentences, without its password.
    """

    @event.listens_for(engine, "handle_error")
    def _tell(context: ExceptionContext) -> StoreError | None:
        # a connection that turns out to be stale is replaced without anybody noticing
        if context.is_pre_ping:
            return None
        fault = _fault(context.original_exception, gone=context.is_disconnect)
        if fault is None:
            return None
        problem = _first_line(context.original_exception)
        return fault.kind(fault.sentence, database=database, problem=problem)


def _fault(error: Any, *, gone: bool) -> Fault | None:
    """Find the fault behind an error of a driver, None if it is a program's mistake."""
    of_sqlite = "_".join(str(getattr(error, "sqlite_errorname", "")).split("_")[:2])
    if of_sqlite in _OF_SQLITE:
        return _OF_SQLITE[of_sqlite]
    state = getattr(error, "sqlstate", None)
    if state is not None:
        return next((_OF_POSTGRESQL[s] for s in _OF_POSTGRESQL if state.startswith(s)), None)
    # without a state there was no server to give one
    is_postgresql = type(error).__module__.startswith("psycopg")
    return _GONE if gone or (is_postgresql and type(error).__name__ == "OperationalError") else None


def _first_line(error: BaseException) -> str:
    """Return what the driver says, as one line."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
