"""Signing in and out, and the tokens of one's programs."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  FastAPI reads the annotations
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr

from geoinspect.api.auth import check_origin, clear_session, session_of, set_session
from geoinspect.api.dependencies import ActorDep, NowDep, StoreDep  # noqa: TC001
from geoinspect.api.permits import PUBLIC, early, needs, needs_person
from geoinspect.audit import log
from geoinspect.errors import InputError, UnauthenticatedError
from geoinspect.people import Permission, Role, may
from geoinspect.people.bearers import csrf_token
from geoinspect.people.passwords import with_password

if TYPE_CHECKING:
    from geoinspect.people import Actor
    from geoinspect.people.account import Account
    from geoinspect.store import Store
    from geoinspect.store.signing import Token

router = APIRouter(tags=["people"])


class _Schema(BaseModel):
    """A field that is not declared is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Credentials(_Schema):
    """What somebody proves themselves with."""

    user_id: str = Field(max_length=200)
    password: SecretStr = Field(max_length=200)
    code: str = Field(default="", max_length=20, description="One-time code, if wanted.")


class OwnPassword(_Schema):
    """A password that somebody chooses for themselves."""

    current: SecretStr = Field(max_length=200)
    password: SecretStr = Field(max_length=200)


class Whoami(_Schema):
    """Who is signed in, and what they may do."""

    user_id: str
    name: str
    role: Role
    permissions: list[Permission]
    csrf_token: str = Field(
        description="Send it as X-CSRF-Token with all that changes something; empty for tokens."
    )


class TokenOrder(_Schema):
    """A token to be made."""

    name: str = Field(min_length=1, max_length=100, description="What it is for.")
    scopes: list[Permission] = Field(min_length=1, max_length=50)
    expires_at: AwareDatetime = Field(description="Within a year, with a time zone.")


class TokenFacts(_Schema):
    """What is known of a token."""

    token_id: str
    name: str
    scopes: list[Permission]
    expires_at: datetime


class NewToken(TokenFacts):
    """A token, shown this one time."""

    token: str = Field(description="Send it as `Authorization: Bearer ...`.")


@router.post("/session", status_code=201, **PUBLIC)
def sign_in(
    credentials: Credentials, request: Request, response: Response, store: StoreDep, now: NowDep
) -> Whoami:
    """Sign in with a password; the session comes as a cookie."""
    check_origin(request)
    password = credentials.password.get_secret_value()
    session_id = enter(store, credentials.user_id, password, credentials.code, now=now)
    set_session(request, response, session_id)
    return _whoami(store.signing.actor_of_session(session_id, now=now), session_id)


@router.get("/session", **early(needs()))
def get_session(actor: ActorDep, request: Request) -> Whoami:
    """Tell who is signed in."""
    return _whoami(actor, session_of(request))


@router.put("/session/password", **early(needs_person()))
def choose_password(
    order: OwnPassword,
    actor: ActorDep,
    request: Request,
    response: Response,
    store: StoreDep,
    now: NowDep,
) -> Whoami:
    """Choose another password for oneself; all other sessions of the account end."""
    _prove(store, actor, order.current.get_secret_value(), now)
    account = store.people.account(actor.user_id)
    store.people.replace(_with_own_password(account, order))
    log(store, actor.user_id, "session.password", at=now)
    session_id = store.signing.open_session(actor.user_id, now=now)
    set_session(request, response, session_id)
    return _whoami(store.signing.actor_of_session(session_id, now=now), session_id)


@router.delete("/session", status_code=204, **early(needs()))
def sign_out(actor: ActorDep, request: Request, store: StoreDep, now: NowDep) -> Response:
    """End the session."""
    response = Response(status_code=204)
    session_id = session_of(request)
    if session_id is not None:
        store.signing.close_session(session_id)
        log(store, actor.user_id, "session.logout", at=now)
        clear_session(request, response)
    return response


@router.get("/tokens", **needs())
def list_tokens(actor: ActorDep, store: StoreDep) -> list[TokenFacts]:
    """List one's own tokens."""
    return [TokenFacts(**_facts(token)) for token in store.signing.tokens(actor.user_id)]


@router.post("/tokens", status_code=201, **needs_person())
def make_token(order: TokenOrder, actor: ActorDep, store: StoreDep, now: NowDep) -> NewToken:
    """Make a token for a program; no token can make another."""
    bearer, token = store.signing.make_token(
        actor.user_id, order.name, frozenset(order.scopes), expires_at=order.expires_at, now=now
    )
    log(store, actor.user_id, "token.make", token.token_id, at=now, scopes=sorted(token.scopes))
    return NewToken(**_facts(token), token=bearer)


@router.delete("/tokens/{token_id}", status_code=204, **needs_person())
def revoke_token(token_id: str, actor: ActorDep, store: StoreDep, now: NowDep) -> Response:
    """End one of one's own tokens."""
    store.signing.revoke_token(actor.user_id, token_id)
    log(store, actor.user_id, "token.revoke", token_id, at=now)
    return Response(status_code=204)


def enter(store: Store, user_id: str, password: str, code: str, *, now: datetime) -> str:
    """Open a session for a password, and enter success or failure in the log."""
    try:
        session_id = store.signing.sign_in(user_id, password, code, now=now)
    except UnauthenticatedError:
        # what was typed as a name may be a password
        log(store, "nobody", "session.failure", at=now)
        raise
    log(store, user_id, "session.login", at=now)
    return session_id


def _prove(store: Store, actor: Actor, password: str, now: datetime) -> None:
    """Check that whoever sits at an open session is the one who signed in."""
    try:
        store.signing.prove(actor.user_id, password, now=now)
    except UnauthenticatedError as error:
        log(store, actor.user_id, "session.failure", at=now)
        raise InputError(
            "The current password is not right. After several mistakes in a row the account waits."
        ) from error


def _with_own_password(account: Account, order: OwnPassword) -> Account:
    """
    Return an account with the password that its owner chose.

    Raises
    ------
    InputError
        If it is easy to guess, or the one that there is.
    """
    password = order.password.get_secret_value()
    changed = with_password(account, password, given=False)
    if password == order.current.get_secret_value():
        raise InputError("The new password is the current one: choose another.")
    return changed


def _whoami(actor: Actor, session_id: str | None) -> Whoami:
    """Write down who is signed in."""
    return Whoami(
        user_id=actor.user_id,
        name=actor.name,
        role=actor.role,
        permissions=[permission for permission in Permission if may(actor, permission)],
        csrf_token="" if session_id is None else csrf_token(session_id),
    )


def _facts(token: Token) -> dict[str, Any]:
    """Write down what is known of a token."""
    return {
        "token_id": token.token_id,
        "name": token.name,
        "scopes": sorted(token.scopes),
        "expires_at": token.expires_at,
    }
