"""
The four datums of Chinese coordinates, and the way between them and WGS-84.

WGS-84 is what satellites report and what the system works in. CGCS2000, the
national datum, differs from it by less than a metre (the drift of the continent
since 2000) and counts as equal. GCJ-02 is the shifted WGS-84 of Chinese web maps
(Amap, Tencent); BD-09 is Baidu's second shift on top of it.

The formulas were never published officially. They are public knowledge since 2010
through the program "wgs2mars" and its descendants eviltransform and
coordtransform; the constants below are theirs.

The shift of GCJ-02 ends at an outline, in the published programs the rectangle of
72.004 to 137.8347 degrees east and 0.8293 to 55.8271 degrees north. That is far
more than China (all of Korea lies inside); outside of it nothing is shifted. So
the shift jumps by some hundred metres at the outline: every position inside keeps
its exact round trip, while positions up to a kilometre outside, open sea or
foreign land, may come back shifted. BD-09 is shifted everywhere: Baidu's formula
has no outline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeGuard

import numpy as np

from geoinspect.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

Datum = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]

DATUMS: tuple[Datum, ...] = ("wgs84", "cgcs2000", "gcj02", "bd09")

# Krasovsky 1940, the ellipsoid of the published formulas.
_SEMI_MAJOR_M = 6378245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323

_OUTLINE_LOW = np.array([72.004, 0.8293])
_OUTLINE_HIGH = np.array([137.8347, 55.8271])

# No shift reaches a tenth of a degree; far away the formulas run off to infinity.
_OUTLINE_MARGIN_DEG = 0.1

_BD09_WAVE = np.pi * 3000.0 / 180.0

# A hundredth of a millimetre on the ground; the iterations gain two digits a round.
_TOLERANCE_DEG = 1e-13
_MAX_ROUNDS = 30


def is_datum(text: str) -> TypeGuard[Datum]:
    """
    Tell whether `text` is one of `DATUMS`.

    Examples
    --------
    >>> is_datum("gcj02"), is_datum("GCJ")
    (True, False)
    """
    return text in DATUMS


def to_wgs84(lonlat: FloatArray, datum: str) -> FloatArray:
    """
    Convert positions of any datum to WGS-84.

    GCJ-02 and BD-09 are inverted by iteration until nothing changes any more, so
    that there and back again is the same position to less than a micrometre, and no
    position depends on the others. Not a number stays not a number.

    Parameters
    ----------
    lonlat
        Degrees, shape (n, 2) as lon, lat, in `datum`.
    datum
        One of `DATUMS`.

    Returns
    -------
    lonlat
        WGS-84 degrees, shape (n, 2); always a new array.

    Raises
    ------
    InputError
        If `datum` is not one of `DATUMS`.

    Examples
    --------
    >>> to_wgs84(np.array([[116.38404722, 39.91334545]]), "gcj02").round(6).tolist()
    [[116.377817, 39.911954]]
    """
    lonlat = _as_positions(lonlat)
    if _checked(datum) in ("wgs84", "cgcs2000"):
        return lonlat
    if datum == "bd09":
        lonlat = _bd09_to_gcj02(lonlat)
    return _gcj02_to_wgs84(lonlat)


def from_wgs84(lonlat: FloatArray, datum: str) -> FloatArray:
    """
    Convert WGS-84 positions to any datum.

    Parameters
    ----------
    lonlat
        WGS-84 degrees, shape (n, 2) as lon, lat.
    datum
        One of `DATUMS`.

    Returns
    -------
    lonlat
        Degrees in `datum`, shape (n, 2); always a new array.

    Raises
    ------
    InputError
        If `datum` is not one of `DATUMS`.

    Examples
    --------
    >>> from_wgs84(np.array([[116.377817, 39.911954]]), "gcj02").round(6).tolist()
    [[116.384047, 39.913345]]
    """
    lonlat = _as_positions(lonlat)
    if _checked(datum) in ("wgs84", "cgcs2000"):
        return lonlat
    inside = _is_inside_outline(lonlat)
    lonlat[inside] += _gcj02_shift(lonlat[inside])
    return lonlat + _bd09_shift(lonlat) if datum == "bd09" else lonlat


def _checked(datum: str) -> Datum:
    """Return `datum` if it is one, else say which ones there are."""
    if is_datum(datum):
        return datum
    raise InputError(
        "Unknown datum '{datum}': use one of {datums}.", datum=datum, datums=", ".join(DATUMS)
    )


def _as_positions(lonlat: FloatArray) -> FloatArray:
    """Copy the input as floats of shape (n, 2)."""
    positions = np.array(lonlat, dtype=np.float64)
    if positions.ndim != 2 or positions.shape[1] != 2:
        raise ValueError(f"positions have shape (n, 2), not {positions.shape}")
    return positions


def _is_inside_outline(lonlat: FloatArray, *, margin_deg: float = 0.0) -> NDArray[np.bool_]:
    """Tell which positions the shift of GCJ-02 applies to, shape (n,)."""
    low = _OUTLINE_LOW - margin_deg
    high = _OUTLINE_HIGH + margin_deg
    inside: NDArray[np.bool_] = np.all((lonlat >= low) & (lonlat <= high), axis=1)
    return inside


def _gcj02_shift(lonlat: FloatArray) -> FloatArray:
    """Degrees from WGS-84 to GCJ-02 at WGS-84 positions, wherever they lie."""
    x, y = lonlat[:, 0] - 105.0, lonlat[:, 1] - 35.0
    root = np.sqrt(np.abs(x))
    ripple = 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    east_m = 300 + x + 2 * y + 0.1 * x**2 + 0.1 * x * y + 0.1 * root
    east_m += (ripple + _waves(x, (20, 1), (40, 3), (150, 12), (300, 30))) * 2 / 3
    north_m = -100 + 2 * x + 3 * y + 0.2 * y**2 + 0.1 * x * y + 0.2 * root
    north_m += (ripple + _waves(y, (20, 1), (40, 3), (160, 12), (320, 30))) * 2 / 3
    return _metres_to_degrees(east_m, north_m, lonlat[:, 1])


def _waves(value: FloatArray, *waves: tuple[float, float]) -> FloatArray:
    """Sum of sines, each of an amplitude and a divisor of its argument."""
    total = np.zeros_like(value)
    for height, span in waves:
        total += height * np.sin(np.pi * value / span)
    return total


def _metres_to_degrees(east_m: FloatArray, north_m: FloatArray, lat: FloatArray) -> FloatArray:
    """Turn metres on the ellipsoid of the formulas into degrees, shape (n, 2)."""
    sine = np.sin(np.radians(lat))
    w_squared = 1 - _ECCENTRICITY_SQUARED * sine**2
    meridian_m = _SEMI_MAJOR_M * (1 - _ECCENTRICITY_SQUARED) / w_squared**1.5
    parallel_m = _SEMI_MAJOR_M / np.sqrt(w_squared) * np.cos(np.radians(lat))
    return np.column_stack((np.degrees(east_m / parallel_m), np.degrees(north_m / meridian_m)))


def _bd09_shift(gcj02: FloatArray) -> FloatArray:
    """Degrees from GCJ-02 to BD-09 at GCJ-02 positions; Baidu's formula knows no outline."""
    lon, lat = gcj02[:, 0], gcj02[:, 1]
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD09_WAVE)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD09_WAVE)
    bd09 = np.column_stack((radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006))
    return bd09 - gcj02


