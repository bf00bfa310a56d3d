"""Signing in: attempts, sessions and tokens in the database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from geoinspect.errors import InputError, NotFoundError, UnauthenticatedError
from geoinspect.people import codes
from geoinspect.people.bearers import SessionParams, bearer_hash, is_alive, new_bearer
from geoinspect.people.lockout import locked_until
from geoinspect.people.passwords import fits_password
from geoinspect.people.permissions import Permission
from geoinspect.store import tables
from geoinspect.store.people import find_account, naive, read_offices

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Engine

    from geoinspect.people.account import Account
    from geoinspect.people.actor import Actor

_USERS, _SESSIONS, _TOKENS = tables.users.c, tables.sessions.c, tables.tokens.c

#: A session's last use is written down at most this often: reading must not become writing.
_USE_STEP = timedelta(seconds=60)

_LONGEST_TOKEN = timedelta(days=366)

_TOKEN_ID_LENGTH = 8


@dataclass(frozen=True)
class Token:
    """
    What is known of a token once it was shown.

    Attributes
    ----------
    token_id
        The first characters of its hash, to name it by.
    user_id, name
        Whose it is, and what for.
    scopes
        What it is limited to.
    expires_at
        When it ends.
    """

    token_id: str
    user_id: str
    name: str
    scopes: frozenset[Permission]
    expires_at: datetime


class SigningStore:
    """
    Who is signed in.

    Parameters
    ----------
    engine
        Database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def sign_in(self, user_id: str, password: str, code: str, *, now: datetime) -> str:
        """
        Check a password (and a one-time code if the account wants one); return a session.

        An attempt is counted before it is checked, so that many at once gain nothing.

        Raises
        ------
        UnauthenticatedError
            The same sentence whatever is wrong: nobody learns which accounts exist.
        """
        account = self._account_of(user_id, password, now)
        self._accept(account, code, now)
        return self.open_session(user_id, now=now)

    def prove(self, user_id: str, password: str, *, now: datetime) -> None:
        """
        Check the password of somebody who is signed in, before they do what needs it.

        A wrong one counts as an attempt to sign in.

        Raises
        ------
        UnauthenticatedError
            If it is wrong, or the account has to wait.
        """
        self._forgive(self._account_of(user_id, password, now), {})

    def open_session(self, user_id: str, *, now: datetime) -> str:
        """Open a session for somebody who has proved who they are, and return its id."""
        session_id = new_bearer()
        row = {"session_hash": bearer_hash(session_id), "user_id": user_id}
        times = {"created_at": naive(now), "used_at": naive(now)}
        with self._engine.begin() as connection:
            connection.execute(delete(tables.sessions).where(_SESSIONS.created_at < _oldest(now)))
            connection.execute(insert(tables.sessions).values(**row, **times))
        return session_id

    def actor_of_session(self, session_id: str, *, now: datetime) -> Actor:
        """
        Return whose session it is.

        Raises
        ------
        UnauthenticatedError
            If it is unknown, was left idle or is too old, or its account is disabled.
        """
        mine = _SESSIONS.session_hash == bearer_hash(session_id)
        with self._engine.connect() as connection:
            row = connection.execute(select(tables.sessions).where(mine)).one_or_none()
            if row is None or not is_alive(row.created_at, row.used_at, naive(now)):
                raise _ended()
            actor = _actor(connection, row.user_id, None)
        if naive(now) - row.used_at > _USE_STEP:
            with self._engine.begin() as connection:
                connection.execute(update(tables.sessions).where(mine).values(used_at=naive(now)))
        return actor

    def close_session(self, session_id: str) -> None:
        """End a session."""
        mine = _SESSIONS.session_hash == bearer_hash(session_id)
        with self._engine.begin() as connection:
            connection.execute(delete(tables.sessions).where(mine))

    def make_token(
        self,
        user_id: str,
        name: str,
        scopes: frozenset[Permission],
        *,
        expires_at: datetime,
        now: datetime,
    ) -> tuple[str, Token]:
        """
        Make a token and return it with what is known of it: it is shown this one time.

        Raises
        ------
        InputError
            If it has no scopes, or ends in the past or after more than a year.
        """
        if not scopes:
            raise InputError("A token needs at least one scope.")
        if not now < expires_at <= now + _LONGEST_TOKEN:
            raise InputError("A token ends within a year, and not in the past.")
        bearer = new_bearer()
        token_id = bearer_hash(bearer)[:_TOKEN_ID_LENGTH]
        row = {
            "token_hash": bearer_hash(bearer),
            "token_id": token_id,
            "user_id": user_id,
            "name": name,
            "scopes": json.dumps(sorted(scopes)),
            "created_at": naive(now),
            "expires_at": naive(expires_at),
        }
        with self._engine.begin() as connection:
            connection.execute(insert(tables.tokens).values(**row))
        return bearer, Token(token_id, user_id, name, scopes, expires_at)

    def tokens(self, user_id: str) -> list[Token]:
        """Return the tokens of an account, the one that ends first in front."""
        wanted = select(tables.tokens).where(_TOKENS.user_id == user_id)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.order_by(_TOKENS.expires_at, _TOKENS.token_id)).all()
        return [
            Token(
                row.token_id,
                row.user_id,
                row.name,
                frozenset(map(Permission, json.loads(row.scopes))),
                row.expires_at.replace(tzinfo=UTC),
            )
            for row in rows
        ]

    def revoke_token(self, user_id: str, token_id: str) -> None:
        """
        End a token of an account.

        Raises
        ------
        NotFoundError
            If the account has none of that id.
        """
        mine = (_TOKENS.user_id == user_id) & (_TOKENS.token_id == token_id)
        with self._engine.begin() as connection:
            if not connection.execute(delete(tables.tokens).where(mine)).rowcount:
                raise NotFoundError("There is no token {token_id!r}.", token_id=token_id)

    def actor_of_token(self, bearer: str, *, now: datetime) -> Actor:
        """
        Return whose token it is, limited to its scopes.

        Raises
        ------
        UnauthenticatedError
            If it is unknown or over, or its account is disabled.
        """
        wanted = select(tables.tokens).where(_TOKENS.token_hash == bearer_hash(bearer))
        with self._engine.connect() as connection:
            row = connection.execute(wanted).one_or_none()
            if row is None or row.expires_at <= naive(now):
                raise _ended()
            return _actor(
                connection, row.user_id, frozenset(map(Permission, json.loads(row.scopes)))
            )

    def _account_of(self, user_id: str, password: str, now: datetime) -> Account:
        """Return the account that a password opens; see `sign_in`."""
        account = self._count_attempt(user_id, now)
        kept = None if account is None else account.password_hash
        if not fits_password(kept, password) or account is None:
            raise _refused()
        return account

    def _count_attempt(self, user_id: str, now: datetime) -> Account | None:
        """Count an attempt as failed; None if there is no such account or it has to wait."""
        while True:
            with self._engine.begin() as connection:
                account = find_account(connection, _USERS.user_id == user_id)
                is_open = account is not None and _is_open(account, now)
                # -1 is nobody's count: the same work is done whether there is an account or not
                read = account.failures if account is not None and is_open else -1
                unchanged = (_USERS.user_id == user_id) & (_USERS.failures == read)
                counted = {"failures": read + 1, "failed_at": naive(now)}
                done = connection.execute(update(tables.users).where(unchanged).values(**counted))
                # whoever read the same count was first: look again
                if done.rowcount or not is_open:
                    return account if is_open else None

    def _accept(self, account: Account, code: str, now: datetime) -> None:
        """Take the one-time code, once, and forget the failures."""
        if account.totp_secret is None:
            self._forgive(account, {})
            return
        step = codes.matching_step(account.totp_secret, code, now, used=account.totp_step)
        if step is None:
            raise _refused()
        self._forgive(account, {"totp_step": step}, _USERS.totp_step < step)

    def _forgive(
        self, account: Account, more: dict[str, Any], only: ColumnElement[bool] | None = None
    ) -> None:
        """Forget the failures of an account."""
        values = {"failures": 0, "failed_at": None, **more}
        mine = _USERS.user_id == account.user_id
        if only is not None:
            mine &= only
        with self._engine.begin() as connection:
            if not connection.execute(update(tables.users).where(mine).values(**values)).rowcount:
                raise _refused()


def _is_open(account: Account, now: datetime) -> bool:
    """Tell whether somebody may try to sign in to an account now."""
    until = locked_until(account.failures, account.failed_at)
    return not account.disabled and (until is None or now >= until)


def _oldest(now: datetime) -> datetime:
    """Return when the oldest session that may still live was opened."""
    return naive(now) - timedelta(seconds=SessionParams().longest_s)


def _actor(connection: Connection, user_id: str, scopes: frozenset[Permission] | None) -> Actor:
    """Read an account as one who asks."""
    account = find_account(connection, _USERS.user_id == user_id)
    if account is None or account.disabled:
        raise _ended()
    return account.actor(read_offices(connection), scopes)


def _refused() -> UnauthenticatedError:
    return UnauthenticatedError(
        "Name, password or one-time code are wrong, or there were too many attempts: wait a "
        "while, then try again."
    )


def _ended() -> UnauthenticatedError:
    return UnauthenticatedError("The session or token is unknown or over: sign in again.")
