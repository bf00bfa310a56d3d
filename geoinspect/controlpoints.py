"""
Tell by control points in which datum a map or a table is.

A control point is a place whose position is known for sure, read off the map in question as
well. The shift between the datums is some hundred metres and differs from place to place, so
a few points tell the datum: in the right one, what was read lies where it must.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pyproj import Geod

from geoinspect.datum import from_wgs84
from geoinspect.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_EARTH = Geod(ellps="WGS84")

#: CGCS2000 lies within a metre of WGS-84: no reading tells them apart.
_TOLD_APART = ("wgs84", "gcj02", "bd09")

#: What a careful reading off a map may be wrong by.
READING_M = 30.0


@dataclass(frozen=True)
class DatumCheck:
    """
    What control points say.

    Attributes
    ----------
    datum
        The datum that fits best.
    residual_m
        Median distance between what was read and what must be there in `datum`, in metres.
    expected_m
        The same in the datum that was expected.
    expected
        The datum that was expected.
    """

    datum: str
    residual_m: float
    expected_m: float
    expected: str

    @property
    def fits(self) -> bool:
        """Whether what was read is in the datum that was expected."""
        return self.expected_m <= READING_M

    def require(self) -> None:
        """
        Pass if the datum is the expected one.

        Raises
        ------
        InputError
            If it is another one, or the readings fit none.
        """
        if self.fits:
            return
        if self.residual_m <= READING_M:
            raise InputError(
                "The control points lie {distance} m beside their places: the map is in {datum}, "
                "not in {expected}. Set crs to {datum}.",
                distance=round(self.expected_m),
                datum=self.datum,
                expected=self.expected,
            )
        raise InputError(
            "The control points lie {distance} m beside their places in {expected}, and in no "
            "other datum nearer than {nearest} m: check that each was read at the same place.",
            distance=round(self.expected_m),
            expected=self.expected,
            nearest=round(self.residual_m),
        )


def check_datum(known: NDArray[np.float64], seen: NDArray[np.float64], expected: str) -> DatumCheck:
    """
    Compare positions read off a map with the true ones, in each datum.

    Parameters
    ----------
    known
        WGS-84 positions, shape (n, 2) as lon, lat, n at least 1.
    seen
        The same places as the map gives them, shape (n, 2).
    expected
        The datum that the map should be in: "wgs84", "cgcs2000" or "gcj02".

    Raises
    ------
    InputError
        If there is no control point, or a position is none in degrees.
    """
    if not len(known):
        raise InputError("There is no control point: name at least one place.")
    for place, lonlat in enumerate(np.hstack((known, seen)), start=1):
        if not (np.isfinite(lonlat).all() and (np.abs(lonlat) <= [180, 90] * 2).all()):
            raise InputError(
                "Control point {row} has no position in degrees: longitude, latitude.", row=place
            )
    residuals = {
        datum: _median_distance_m(from_wgs84(known, datum), seen)
        for datum in (*_TOLD_APART, expected)
    }
    best = min(_TOLD_APART, key=residuals.__getitem__)
    return DatumCheck(best, residuals[best], residuals[expected], expected)


def _median_distance_m(there: NDArray[np.float64], seen: NDArray[np.float64]) -> float:
    """Median distance on the ellipsoid, in metres; one wrong reading of three does not decide."""
    _, _, distance_m = _EARTH.inv(*there.T, *seen.T)
    return float(np.median(distance_m))
