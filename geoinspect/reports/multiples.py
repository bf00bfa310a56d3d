"""
Draw small multiples: a panel a group, all on one scale.

All panels are drawn in one frame whose unit is the point of print: a frame of its own for each
takes several times as long.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from geoinspect.columnwidths import letters
from geoinspect.reports.charts import (
    ACCENT,
    INK,
    LINE,
    POINTS_PER_INCH,
    SOFT,
    WIDTH_IN,
    cut,
    ends,
    font,
    runs,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from matplotlib.axes import Axes

    from geoinspect.arrays import FloatArray
    from geoinspect.reports.numbers import Figure, Panels

    Translate = Callable[[str], str]

#: Panels in a row, where their periods can be named.
_COLUMNS, _FEWER_COLUMNS = 4, 3
#: Points around all panels, between them, and in one.
_LEFT, _RIGHT, _TOP, _BOTTOM = 32.0, 12.0, 20.0, 18.0
_ACROSS, _NAME, _HEIGHT = 16.0, 23.0, 56.0
_TITLE, _NAMES, _LABEL = 10.5, 8.5, 7.0
_TICKS, _DASH = 3, 5.0
#: What marks a value: eight corners are round where they are so small.
_DOT = 1.8 * np.asarray(Path.unit_regular_polygon(8).vertices)


@dataclass(frozen=True)
class _Layout:
    """
    Where panels lie, in points from the lower left corner.

    Attributes
    ----------
    n, columns
        Panels, and how many of them in a row.
    first, last
        Numbers of the periods at the ends of the scale.
    top
        Upper end of the scale of values.
    """

    n: int
    columns: int
    first: int
    last: int
    top: float

    @property
    def width(self) -> float:
        """Width of a panel."""
        return _panel_width(self.columns)

    @property
    def height(self) -> float:
        """Height of the picture."""
        n_rows = -(-self.n // self.columns)
        return _TOP + _BOTTOM + n_rows * (_NAME + _HEIGHT)

    def corner(self, panel: int) -> FloatArray:
        """Return the lower left corner of a panel."""
        row, column = divmod(panel, self.columns)
        left = _LEFT + column * (self.width + _ACROSS)
        return np.array([left, self.height - _TOP - (row + 1) * (_NAME + _HEIGHT)])

    def x(self, period: FloatArray) -> FloatArray:
        """Return how far from the left side of its panel a period lies."""
        return (period - self.first + 0.5) / (self.last - self.first + 1) * self.width

    def y(self, value: FloatArray) -> FloatArray:
        """Return how far above the foot of its panel a value lies, at most at its top."""
        return np.minimum(value / self.top, 1.0) * _HEIGHT


def draw_panels(panels: Panels, translate: Translate) -> Drawing | None:
    """
    Draw the values of each group over periods in a panel of its own.

    Behind each is, dashed, what all are compared with. A period without a value is a gap, never
    a zero; those before the first are left out.

    Returns
    -------
    drawing
        None if there is nothing to draw.
    """
    labels = panels.beside.labels
    values = [panel.figures for panel in panels.panels]
    known = [k for row in values for k, figure in enumerate(row) if figure.value is not None]
    if not known:
        return None
    first, last = min(known), len(labels) - 1
    columns = _columns(len(values), (labels[first], labels[last]))
    layout = _Layout(len(values), columns, first, last, panels.top)
    drawing, axes = _frame(layout)
    _write(axes, _LEFT, layout.height - 12, translate(panels.title), _TITLE, INK)
    _draw_scales(axes, layout, labels)
    _draw_beside(axes, layout, panels.beside.figures)
    _draw_values(axes, layout, values)
    for number, panel in enumerate(panels.panels):
        x, y = layout.corner(number)
        _write(axes, x, y + _HEIGHT + 5, _fitting(panel.name, layout.width), _NAMES, INK)
    return drawing


def _frame(layout: _Layout) -> tuple[Drawing, Axes]:
    """Return a drawing with one frame whose unit is the point."""
    drawing = Drawing(figsize=(WIDTH_IN, layout.height / POINTS_PER_INCH))
    axes = drawing.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, WIDTH_IN * POINTS_PER_INCH)
    axes.set_ylim(0, layout.height)
    axes.set_axis_off()
    return drawing, axes


def _columns(n: int, ends: tuple[str, str]) -> int:
    """Choose how many panels a row has: few are alone in the last one, and periods have names."""
    room = _panel_width(_COLUMNS)
    is_wide = sum(map(_length, ends)) > room
    fewer = is_wide or n in (5, 6, 9)
    return min(n, _FEWER_COLUMNS if fewer else _COLUMNS)


def _panel_width(columns: int) -> float:
    inner = WIDTH_IN * POINTS_PER_INCH - _LEFT - _RIGHT - (columns - 1) * _ACROSS
    return inner / columns


def _length(label: str) -> float:
    """Return how long the name of a period is, with the space beside it, in points."""
    return (letters(label) + 1) * _LABEL / 2


def _draw_scales(axes: Axes, layout: _Layout, labels: Sequence[str]) -> None:
    """Draw the lines of values in all panels, their numbers at the left and periods below."""
    ticks = [t for t in MaxNLocator(_TICKS).tick_values(0, layout.top) if 0 <= t <= layout.top]
    heights = layout.y(np.array(ticks))
    lines = []
    for panel in range(layout.n):
        x, y = layout.corner(panel)
        lines += [[(x, y + h), (x + layout.width, y + h)] for h in heights]
        if panel % layout.columns == 0:
            for tick, h in zip(ticks, heights, strict=True):
                _write(axes, x - 5, y + h, f"{tick:g}", _LABEL, SOFT, "right", "center")
        # nothing is below the last panel of a column
        if panel + layout.columns >= layout.n:
            _name_periods(axes, layout, (x, y), labels)
    _put(axes, "scales", lines, edgecolor=LINE, linewidth=0.8)


def _name_periods(
    axes: Axes, layout: _Layout, corner: tuple[float, float], labels: Sequence[str]
) -> None:
    """Name the periods below a panel, the first and the last where there is no room for all."""
    x, y = corner
    shown = labels[layout.first :]
    each = layout.width / len(shown)
    if max(map(_length, shown)) <= each:
        for k, label in enumerate(shown):
            _write(axes, x + (k + 0.5) * each, y - 10, label, _LABEL, SOFT, "center")
        return
    _write(axes, x, y - 10, shown[0], _LABEL, SOFT)
    _write(axes, x + layout.width, y - 10, shown[-1], _LABEL, SOFT, "right")


def _draw_beside(axes: Axes, layout: _Layout, figures: Sequence[Figure]) -> None:
    """Draw what all are compared with behind each panel."""
    # a period between gaps has no line, but a dash
    paths = [
        path if len(path) > 1 else path + np.array([(-_DASH, 0), (_DASH, 0)])
        for path, *_ in _paths(layout, figures)
    ]
    lines = [path + layout.corner(panel) for panel in range(layout.n) for path in paths]
    _put(axes, "beside", lines, edgecolor=SOFT, linewidth=0.9, linestyle=(0, (4, 2.5)))


def _draw_values(axes: Axes, layout: _Layout, values: Sequence[Sequence[Figure]]) -> None:
    """Draw each panel's values with their intervals."""
    lines, lows, highs = [], [], []
    for panel, figures in enumerate(values):
        corner = layout.corner(panel)
        for path, low, high in _paths(layout, figures):
            lines.append(path + corner)
            lows.append(low + corner)
            highs.append(high + corner)
    ends = zip(np.vstack(lows), np.vstack(highs), strict=True)
    bands = [np.vstack((low, high[::-1])) for low, high in zip(lows, highs, strict=True)]
    dots = [corner + _DOT for corner in np.vstack(lines)]
    _put(axes, "bands", bands, facecolor=ACCENT, alpha=0.16, linewidth=0)
    _put(axes, "ends", ends, edgecolor=ACCENT, alpha=0.35, linewidth=0.8)
    _put(axes, "values", lines, edgecolor=ACCENT, linewidth=1.4, joinstyle="round")
    _put(axes, "dots", dots, facecolor=ACCENT, linewidth=0)


