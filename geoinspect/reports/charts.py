"""
Pictures of a report: the same drawing as vectors for pages and paper, as pixels for Word.

Their margins are reckoned from the letters beside the axes: to have them found by trial costs more
than the drawing itself.
"""

from __future__ import annotations

import io
import logging
import threading
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely
from matplotlib import font_manager, rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path

from geoinspect.columnwidths import letters
from geoinspect.maps.assets import read_style
from geoinspect.officialpaper import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

    from geoinspect.arrays import FloatArray
    from geoinspect.reports.numbers import Figure, PlaceMap, Series, Table

    Translate = Callable[[str], str]

logger = logging.getLogger(__name__)

#: Fonts with Chinese letters, the first that this machine has.
_FONTS = (
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "SimHei",
    "PingFang SC",
    "WenQuanYi Zen Hei",
)
INK, SOFT, LINE, ACCENT = "#1b2733", "#55616e", "#dfe4e9", "#14508c"
_PIXELS_PER_INCH = 200
#: Width of all pictures, and what is around their axes, in points; a letter
#: is half as wide as high.
WIDTH_IN, POINTS_PER_INCH = 7.2, 72
_TOP, _RIGHT, _BOTTOM, _NUMBERS = 26.0, 16.0, 22.0, 36.0
_LABEL = 8.5
#: On pages and paper letters are in the fonts of the reader's machine, as those around the picture.
_FAMILIES = ",".join((*(f"'{name}'" for name in _FONTS), "sans-serif"))
#: matplotlib's settings are those of the whole process.
_SETTINGS = threading.Lock()
_BAR_IN = 0.34
_MOST_BARS = 24
#: Marks of lists: colour and shape, because colour alone says nothing to some.
_MARKS = {"red": ("#c8442f", "D"), "black": ("#22303f", "s")}

_EDGE, _DOT, _DOTS_ACROSS = "#8b97a3", "#aab4be", 60
# of the width of a picture
_DOT_SHARE = 0.0035
#: Colours of what became of hot spots, as on the heat map.
_AREAS = read_style("emerging")["colors"]


def draw_series(series: Series, translate: Translate) -> Drawing | None:
    """
    Draw rates over periods with their intervals.

    A period without inspections is a gap, never a zero; those before the first are left out.

    Returns
    -------
    drawing
        None if there is nothing to draw.
    """
    known = [k for k, figure in enumerate(series.figures) if figure.value is not None]
    if not known:
        return None
    drawing, axes = _framed(2.8, _NUMBERS)
    first = known[0]
    for run in runs(known):
        values, low, high = zip(*(ends(series.figures[k]) for k in run), strict=True)
        axes.plot(run, values, color=ACCENT, linewidth=1.8, marker="o", markersize=4)
        axes.fill_between(run, low, high, color=ACCENT, alpha=0.16, linewidth=0)
        axes.vlines(run, low, high, color=ACCENT, alpha=0.35, linewidth=1)
    axes.set_xlim(first - 0.5, len(series.labels) - 0.5)
    axes.set_ylim(bottom=0)
    axes.set_xticks(range(first, len(series.labels)), _short(series.labels[first:]))
    _dress(axes, translate(series.title))
    return drawing


def draw_groups(table: Table, translate: Translate) -> Drawing | None:
    """
    Draw the rates of a table of groups, each with its interval, in the order of the table.

    Returns
    -------
    drawing
        None if no group has a rate.
    """
    lines = [
        (line, rate)
        for line in table.lines
        # what is too few to be ranked would stretch the picture with its interval
        if line.mark != "few"
        and (rate := _ranked_by(line.cells)) is not None
        and rate.value is not None
    ][:_MOST_BARS]
    if not lines:
        return None
    names = [cut(str(line.cells[0])) for line, _ in lines]
    left = max(map(letters, names)) * _LABEL / 2 + 10
    drawing, axes = _framed(0.9 + _BAR_IN * len(lines), left)
    rows = range(len(lines))
    looks = [_MARKS.get(line.mark, (ACCENT, "o")) for line, _ in lines]
    values, low, high = zip(*(ends(rate) for _, rate in lines), strict=True)
    axes.hlines(rows, low, high, colors=[color for color, _ in looks], alpha=0.45, linewidth=5)
    for color, marker in dict.fromkeys(looks):
        own = [k for k in rows if looks[k] == (color, marker)]
        axes.plot([values[k] for k in own], own, color=color, marker=marker, markersize=6,
                  linestyle="none")  # fmt: skip
    # a name is no formula, whatever signs are in it
    axes.set_yticks(rows, names, parse_math=False)
    axes.set_ylim(len(lines) - 0.5, -0.5)
    axes.set_xlim(left=0)
    _dress(axes, f"{translate(table.title)} · {translate('Problems per 100 inspections')}", "x")
    return drawing


