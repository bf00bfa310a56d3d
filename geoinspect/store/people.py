"""Accounts and offices in the database; see `geoinspect.people`."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from geoinspect.errors import InputError, NotFoundError
from geoinspect.people.account import Account
from geoinspect.people.organisations import check_tree
from geoinspect.people.roles import Role
from geoinspect.store import tables

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Row

_USERS = tables.users.c
_SETS = ("offices", "districts", "categories")


class PeopleStore:
    """
    Accounts of one city.

    Parameters
    ----------
    engine
        Database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def is_empty(self) -> bool:
        """Tell whether the city has no accounts at all, not even disabled ones."""
        with self._engine.connect() as connection:
            return not connection.scalar(select(exists().select_from(tables.users)))

    def accounts(self) -> list[Account]:
        """Return all accounts by name."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(tables.users).order_by(_USERS.user_id)).all()
        return [account_of_row(row) for row in rows]

    def account(self, user_id: str) -> Account:
        """
        Return an account.

        Raises
        ------
        NotFoundError
            If there is none of that name.
        """
        with self._engine.connect() as connection:
            found = find_account(connection, _USERS.user_id == user_id)
        if found is None:
            raise NotFoundError("There is no account {user_id!r}.", user_id=user_id)
        return found

    def account_of_subject(self, subject: str) -> Account | None:
        """Return the account of a person whom the OpenID provider names."""
        with self._engine.connect() as connection:
            return find_account(connection, _USERS.subject == subject)

    def add(self, account: Account) -> None:
        """
        Add an account.

        Raises
        ------
        InputError
            If there is one of that name, or of that person at the OpenID provider.
        """
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(tables.users).values(**_row(account)))
        except IntegrityError as error:
            raise InputError(
                "There is an account {user_id!r} already, or one of the same person.",
                user_id=account.user_id,
            ) from error

    def replace(self, account: Account) -> None:
        """
        Write an account anew; its sessions end, and with `disabled` its tokens too.

        Raises
        ------
        NotFoundError
            If there is none of that name.
        """
        values = _row(account)
        del values["user_id"]
        with self._engine.begin() as connection:
            mine = update(tables.users).where(_USERS.user_id == account.user_id)
            if not connection.execute(mine.values(**values)).rowcount:
                raise NotFoundError("There is no account {user_id!r}.", user_id=account.user_id)
            _end(connection, tables.sessions, account.user_id)
            if account.disabled:
                _end(connection, tables.tokens, account.user_id)

    def offices(self) -> dict[str, str | None]:
        """Return the office above each office, None at the top."""
        with self._engine.connect() as connection:
            return read_offices(connection)

    def add_office(self, office_id: str, name: str, above: str | None) -> None:
        """
        Add an office or move it in the tree.

        Raises
        ------
        InputError
            If the offices were no tree then.
        """
        column = tables.organisations.c.organisation_id
        with self._engine.begin() as connection:
            check_tree({**read_offices(connection), office_id: above})
            connection.execute(delete(tables.organisations).where(column == office_id))
            row = {"organisation_id": office_id, "name": name, "parent_id": above}
            connection.execute(insert(tables.organisations).values(**row))


def find_account(connection: Connection, wanted: Any) -> Account | None:
    """Read the account that fits a condition."""
    row = connection.execute(select(tables.users).where(wanted)).one_or_none()
    return None if row is None else account_of_row(row)


def read_offices(connection: Connection) -> dict[str, str | None]:
    """Read the office above each office."""
    columns = tables.organisations.c
    rows = connection.execute(select(columns.organisation_id, columns.parent_id))
    return {row.organisation_id: row.parent_id for row in rows}


def account_of_row(row: Row[Any]) -> Account:
    """Turn a row of the table into an account."""
    values = dict(row._mapping)
    sets = {name: frozenset(json.loads(values[name])) for name in _SETS}
    return Account(
        **values
        | sets
        | {"role": Role(values["role"]), "failed_at": from_naive(values["failed_at"])}
    )


def naive(moment: datetime) -> datetime:
    """Return a moment as the database keeps it: UTC without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def from_naive(moment: datetime | None) -> datetime | None:
    """Return a moment of the database with its time zone."""
    return None if moment is None else moment.replace(tzinfo=UTC)


def _row(account: Account) -> dict[str, Any]:
    """Turn an account into a row of the table."""
    sets = {name: json.dumps(sorted(getattr(account, name))) for name in _SETS}
    failed_at = None if account.failed_at is None else naive(account.failed_at)
    return asdict(account) | sets | {"role": account.role.value, "failed_at": failed_at}


def _end(connection: Connection, table: Any, user_id: str) -> None:
    """Delete what somebody shows to be known again."""
    connection.execute(delete(table).where(table.c.user_id == user_id))
