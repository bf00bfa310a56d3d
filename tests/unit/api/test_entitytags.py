"""Whoever has an answer is not sent it again, and an edit names the version that it edits."""

from __future__ import annotations

import gzip

import pytest
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from geoinspect.api.entitytags import (
    PACKED_FROM_BYTES,
    EntityTags,
    MissingVersionError,
    StaleVersionError,
    require_match,
    tag_of,
)

LONG = "点位" * PACKED_FROM_BYTES


async def _short(_request):
    return PlainTextResponse("short")


async def _long(_request):
    return PlainTextResponse(LONG)


async def _missing(_request):
    return PlainTextResponse("none", status_code=404)


async def _tagged(_request):
    return PlainTextResponse("short", headers={"ETag": '"of-its-own"'})


async def _events(_request):
    return StreamingResponse(iter(["data: 1\n\n", "data: 2\n\n"]), media_type="text/event-stream")


@pytest.fixture(scope="module")
def client() -> TestClient:
    ends = {"short": _short, "long": _long, "missing": _missing, "tagged": _tagged}
    routes = [Route(f"/{name}", end, methods=["GET", "POST"]) for name, end in ends.items()]
    app = Starlette(routes=[*routes, Route("/events", _events)])
    return TestClient(GZipMiddleware(EntityTags(app), minimum_size=PACKED_FROM_BYTES))


def test_the_same_answer_has_the_same_tag_and_is_sent_once(client) -> None:
    first = client.get("/short")
    assert first.headers["ETag"] == tag_of(b"short")
    again = client.get("/short", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


@pytest.mark.parametrize("wanted", ['"another"', "short", ""])
def test_another_tag_is_sent_the_whole_answer(client, wanted) -> None:
    answer = client.get("/short", headers={"If-None-Match": wanted})
    assert (answer.status_code, answer.text) == (200, "short")


@pytest.mark.parametrize("form", ["{}", "W/{}", '"x", {}, "y"'])
def test_a_tag_is_found_weak_or_among_others(client, form) -> None:
    wanted = form.format(tag_of(b"short"))
    assert client.get("/short", headers={"If-None-Match": wanted}).status_code == 304


def test_a_packed_answer_has_a_tag_of_its_own_and_either_spares_the_other(client) -> None:
    packed = client.get("/long", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/long", headers={"Accept-Encoding": "identity"})
    assert packed.text == plain.text == LONG
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(gzip.compress(LONG.encode())) < len(LONG.encode())
    assert packed.headers["ETag"] != plain.headers["ETag"]
    for had, encoding in ((packed, "identity"), (plain, "gzip")):
        headers = {"If-None-Match": had.headers["ETag"], "Accept-Encoding": encoding}
        assert client.get("/long", headers=headers).status_code == 304


def test_a_tag_of_the_endpoint_is_kept(client) -> None:
    assert client.get("/tagged").headers["ETag"] == '"of-its-own"'
    assert client.get("/tagged", headers={"If-None-Match": '"of-its-own"'}).status_code == 304


@pytest.mark.parametrize(("method", "path"), [("GET", "/missing"), ("POST", "/short")])
def test_what_is_no_whole_answer_to_a_reader_has_no_tag(client, method, path) -> None:
    assert "ETag" not in client.request(method, path).headers


def test_events_are_passed_on_as_they_come(client) -> None:
    answer = client.get("/events")
    assert "ETag" not in answer.headers
    assert answer.text == "data: 1\n\ndata: 2\n\n"


def _edit(if_match: str | None) -> Request:
    headers = [] if if_match is None else [(b"if-match", if_match.encode())]
    return Request({"type": "http", "headers": headers})


@pytest.mark.parametrize("wanted", ["*", '"v1"', 'W/"v1"', '"v1-gzip"', '"v0", "v1"'])
def test_an_edit_of_what_is_there_now_passes(wanted) -> None:
    require_match(_edit(wanted), '"v1"')


@pytest.mark.parametrize(
    ("wanted", "error"),
    [(None, MissingVersionError), ('"v0"', StaleVersionError), ("v1", StaleVersionError)],
)
def test_an_edit_of_an_old_version_or_of_none_is_refused(wanted, error) -> None:
    with pytest.raises(error):
        require_match(_edit(wanted), '"v1"')
