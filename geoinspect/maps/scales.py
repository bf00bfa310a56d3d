"""Scales of rates and densities: round ticks and the colours between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoinspect.maps.assets import read_style
from geoinspect.maps.picture import colour_scale

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

N_COLOURS = 63  # and one for "nothing here"
_STEPS = (0.1, 0.2, 0.25, 0.5, 1.0, 2.0)
_MOST_STEPS = 6


def nice_ticks(values: FloatArray) -> list[float]:
    """
    Return round numbers from 0 up; all but the highest 0.5 % of the values lie under the last.

    Examples
    --------
    >>> nice_ticks(np.array([0.0, 3.0, 41.0]))
    [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]
    >>> nice_ticks(np.array([0.0, 0.0]))
    [0.0, 1.0]
    """
    finite = values[np.isfinite(values) & (values > 0)]
    if len(finite) == 0:
        return [0.0, 1.0]
    high = float(np.quantile(finite, 0.995))
    power = 10.0 ** np.floor(np.log10(high))
    step = next(s * power for s in _STEPS if high <= _MOST_STEPS * s * power)
    return [float(round(step * i, 9)) for i in range(int(np.ceil(high / step - 1e-9)) + 1)]


def scale_colours(is_rate: bool) -> NDArray[np.uint8]:
    """Return the 63 colours of a scale with their opacities, shape (63, 4)."""
    style = read_style("rates")["rate" if is_rate else "count"]
    return colour_scale(style["stops"], style["opacity"], N_COLOURS)


def css_colour(colour: NDArray[np.uint8]) -> str:
    """Return a colour as style sheets write it."""
    red, green, blue, opacity = (int(band) for band in colour)
    return f"rgba({red},{green},{blue},{round(opacity / 255, 3)})"


def largest(values: FloatArray) -> float:
    """Largest value, 0 if there is none."""
    return float(np.nanmax(values, initial=0.0))
