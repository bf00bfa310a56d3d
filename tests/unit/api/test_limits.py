"""How many requests are taken, by a clock that the test sets, and how large ones."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from geoinspect.api.limits import SMALL_BYTES, Limits, TokenBuckets


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_a_bucket_fills_steadily_and_never_over_its_rim() -> None:
    clock = Clock()
    buckets = TokenBuckets(60, clock=clock)
    assert [buckets.take("a") for _ in range(60)] == [0.0] * 60
    assert buckets.take("a") == pytest.approx(1.0)
    clock.now_s = 0.5
    assert buckets.take("a") == pytest.approx(0.5)
    clock.now_s = 1.0
    assert buckets.take("a") == 0.0
    clock.now_s = 10_000
    assert [buckets.take("a") for _ in range(61)].count(0.0) == 60


def test_a_greedy_client_takes_nothing_from_another() -> None:
    buckets = TokenBuckets(2, clock=Clock())
    assert [buckets.take(client) for client in "aaab"] == [0.0, 0.0, 30.0, 0.0]


def test_the_client_not_heard_of_for_longest_is_forgotten_first() -> None:
    buckets = TokenBuckets(1, clock=Clock(), most=2)
    for client in "abac":
        buckets.take(client)
    assert buckets.take("a") > 0
    assert buckets.take("b") == 0.0


async def _read(request):
    return PlainTextResponse(str(len(await request.body())))


def _client(**limits: int) -> TestClient:
    paths = ("/small", "/network")
    app = Starlette(routes=[Route(path, _read, methods=["POST"]) for path in paths])
    return TestClient(Limits(app, **{"per_minute": 100, "file_bytes": 2 * SMALL_BYTES, **limits}))


def test_too_many_requests_are_told_when_to_come_again() -> None:
    client = _client(per_minute=2)
    answers = [client.post("/small") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["Retry-After"] == "30"
    assert client.post("/small", headers={"Cookie": "another"}).status_code == 200


def test_an_address_is_not_made_greater_by_many_cookies() -> None:
    client = _client(per_minute=1)
    codes = [client.post("/small", headers={"Cookie": f"c{k}"}).status_code for k in range(25)]
    assert codes == [200] * 20 + [429] * 5


@pytest.mark.parametrize(
    ("path", "n", "status"),
    [
        ("/small", SMALL_BYTES, 200),
        ("/small", SMALL_BYTES + 1, 413),
        ("/network", SMALL_BYTES + 1, 200),
        ("/network", 2 * SMALL_BYTES + 1, 413),
    ],
)
def test_a_request_that_is_too_large_is_refused_whether_it_says_so_or_not(path, n, status) -> None:
    told = _client().post(path, content=b"x" * n)
    untold = _client().post(path, content=iter([b"x" * n]))
    assert told.status_code == untold.status_code == status
