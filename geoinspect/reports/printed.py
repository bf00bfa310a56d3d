"""A report as a page, and the page on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoinspect.messages import Language
    from geoinspect.reports.numbers import Figure, ReportNumbers


def page_and_paper(
    numbers: ReportNumbers,
    formats: tuple[str, ...],
    language: Language,
    issuer: str,
    made_for: str,
    link: Callable[[Figure], str] | None,
) -> tuple[str, bytes]:
    """
    Make the page of a report, and print it.

    Parameters
    ----------
    numbers, language, issuer, made_for, link
        As in `geoinspect.reports.web.render_page`.
    formats
        What is asked for, see `geoinspect.reports.kinds.FORMATS`.

    Returns
    -------
    page, paper
        HTML, for paper as well, and PDF; empty if it is not asked for.
    """
    # loaded here: who has another process do this needs none of it
    from geoinspect.printing import render_pdf
    from geoinspect.reports.web import render_page

    if not {"html", "pdf"} & set(formats):
        return "", b""
    page = render_page(numbers, language=language, issuer=issuer, made_for=made_for, link=link)
    return page, render_pdf(page) if "pdf" in formats else b""
