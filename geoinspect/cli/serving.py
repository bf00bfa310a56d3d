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
from geoinspect.basemaps import city_basemap
from geoinspect.cli.session import session_of
from geoinspect.errors import InputError
from geoinspect.jobs import Worker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from geoinspect.cityfolder import CityFolder

#: How long a worker may take to reach its next step when the service ends.
_PATIENCE_S = 10.0

#: How long requests under way may take when the service ends.
_GRACE_S = 10


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port.")] = 8000,
    worker: Annotated[
        bool, typer.Option(help="Start a worker for imports, roads and plans, too.")
    ] = True,
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
    application = create_app(city)
    session.say("Open http://{host}:{port}/ in a browser; Ctrl+C ends.", host=host, port=port)
    with _worker_process(city.path, wanted=worker):
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
        )


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
