"""
What keeps a page of the service from being read, framed or fed by another one.

Every response carries a policy that allows nothing. A map page brings its own policy,
which names the SHA-256 of each of its inline scripts and no network: it goes into the
header as well, because a policy inside a page cannot say who may frame it. Both hold at once.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Names under which the service answers; see `create_app`.
LOCAL_HOSTS = ["127.0.0.1", "localhost", "[::1]"]

POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # with "no-referrer" a browser would hide the origin of our own forms from us, too
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # several people may use one computer; nothing of a city stays in its browser
    "Cache-Control": "no-store",
}

_OWN_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')


class SecurityHeaders:
    """Add `HEADERS` to every response that does not set them itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


def policy_of(document: str) -> str:
    """
    Return the policy that a page names for itself; only pages of this service may frame it.

    A page that names none gets the policy that allows nothing.

    Examples
    --------
    >>> page = '''<meta http-equiv="Content-Security-Policy" content="default-src 'none'">'''
    >>> policy_of(page)
    "default-src 'none'; frame-ancestors 'self'"
    """
    own = _OWN_POLICY.search(document)
    return f"{unescape(own[1])}; frame-ancestors 'self'" if own else POLICY
