"""
Pictures of a report as SVG: no script, no file, sharp on paper.

Texts are escaped; everything else is numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geoinspect.arrays import FloatArray, IntArray
    from geoinspect.lotteryreport.report import LotteryReport

    Translate = Callable[[str], str]

_WIDTH, _HEIGHT = 520, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 14, 14, 44
_MOST_BINS = 20

# so many points fill bars of half a standard error
_MANY_POINTS = 100


@dataclass(frozen=True)
class Axes:
    """
    A frame with ticks; values become positions on the picture.

    Attributes
    ----------
    x, y
        Lowest and highest value shown.
    x_title, y_title
        What the axes count.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    x_title: str
    y_title: str

    def at_x(self, value: float) -> float:
        """Return the position of a value from the left."""
        low, high = self.x
        return round(_LEFT + (value - low) / (high - low) * (_WIDTH - _LEFT - _RIGHT), 1)

    def at_y(self, value: float) -> float:
        """Return the position of a value from the top."""
        low, high = self.y
        return round(_HEIGHT - _BOTTOM - (value - low) / (high - low) * self.height, 1)

    @property
    def height(self) -> float:
        """Height of the frame."""
        return _HEIGHT - _TOP - _BOTTOM

    def drawing(self, marks: Sequence[Markup], label: str, *, has_x_ticks: bool = True) -> Markup:
        """Return the picture: ticks behind, marks before them."""
        middle = (_LEFT + _WIDTH - _RIGHT) / 2
        parts = [
            *self._y_ticks(),
            *marks,
            *(self._x_ticks() if has_x_ticks else ()),
            _line(_LEFT, self.at_y(self.y[0]), _WIDTH - _RIGHT, self.at_y(self.y[0]), "axis"),
            _text(middle, _HEIGHT - 6, self.x_title, "middle", "title"),
            Markup('<g transform="translate(13,{}) rotate(-90)">{}</g>').format(
                _TOP + self.height / 2, _text(0, 0, self.y_title, "middle", "title")
            ),
        ]
        return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
            _WIDTH, _HEIGHT, label, Markup("").join(parts)
        )

    def _x_ticks(self) -> list[Markup]:
        y = _HEIGHT - _BOTTOM + 16
        return [_text(self.at_x(tick), y, f"{tick:g}", "middle") for tick in ticks(*self.x)]

    def _y_ticks(self) -> list[Markup]:
        found = []
        for tick in ticks(*self.y):
            y = self.at_y(tick)
            found.append(_line(_LEFT, y, _WIDTH - _RIGHT, y, "grid"))
            found.append(_text(_LEFT - 7, y + 4, f"{tick:g}", "end"))
        return found


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """
    Choose round values between two others.

    Examples
    --------
    >>> ticks(0, 23)
    [0.0, 5.0, 10.0, 15.0, 20.0]
    """
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first = math.ceil(low / step - 1e-9)
    return [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]


def frequency_chart(report: LotteryReport, translate: Translate) -> Markup:
    """Draw each point: promised draws across, actual draws upwards, with four standard errors."""
    history = report.history
    expected, counts = history.expected, history.counts
    spread = np.sqrt((history.promised * (1 - history.promised)).sum(axis=0))
    low, high = _reach(expected, counts, spread)
    axes = Axes((low, high), (low, high), translate("Promised draws"), translate("Actual draws"))
    order = np.argsort(expected, kind="stable")
    margin = 2 * float(spread.max())
    across = np.linspace(max(low, expected.min() - margin), min(high, expected.max() + margin), 60)
    band = _band(axes, across, 4 * np.interp(across, expected[order], spread[order]))
    diagonal = _line(axes.at_x(low), axes.at_y(low), axes.at_x(high), axes.at_y(high), "promise")
    dots = [
        Markup('<circle class="dot" cx="{}" cy="{}" r="3"><title>{}</title></circle>').format(
            axes.at_x(expected[k]), axes.at_y(counts[k]),
            f"{history.point_ids[k]} {history.names[k]}: {counts[k]:g} / {expected[k]:.1f}",
        )
        for k in range(len(expected))
    ]  # fmt: skip
    return axes.drawing([band, diagonal, *dots], translate("Promised and actual draws"))


