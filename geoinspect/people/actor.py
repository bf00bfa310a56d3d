"""Who asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoinspect.people.roles import NAMED_SCOPE, Role

if TYPE_CHECKING:
    from geoinspect.people.permissions import Permission


@dataclass(frozen=True)
class Actor:
    """
    A person, or a program with a person's token, who asks for something.

    Attributes
    ----------
    user_id, name
        Name of the account, and of the person.
    role
        What the person is for.
    units, districts, categories
        Scope: ids of responsible units and of districts, and categories of points. A set
        that is empty restricts nothing for most roles; a unit without units sees nothing.
    inspector_id
        Who the person is in the roster of inspectors.
    scopes
        What a token is limited to; None for a person at the keyboard.
    approves
        Whether somebody of a unit may approve the replies of its others: its leader.
    password_given
        Whether somebody else chose the password, who could so pass for this person.
    is_local
        Whoever has the city's folder in hand, in a city without accounts: everything is
        permitted, because nothing could be kept from them.

    Examples
    --------
    >>> office = Actor("wang", "王五", Role.UNIT, units=frozenset({"U1"}))
    >>> office.is_restricted
    True
    """

    user_id: str
    name: str
    role: Role
    units: frozenset[str] = frozenset()
    districts: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    inspector_id: str | None = None
    scopes: frozenset[Permission] | None = None
    approves: bool = False
    password_given: bool = False
    is_local: bool = False

    @property
    def is_restricted(self) -> bool:
        """Tell whether some of the city is out of this person's scope."""
        if self.is_local:
            return False
        named = self.units or self.districts or self.categories
        return bool(named) or self.role in NAMED_SCOPE


#: The actor of a city without accounts.
LOCAL_ACTOR = Actor("local", "local", Role.SUPERVISOR, is_local=True)
