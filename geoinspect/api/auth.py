"""Who sends a request: the session of a browser, the token of a program, or nobody."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from geoinspect.errors import ForbiddenError, UnauthenticatedError
from geoinspect.people.actor import LOCAL_ACTOR
from geoinspect.people.bearers import SessionParams, csrf_token

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from geoinspect.people.actor import Actor
    from geoinspect.store import Store

CSRF_HEADER = "X-CSRF-Token"

_COOKIE = "geoinspect_session"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def identify(request: Request, store: Store, *, now: datetime) -> Actor:
    """
    Tell who sends a request.

    In a city without accounts it is whoever sits at this machine.

    Raises
    ------
    UnauthenticatedError
        If nobody is signed in, or session or token are unknown or over.
    ForbiddenError
        If a browser's request would change something and does not show that a page of
        this service made it.
    """
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return store.signing.actor_of_token(bearer.strip(), now=now)
    session_id = session_of(request)
    if session_id is not None:
        actor = store.signing.actor_of_session(session_id, now=now)
        _check_csrf(request, session_id)
        return actor
    if scheme or not store.people.is_empty():
        raise UnauthenticatedError("Nobody is signed in: sign in, or send a token.")
    if request.method not in _SAFE_METHODS:
        # a foreign page in a browser of this machine is not whoever sits here
        check_origin(request)
    return LOCAL_ACTOR


def session_of(request: Request) -> str | None:
    """Return the session id that a browser sends."""
    return request.cookies.get(_cookie_name(request))


def csrf_of(request: Request) -> str:
    """Return the word that a page of this session sends along; "" where nobody signed in."""
    session_id = session_of(request)
    return csrf_token(session_id) if session_id is not None else ""


def set_session(request: Request, response: Response, session_id: str) -> None:
    """Hand a session to a browser; no script can read it, no other site can make it be sent."""
    response.set_cookie(
        _cookie_name(request),
        session_id,
        max_age=SessionParams().longest_s,
        path="/",
        secure=_is_encrypted(request),
        httponly=True,
        samesite="strict",
    )


def clear_session(request: Request, response: Response) -> None:
    """Let a browser forget its session."""
    response.delete_cookie(
        _cookie_name(request),
        path="/",
        secure=_is_encrypted(request),
        httponly=True,
        samesite="strict",
    )


def check_origin(request: Request) -> None:
    """
    Refuse a form that another site sends.

    Raises
    ------
    ForbiddenError
        If the browser names another origin than this service.
    """
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{request.url.scheme}://{request.url.netloc}":
        raise _foreign()


def _check_csrf(request: Request, session_id: str) -> None:
    """Want the word that only a page of this service knows."""
    if request.method in _SAFE_METHODS:
        return
    given = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(given.encode(), csrf_token(session_id).encode()):
        raise _foreign()


def _foreign() -> ForbiddenError:
    return ForbiddenError(
        "The request does not come from a page of this service: send the header X-CSRF-Token."
    )


def _cookie_name(request: Request) -> str:
    """Name the cookie; over HTTPS so that no neighbour domain can plant one."""
    return f"__Host-{_COOKIE}" if _is_encrypted(request) else _COOKIE


def _is_encrypted(request: Request) -> bool:
    return request.url.scheme == "https"
