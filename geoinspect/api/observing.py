"""
What an operator sees of the service: a request id, metrics, one log line a request.

None of it names a person, an address, an id or a search: a path is told by its pattern.
"""

from __future__ import annotations

import json
import logging
import os
import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.datastructures import Headers, MutableHeaders

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger(__name__)

#: Variable that names a folder in which the processes of one service count together; it has
#: to be set before they start.
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"

REQUEST_ID_HEADER = "X-Request-Id"

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")

#: What a log line may tell besides its message.
_TOLD = ("request_id", "method", "route", "status", "duration_ms", "job_id", "kind")


class Metrics:
    """
    Counts of one application, in the format of Prometheus.

    Where `METRICS_FOLDER` is set they are those of all its processes together.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "geoinspect_requests",
            "Requests answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "geoinspect_request_seconds",
            "Time until an answer was sent whole.",
            ["method", "route"],
            registry=self.registry,
        )
        self._jobs = Gauge(
            "geoinspect_jobs",
            "Jobs in each state.",
            ["state"],
            registry=self.registry,
            multiprocess_mode="mostrecent",
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def text(self, jobs: Mapping[str, int]) -> bytes:
        """Write all metrics, with the jobs of each state."""
        for state, n in jobs.items():
            self._jobs.labels(state).set(n)
        if METRICS_FOLDER not in os.environ:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)


class Observed:
    """Give each request an id, count it, and write one line about it."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self.app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope))
        scope.setdefault("state", {})["request_id"] = request_id
        # what is raised is answered outside of here, as a fault of the program
        status, began = 500, time.perf_counter()

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = request_id
            await send(message)

        try:
            await self.app(scope, receive, send_marked)
        finally:
            self._tell(scope, request_id, status, time.perf_counter() - began)

    def _tell(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        method, route = _method(scope["method"]), _pattern(scope)
        self._metrics.observe(method, route, status, seconds)
        told = {
            "request_id": request_id,
            "method": method,
            "route": route,
            "status": status,
            "duration_ms": round(seconds * 1000, 1),
        }
        logger.info("request", extra=told)


class JsonLines(logging.Formatter):
    """One JSON object a line, with nothing in it but what `_TOLD` lists."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: vars(record)[name] for name in _TOLD if name in vars(record)}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def write_json_logs(level: int = logging.INFO) -> None:
    """Let every logger of this process write JSON lines to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # its lines hold addresses and whole paths
    logging.getLogger("uvicorn.access").disabled = True


def _request_id(headers: Headers) -> str:
    """Take the id that a proxy gave, if it is one, or make one."""
    given = headers.get(REQUEST_ID_HEADER, "")
    return given if _REQUEST_ID.fullmatch(given) else uuid4().hex


def _method(method: str) -> str:
    """Keep a stranger from filling the metrics with methods of their own."""
    return method if method in {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"} else "other"


def _pattern(scope: Scope) -> str:
    """Return the pattern of a path, such as /points/{point_id:path}."""
    return getattr(scope.get("route"), "path", "none")
