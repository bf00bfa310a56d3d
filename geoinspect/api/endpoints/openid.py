"""The way to the OpenID provider and back, where the city names one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from geoinspect.api.auth import set_session
from geoinspect.api.dependencies import FolderDep, NowDep, StoreDep  # noqa: TC001
from geoinspect.api.endpoints.sign_in import sign_in_page
from geoinspect.api.errors import is_page, note_fault
from geoinspect.api.openid import Errand, Provider, ProviderAwayError
from geoinspect.api.permits import PUBLIC
from geoinspect.api.responses import PageResponse
from geoinspect.audit import log
from geoinspect.errors import GeoinspectError, NotFoundError, UnauthenticatedError

router = APIRouter(prefix="/sign-in/openid", include_in_schema=False)

_COOKIE = "geoinspect_openid"
_LIFE_S = 600

# a redirect would still belong to the provider's page, and bring no strict cookie along
_ARRIVED = '<!DOCTYPE html><meta http-equiv="refresh" content="0; url=/app">'

_Word = Annotated[str, Query(max_length=4_000)]


@router.get("", **PUBLIC)
def leave_for_provider(request: Request, folder: FolderDep) -> Response:
    """Send a browser to the provider."""
    errand = Errand.new()
    try:
        way = _provider(folder).way_there(errand)
    except (ProviderAwayError, UnauthenticatedError) as error:
        return _ask_again(request, folder, error)
    response = RedirectResponse(way, status_code=303)
    response.set_cookie(
        _COOKIE,
        errand.write().encode().hex(),
        max_age=_LIFE_S,
        path=router.prefix,
        secure=request.url.scheme == "https",
        httponly=True,
        # the provider's page leads back here
        samesite="lax",
    )
    return response


@router.get("/back", **PUBLIC)
def come_back(
    request: Request,
    folder: FolderDep,
    store: StoreDep,
    now: NowDep,
    state: _Word = "",
    code: _Word = "",
) -> Response:
    """Take in whom the provider vouches for, if they have an account."""
    provider = _provider(folder)
    try:
        errand = Errand.read(_unhex(request.cookies.get(_COOKIE, "")))
        subject = provider.subject(errand, state, code, now=now)
        account = store.people.account_of_subject(subject)
        if account is None or account.disabled:
            raise UnauthenticatedError("You have no account here: ask the security administrator.")
    except (ProviderAwayError, UnauthenticatedError) as error:
        log(store, "nobody", "session.failure", at=now, by="openid")
        return _ask_again(request, folder, error)
    response = PageResponse(_ARRIVED)
    set_session(request, response, store.signing.open_session(account.user_id, now=now))
    response.delete_cookie(_COOKIE, path=router.prefix)
    log(store, account.user_id, "session.login", at=now, by="openid")
    return response


def _ask_again(request: Request, folder: FolderDep, error: GeoinspectError) -> Response:
    """Show why it came to nothing, with the way in by password; a program gets the problem."""
    if not is_page(request):
        raise error
    note_fault(request, error)
    return sign_in_page(request, folder, error)


def _provider(folder: FolderDep) -> Provider:
    settings = folder.settings
    if settings.openid is None:
        raise NotFoundError("This city has no OpenID provider: name one in the table [openid].")
    return Provider(settings.openid, settings.openid_secret)


def _unhex(text: str) -> str:
    """Read hexadecimal text; "" if it is none."""
    try:
        return bytes.fromhex(text).decode()
    except ValueError:
        return ""
