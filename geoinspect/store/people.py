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
from geoinspect.people.organisations import Office, check_tree, units_below
from geoinspect.people.roles import Role
from geoinspect.store import tables

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Row

_USERS = tables.users.c
_OFFICES = tables.organisations.c
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
            If there is one of that name, or of that person at the OpenID provider, or its
            office is disabled.
        """
        try:
            with self._engine.begin() as connection:
                _refuse_disabled_offices(connection, account)
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
        InputError
            If it is at work, and its office is disabled.
        """
        values = _row(account)
        del values["user_id"]
        with self._engine.begin() as connection:
            _refuse_disabled_offices(connection, account)
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

    def office_list(self) -> list[Office]:
        """Return all offices by id."""
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(tables.organisations).order_by(_OFFICES.organisation_id)
            )
            return [
                Office(row.organisation_id, row.name, row.parent_id, row.disabled) for row in rows
            ]

    def put_office(self, office: Office) -> list[str]:
        """
        Add an office, or give it another name, place in the tree or state.

        Whoever is disabled stands for all below: those are disabled, too, and so are the
        accounts that have no other office; enabling it again enables none of these.

        Returns
        -------
        user_ids
            Accounts that are disabled by it.

        Raises
        ------
        InputError
            If the offices were no tree then, or it would work below one that is disabled.
        """
        with self._engine.begin() as connection:
            parents = {**read_offices(connection), office.office_id: office.above}
            check_tree(parents)
            values = {"name": office.name, "parent_id": office.above, "disabled": office.disabled}
            own = _OFFICES.organisation_id == office.office_id
            if not connection.execute(
                update(tables.organisations).where(own).values(**values)
            ).rowcount:
                connection.execute(
                    insert(tables.organisations).values(organisation_id=office.office_id, **values)
                )
            if not office.disabled:
                _refuse_below_disabled(connection, office)
                return []
            return _disable_below(connection, units_below(parents, [office.office_id]))


def find_account(connection: Connection, wanted: Any) -> Account | None:
    """Read the account that fits a condition."""
    row = connection.execute(select(tables.users).where(wanted)).one_or_none()
    return None if row is None else account_of_row(row)


def _refuse_below_disabled(connection: Connection, office: Office) -> None:
    """Refuse an office at work whose office above is not."""
    above = _OFFICES.organisation_id == office.above
    if connection.scalar(select(_OFFICES.disabled).where(above)):
        raise InputError(
            "The office {office} stands below {above}, which is disabled: enable that one first, "
            "or choose another office above it.",
            office=office.office_id,
            above=office.above,
        )


def _disable_below(connection: Connection, offices: frozenset[str]) -> list[str]:
    """Disable some offices and the accounts that have no other; return the latter."""
    own = _OFFICES.organisation_id.in_(sorted(offices))
    connection.execute(update(tables.organisations).where(own).values(disabled=True))
    gone = set(connection.scalars(select(_OFFICES.organisation_id).where(_OFFICES.disabled)))
    ended = []
    for row in connection.execute(select(tables.users).order_by(_USERS.user_id)).all():
        account = account_of_row(row)
        if account.offices and account.offices <= gone and not account.disabled:
            mine = _USERS.user_id == account.user_id
            connection.execute(update(tables.users).where(mine).values(disabled=True))
            _end(connection, tables.sessions, account.user_id)
            _end(connection, tables.tokens, account.user_id)
            ended.append(account.user_id)
    return ended


def _refuse_disabled_offices(connection: Connection, account: Account) -> None:
    """Refuse to give an account at work an office that is disabled."""
    gone = select(_OFFICES.organisation_id).where(_OFFICES.disabled)
    taken = sorted(account.offices & set(connection.scalars(gone)))
    if taken and not account.disabled:
        raise InputError(
            "The office {office} is disabled: enable it, or give {user_id} another one.",
            office=taken[0],
            user_id=account.user_id,
        )


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
