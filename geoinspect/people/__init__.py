"""
People and their rights: who somebody is, what they may do, and what they may see.

`roles` and `permissions` are the words, `actor` is a person who asks, `rights` the one place
that decides. `account`, `passwords`, `codes`, `lockout` and `bearers` are what signing in is
made of, `organisations` the tree that gives a scope.
"""

from geoinspect.people.actor import LOCAL_ACTOR, Actor
from geoinspect.people.permissions import Permission
from geoinspect.people.rights import may, require
from geoinspect.people.roles import Role

__all__ = ["LOCAL_ACTOR", "Actor", "Permission", "Role", "may", "require"]
