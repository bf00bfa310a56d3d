"""The page on which people sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from geoinspect.api.auth import check_origin, set_session
from geoinspect.api.dependencies import FolderDep, NowDep, StoreDep  # noqa: TC001
from geoinspect.api.endpoints.session import enter
from geoinspect.api.errors import SIGN_IN, status_of
from geoinspect.api.pages.rendering import AppPage, language_of, shell
from geoinspect.api.permits import PUBLIC
from geoinspect.errors import UnauthenticatedError
from geoinspect.maps.assets import templates
from geoinspect.messages import translator

if TYPE_CHECKING:
    from geoinspect.cityfolder import CityFolder
    from geoinspect.errors import GeoinspectError

router = APIRouter(include_in_schema=False)

_Text = Annotated[str, Form(max_length=200)]


@router.get(SIGN_IN, **PUBLIC)
def get_sign_in(request: Request, folder: FolderDep) -> AppPage:
    """Ask for name, password and one-time code."""
    return sign_in_page(request, folder)


@router.post(SIGN_IN, **PUBLIC)
def post_sign_in(
    request: Request,
    folder: FolderDep,
    store: StoreDep,
    now: NowDep,
    user_id: _Text,
    password: _Text,
    code: _Text = "",
) -> Response:
    """Sign in and go to the first page, or ask again."""
    check_origin(request)
    try:
        session_id = enter(store, user_id, password, code, now=now)
    except UnauthenticatedError as error:
        return sign_in_page(request, folder, error)
    response = RedirectResponse("/app", status_code=303)
    set_session(request, response, session_id)
    return response


def sign_in_page(
    request: Request, folder: CityFolder, error: GeoinspectError | None = None
) -> AppPage:
    """Ask for name and password, after a failure with the reason."""
    settings = folder.settings
    language = language_of(request, settings.language)
    page = templates().get_template("app/sign_in.html.j2")
    return AppPage(
        page.render(
            **shell(language, settings.name),
            action=SIGN_IN,
            openid=settings.openid is not None,
            problem="" if error is None else error.render(translator(language)),
        ),
        status_code=200 if error is None else status_of(error),
    )
