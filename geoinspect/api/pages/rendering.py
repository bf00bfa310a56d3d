"""
How a page of the application is made: template, words, way about, and what it may load.

Every value is escaped. A page has no script and no style of its own inside: its policy lets
the browser run only the files under `/static`, so that no text of a user can become one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse

from geoinspect.api.auth import csrf_of
from geoinspect.maps.assets import find_asset, templates
from geoinspect.messages import LANGUAGES, translator
from geoinspect.people import Permission, may

if TYPE_CHECKING:
    from starlette.requests import Request

    from geoinspect.api.sight import Sight
    from geoinspect.messages import Language
    from geoinspect.people import Actor

#: Everything comes from the service itself; Leaflet and the camera make pictures of their own.
APP_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

LANGUAGE_COOKIE = "geoinspect_language"

HTML_LANGUAGES = {"zh": "zh-CN", "en": "en"}

#: What a browser may fetch under /static, by name; kinds by the ending.
STATIC_FILES = (
    "css/app.css",
    "css/inspect.css",
    "css/icon.svg",
    "css/leader.css",
    "css/map.css",
    "js/app/amend.js",
    "js/app/exif.js",
    "js/app/field-map.js",
    "js/app/field-photos.js",
    "js/app/field-queue.js",
    "js/app/field-store.js",
    "js/app/inspect.js",
    "js/app/mapground.js",
    "js/app/running.js",
    "js/app/shell.js",
    "js/app/secrets.js",
    "js/app/sha256.js",
    "js/app/citymap.js",
    "js/app/rates-map.js",
    "js/core.js",
    "js/overlays.js",
    "js/rates.js",
    "js/streets.js",
    "js/surface.js",
    "js/timeline.js",
    "vendor/htmx.js",
    "vendor/leaflet.css",
    "vendor/leaflet.js",
    "vendor/protomaps-leaflet.js",
)

_ROLE_NAMES = {
    "supervisor": "Supervisor",
    "leader": "Leader",
    "unit": "Responsible unit",
    "inspector": "Inspector",
    "administrator": "System administrator",
    "security": "Security administrator",
    "auditor": "Auditor",
}


class AppPage(HTMLResponse):
    """A page of the application under its policy; see `allow_images`."""

    def allow_images(self, origins: tuple[str, ...]) -> AppPage:
        """Let the page show pictures of some other servers, each as scheme and host."""
        policy = APP_POLICY.replace("img-src 'self'", " ".join(("img-src 'self'", *origins)))
        self.headers["Content-Security-Policy"] = policy
        return self

    def init_headers(self, headers: Any = None) -> None:
        """Add what the page may load, and the place that inspectors may share with it."""
        super().init_headers(headers)
        self.headers["Content-Security-Policy"] = APP_POLICY
        self.headers["Permissions-Policy"] = "camera=(self), geolocation=(self), microphone=()"


@dataclass(frozen=True)
class Entry:
    """A way to a page: address, name, picture, and the permissions of which one is enough."""

    path: str
    name: str
    icon: str
    permissions: tuple[Permission, ...] = ()


NAVIGATION = (
    Entry("/app", "Overview", "home"),
    Entry("/app/days", "Days and draws", "calendar", (Permission.READ_LEDGER,)),
    Entry(
        "/app/routes",
        "Routes",
        "route",
        (Permission.READ_RELEASED_PLAN, Permission.READ_OWN_ROUTE),
    ),
    Entry("/app/lottery", "Lottery report", "dice", (Permission.READ_RELEASED_PLAN,)),
    Entry("/app/inspect", "Inspect", "camera", (Permission.RECORD_RESULTS,)),
    Entry("/app/mine", "My points", "pin", (Permission.SELF_CHECK,)),
    Entry("/app/points", "Points", "pin", (Permission.READ_POINTS,)),
    Entry(
        "/app/problems",
        "Problems",
        "flag",
        (Permission.READ_VIOLATIONS, Permission.REINSPECT_CASE),
    ),
    Entry("/app/rates", "Rates", "heat", (Permission.READ_HEAT,)),
    Entry("/app/reports", "Reports", "book", (Permission.READ_REPORTS, Permission.READ_SCORECARD)),
    Entry("/app/imports", "Imports", "upload", (Permission.IMPORT_DATA,)),
    Entry("/app/checklists", "Checklists", "check", (Permission.IMPORT_DATA,)),
    Entry("/app/people", "People", "people", (Permission.MANAGE_PEOPLE,)),
    Entry("/app/offices", "Organisation", "tree", (Permission.MANAGE_PEOPLE,)),
    Entry("/app/log", "Log", "list", (Permission.READ_LOG,)),
    Entry("/app/system", "System", "gear", (Permission.MANAGE_SYSTEM,)),
    Entry("/app/basemap", "Base map", "map", (Permission.MANAGE_SYSTEM,)),
    Entry(
        "/app/calendar",
        "Working days",
        "calendar",
        (Permission.MANAGE_SYSTEM, Permission.READ_LEDGER),
    ),
)


def navigation_of(actor: Actor) -> list[Entry]:
    """Return the ways that are open to somebody."""
    if actor.password_given:
        return []
    return [
        entry
        for entry in NAVIGATION
        if not entry.permissions or any(may(actor, needed) for needed in entry.permissions)
    ]


def language_of(request: Request, default: Language) -> Language:
    """Return the language that a reader chose, or that of the city."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    return next((language for language in LANGUAGES if language == chosen), default)


def render(
    request: Request,
    sight: Sight,
    template: str,
    *,
    status: int = 200,
    **context: Any,
) -> AppPage:
    """
    Render a page of the application for the one who asks.

    Parameters
    ----------
    request, sight
        Who asks, and for what.
    template
        Name below `templates/app`, without its ending.
    status
        HTTP status of the answer.
    **context
        What the template shows.
    """
    settings = sight.folder.settings
    language = language_of(request, settings.language)
    page = templates().get_template(f"app/{template}.html.j2")
    return AppPage(
        page.render(
            **shell(language, settings.name),
            actor=sight.actor,
            role=translator(language)(_ROLE_NAMES[sight.actor.role.value]),
            csrf=csrf_of(request),
            here=request.url.path,
            navigation=navigation_of(sight.actor),
            may=lambda name: may(sight.actor, Permission(name)),
            now=sight.now.astimezone(settings.zone),
            zone=settings.zone,
            **context,
        ),
        status_code=status,
    )


def shell(language: Language, city: str) -> dict[str, Any]:
    """Return what every page needs, signed in or not."""
    translate = translator(language)
    return {
        "lang": HTML_LANGUAGES[language],
        "language": language,
        "t": lambda sentence, **fields: translate(sentence).format(**fields),
        "city": city,
        "static": static_url,
    }


@cache
def static_url(name: str) -> str:
    """Return the address of a file, which changes when the file does: browsers may keep it."""
    return f"/static/{static_digest(name)}/{name}"


@cache
def static_digest(name: str) -> str:
    """Return a short hash of a file under /static."""
    return hashlib.sha256(find_asset(name).read_bytes()).hexdigest()[:12]
