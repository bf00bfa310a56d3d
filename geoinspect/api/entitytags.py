"""
Entity tags: whoever has an answer already is not sent it again, and an edit names what it edits.

A tag is made from the answer itself, so it tells nobody more than the answer does.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders

from geoinspect.errors import GeoinspectError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Answers shorter than this are not packed; see `geoinspect.api.app`.
PACKED_FROM_BYTES = 500

#: A packed answer is another representation than the plain one, so its tag differs.
_PACKED = "-gzip"

_TAG = re.compile(r'(?:W/)?"([^"]*)"')


class MissingVersionError(GeoinspectError):
    """An edit does not say what it edits."""


class StaleVersionError(GeoinspectError):
    """What an edit was made for was changed meanwhile."""


def tag_of(content: bytes) -> str:
    """
    Return the entity tag of an answer.

    Examples
    --------
    >>> tag_of(b"{}")
    '"44136fa355b3678a1146ad16f7e8649e"'
    """
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def require_match(request: Request, tag: str) -> None:
    """
    Refuse an edit unless it was made for what is there now.

    Parameters
    ----------
    request
        The edit, with the header `If-Match`.
    tag
        Entity tag of what is there now.

    Raises
    ------
    MissingVersionError
        If the header is missing.
    StaleVersionError
        If it names something else.
    """
    wanted = request.headers.get("If-Match")
    if wanted is None:
        raise MissingVersionError(
            "An edit must name what it edits: send the ETag that you read as If-Match."
        )
    if wanted.strip() != "*" and _bare(tag) not in _tags(wanted):
        raise changed_meanwhile()


def changed_meanwhile() -> StaleVersionError:
    """Return the error of an edit that comes too late."""
    return StaleVersionError("It was changed meanwhile: read it again, and decide anew.")


class EntityTags:
    """Give every whole answer to a GET its tag; answer 304 to whoever has it already."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        answer = _Answer(Headers(scope=scope), send)
        await self.app(scope, receive, answer.take)


class _Answer:
    """An answer that is held back until its tag is known; events are passed on at once."""

    def __init__(self, request: Headers, send: Send) -> None:
        self._request, self._send = request, send
        self._start: Message | None = None
        self._body = bytearray()

    async def take(self, message: Message) -> None:
        """Take one part of the answer."""
        if message["type"] == "http.response.start" and _is_taggable(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._pass_on(self._start)

    async def _pass_on(self, start: Message) -> None:
        headers = MutableHeaders(scope=start)
        tag = headers.get("ETag") or tag_of(bytes(self._body))
        packs = "gzip" in self._request.get("Accept-Encoding", "")
        if packs and len(self._body) >= PACKED_FROM_BYTES:
            tag = f'{tag[:-1]}{_PACKED}"'
        headers["ETag"] = tag
        body = bytes(self._body)
        if _bare(tag) in _tags(self._request.get("If-None-Match", "")):
            start["status"], body = 304, b""
            del headers["Content-Length"]
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def _is_taggable(start: Message) -> bool:
    """Tell whether an answer is whole and will be the same next time."""
    is_event_stream = Headers(raw=start["headers"]).get("Content-Type", "").startswith("text/event")
    return start["status"] == 200 and not is_event_stream


def _tags(header: str) -> set[str]:
    """Return the tags of a header without what packing adds."""
    return {tag.removesuffix(_PACKED) for tag in _TAG.findall(header)}


def _bare(tag: str) -> str:
    return tag.strip('"').removesuffix(_PACKED)
