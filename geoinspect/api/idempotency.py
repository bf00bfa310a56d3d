"""
Idempotency keys: a post that is sent again with the same key is answered, not done, again.

The key belongs to who sends it and to the path. An answer that says that nothing was done
(400 and above) frees the key.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Header, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, UploadFile
from starlette.responses import Response

from geoinspect.api.dependencies import ActorDep, NowDep, StoreDep  # noqa: TC001
from geoinspect.errors import GeoinspectError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from geoinspect.cityfolder import CityFolder
    from geoinspect.store.answers import Answer

#: Headers of an answer that are kept with it; the others are made anew.
_KEPT_HEADERS = ("content-type", "location", "etag")

_FORMS = ("multipart/", "application/x-www-form-urlencoded")

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=200,
        description="Any text of your own; the same post sent again with it is done once.",
    ),
]


class KeyInUseError(GeoinspectError):
    """The post with this key is still under way."""


class KeyMisusedError(GeoinspectError):
    """The key was used for another post."""


class _Replay(Exception):
    """The post was answered before."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


async def _digest(request: Request) -> str:
    """Hash what is posted, so that another post under the same key is noticed."""
    digest = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}".encode())
    if request.headers.get("Content-Type", "").startswith(_FORMS):
        # a form was read already, and the boundary between the parts is another one each time
        for name, value in (await request.form()).multi_items():
            digest.update(json.dumps([name, getattr(value, "filename", value)]).encode())
            if isinstance(value, UploadFile):
                digest.update(await value.read())
                await value.seek(0)
    else:
        digest.update(await request.body())
    return digest.hexdigest()


def take_key(
    request: Request,
    digest: Annotated[str, Depends(_digest)],
    store: StoreDep,
    actor: ActorDep,
    at: NowDep,
    key: Key = None,
) -> str:
    """
    Take the key of a post, and return an id for what the post makes; "" without a key.

    Raises
    ------
    KeyInUseError, KeyMisusedError
        If the key is taken.
    """
    if key is None:
        return ""
    scope = json.dumps([actor.user_id, request.method, request.url.path, key])
    owned = hashlib.sha256(scope.encode()).hexdigest()
    known = store.answers.claim(owned, digest, at=at)
    if known is None:
        request.state.idempotency_key = owned
        return hashlib.sha256(f"{owned} {digest}".encode()).hexdigest()[:32]
    if known.request != digest:
        raise KeyMisusedError("The Idempotency-Key was used for another post: take a new one.")
    if known.status is None:
        raise KeyInUseError("The post with this Idempotency-Key is under way: ask again later.")
    raise _Replay(known)


#: An id for what a post makes, the same when it is sent again; "" without a key.
KeyDep = Annotated[str, Depends(take_key)]


def add_replay(app: FastAPI) -> None:
    """Let the application answer a post that was answered before, byte for byte."""
    app.exception_handler(_Replay)(_replay)


async def _replay(_request: Request, replay: _Replay) -> Response:
    answer = replay.answer
    response = Response(answer.body, status_code=answer.status or 200, headers=answer.headers)
    response.headers["Idempotency-Replayed"] = "true"
    return response


class KeptAnswers:
    """Keep the answer to a post that has a key before it is sent."""

    def __init__(self, app: ASGIApp, *, folder: CityFolder) -> None:
        self.app = app
        self._folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        start: Message = {}
        body = bytearray()

        async def send_kept(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            body.extend(message.get("body", b""))
            if not message.get("more_body", False):
                await run_in_threadpool(self._keep, _key_of(scope), start, bytes(body))
                await send(start)
                await send({"type": "http.response.body", "body": bytes(body)})

        try:
            await self.app(scope, receive, send_kept)
        except Exception:
            await run_in_threadpool(self._keep, _key_of(scope), {"status": 500}, b"")
            raise

    def _keep(self, key: str, start: Message, body: bytes) -> None:
        """Keep an answer, or free the key of a post that came to nothing."""
        if not key:
            return
        store = self._folder.store()
        try:
            if start["status"] >= 400:
                store.answers.give_back(key)
            else:
                headers = Headers(raw=start["headers"])
                kept = {name: headers[name] for name in _KEPT_HEADERS if name in headers}
                store.answers.keep(key, start["status"], kept, body)
        finally:
            store.close()


def _key_of(scope: Scope) -> str:
    """Return the key that a post took, "" if none."""
    state: dict[str, Any] = scope.get("state", {})
    return str(state.get("idempotency_key", ""))
