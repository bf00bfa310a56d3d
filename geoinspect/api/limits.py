"""Limits: how many requests a client may send, and how large one may be."""

from __future__ import annotations

import hashlib
import math
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

from geoinspect.api.errors import problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: A request that sends no file.
SMALL_BYTES = 1_000_000

#: Paths that take files.
FILE_PATHS = ("/imports/", "/network", "/cases/", "/photos/")

#: One address may stand for an office: so many times the requests of one client.
_CLIENTS_PER_ADDRESS = 20


@dataclass
class TokenBuckets:
    """
    One bucket a client: it fills steadily, and each request takes a token out of it.

    Attributes
    ----------
    per_minute
        Requests a minute; as many may come at once.
    clock
        Monotonic clock in seconds.
    most
        Clients remembered; the one not heard of for longest is forgotten first.

    Examples
    --------
    >>> buckets = TokenBuckets(2, clock=lambda: 0.0)
    >>> [buckets.take("a") for _ in range(3)]
    [0.0, 0.0, 30.0]
    """

    per_minute: float
    clock: Callable[[], float] = time.monotonic
    most: int = 10_000
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, client: str) -> float:
        """Take a token; return the seconds until there is one, 0 if there was."""
        now = self.clock()
        tokens, at = self._left.pop(client, (self.per_minute, now))
        tokens = min(self.per_minute, tokens + (now - at) * self.per_minute / 60)
        is_full = tokens >= 1
        self._left[client] = (tokens - 1 if is_full else tokens, now)
        if len(self._left) > self.most:
            self._left.popitem(last=False)
        return 0.0 if is_full else (1 - tokens) * 60 / self.per_minute


class Limits:
    """
    Refuse requests that come too often (429) or are too large (413).

    Parameters
    ----------
    app
        What answers the others.
    per_minute
        Requests of one client a minute; a client is a session or token, or an address.
    file_bytes
        Largest request that brings a file.
    """

    def __init__(self, app: ASGIApp, *, per_minute: float, file_bytes: int) -> None:
        self.app = app
        self._file_bytes = file_bytes
        self._clients = TokenBuckets(per_minute)
        self._addresses = TokenBuckets(per_minute * _CLIENTS_PER_ADDRESS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        wait_s = self._wait_s(scope, headers)
        most = self._file_bytes if scope["path"].startswith(FILE_PATHS) else SMALL_BYTES
        if wait_s > 0:
            refusal = problem(429)
            refusal.headers["Retry-After"] = str(math.ceil(wait_s))
            await refusal(scope, receive, send)
        elif _told_bytes(headers) > most:
            await problem(413, limit_bytes=most)(scope, receive, send)
        else:
            await self.app(scope, _counted(receive, most), send)

    def _wait_s(self, scope: Scope, headers: Headers) -> float:
        address = scope["client"][0] if scope.get("client") else ""
        shown = headers.get("Authorization") or headers.get("Cookie") or address
        client = hashlib.sha256(shown.encode()).hexdigest()
        return max(self._clients.take(client), self._addresses.take(address))


def _told_bytes(headers: Headers) -> int:
    """Return the size that a request announces, 0 if it announces none."""
    told = headers.get("Content-Length", "")
    return int(told) if told.isdecimal() else 0


def _counted(receive: Receive, most: int) -> Receive:
    """Stop reading a request once it is larger than it may be, whatever it announced."""
    n_bytes = 0

    async def receive_counted() -> Message:
        nonlocal n_bytes
        message = await receive()
        n_bytes += len(message.get("body", b""))
        if n_bytes > most:
            raise HTTPException(413)
        return message

    return receive_counted
