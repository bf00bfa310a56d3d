"""Print pages on paper (PDF)."""

from __future__ import annotations

import gc
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from geoinspect.errors import MissingDependencyError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PICTURE = re.compile("(<svg.*?</svg>)", re.DOTALL)
_OWN = "picture:"


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

    with _old_objects_left_alone():
        printed = HTML(string="".join(parts), url_fetcher=Own()).write_pdf()
    return bytes(printed)


@contextmanager
def _old_objects_left_alone() -> Iterator[None]:
    """
    Do not look for garbage among what was there before.

    A page is a million small objects; each time many more of them are there, Python goes through
    all objects of the process, those of big libraries and tables too, and finds none to throw
    away: a third of the time. What is made meanwhile is still looked through, and so is all after
    it; somebody else who prints at the same time can only make this shorter.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
