"""The first page: links to the three maps."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, NamedTuple

from fastapi import APIRouter
from markupsafe import Markup

from geoinspect.api.permits import needs
from geoinspect.api.responses import PageResponse
from geoinspect.api.sight import SightDep  # noqa: TC001
from geoinspect.errors import NotFoundError
from geoinspect.messages import translator
from geoinspect.people import Permission, may

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoinspect.api.sight import Sight

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


@router.get("/", **needs())
def get_home(sight: SightDep) -> PageResponse:
    """Link to the maps that there are."""
    return PageResponse(render_home(sight))


def render_home(sight: Sight) -> str:
    """Render the first page; every value is escaped."""
    settings = sight.folder.settings
    translate = translator(settings.language)
    links = (
        (_LINK if entry.exists else _NO_LINK).format(**entry._asdict())
        for entry in _entries(sight, translate)
    )
    return _PAGE.format(
        lang=_HTML_LANGUAGES[settings.language],
        city=settings.name,
        style=_STYLE,
        style_hash=_STYLE_HASH,
        links=Markup("\n").join(links),
        note=translate("This service answers to this computer only."),
    )


def _entries(sight: Sight, translate: Callable[[str], str]) -> list[_Entry]:
    """List those of the three maps that somebody may see."""
    makers = (
        (_points_entry, (Permission.READ_POINTS,)),
        (_routes_entry, (Permission.READ_RELEASED_PLAN, Permission.READ_OWN_ROUTE)),
        (_heat_entry, (Permission.READ_HEAT,)),
    )
    return [
        make(sight, translate)
        for make, permissions in makers
        if any(may(sight.actor, permission) for permission in permissions)
    ]


def _points_entry(sight: Sight, translate: Callable[[str], str]) -> _Entry:
    """Count the points."""
    n_points = len(sight.points())
    fact = translate("{n} inspection points").format(n=n_points)
    return _Entry("/maps/points", translate("Inspection points"), fact, n_points > 0)


def _heat_entry(sight: Sight, translate: Callable[[str], str]) -> _Entry:
    """Count the violations."""
    n_violations, is_rate = len(sight.violations()), len(sight.inspections()) > 0
    return _Entry(
        "/maps/heat",
        translate("Violations per inspection" if is_rate else "Density of violations"),
        translate("{n} violations").format(n=n_violations),
        n_violations > 0 or len(sight.points()) > 0,
    )


def _routes_entry(sight: Sight, translate: Callable[[str], str]) -> _Entry:
    """Name the day of the newest plan in sight, or say how to make one."""
    title = translate("Inspection routes")
    try:
        plan = sight.plan()
    except NotFoundError as missing:
        return _Entry("", title, missing.render(translate), exists=False)
    return _Entry("/maps/routes", title, plan["date"], exists=True)
