"""The first page: links to the three maps."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, NamedTuple

from fastapi import APIRouter
from markupsafe import Markup

from geoinspect.api.dependencies import FolderDep, StoreDep  # noqa: TC001
from geoinspect.api.responses import PageResponse
from geoinspect.errors import NotFoundError
from geoinspect.messages import translator

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoinspect.settings import Settings
    from geoinspect.store import Store

router = APIRouter(include_in_schema=False, default_response_class=PageResponse)

_HTML_LANGUAGES = {"zh": "zh-CN", "en": "en"}

_STYLE = Markup("""
body { max-width: 34em; margin: 3em auto; padding: 0 1em; color: #1d2a38; line-height: 1.6;
  font-family: "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
h1 { font-size: 1.5em; }
a { color: #14508c; }
li { margin: .5em 0; }
p, span { color: #5a6672; }
""")
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

_PAGE = Markup("""<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
style-src 'sha256-{style_hash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{city}</title>
<style>{style}</style>
</head>
<body>
<h1>{city}</h1>
<ul>
{links}
</ul>
<p>{note}</p>
</body>
</html>
""")
_LINK = Markup('<li><a href="{href}">{title}</a> <span>{fact}</span></li>')
_NO_LINK = Markup("<li>{title} <span>{fact}</span></li>")


class _Entry(NamedTuple):
    """One map of the page: where it is, what it is called, what it holds."""

    href: str
    title: str
    fact: str
    exists: bool


@router.get("/")
def get_home(folder: FolderDep, store: StoreDep) -> PageResponse:
    """Link to the maps that there are."""
    return PageResponse(render_home(folder.settings, store))


def render_home(settings: Settings, store: Store) -> str:
    """Render the first page; every value is escaped."""
    translate = translator(settings.language)
    links = (
        (_LINK if entry.exists else _NO_LINK).format(**entry._asdict())
        for entry in _entries(store, translate)
    )
    return _PAGE.format(
        lang=_HTML_LANGUAGES[settings.language],
        city=settings.name,
        style=_STYLE,
        style_hash=_STYLE_HASH,
        links=Markup("\n").join(links),
        note=translate("This service answers to this computer only."),
    )


def _entries(store: Store, translate: Callable[[str], str]) -> list[_Entry]:
    """List the three maps."""
    n_points, n_violations = len(store.points()), len(store.violations())
    is_rate = len(store.inspections()) > 0
    has_heat = n_points > 0 or n_violations > 0
    return [
        _Entry(
            "/maps/points",
            translate("Inspection points"),
            translate("{n} inspection points").format(n=n_points),
            n_points > 0,
        ),
        _routes_entry(store, translate),
        _Entry(
            "/maps/heat",
            translate("Violations per inspection" if is_rate else "Density of violations"),
            translate("{n} violations").format(n=n_violations),
            has_heat,
        ),
    ]


def _routes_entry(store: Store, translate: Callable[[str], str]) -> _Entry:
    """Name the day of the plan made last, or say how to make one."""
    title = translate("Inspection routes")
    try:
        plan = json.loads(store.latest_plan())
    except NotFoundError as missing:
        return _Entry("", title, missing.render(translate), exists=False)
    return _Entry("/maps/routes", title, plan["date"], exists=True)
