"""
Coordinates inside the system: longitude, latitude at every border, metres inside.

A city is small enough for one transverse Mercator projection centred on it: scale
and angles are true to 1e-5 within 30 km of the centre and 1e-4 within 90 km.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pyproj import CRS, Transformer

if TYPE_CHECKING:
    from numpy.typing import NDArray

WGS84 = CRS.from_epsg(4326)


class LocalProjection:
    """
    Metric plane of one city: x east and y north of its centre, in metres.

    Parameters
    ----------
    lon, lat
        Centre in WGS-84 degrees. Rounded to a thousandth of a degree, so that
        moving one point does not move the plane.

    Examples
    --------
    >>> plane = LocalProjection(118.7969, 32.0603)
    >>> plane.to_lonlat(plane.to_xy(np.array([[118.8, 32.0]]))).round(9).tolist()
    [[118.8, 32.0]]
    """

    def __init__(self, lon: float, lat: float) -> None:
        self.lon = round(float(lon), 3)
        self.lat = round(float(lat), 3)
        self.crs = CRS.from_proj4(
            f"+proj=tmerc +lat_0={self.lat} +lon_0={self.lon} +k=1 +x_0=0 +y_0=0 "
            "+datum=WGS84 +units=m +no_defs"
        )
        self._forward = Transformer.from_crs(WGS84, self.crs, always_xy=True)

    @classmethod
    def around(cls, lonlat: NDArray[np.float64]) -> LocalProjection:
        """Centre the plane on the middle of the extent of `lonlat`, shape (n, 2)."""
        low, high = np.min(lonlat, axis=0), np.max(lonlat, axis=0)
        lon, lat = (low + high) / 2
        return cls(lon, lat)

    def to_xy(self, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Project degrees, shape (n, 2) as lon, lat, to metres, shape (n, 2) as x, y."""
        return np.column_stack(self._forward.transform(lonlat[:, 0], lonlat[:, 1]))

    def to_lonlat(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Unproject metres, shape (n, 2), to WGS-84 degrees, shape (n, 2) as lon, lat."""
        lon, lat = self._forward.transform(xy[:, 0], xy[:, 1], direction="INVERSE")
        return np.column_stack((lon, lat))
