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
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.ndimage import gaussian_filter

from geoinspect.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

EARTH_RADIUS_M = 6_378_137.0
MAXIMUM_CELLS = 25_000_000
_KERNEL_REACH = 4.0  # bandwidths; the kernel beyond holds 0.03 % of the mass


@dataclass(frozen=True)
class KernelParams:
    """
    Knobs of a kernel surface.

    Parameters
    ----------
    bandwidth_m
        Standard deviation of the Gaussian kernel, in metres on the ground.
    cell_m
        Side of a cell, in metres on the ground; at most half of the bandwidth, where
        the error against exact sums is about 1 % of the peak.
    minimum_exposure
        Inspections that must stand behind a cell before it gets a rate. An inspection
        in the cell counts 1, one a bandwidth away 0.61, one three bandwidths away 0.01.

    Raises
    ------
    InputError
        If a value is not positive, or the cell is too large for the bandwidth.
    """

    bandwidth_m: float = 300.0
    cell_m: float = 100.0
    minimum_exposure: float = 5.0

    def __post_init__(self) -> None:
        for name in ("bandwidth_m", "cell_m", "minimum_exposure"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value > 0):
                raise InputError(
                    "The kernel needs a positive {name}, not {value}.", name=name, value=value
                )
        if 2 * self.cell_m > self.bandwidth_m:
            raise InputError(
                "A cell of {cell_m} m is too coarse for a bandwidth of {bandwidth_m} m: "
                "use cells of at most half the bandwidth.",
                cell_m=self.cell_m,
                bandwidth_m=self.bandwidth_m,
            )


