"""
What a request must be allowed to do: declared at each endpoint, once.

`@router.get("/points", **needs(Permission.READ_POINTS))` both checks the permission before
anything else happens and writes it into the OpenAPI document as `x-permission`, from which
the test of all rights reads it: names of which one is enough, those joined by + together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import Depends

from geoinspect.api.auth import identify
from geoinspect.api.dependencies import ActorDep  # noqa: TC001  FastAPI reads the annotation
from geoinspect.errors import ForbiddenError, GivenPasswordError
from geoinspect.people import Permission, require

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from geoinspect.people import Actor

_PUBLIC, _SIGNED_IN, _PERSON = "public", "signed-in", "person"
_KEY = "x-permission"
_EARLY = "x-before-own-password"

#: What anybody may ask, signed in or not.
PUBLIC: dict[str, Any] = {"openapi_extra": {_KEY: [_PUBLIC]}}


def permitted(*names: str, early: bool = False) -> Callable[[ActorDep], Awaitable[Actor]]:
    """
    Return a dependency that lets those pass who have what one of some names asks for.

    Parameters
    ----------
    *names
        See `needs`.
    early
        Whether those pass, too, who have not chosen a password of their own yet.
    """

    async def check(actor: ActorDep) -> Actor:
        _check(actor, names, early=early)
        return actor

    return check


def needs(*wishes: Permission | frozenset[Permission]) -> dict[str, Any]:
    """
    Return the arguments of an endpoint that wants one of some permissions.

    Parameters
    ----------
    *wishes
        Permissions of which one is enough; of a set, all are needed. Without any, it is
        enough to be signed in.
    """
    sets = [{wish} if isinstance(wish, Permission) else wish for wish in wishes]
    return _declared(["+".join(sorted(wish)) for wish in sets] or [_SIGNED_IN])


def needs_person() -> dict[str, Any]:
    """Return the arguments of an endpoint for people: no program's token, nobody nameless."""
    return _declared([_PERSON])


def early(arguments: dict[str, Any]) -> dict[str, Any]:
    """
    Open an endpoint to those, too, who were given a password and chose none of their own yet.

    Parameters
    ----------
    arguments
        From `needs` or `needs_person`.
    """
    names = arguments["openapi_extra"][_KEY]
    return _declared(names, early=True)


def check_declared(request: Request) -> None:
    """
    Check what the endpoint of a request declares.

    A body that cannot be read keeps a request from its endpoint: whoever has no right to
    that one must hear so, and not what is wrong with the body.

    Raises
    ------
    UnauthenticatedError, ForbiddenError
        As the endpoint itself would.
    """
    declared = getattr(request.scope.get("route"), "openapi_extra", None) or {}
    names = declared.get(_KEY, [_PUBLIC])
    if names == [_PUBLIC]:
        return
    store = request.app.state.folder.store()
    try:
        actor = identify(request, store, now=request.app.state.clock())
        _check(actor, names, early=_EARLY in declared)
    finally:
        store.close()


def _declared(names: list[str], *, early: bool = False) -> dict[str, Any]:
    extra = {_KEY: names, **({_EARLY: True} if early else {})}
    return {"dependencies": [Depends(permitted(*names, early=early))], "openapi_extra": extra}


def _check(actor: Actor, names: tuple[str, ...] | list[str], *, early: bool) -> None:
    """Refuse an actor who has nothing of what is asked for."""
    if actor.password_given and not early:
        raise GivenPasswordError(
            "Somebody else chose your password: choose one of your own first, at /app/password."
        )
    if _PERSON in names:
        if actor.is_local or actor.scopes is not None:
            raise ForbiddenError("Tokens belong to people: sign in with a password first.")
    elif _SIGNED_IN not in names:
        require(actor, *(frozenset(map(Permission, name.split("+"))) for name in names))
