"""Pictures of panels: one scale, gaps, names that are text, and room for all letters."""

from __future__ import annotations

from html import escape
from itertools import combinations

import numpy as np
import pytest

from geoinspect.reports.charts import as_png, as_svg
from geoinspect.reports.multiples import draw_panels
from geoinspect.reports.numbers import Figure, Panel, Panels, Series

from .conftest import HOSTILE

MONTHS = tuple(f"2026年{month}月" for month in range(1, 13))
QUARTERS = tuple(f"quarter {k % 4 + 1} of {2025 + k // 4}" for k in range(8))


def figures(*values: float | None) -> tuple[Figure, ...]:
    return tuple(
        Figure("x", v, 1) if v is None else Figure("x", v, 1, 0.8 * v, 1.2 * v) for v in values
    )


def panels(*rows: tuple[float | None, ...], names=(), labels=MONTHS, top=40.0) -> Panels:
    """Return panels beside a trend of 20 in each month in which one of them has a value."""
    columns = zip(*rows, strict=True)
    known = [20.0 if any(v is not None for v in column) else None for column in columns]
    return Panels(
        "panels/district_id",
        "Districts",
        "District",
        tuple(
            Panel(names[k] if names else f"第{k}区", figures(*row)) for k, row in enumerate(rows)
        ),
        Series("trend", "Trend", labels[: len(known)], figures(*known)),
        top,
    )


def drawing_of(shown: Panels):
    drawing = draw_panels(shown, lambda sentence: sentence)
    assert drawing is not None
    return drawing


def texts_of(drawing) -> list[str]:
    return [text.get_text() for text in drawing.axes[0].texts]


def shapes_of(drawing, name: str) -> list[np.ndarray]:
    """Return the lines or areas that are drawn as one of this name."""
    [patch] = [each for each in drawing.axes[0].patches if each.get_label() == name]
    return patch.get_path().to_polygons(closed_only=False)


def marks_of(drawing) -> np.ndarray:
    """Return where values are marked, in the order of panels."""
    return np.array(
        [(each.min(axis=0) + each.max(axis=0)) / 2 for each in shapes_of(drawing, "dots")]
    )


def test_nothing_is_drawn_where_nothing_is_known():
    assert draw_panels(panels((None, None), (None, None)), str) is None


def test_a_value_lies_as_high_in_each_panel():
    left, right = marks_of(drawing_of(panels((10.0, 20.0), (20.0, 10.0)))).reshape(2, 2, 2)
    assert left[::-1, 1] == pytest.approx(right[:, 1])
    # from the foot of the panel, which is where the value 0 would be
    foot = 2 * left[0, 1] - left[1, 1]
    zero = marks_of(drawing_of(panels((0.0, 0.0), (0.0, 0.0))))[0, 1]
    assert foot == pytest.approx(zero)


def test_no_line_crosses_a_gap():
    row = (10.0, 12.0, None, 15.0, 11.0)
    drawing = drawing_of(panels(row, row))
    x = np.unique(marks_of(drawing)[:, 0])
    assert len(marks_of(drawing)) == 8
    values = shapes_of(drawing, "values")
    assert [len(each) for each in values] == [2, 2, 2, 2]
    middle = (x[1] + x[2]) / 2
    assert not any(each[0, 0] < middle < each[-1, 0] for each in values)


def test_periods_before_the_first_value_are_left_out():
    written = texts_of(drawing_of(panels((None, None, 10.0, 12.0), (None, None, 9.0, 11.0))))
    assert "2026年3月" in written
    assert "2026年1月" not in written


def test_what_all_are_compared_with_is_dashed_behind_each_panel_and_a_period_alone_has_a_dash():
    drawing = drawing_of(panels((10.0, None, 12.0, 13.0), (11.0, None, 12.0, 13.0)))
    dashes = shapes_of(drawing, "beside")
    assert len(dashes) == 4
    assert min(each[-1, 0] - each[0, 0] for each in dashes) > 0


def test_a_band_ends_at_the_top_of_its_panel():
    drawing = drawing_of(panels((100.0, 30.0), (10.0, 30.0), top=45.0))
    top = max(line[:, 1].max() for line in shapes_of(drawing, "scales"))
    for name in ("bands", "ends", "values"):
        assert max(shape[:, 1].max() for shape in shapes_of(drawing, name)) == pytest.approx(top)


@pytest.mark.parametrize(
    ("n", "columns"), [(2, 2), (3, 3), (4, 4), (5, 3), (6, 3), (8, 4), (12, 4)]
)
def test_rows_have_three_or_four_panels(n, columns):
    drawing = drawing_of(panels(*[(10.0, 20.0)] * n))
    lefts = np.unique(marks_of(drawing)[:, 0].round(3))
    assert len(lefts) == 2 * columns


def test_names_of_periods_that_are_long_have_wider_panels():
    drawing = drawing_of(panels(*[(10.0,) * 8] * 12, labels=QUARTERS))
    assert len(np.unique(marks_of(drawing)[:, 0].round(3))) == 8 * 3


@pytest.mark.parametrize("labels", [MONTHS, QUARTERS])
@pytest.mark.parametrize("n", [2, 5, 7, 12])
def test_no_letters_lie_on_others_or_outside(n, labels):
    row = tuple(10.0 + k for k in range(len(labels)))
    names = [f"{'城' * 30}{k}" for k in range(n)]
    drawing = drawing_of(panels(*[row] * n, labels=labels, names=names))
    as_png(drawing)
    boxes = [text.get_window_extent() for text in drawing.axes[0].texts]
    width, height = drawing.get_size_inches() * drawing.dpi
    assert all(box.x0 >= 0 and box.x1 <= width for box in boxes)
    assert all(box.y0 >= 0 and box.y1 <= height for box in boxes)
    assert [pair for pair in combinations(boxes, 2) if pair[0].overlaps(pair[1])] == []


def test_a_name_in_a_panel_is_neither_markup_nor_a_formula():
    row = (10.0, 20.0)
    svg = as_svg(drawing_of(panels(row, row, names=(HOSTILE, "<b>$x_1$\0"))))
    assert f">{escape(HOSTILE)}</text>" in svg
    assert ">&lt;b&gt;$x_1$?</text>" in svg
    assert "<img" not in svg


def test_the_same_panels_give_the_same_picture():
    row = (10.0, 20.0)
    first, second = (as_svg(drawing_of(panels(row, row))) for _ in range(2))
    assert first == second
