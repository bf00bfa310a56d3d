"""A report as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

import geoinspect
from geoinspect.maps.assets import templates
from geoinspect.messages import translator
from geoinspect.reports.charts import as_svg, draw_groups, draw_places, draw_series
from geoinspect.reports.numbers import Figure
from geoinspect.reports.titles import issued_by, title_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoinspect.messages import Language
    from geoinspect.reports.numbers import ReportNumbers

_TEMPLATE = "report.html.j2"
_HTML_LANGUAGES = {"zh": "zh-CN", "en": "en"}


def render_page(
    numbers: ReportNumbers,
    *,
    language: Language = "zh",
    issuer: str = "",
    made_for: str = "",
    link: Callable[[Figure], str] | None = None,
) -> str:
    """
    Render a report as one HTML document that needs no other file.

    Parameters
    ----------
    numbers
        What it says.
    language
        Language of all words but names.
    issuer
        Office that issues it, in its head; "" for the inspection office of the city.
    made_for
        Whose copy it is, at its foot.
    link
        Returns the address of the records behind a figure; None for no links.
    """
    translate = translator(language)
    return (
        templates()
        .get_template(_TEMPLATE)
        .render(
            lang=_HTML_LANGUAGES[language],
            t=lambda sentence, **fields: translate(sentence).format(**fields),
            numbers=numbers,
            title=title_of(numbers, translate),
            issuer=issuer or issued_by(numbers, translate),
            period=numbers.period.name(translate),
            sentences=[each.render(translate) for each in numbers.sentences],
            remarks=[each.render(translate) for each in numbers.remarks],
            pictures=_pictures(numbers, translate),
            note=lambda table: "" if table.note is None else table.note.render(translate),
            is_figure=lambda cell: isinstance(cell, Figure),
            link=link or (lambda _figure: ""),
            made_for=made_for,
            software=f"geoinspect {geoinspect.__version__}",
        )
    )


def _pictures(numbers: ReportNumbers, translate: Callable[[str], str]) -> dict[str, Markup]:
    """Return the pictures by the id of what they show."""
    drawn = {series.series_id: draw_series(series, translate) for series in numbers.series}
    drawn |= {
        table.table_id: draw_groups(table, translate)
        for table in numbers.tables
        if table.table_id.startswith("groups/")
    }
    drawn |= {each.table_id: draw_places(each, translate) for each in numbers.maps}
    # numbers and our own words only: names are drawn as paths
    return {key: Markup(as_svg(each)) for key, each in drawn.items() if each is not None}
