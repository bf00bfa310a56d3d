"""What an operator sees of the service: ids of requests, counts, and lines without a person."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import anyio
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from geoinspect.api.observing import METRICS_FOLDER, JsonLines, Metrics, Observed

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = ("李四", "secret-word", "10.1.2.3", "P-4711")


async def _point(_request):
    return PlainTextResponse("seen")


async def _broken(_request):
    raise ValueError("the program is at fault")


def _client(metrics: Metrics) -> TestClient:
    routes = [Route("/points/{point_id}", _point), Route("/broken", _broken)]
    app = Observed(Starlette(routes=routes), metrics=metrics)
    return TestClient(app, raise_server_exceptions=False)


@contextmanager
def _lines() -> Iterator[list[dict[str, object]]]:
    """Collect what the service logs as an operator reads it."""
    written, lines = io.StringIO(), []
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("geoinspect.api.observing")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield lines
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
        lines += [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_line_tells_pattern_status_and_time_and_nothing_of_who_asks_for_what() -> None:
    client = _client(Metrics())
    headers = {"Cookie": "session=secret-word", "X-Forwarded-For": "10.1.2.3"}
    with _lines() as lines:
        client.get("/points/P-4711?category=李四", headers=headers)
    [line] = lines
    assert set(line) == {
        "time", "level", "logger", "message", "request_id", "method", "route", "status",
        "duration_ms",
    }  # fmt: skip
    assert (line["route"], line["method"], line["status"]) == ("/points/{point_id}", "GET", 200)
    assert not [name for name in NAMES if name in json.dumps(line, ensure_ascii=False)]


def test_a_line_holds_nothing_but_what_is_listed_whatever_is_logged_with_it() -> None:
    record = logging.makeLogRecord(
        {"msg": "took over a job", "job_id": "J1", "user_id": "李四", "path": "/points/P-4711"}
    )
    line = json.loads(JsonLines().format(record))
    assert line["job_id"] == "J1"
    assert not {"user_id", "path"} & set(line)


def test_a_fault_is_logged_with_its_traceback_in_one_line() -> None:
    try:
        raise ValueError("first\nsecond")
    except ValueError:
        record = logging.makeLogRecord({"msg": "a job failed", "exc_info": sys.exc_info()})
    text = JsonLines().format(record)
    assert "\n" not in text
    assert "ValueError: first\nsecond" in json.loads(text)["traceback"]


def test_an_answer_bears_the_id_that_a_proxy_gave_or_a_new_one() -> None:
    client = _client(Metrics())
    given = client.get("/points/1", headers={"X-Request-Id": "from-proxy-1"})
    assert given.headers["X-Request-Id"] == "from-proxy-1"
    for bad in ("short", "x" * 65, 'quote"d-id'):
        made = client.get("/points/1", headers={"X-Request-Id": bad}).headers["X-Request-Id"]
        assert made != bad
        assert len(made) == 32


def test_metrics_count_by_pattern_and_status_and_hold_no_id() -> None:
    metrics = Metrics()
    client = _client(metrics)
    for path in ("/points/P-4711", "/points/another", "/nothing/here", "/broken"):
        client.get(path)
    client.request("BREW", "/points/P-4711")
    text = metrics.text({"queued": 2, "done": 5}).decode()
    counted = {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in _samples(text)}

    def requests(method: str, route: str, status: int) -> float:
        labels = f'method="{method}",route="{route}",status="{status}"'
        return counted[f"geoinspect_requests_total{{{labels}}}"]

    assert requests("GET", "/points/{point_id}", 200) == 2
    assert requests("GET", "none", 404) == 1
    assert requests("GET", "/broken", 500) == 1
    assert [line for line in counted if 'method="other"' in line]
    assert counted['geoinspect_jobs{state="queued"}'] == 2
    assert counted['geoinspect_jobs{state="done"}'] == 5
    series = 'geoinspect_request_seconds_count{method="GET",route="/points/{point_id}"}'
    assert counted[series] == 2
    assert not [name for name in (*NAMES, "BREW", "another") if name in text]


def _samples(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("#")]


def test_processes_of_one_service_count_together(tmp_path) -> None:
    program = (
        "from geoinspect.api.observing import Metrics\n"
        "metrics = Metrics()\n"
        "metrics.observe('GET', '/points', 200, 0.1)\n"
        "print(metrics.text({'queued': 1}).decode())\n"
    )
    environment = {**os.environ, METRICS_FOLDER: str(tmp_path)}
    told = [
        subprocess.run(
            [sys.executable, "-c", program], check=True, capture_output=True, env=environment
        ).stdout.decode()
        for _ in range(2)
    ]
    series = 'geoinspect_requests_total{method="GET",route="/points",status="200"}'
    assert [f"{series} {n}" in text for n, text in zip(("1.0", "2.0"), told, strict=True)] == [
        True,
        True,
    ]
    assert 'geoinspect_jobs{state="queued"} 1.0' in told[1]


@pytest.mark.parametrize("kind", ["lifespan", "websocket"])
def test_what_is_no_request_is_passed_on_uncounted(kind) -> None:
    metrics, passed = Metrics(), []

    async def app(scope, _receive, _send):
        passed.append(scope["type"])

    anyio.run(Observed(app, metrics=metrics), {"type": kind}, None, None)
    assert passed == [kind]
    assert "geoinspect_requests_total{" not in metrics.text({}).decode()
