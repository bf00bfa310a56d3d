"""Commands that start the service, and the worker that does its long work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated

import typer
import uvicorn

from geoinspect.api.app import create_app
from geoinspect.api.observing import write_json_logs
from geoinspect.api.sharedapp import FACTORY, shared_by_processes
from geoinspect.basemaps import city_basemap
from geoinspect.cli.session import session_of
from geoinspect.errors import InputError
from geoinspect.jobs import Worker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fastapi import FastAPI

    from geoinspect.cityfolder import CityFolder

#: How long a worker may take to reach its next step when the service ends.
_PATIENCE_S = 10.0

#: How long requests under way may take when the service ends.
_GRACE_S = 10

#: Silence after which one of several processes is taken for hung and started anew.
_HUNG_S = 60

#: How far a worker beside the service stands back for it: see nice(2).
_NICE = 10


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port.")] = 8000,
    worker: Annotated[
        bool, typer.Option(help="Start a worker for imports, roads and plans, too.")
    ] = True,
    workers: Annotated[
        int,
        typer.Option(min=1, max=64, help="Processes that answer requests, one a processor core."),
    ] = 1,
) -> None:
    """
    Serve the city; beyond this machine only once it has accounts.

    Example: geoinspect -C taicang serve
    """
    session = session_of(context)
    city = session.city()
    _check_host(city, host)
    write_json_logs()
    with session.steps() as step:
        city_basemap(city, report=step)
    session.say("Open http://{host}:{port}/ in a browser; Ctrl+C ends.", host=host, port=port)
    with _ended_in_order(), _worker_process(city.path, wanted=worker):
        if workers == 1:
            _listen(create_app(city), host, port)
        else:
            with shared_by_processes(city.path):
                _listen(FACTORY, host, port, workers)


def _listen(application: FastAPI | str, host: str, port: int, workers: int = 1) -> None:
    """Answer requests until a signal ends it."""
    # the application itself reads what a trusted proxy forwards
    uvicorn.run(
        application,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_S,
        timeout_worker_healthcheck=_HUNG_S,
        workers=workers,
        factory=workers > 1,
    )


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Let SIGTERM end this process as Ctrl+C does, so that what it started ends with it."""

    def leave(_signal: int, _frame: object) -> None:
        raise SystemExit(0)

    # the server sends the signal on to this one once its requests are answered
    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _check_host(city: CityFolder, host: str) -> None:
    """Refuse to be reached from elsewhere while everybody who gets there may do everything."""
    if host == "localhost" or (_is_address(host) and ip_address(host).is_loopback):
        return
    store = city.store()
    has_accounts = not store.people.is_empty()
    store.close()
    if not has_accounts:
        raise InputError(
            "The city has no accounts yet, so the service answers on 127.0.0.1 only, not on "
            "{host}: add one with `geoinspect -C CITY user add NAME --role administrator`.",
            host=host,
        )


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def work(
    context: typer.Context,
    beside: Annotated[
        int | None,
        typer.Option(help="End when this process is gone.", show_default=False, hidden=True),
    ] = None,
) -> None:
    """
    Do the long work of the service: imports, roads, plans.

    `geoinspect serve` starts one of these by itself; a server runs it beside the service.
    A job that is interrupted is begun anew at the next start, and nothing is done twice.

    Example: geoinspect -C taicang worker
    """
    session = session_of(context)
    worker = Worker(session.city(), beside=beside)
    if beside is not None:
        # whoever plans waits a little longer, so that whoever reads does not
        os.nice(_NICE)

    def stop(_signal: int, _frame: object) -> None:
        worker.stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    if beside is None:
        session.say("The worker waits for jobs; Ctrl+C ends.")
    worker.run()


@contextmanager
def _worker_process(city: Path, *, wanted: bool) -> Iterator[None]:
    """Run a worker in a process of its own, so that planning does not slow the answers."""
    if not wanted:
        yield
        return
    command = [sys.executable, "-m", "geoinspect", "-C", str(city), "worker"]
    with subprocess.Popen([*command, "--beside", str(os.getpid())]) as process:
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                # its job is taken up at the next start
                process.kill()
