"""An account: one person, with a role and a scope."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoinspect.errors import InputError
from geoinspect.people.actor import Actor
from geoinspect.people.organisations import units_below
from geoinspect.people.permissions import Permission
from geoinspect.people.roles import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

_USER_ID = re.compile(r"[a-z0-9][a-z0-9._@-]{0,62}")


@dataclass(frozen=True)
class Account:
    """
    An account as it is kept.

    Attributes
    ----------
    user_id, name
        Name to sign in with, and the person's.
    role
        What the person is for.
    offices, districts, categories
        Scope: ids of offices (all below them are meant too) and districts; categories.
    inspector_id
        Who the person is in the roster.
    password_hash
        None for those who sign in elsewhere.
    subject
        Name of the person at the OpenID provider, None if they never came from there.
    totp_secret, totp_step
        Secret of the one-time codes, None without; last step whose code was taken.
    failures, failed_at
        Failed attempts to sign in since the last good one, and when the last was.
    disabled
        Whether nobody can sign in.
    approves
        Whether somebody of a unit may approve the replies of its others: its leader.
    password_given
        Whether somebody else chose the password: then it opens nothing but the way to
        choose another.
    """

    user_id: str
    name: str
    role: Role
    offices: frozenset[str] = frozenset()
    districts: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    inspector_id: str | None = None
    password_hash: str | None = None
    subject: str | None = None
    totp_secret: str | None = None
    totp_step: int = -1
    failures: int = 0
    failed_at: datetime | None = None
    disabled: bool = False
    approves: bool = False
    password_given: bool = False

    def __post_init__(self) -> None:
        if not _USER_ID.fullmatch(self.user_id):
            raise InputError(
                "{user_id!r} is no name for an account: use small letters, digits and . _ @ - .",
                user_id=self.user_id,
            )
        if self.role is Role.UNIT and not self.offices:
            raise InputError(
                "{user_id} is a unit without an office: name one with --office.",
                user_id=self.user_id,
            )
        if self.approves and self.role is not Role.UNIT:
            raise InputError(
                "{user_id} is no unit: only accounts of a unit approve its replies.",
                user_id=self.user_id,
            )
        if self.role is Role.INSPECTOR and not self.inspector_id:
            raise InputError(
                "{user_id} is an inspector without an id of the roster: name it with --inspector.",
                user_id=self.user_id,
            )

    def actor(
        self, parents: Mapping[str, str | None], scopes: frozenset[Permission] | None = None
    ) -> Actor:
        """
        Return this person as one who asks.

        Parameters
        ----------
        parents
            Tree of offices; see `geoinspect.people.organisations`.
        scopes
            What a token is limited to, None for the person themselves.
        """
        return Actor(
            self.user_id,
            self.name,
            self.role,
            units_below(parents, self.offices),
            self.districts,
            self.categories,
            self.inspector_id,
            scopes,
            self.approves,
            # a token was made by the person themselves
            password_given=self.password_given and scopes is None,
        )


def read_role(text: str) -> Role:
    """
    Read the name of a role.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if text not in set(Role):
        raise InputError(
            "There is no role {role!r}: use {roles}.", role=text, roles=", ".join(Role)
        )
    return Role(text)


def read_scopes(texts: Iterable[str]) -> frozenset[Permission]:
    """
    Read the names of permissions.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    unknown = sorted(set(texts) - set(Permission))
    if unknown:
        raise InputError(
            "There is no permission {permission!r}: use {permissions}.",
            permission=unknown[0],
            permissions=", ".join(Permission),
        )
    return frozenset(map(Permission, texts))