@dataclass(frozen=True)
class Grid:
    """
    Square cells in Web Mercator, rows from north to south.

    The side of a cell is `cell_m` on the ground at latitude `lat`, the middle of the
    extent; over 50 km from north to south it varies by 0.2 %. The Earth counts as a
    sphere, as in Web Mercator: the ellipsoid differs by 0.4 %.

    Attributes
    ----------
    west, north
        Corner of the grid in Web Mercator metres, a multiple of `cell`.
    cell
        Side of a cell in Web Mercator metres, `cell_m / cos(lat)`.
    n_rows, n_columns
        Number of cells down and across.
    lat
        Latitude where the cell measures exactly `cell_m`, in degrees.
    """

    west: float
    north: float
    cell: float
    n_rows: int
    n_columns: int
    lat: float

    @classmethod
    def covering(cls, extent: tuple[float, float, float, float], params: KernelParams) -> Grid:
        """
        Lay a grid over `extent` and as far around it as the kernel reaches.

        Parameters
        ----------
        extent
            West, south, east, north in WGS-84 degrees.
        params
            Cell and bandwidth in metres on the ground.

        Raises
        ------
        InputError
            If the grid would hold more than 25 million cells.

        Examples
        --------
        >>> grid = Grid.covering((118.70, 32.00, 118.80, 32.10), KernelParams())
        >>> grid.n_rows, grid.n_columns
        (138, 120)
        """
        west, south, east, north = extent
        # a rounded latitude, so that one more event does not shift every cell
        lat = round((south + north) / 2, 2)
        ground = np.cos(np.radians(lat))
        cell = params.cell_m / ground
        # half a cell more than the kernel reaches: the smoothing rounds to whole cells
        reach = _KERNEL_REACH * params.bandwidth_m / ground + cell / 2
        (x0, y0), (x1, y1) = to_mercator(np.array([[west, south], [east, north]]))
        first, top = np.floor((x0 - reach) / cell), np.ceil((y1 + reach) / cell)
        n_columns = int(np.ceil((x1 + reach) / cell) - first)
        n_rows = int(top - np.floor((y0 - reach) / cell))
        if n_columns * n_rows > MAXIMUM_CELLS:
            raise InputError(
                "The extent {extent} needs {n_cells} cells of {cell_m} m, more than "
                "{maximum}: use larger cells or a smaller extent.",
                extent=extent,
                n_cells=n_columns * n_rows,
                cell_m=params.cell_m,
                maximum=MAXIMUM_CELLS,
            )
        return cls(float(first * cell), float(top * cell), float(cell), n_rows, n_columns, lat)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in WGS-84 degrees."""
        corners = [
            [self.west, self.north - self.n_rows * self.cell],
            [self.west + self.n_columns * self.cell, self.north],
        ]
        (west, south), (east, north) = to_lonlat(np.array(corners))
        return float(west), float(south), float(east), float(north)

    @property
    def cell_area_km2(self) -> FloatArray:
        """Area of a cell on the ground, one value a row, shape (n_rows,)."""
        return (self.cell * np.cos(np.radians(self.row_lat)) / 1000) ** 2

    @property
    def row_lat(self) -> FloatArray:
        """Latitude of the middle of each row, shape (n_rows,)."""
        y = self.north - (np.arange(self.n_rows) + 0.5) * self.cell
        return to_lonlat(np.column_stack((np.zeros_like(y), y)))[:, 1]

    @property
    def column_lon(self) -> FloatArray:
        """Longitude of the middle of each column, shape (n_columns,)."""
        x = self.west + (np.arange(self.n_columns) + 0.5) * self.cell
        return to_lonlat(np.column_stack((x, np.zeros_like(x))))[:, 0]

    def count(self, lonlat: FloatArray) -> tuple[FloatArray, int]:
        """
        Count positions by cell.

        Returns
        -------
        counts
            Positions in each cell, shape (n_rows, n_columns).
        n_outside
            Positions beyond the grid, which no cell counts.
        """
        xy = to_mercator(lonlat)
        column = np.floor((xy[:, 0] - self.west) / self.cell).astype(np.int64)
        row = np.floor((self.north - xy[:, 1]) / self.cell).astype(np.int64)
        inside = (row >= 0) & (row < self.n_rows) & (column >= 0) & (column < self.n_columns)
        flat = row[inside] * self.n_columns + column[inside]
        counts = np.bincount(flat, minlength=self.n_rows * self.n_columns).astype(np.float64)
        return counts.reshape(self.n_rows, self.n_columns), int((~inside).sum())

    def polygon(self, row: int, column: int) -> list[list[float]]:
        """Return the ring of one cell, counter-clockwise, in degrees rounded to 0.1 m."""
        x0, y1 = self.west + column * self.cell, self.north - row * self.cell
        x1, y0 = x0 + self.cell, y1 - self.cell
        ring = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]])
        return to_lonlat(ring).round(6).tolist()  # type: ignore[no-any-return]


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
    lonlat = _checked(lonlat)
    grid = Grid.covering(extent or _extent(lonlat), params)
    counts, n_outside = grid.count(lonlat)
    density = _smooth(counts, params) / grid.cell_area_km2[:, np.newaxis]
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
    violations, inspections = _checked(violations_lonlat), _checked(inspections_lonlat)
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


def to_mercator(lonlat: FloatArray) -> FloatArray:
    """
    Project degrees, shape (n, 2), to Web Mercator metres (EPSG:3857), shape (n, 2).

    Examples
    --------
    >>> to_mercator(np.array([[180.0, 45.0]])).round(2).tolist()
    [[20037508.34, 5621521.49]]
    """
    lon, lat = np.radians(lonlat[:, 0]), np.radians(lonlat[:, 1])
    return EARTH_RADIUS_M * np.column_stack((lon, np.log(np.tan(np.pi / 4 + lat / 2))))


def to_lonlat(xy: FloatArray) -> FloatArray:
    """Unproject Web Mercator metres, shape (n, 2), to degrees, shape (n, 2)."""
    lat = 2 * np.arctan(np.exp(xy[:, 1] / EARTH_RADIUS_M)) - np.pi / 2
    return np.degrees(np.column_stack((xy[:, 0] / EARTH_RADIUS_M, lat)))


def _smooth(counts: FloatArray, params: KernelParams) -> FloatArray:
    """Spread counts by the kernel; the sum stays."""
    sigma = params.bandwidth_m / params.cell_m
    smoothed: FloatArray = gaussian_filter(counts, sigma, mode="constant", truncate=_KERNEL_REACH)
    return smoothed


def _checked(lonlat: FloatArray) -> FloatArray:
    """Return coordinates as (n, 2) floats, refusing what is not a position on a web map."""
    positions = np.asarray(lonlat, dtype=np.float64).reshape(-1, 2)
    lon, lat = positions[:, 0], positions[:, 1]
    bad = ~((np.abs(lon) <= 180) & (np.abs(lat) <= 85))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise InputError(
            "Event {row} lies at lon {lon}, lat {lat}, which is no position in degrees: "
            "leave the event out or mend its coordinates.",
            row=row,
            lon=float(lon[row]),
            lat=float(lat[row]),
        )
    return positions


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
