"""The service in several processes: what each of them makes, and what they share."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from geoinspect.api.app import create_app
from geoinspect.api.observing import METRICS_FOLDER, write_json_logs
from geoinspect.cityfolder import CityFolder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI

#: Names the folder of the city to the processes that serve it.
CITY = "GEOINSPECT_CITY"

#: Where `application` is found, for servers that start processes.
FACTORY = f"{__name__}:application"


def application() -> FastAPI:
    """Make the service of the city that the environment names, in a process of its own."""
    write_json_logs()
    _end_with_parent()
    return create_app(CityFolder.open(Path(os.environ[CITY])))


@contextmanager
def shared_by_processes(city: Path) -> Iterator[None]:
    """Name the city to the processes started within, and let them count together."""
    with tempfile.TemporaryDirectory(prefix="geoinspect-metrics-") as folder:
        before = dict(os.environ)
        os.environ |= {CITY: str(city.resolve()), METRICS_FOLDER: folder}
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def _end_with_parent() -> None:
    """See that no process goes on serving when the one that started it was killed."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()
