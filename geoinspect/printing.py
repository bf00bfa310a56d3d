"""Print pages on paper (PDF), here or in a process beside."""

from __future__ import annotations

import re
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

from geoinspect.errors import MissingDependencyError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

_PICTURE = re.compile("(<svg.*?</svg>)", re.DOTALL)
_OWN = "picture:"


@contextmanager
def printer_beside() -> Iterator[Executor]:
    """
    Start a process in which `render_pdf` runs beside other work.

    It loads what it prints with at once, while there is nothing to print yet.
    """
    # begun anew: a copy of this process would have its locks, and not the threads that hold them
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        pool.submit(import_module, "weasyprint")
        yield pool


def render_pdf(page: str) -> bytes:
    """
    Print a page that needs no other file, such as a report.

    Raises
    ------
    MissingDependencyError
        If the libraries that draw text on paper are not on this machine.
    """
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    except OSError as error:
        raise MissingDependencyError(
            "Paper (PDF) needs the library Pango: install the packages libpango-1.0-0 and "
            "libpangoft2-1.0-0."
        ) from error
    parts = _PICTURE.split(page)
    pictures = {f"{_OWN}{number}": svg for number, svg in enumerate(parts[1::2])}
    # as a file of its own a picture is read faster than the parser of pages reads it
    parts[1::2] = [f'<img src="{url}">' for url in pictures]

    class Own(URLFetcher):  # type: ignore[misc]
        """Gives the pictures of the page: it loads nothing, and must not start to."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            del headers
            if url not in pictures:
                raise ValueError(f"a report loads nothing, and not {url}")
            return URLFetcherResponse(url, pictures[url], {"Content-Type": "image/svg+xml"})

    printed = HTML(string="".join(parts), url_fetcher=Own()).write_pdf()
    return bytes(printed)
