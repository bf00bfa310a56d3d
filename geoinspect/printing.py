"""Print pages on paper (PDF)."""

from __future__ import annotations

import re
from typing import Any

from geoinspect.errors import MissingDependencyError

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

    printed = HTML(string="".join(parts), url_fetcher=Own()).write_pdf()
    return bytes(printed)
