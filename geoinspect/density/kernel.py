"""
Kernel density of events, and violation rates that do not mistake effort for dirt.

One definition of density everywhere: a Gaussian kernel with its bandwidth in metres,
evaluated on square cells aligned to Web Mercator, so that a picture of the cells lies
exactly where a web map draws it. Events are binned and the bins smoothed, which costs
the same for a thousand events and for a million.

The rate is the ratio of two kernel surfaces with the same bandwidth, violations over
inspections ("dual kernel density"; Bithell 1990; Kelsall and Diggle 1995, Statistics in
Medicine 14, 2335-2342). Where fewer than `minimum_exposure` inspections stand behind a
cell there is no rate, only NaN.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from geoinspect.density.grid import (
    KERNEL_REACH,
    Grid,
    KernelParams,
    checked_positions,
    to_mercator,
)
from geoinspect.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class KernelDensity:
    """
    Smoothed events per square kilometre.

    A count, not a rate: it is high where many events happened and where many people
    looked for them.

    Attributes
    ----------
    grid
        Where the cells lie.
    params
        Bandwidth and cell.
    events_per_km2
        Density, shape (n_rows, n_columns), rows from north to south.
    n_events
        Events within the grid. The density integrates to this number, less what events
        beyond the extent spread over the edge of the grid.
    n_outside
        Events beyond the grid, which the density leaves out.
    n_occupied
        Cells that hold an event; with only one, a picture of the density would show a
        spread that is the kernel's and not the events'.
    """

    grid: Grid
    params: KernelParams
    events_per_km2: FloatArray = field(repr=False)
    n_events: int
    n_outside: int
    n_occupied: int

    def to_geojson(self, *, minimum_per_km2: float = 0.01) -> dict[str, Any]:
        """
        Return cells as a GeoJSON FeatureCollection.

        Parameters
        ----------
        minimum_per_km2
            Cells with a smaller density are left out.

        Returns
        -------
        collection
            Polygons in WGS-84 with the property `events_per_km2`.
        """
        shown = self.events_per_km2 >= minimum_per_km2
        return _collect_cells(self.grid, shown, {"events_per_km2": self.events_per_km2})


@dataclass(frozen=True)
class RateSurface:
    """
    Violations per inspection, where enough inspections were made.

    Attributes
    ----------
    grid
        Where the cells lie.
    params
        Bandwidth, cell and minimum exposure.
    rate
        Violations per inspection, shape (n_rows, n_columns); NaN where the exposure is
        under the minimum.
    violations, exposure
        Violations and inspections behind each cell, weighted by the kernel (1 in the
        cell itself); their ratio is the rate.
    n_violations, n_inspections
        Events within the grid.
    n_outside
        Violations and inspections beyond the grid, which the surface leaves out.
    n_occupied
        Cells that hold a violation.
    """

    grid: Grid
    params: KernelParams
    rate: FloatArray = field(repr=False)
    violations: FloatArray = field(repr=False)
    exposure: FloatArray = field(repr=False)
    n_violations: int
    n_inspections: int
    n_outside: int
    n_occupied: int

    @property
    def per_hundred(self) -> FloatArray:
        """Violations per 100 inspections; NaN where the exposure is under the minimum."""
        return 100 * self.rate

    @property
    def covered(self) -> NDArray[np.bool_]:
        """Cells with enough inspections for a rate."""
        return self.exposure >= self.params.minimum_exposure

    def to_geojson(self) -> dict[str, Any]:
        """
        Return the cells that have a rate as a GeoJSON FeatureCollection.

        Returns
        -------
        collection
            Polygons in WGS-84 with the properties `rate` (violations per inspection)
            and `exposure` (inspections, weighted by the kernel).
        """
        return _collect_cells(
            self.grid, self.covered, {"rate": self.rate, "exposure": self.exposure}
        )


def kernel_density(
    lonlat: FloatArray,
    *,
    params: KernelParams | None = None,
    extent: tuple[float, float, float, float] | None = None,
    edge: Literal["spread", "renormalised"] = "spread",
) -> KernelDensity:
    """
    Smooth events to a density per square kilometre.

    The density integrates to the number of events in the extent: also those at its
    border, because the grid goes on as far as the kernel reaches.

    Parameters
    ----------
    lonlat
        Events, shape (n, 2), WGS-84 degrees as lon, lat.
    params
        Bandwidth and cell; 300 m and 100 m if left out.
    extent
        West, south, east, north in degrees; the extent of the events if left out.
    edge
        "spread" lets the kernel reach beyond the extent, so that the sum stays;
        "renormalised" divides by the part of the kernel that lies within, where events
        beyond the extent are unknown (Diggle 1985, Applied Statistics 34, 138-147), and
        is 0 beyond. A rate needs neither: the part cancels out.

    Raises
    ------
    InputError
        If a coordinate is missing or no coordinate on Earth, if there is neither an
        event nor an extent, or if the extent is too large for the cell.

    Examples
    --------
    >>> surface = kernel_density(np.array([[118.8, 32.05], [118.81, 32.05]]))
    >>> float((surface.events_per_km2.sum(axis=1) @ surface.grid.cell_area_km2).round(6))
    2.0
    """
    params = params or KernelParams()
    lonlat = checked_positions(lonlat)
    grid = Grid.covering(extent or _extent(lonlat), params)
    counts, n_outside = grid.count(lonlat)
    density = _smooth(counts, params) / grid.cell_area_km2[:, np.newaxis]
    if edge == "renormalised":
        within = _share_within(grid, extent or _extent(lonlat))
        mass = _smooth(within, params)
        density = np.divide(density, mass, out=np.zeros_like(density), where=within > 0)
    n_occupied = int(np.count_nonzero(counts))
    return KernelDensity(grid, params, density, int(counts.sum()), n_outside, n_occupied)


def violation_rate(
    violations_lonlat: FloatArray,
    inspections_lonlat: FloatArray,
    *,
    params: KernelParams | None = None,
    extent: tuple[float, float, float, float] | None = None,
) -> RateSurface:
    """
    Estimate violations per inspection everywhere that enough inspections were made.

    Both kinds of event are smoothed with the same kernel and divided, so that a street
    visited ten times as often is not ten times as bad. Where every inspection found
    nothing the rate is 0, which is something else than NaN, where nobody looked.

    Parameters
    ----------
    violations_lonlat
        Violations found by the inspections, shape (n, 2), WGS-84 degrees as lon, lat.
    inspections_lonlat
        Inspections made, with or without a violation, shape (m, 2); a point inspected
        twice is there twice.
    params
        Bandwidth, cell and minimum exposure; 300 m, 100 m and 5 if left out.
    extent
        West, south, east, north in degrees; the extent of all events if left out.

    Raises
    ------
    InputError
        If a coordinate is missing or no coordinate on Earth, if there is neither an
        event nor an extent, or if the extent is too large for the cell.

    Examples
    --------
    >>> market = np.array([[118.8, 32.05]])
    >>> surface = violation_rate(np.repeat(market, 3, axis=0), np.repeat(market, 12, axis=0))
    >>> float(np.nanmax(surface.per_hundred).round(6))
    25.0
    """
    params = params or KernelParams()
    violations, inspections = (
        checked_positions(violations_lonlat),
        checked_positions(inspections_lonlat),
    )
    grid = Grid.covering(extent or _extent(np.concatenate((violations, inspections))), params)
    found, n_lost = grid.count(violations)
    made, n_missed = grid.count(inspections)
    # a kernel that is 1 in its middle: the surfaces then count events
    peak = 2 * np.pi * (params.bandwidth_m / params.cell_m) ** 2
    numerator, exposure = peak * _smooth(found, params), peak * _smooth(made, params)
    rate = np.full_like(exposure, np.nan)
    np.divide(numerator, exposure, out=rate, where=exposure >= params.minimum_exposure)
    return RateSurface(
        grid,
        params,
        rate,
        numerator,
        exposure,
        n_violations=int(found.sum()),
        n_inspections=int(made.sum()),
        n_outside=n_lost + n_missed,
        n_occupied=int(np.count_nonzero(found)),
    )


def _smooth(counts: FloatArray, params: KernelParams) -> FloatArray:
    """Spread counts by the kernel; the sum stays."""
    # the filters of scipy take as long to load as the rest of the service does to begin
    from scipy.ndimage import gaussian_filter

    sigma = params.bandwidth_m / params.cell_m
    smoothed: FloatArray = gaussian_filter(counts, sigma, mode="constant", truncate=KERNEL_REACH)
    return smoothed


def _share_within(grid: Grid, extent: tuple[float, float, float, float]) -> FloatArray:
    """Return the part of each cell that lies within an extent, shape (n_rows, n_columns)."""
    (west, south), (east, north) = to_mercator(np.array([extent[:2], extent[2:]]))
    left, top = np.arange(grid.n_columns), np.arange(grid.n_rows)
    first, last = (west - grid.west) / grid.cell, (east - grid.west) / grid.cell
    high, low = (grid.north - north) / grid.cell, (grid.north - south) / grid.cell
    across = np.clip(np.minimum(left + 1, last) - np.maximum(left, first), 0, 1)
    down = np.clip(np.minimum(top + 1, low) - np.maximum(top, high), 0, 1)
    return np.outer(down, across)


def _extent(lonlat: FloatArray) -> tuple[float, float, float, float]:
    """West, south, east, north of some events."""
    if len(lonlat) == 0:
        raise InputError("There are no events: give the extent of the map as well.")
    west, south = lonlat.min(axis=0)
    east, north = lonlat.max(axis=0)
    return float(west), float(south), float(east), float(north)


def _collect_cells(
    grid: Grid, shown: NDArray[np.bool_], surfaces: dict[str, FloatArray]
) -> dict[str, Any]:
    """Turn the cells that are shown into a FeatureCollection with one property a surface."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [grid.polygon(row, column)]},
            "properties": {
                name: round(float(values[row, column]), 4) for name, values in surfaces.items()
            },
        }
        for row, column in np.argwhere(shown).tolist()
    ]
    return {"type": "FeatureCollection", "features": features}
