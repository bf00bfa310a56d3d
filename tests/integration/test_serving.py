"""`geoinspect serve` as a program: its processes, and how they end."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from geoinspect.cityfolder import CityFolder

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def city(tmp_path):
    return CityFolder.create(tmp_path / "city", name="小镇")


@contextmanager
def _serving(city: CityFolder, workers: int) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Start the service; yield it with its port once all its processes answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "geoinspect", "-C", str(city.path), "serve"]
    command += ["--port", str(port), "--workers", str(workers)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            # one process begins before it listens, several listen before they begin
            missing = {"Uvicorn running on": 1, "Application startup complete": workers}
            for line in process.stderr:
                for words in missing:
                    missing[words] -= words in line
                if not any(missing.values()):
                    break
            yield process, port
        finally:
            if process.poll() is None:
                process.kill()


def _children(pid: int) -> list[int]:
    return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _commands(pids: list[int]) -> dict[int, list[str]]:
    return {p: Path(f"/proc/{p}/cmdline").read_text().split("\0") for p in pids}


def _answer(port: int, path: str) -> bytes:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize("workers", [1, 2])
def test_one_signal_ends_all_processes_after_the_request_under_way(city, workers) -> None:
    with _serving(city, workers) as (process, port):
        children = _children(process.pid)
        commands = _commands(children)
        at_work = [p for p, command in commands.items() if "worker" in command]
        assert len(at_work) == 1
        assert b" 200 " in _answer(port, "/health/ready")
        with socket.create_connection(("127.0.0.1", port)) as connection:
            head = b"POST /session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n"
            connection.sendall(
                head + b"Content-Type: application/json\r\nExpect: 100-continue\r\n\r\n"
            )
            # the service has taken the request and waits for its body
            assert b"100 Continue" in connection.recv(4096)
            process.send_signal(signal.SIGTERM)
            connection.sendall(b"{}")
            assert b" 422 " in connection.recv(4096)
        said = process.stderr.read()
        assert process.wait() == 0
        assert "Traceback" not in said
    # Python's own tracker of resources ends by itself just after the others
    waited_for = [p for p in children if "resource_tracker" not in " ".join(commands[p])]
    # a process that is gone has no folder in /proc
    assert not [p for p in waited_for if Path(f"/proc/{p}").exists()]


def test_processes_that_serve_count_together_and_end_when_what_started_them_is_killed(city) -> None:
    with _serving(city, 2) as (process, port):
        served = [p for p, told in _commands(_children(process.pid)).items() if any(
            "spawn_main" in word for word in told
        )]  # fmt: skip
        assert len(served) == 2
        for _ in range(6):
            _answer(port, "/health/live")
        told = _answer(port, "/metrics").decode()
        series = 'geoinspect_requests_total{method="GET",route="/health/live",status="200"} 6.0'
        assert series in told
        watched = [os.pidfd_open(p) for p in served]
        process.kill()
        # each can be read once its process has ended
        ended = [select.select([one], [], [], 60)[0] for one in watched]
        assert ended == [[one] for one in watched]
    for one in watched:
        os.close(one)