def _put(axes: Axes, name: str, lines: Iterable[Any], **look: Any) -> None:
    """Draw lines or areas as one shape: hundreds of small ones are slow to put on paper."""
    shape = Path.make_compound_path(*map(Path, lines))
    axes.add_artist(PathPatch(shape, label=name, **{"facecolor": "none", **look}))


def _paths(
    layout: _Layout, figures: Sequence[Figure]
) -> list[tuple[FloatArray, FloatArray, FloatArray]]:
    """Return values, low and high ends of each run of periods that have one, from a corner."""
    known = [k for k, figure in enumerate(figures) if figure.value is not None]
    paths = []
    for run in runs([k for k in known if k >= layout.first]):
        x = layout.x(np.array(run))
        rows = np.array([ends(figures[k]) for k in run]).T
        value, low, high = (np.column_stack((x, layout.y(row))) for row in rows)
        paths.append((value, low, high))
    return paths


def _fitting(name: str, width: float) -> str:
    """Return as much of a name as fits above a panel."""
    # what tells of a cut is wider than one letter
    room = int(width / _NAMES * 2) - 1
    short = cut(name, room)
    while letters(short) > room:
        short = f"{short[:-2]}…"
    return short


def _write(
    axes: Axes,
    x: float,
    y: float,
    text: str,
    size: float,
    color: str,
    side: str = "left",
    foot: str = "baseline",
) -> None:
    """Write a text, which is no formula, whatever signs are in it."""
    axes.text(
        x, y, text, color=color, ha=side, va=foot, fontproperties=font(), fontsize=size,
        parse_math=False,
    )  # fmt: skip
