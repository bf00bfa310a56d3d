"""The page on which people sign in."""

from __future__ import annotations

import base64
import hashlib
from typing import Annotated

from fastapi import APIRouter, Form, Request
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from geoinspect.api.auth import check_origin, set_session
from geoinspect.api.dependencies import FolderDep, NowDep, StoreDep  # noqa: TC001
from geoinspect.api.endpoints.session import enter
from geoinspect.api.errors import SIGN_IN
from geoinspect.api.permits import PUBLIC
from geoinspect.api.responses import PageResponse
from geoinspect.errors import UnauthenticatedError
from geoinspect.messages import translator

router = APIRouter(include_in_schema=False, default_response_class=PageResponse)

_LANGUAGES = {"zh": "zh-CN", "en": "en"}

_STYLE = Markup("""
body { max-width: 22em; margin: 4em auto; padding: 0 1em; color: #1d2a38; line-height: 1.6;
  font-family: "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
h1 { font-size: 1.4em; }
label { display: block; margin: .8em 0; }
input { display: block; width: 100%; box-sizing: border-box; font: inherit; padding: .4em; }
button { font: inherit; padding: .4em 1.4em; }
p { color: #9c2b1f; }
""")
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

_PAGE = Markup("""<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
style-src 'sha256-{style_hash}'; base-uri 'none'; form-action 'self'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{city}</title>
<style>{style}</style>
</head>
<body>
<h1>{city}</h1>
<form method="post" action="{action}">
<p role="alert">{problem}</p>
<label>{user} <input name="user_id" autocomplete="username" required autofocus></label>
<label>{password} <input name="password" type="password" autocomplete="current-password" \
required></label>
<label>{code} <input name="code" inputmode="numeric" autocomplete="one-time-code"></label>
<button>{submit}</button>
</form>
</body>
</html>
""")

_Text = Annotated[str, Form(max_length=200)]


@router.get(SIGN_IN, **PUBLIC)
def get_sign_in(folder: FolderDep) -> PageResponse:
    """Ask for name, password and one-time code."""
    return PageResponse(_page(folder, ""))


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
        told = error.render(translator(folder.settings.language))
        return PageResponse(_page(folder, told), status_code=401)
    response = RedirectResponse("/", status_code=303)
    set_session(request, response, session_id)
    return response


def _page(folder: FolderDep, problem: str) -> str:
    """Render the page; every value is escaped."""
    language = folder.settings.language
    translate = translator(language)
    return _PAGE.format(
        lang=_LANGUAGES[language],
        style=_STYLE,
        style_hash=_STYLE_HASH,
        city=folder.settings.name,
        action=SIGN_IN,
        problem=problem,
        user=translate("Account"),
        password=translate("Password"),
        code=translate("One-time code, if you have one"),
        submit=translate("Sign in"),
    )
