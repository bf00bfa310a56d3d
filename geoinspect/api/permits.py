"""
What a request must be allowed to do: declared at each endpoint, once.

`@router.get("/points", **needs(Permission.READ_POINTS))` both checks the permission before
anything else happens and writes it into the OpenAPI document as `x-permission`, from which
the test of all rights reads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import Depends

from geoinspect.api.dependencies import ActorDep  # noqa: TC001  FastAPI reads the annotation
from geoinspect.people import require

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoinspect.people import Actor, Permission

#: What anybody may ask, signed in or not.
PUBLIC: dict[str, Any] = {"openapi_extra": {"x-permission": ["public"]}}


def permitted(*permissions: Permission) -> Callable[[ActorDep], Actor]:
    """Return a dependency that lets those pass who have one of some permissions."""

    def check(actor: ActorDep) -> Actor:
        if permissions:
            require(actor, *permissions)
        return actor

    return check


def needs(*permissions: Permission) -> dict[str, Any]:
    """
    Return the arguments of an endpoint that wants one of some permissions.

    Without any, it is enough to be signed in.
    """
    names = [permission.value for permission in permissions] or ["signed-in"]
    return {
        "dependencies": [Depends(permitted(*permissions))],
        "openapi_extra": {"x-permission": names},
    }