def draw_places(places: PlaceMap, translate: Translate) -> Drawing:
    """Draw areas with their numbers in the table, over districts and the points of the city."""
    corners = np.vstack((places.dots, *(shapely.get_coordinates(a[2]) for a in places.areas)))
    (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
    stretch = 1 / np.cos(np.radians((south + north) / 2))
    height = float(np.clip(WIDTH_IN * (north - south) * stretch / max(east - west, 1e-6), 3.0, 7.2))
    drawing = Drawing(figsize=(WIDTH_IN, height + 0.6))
    # the legend has what is left at the top
    axes = drawing.add_axes((0.01, 0.02, 0.98, height / (height + 0.6)))
    for border in places.borders:
        for ring in _rings(border):
            axes.plot(*ring, color=_EDGE, linewidth=0.9)
    # the limits are set below: to seek those of thousands of dots is slow
    axes.add_artist(_dots(_thinned(places.dots), east - west, stretch))
    for number, kind, shape in places.areas:
        color = _AREAS[kind]
        for ring in _rings(shape):
            axes.fill(*ring, color=color, alpha=0.35, linewidth=0)
            axes.plot(*ring, color=color, linewidth=1.6)
        middle = shapely.get_coordinates(shapely.point_on_surface(shape))[0]
        axes.annotate(
            str(number), tuple(middle), ha="center", va="center", fontsize=8.5,
            color="white", fontproperties=font(), zorder=5,
            bbox={"boxstyle": "circle,pad=0.25", "facecolor": color, "edgecolor": "white"},
        )  # fmt: skip
    pad = 0.03 * max(east - west, north - south)
    axes.set_xlim(west - pad, east + pad)
    axes.set_ylim(south - pad, north + pad)
    axes.set_aspect(stretch)
    _legend(axes, places, translate)
    axes.set_axis_off()
    return drawing


def _legend(axes: Axes, places: PlaceMap, translate: Translate) -> None:
    """Name the kinds that are in the picture."""
    shown = [kind for kind in _AREAS if any(area[1] == kind for area in places.areas)]
    marks = [Patch(color=_AREAS[kind], alpha=0.7, label=translate(kind)) for kind in shown]
    legend = axes.legend(
        handles=marks, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=5, frameon=False
    )
    for text in legend.get_texts():
        text.set_fontproperties(font())
        text.set_fontsize(9)


def _rings(shape: shapely.Geometry) -> list[FloatArray]:
    """Return the outlines of a shape, each as two rows of coordinates."""
    parts = shapely.get_parts(shape)
    outlines = [shapely.get_exterior_ring(part) for part in parts if part.geom_type == "Polygon"]
    return [shapely.get_coordinates(ring).T for ring in outlines]


def _dots(lonlat: FloatArray, width: float, stretch: float) -> PathPatch:
    """Return dots as one shape: thousands of marks are slow to put on paper."""
    half = width * _DOT_SHARE / 2
    corners = np.array([(-half, 0), (0, -half), (half, 0), (0, half), (-half, 0)])
    corners[:, 1] /= stretch
    outline = (lonlat[:, np.newaxis] + corners).reshape(-1, 2)
    codes = np.tile([Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY], len(lonlat))
    return PathPatch(Path(outline, codes), facecolor=_DOT, linewidth=0, zorder=1)


def _thinned(lonlat: FloatArray) -> FloatArray:
    """Keep one of the points that would lie on each other in a picture."""
    span = float(np.ptp(lonlat, axis=0).max()) or 1.0
    cell = np.round(lonlat / span * _DOTS_ACROSS)
    return lonlat[np.unique(cell, axis=0, return_index=True)[1]]


def as_svg(drawing: Drawing) -> str:
    """Return a drawing as SVG, its letters as text."""
    stream = io.StringIO()
    canvas: Any = FigureCanvasSVG(drawing)
    # ids inside are hashes with a salt, which would be another one each time
    with _SETTINGS, rc_context({"svg.hashsalt": "geoinspect", "svg.fonttype": "none"}):
        canvas.print_svg(stream, metadata={"Date": None, "Creator": None})
    own = ", ".join(repr(family) for family in font().get_family())
    svg = stream.getvalue()[stream.getvalue().index("<svg") :]
    svg = svg.replace(f" font-family: {own};", "")
    return svg.replace("<svg ", f'<svg font-family="{_FAMILIES}" ', 1)


def as_png(drawing: Drawing) -> bytes:
    """Return a drawing as a picture for Word."""
    stream = io.BytesIO()
    drawing.set_dpi(_PIXELS_PER_INCH)
    canvas: Any = FigureCanvasAgg(drawing)
    canvas.print_png(stream, metadata={"Software": None})
    return stream.getvalue()


@cache
def font() -> font_manager.FontProperties:
    """Return the first font with Chinese letters that there is, or matplotlib's own."""
    family = _known_font()
    if family is None:
        # the list is kept in a file: fonts may have been installed since it was written
        _read_new_fonts()
        family = _known_font()
    return font_manager.FontProperties(family=family or "DejaVu Sans")


def _known_font() -> str | None:
    names = {entry.name for entry in font_manager.fontManager.ttflist}
    return next((name for name in _FONTS if name in names), None)


def _read_new_fonts() -> None:
    """Add the fonts of this machine that matplotlib does not list."""
    listed = {entry.fname for entry in font_manager.fontManager.ttflist}
    for path in sorted(set(font_manager.findSystemFonts()) - listed):
        try:
            font_manager.fontManager.addfont(path)
        except (OSError, RuntimeError) as error:
            logger.warning("font %s cannot be read: %s", path, error)


def _framed(height_in: float, left: float) -> tuple[Drawing, Axes]:
    """Return a drawing with axes; `left` are the points that the labels beside them need."""
    drawing = Drawing(figsize=(WIDTH_IN, height_in))
    width, height = WIDTH_IN * POINTS_PER_INCH, height_in * POINTS_PER_INCH
    inner = (width - left - _RIGHT) / width, (height - _TOP - _BOTTOM) / height
    return drawing, drawing.add_axes((left / width, _BOTTOM / height, *inner))


def _dress(axes: Axes, title: str, grid: Literal["x", "y"] = "y") -> None:
    """Give axes the look of all pictures."""
    # a title whose height is given is not moved out of the way of anything, which is sought long
    axes.set_title(title, loc="left", y=1.0, fontproperties=font(), fontsize=10.5, color=INK)
    axes.grid(axis=grid, color=LINE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.set_frame_on(False)
    family = font().get_family()
    axes.tick_params(length=0, colors=SOFT, labelsize=_LABEL, labelfontfamily=family)


def runs(known: list[int]) -> list[list[int]]:
    """Cut ascending numbers where one is missing."""
    runs: list[list[int]] = []
    for k in known:
        if runs and runs[-1][-1] == k - 1:
            runs[-1].append(k)
        else:
            runs.append([k])
    return runs


def _short(labels: tuple[str, ...]) -> list[str]:
    """Leave out labels that would lie on each other."""
    every = -(-len(labels) // 8)
    return [label if k % every == 0 else "" for k, label in enumerate(labels)]


def cut(name: str, most: int = 16) -> str:
    """Return as much of a name as there is room for."""
    # the sign for what XML cannot hold is in none of the fonts
    name = printable(name).replace("\ufffd", "?")
    return name if len(name) <= most else name[: most - 1] + "…"


def _ranked_by(cells: tuple[str | Figure, ...]) -> Figure | None:
    """Return the cell by which a line is ranked."""
    rates = (c for c in cells if not isinstance(c, str) and c.figure_id.endswith("/ranked"))
    return next(rates, None)


def ends(figure: Figure) -> tuple[float, float, float]:
    """Return a value and the ends of its interval, which are its own where it has none."""
    value = float(figure.value or 0.0)
    low, high = (value if end is None else end for end in (figure.low, figure.high))
    return value, low, high