def deviation_chart(report: LotteryReport, translate: Translate) -> Markup:
    """Draw how many points deviate how far, and what chance alone would give."""
    z = report.frequencies.z
    reach = max(4.0, float(np.ceil(np.abs(z).max())))
    width = 1.0 if len(z) < _MANY_POINTS else 0.5
    edges = np.arange(-reach, reach + width, width)
    counts = np.histogram(z, edges)[0]
    curve = np.linspace(-reach, reach, 81)
    normal = len(z) * width * np.exp(-(curve**2) / 2) / math.sqrt(2 * math.pi)
    axes = Axes(
        (-reach, reach),
        (0, 1.08 * max(float(counts.max()), float(normal.max()))),
        translate("Deviation in standard errors"),
        translate("Points"),
    )
    marks = [*_bars(axes, edges, counts), _curve(axes, curve, normal)]
    return axes.drawing(marks, translate("Deviations of the points"))


def gap_chart(report: LotteryReport, translate: Translate) -> Markup:
    """Draw how many points waited how long."""
    top = int(report.gaps.max()) + 1
    step = max(1, math.ceil(top / _MOST_BINS))
    edges = np.arange(0.5, top + step + 0.5, step)
    counts = np.histogram(report.gaps, edges)[0]
    axes = Axes(
        (float(edges[0]), float(edges[-1])),
        (0, 1.08 * float(counts.max())),
        translate("Longest wait in days with a plan"),
        translate("Points"),
    )
    return axes.drawing(_bars(axes, edges, counts), translate("Longest waits of the points"))


def travel_chart(report: LotteryReport, translate: Translate) -> Markup:
    """Draw travel of sampled days: as drawn, and of the best plan of the same stops."""
    days = report.travel or ()
    top = 1.08 * max(max(day.drawn_s, day.best_s) for day in days) / 60
    axes = Axes((0, len(days)), (0, top), translate("Day"), translate("Travel in minutes"))
    marks = []
    for k, day in enumerate(days):
        for side, seconds in ((0.14, day.drawn_s), (0.5, day.best_s)):
            kind = "bar" if side < 0.5 else "bar other"
            marks.append(_bar(axes, k + side, k + side + 0.36, seconds / 60, kind))
        middle = axes.at_x(k + 0.5)
        marks.append(_text(middle, _HEIGHT - _BOTTOM + 16, f"{day.day:%m-%d}", "middle"))
    label = translate("Travel as drawn and at best")
    return axes.drawing(marks, label, has_x_ticks=False)


def _bars(axes: Axes, edges: FloatArray, counts: IntArray) -> list[Markup]:
    """Draw a histogram."""
    return [
        _bar(axes, float(left), float(right), float(count), "bar")
        for left, right, count in zip(edges[:-1], edges[1:], counts, strict=True)
        if count
    ]


def _bar(axes: Axes, left: float, right: float, value: float, kind: str) -> Markup:
    x, y = axes.at_x(left), axes.at_y(value)
    width, height = axes.at_x(right) - x - 1, axes.at_y(0) - y
    return Markup(
        '<rect class="{}" x="{}" y="{}" width="{:.1f}" height="{:.1f}"><title>{:g}</title></rect>'
    ).format(kind, x + 0.5, y, width, height, round(value, 1))


def _reach(expected: FloatArray, counts: FloatArray, spread: FloatArray) -> tuple[float, float]:
    """Return the lowest and highest count to show: from 0, unless all are far from it."""
    margin = 2 * float(spread.max())
    low = min(float(expected.min()), float(counts.min())) - margin
    high = max(float(expected.max()), float(counts.max())) + margin
    return (low if low > high / 3 else 0.0), high


def _band(axes: Axes, middle: FloatArray, spread: FloatArray) -> Markup:
    """Draw the range in which chance alone leaves a point."""
    low, high = axes.y
    upper, lower = np.minimum(high, middle + spread), np.maximum(low, middle - spread)
    x, y = np.append(middle, middle[::-1]), np.append(upper, lower[::-1])
    points = " ".join(f"{axes.at_x(a)},{axes.at_y(b)}" for a, b in zip(x, y, strict=True))
    return Markup('<polygon class="band" points="{}"/>').format(points)


def _curve(axes: Axes, x: FloatArray, y: FloatArray) -> Markup:
    points = " ".join(f"{axes.at_x(a)},{axes.at_y(b)}" for a, b in zip(x, y, strict=True))
    return Markup('<polyline class="promise" points="{}"/>').format(points)


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    return Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(kind, x1, y1, x2, y2)


def _text(x: float, y: float, text: str, anchor: str, kind: str = "tick") -> Markup:
    return Markup('<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>').format(
        kind, x, y, anchor, escape(text)
    )
