"""A report as a page."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

import geoinspect
from geoinspect.columnwidths import column_letters, readable_letters
from geoinspect.maps.assets import templates
from geoinspect.messages import translator
from geoinspect.reports.charts import as_svg, draw_groups, draw_places, draw_series
from geoinspect.reports.multiples import draw_panels
from geoinspect.reports.numbers import Figure
from geoinspect.reports.titles import issued_by, title_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoinspect.messages import Language
    from geoinspect.reports.numbers import Line, ReportNumbers, Table

_TEMPLATE = "report.html.j2"
#: Letters in a line of A4 in the size of tables, and how wide one is: a digit, as most are.
_LINE, _LETTER_EM = 86.0, 0.55
#: Marks of lines that have a sign before their first cell, and letters as wide as it.
_SIGNED, _SIGN = ("red", "black"), "名 "
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
    panels, drawn = numbers.panels, {table.table_id: table for table in numbers.drawn()}
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
            panels=panels,
            panel_notes=[each.render(translate) for each in panels.notes] if panels else [],
            drawn=drawn,
            # what is drawn is no table on paper, and as wide as it likes to be
            columns_of=lambda table: _columns(
                table, translate, inf if table.table_id in drawn else _LINE
            ),
            is_figure=lambda cell: isinstance(cell, Figure),
            link=link or (lambda _figure: ""),
            made_for=made_for,
            software=f"geoinspect {geoinspect.__version__}",
        )
    )


def _columns(table: Table, translate: Callable[[str], str], room: float) -> dict[str, Any]:
    """
    Return how wide a table and each of its columns is, and which of them hold figures.

    A browser, and paper still more, would lay out each cell twice to find out. `room` are the
    letters of a line; a table that may be wider than any line has no line of a cell broken.
    """
    firm = [
        any(isinstance(line.cells[k], Figure) for line in table.printed)
        for k in range(len(table.columns))
    ]
    heads = [translate(head) for head in table.columns]
    texts = list(zip(heads, *map(_texts, table.printed), strict=True))
    shares = column_letters(texts, firm, room=room)
    least = sum(shares) if room == inf else min(readable_letters(texts, firm), room)
    return {
        "firm": firm,
        "least_em": round(_LETTER_EM * least, 1),
        "percent": [round(100 * share / sum(shares), 2) for share in shares],
    }


def _texts(line: Line) -> list[str]:
    """Return the cells of a line as they are shown."""
    first, *others = (cell.text if isinstance(cell, Figure) else cell for cell in line.cells)
    return [_SIGN + first if line.mark in _SIGNED else first, *others]


def _pictures(numbers: ReportNumbers, translate: Callable[[str], str]) -> dict[str, Markup]:
    """Return the pictures by the id of what they show."""
    drawn = {series.series_id: draw_series(series, translate) for series in numbers.series}
    drawn |= {
        table.table_id: draw_groups(table, translate)
        for table in numbers.tables
        if table.table_id.startswith("groups/")
    }
    if numbers.panels is not None:
        drawn[numbers.panels.panels_id] = draw_panels(numbers.panels, translate)
    drawn |= {each.table_id: draw_places(each, translate) for each in numbers.maps}
    # what is text in a picture is escaped where the picture is written
    return {key: Markup(as_svg(each)) for key, each in drawn.items() if each is not None}
