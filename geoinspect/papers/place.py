"""A small map of where a violation lies: the streets around it, without any internet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure as Drawing

from geoinspect.geometry import LocalProjection
from geoinspect.officialpaper import Picture
from geoinspect.reports.charts import as_png, font

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from geoinspect.network import RoadNetwork

    Line = NDArray[np.float64]

_WIDTH_MM, _HEIGHT_MM = 120.0, 72.0
_MM_PER_INCH = 25.4
#: Metres from the place to the left and the right edge.
_REACH_M = 300.0
_BAR_M = 100
_STREET, _EDGE, _INK, _MARK = "#c9d1d9", "#8a949e", "#1b2733", "#c8101a"
_MOST_NAMES = 8


def draw_place(network: RoadNetwork, lonlat: tuple[float, float], here: str) -> Picture | None:
    """
    Draw the streets around a place and mark it.

    Parameters
    ----------
    network
        Roads of the city.
    lonlat
        WGS-84 longitude and latitude.
    here
        Word beside the mark.

    Returns
    -------
    picture
        North is up; None where the city has no street near.
    """
    plane = LocalProjection(*lonlat)
    place = plane.to_xy(np.array([lonlat]))[0]
    edges = _edges_near(network, lonlat)
    if not len(edges):
        return None
    high_m = _REACH_M * _HEIGHT_MM / _WIDTH_MM
    drawing = Drawing(figsize=(_WIDTH_MM / _MM_PER_INCH, _HEIGHT_MM / _MM_PER_INCH))
    axes = drawing.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(-_REACH_M, _REACH_M)
    axes.set_ylim(-high_m, high_m)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color(_EDGE)
    lines = {edge: plane.to_xy(network.edge_lonlat(edge)) - place for edge in edges}
    for line in lines.values():
        axes.plot(*line.T, color=_STREET, linewidth=4, solid_capstyle="round", zorder=1)
    _write_names(axes, network, lines, high_m)
    axes.plot(0, 0, marker="o", markersize=9, color=_MARK, markeredgecolor="white", zorder=4)
    axes.text(14, 10, here, fontproperties=font(), fontsize=9, color=_MARK, zorder=5)
    _write_scale(axes, high_m)
    return Picture(as_png(drawing), _WIDTH_MM)


def _edges_near(network: RoadNetwork, lonlat: tuple[float, float]) -> list[int]:
    """Return the edges, one of two directions, that begin or end near a place."""
    reach_deg = np.array([1 / np.cos(np.radians(lonlat[1])), 1.0]) * 3 * _REACH_M / 111_000
    near = np.all(np.abs(network.node_lonlat - np.array(lonlat)) < reach_deg, axis=1)
    found = np.flatnonzero(near[network.tail] & near[network.head])
    reverse = network.reverse_edge[found]
    return [int(edge) for edge in found[(reverse < 0) | (found < reverse)]]


def _write_names(axes: Axes, network: RoadNetwork, lines: dict[int, Line], high_m: float) -> None:
    """Write each street's name once, along its longest piece in sight."""
    longest: dict[str, tuple[float, Line]] = {}
    for edge, line in lines.items():
        inside = line[(np.abs(line) < (0.8 * _REACH_M, 0.85 * high_m)).all(axis=1)]
        name = network.names[network.name_index[edge]]
        if name and len(inside) > 1:
            span = float(np.linalg.norm(inside[-1] - inside[0]))
            longest[name] = max(longest.get(name, (0.0, inside)), (span, inside), key=_span)
    ordered = sorted(longest.items(), key=lambda entry: (-entry[1][0], entry[0]))
    for name, (_, line) in ordered[:_MOST_NAMES]:
        east, north = line[-1] - line[0]
        angle = (np.degrees(np.arctan2(north, east)) + 90) % 180 - 90
        x, y = line.mean(axis=0)
        axes.text(
            x, y, name.replace("$", r"\$"), rotation=float(angle), ha="center", va="center",
            fontproperties=font(), fontsize=8, color=_INK, clip_on=True, zorder=3,
        )  # fmt: skip


def _span(entry: tuple[float, Line]) -> float:
    return entry[0]


def _write_scale(axes: Axes, high_m: float) -> None:
    """Draw a bar of 100 m, and an arrow to the north."""
    left, low = -_REACH_M + 16, -high_m + 14
    axes.plot([left, left + _BAR_M], [low, low], color=_INK, linewidth=2, zorder=5)
    axes.text(left, low + 6, f"{_BAR_M} m", fontsize=8, color=_INK, zorder=5)
    tip = (_REACH_M - 20, high_m - 12)
    axes.annotate(
        "N", tip, (tip[0], tip[1] - 40), ha="center", fontsize=9, color=_INK,
        arrowprops={"arrowstyle": "-|>", "color": _INK}, zorder=5,
    )  # fmt: skip