def _gcj02_to_wgs84(gcj02: FloatArray) -> FloatArray:
    """Invert GCJ-02; what has no original inside the outline was never shifted."""
    nearby = np.flatnonzero(_is_inside_outline(gcj02, margin_deg=_OUTLINE_MARGIN_DEG))
    original = _invert(_gcj02_shift, gcj02[nearby])
    shifted = _is_inside_outline(original)
    wgs84 = gcj02.copy()
    wgs84[nearby[shifted]] = original[shifted]
    return wgs84


def _bd09_to_gcj02(bd09: FloatArray) -> FloatArray:
    """Invert Baidu's shift."""
    return _invert(_bd09_shift, bd09)


def _invert(shift: Callable[[FloatArray], FloatArray], shifted: FloatArray) -> FloatArray:
    """
    Find the positions that `shift` moves to `shifted`, by fixed-point iteration.

    Both shifts change so slowly from place to place (below 2 % of the distance)
    that the iteration converges from anywhere near China.
    """
    original = shifted
    for _ in range(_MAX_ROUNDS):
        nearer = shifted - shift(original)
        moved = np.any(np.abs(nearer - original) > _TOLERANCE_DEG, axis=1, keepdims=True)
        if not moved.any():
            break
        # Each position stops by itself, so that it does not depend on its neighbours.
        original = np.where(moved, nearer, original)
    return original
