"""Square cells in metres on the ground, aligned to Web Mercator, and the knobs of a kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoinspect.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

EARTH_RADIUS_M = 6_378_137.0
MAXIMUM_CELLS = 25_000_000
KERNEL_REACH = 4.0  # bandwidths; the kernel beyond holds 0.03 % of the mass


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
        reach = KERNEL_REACH * params.bandwidth_m / ground + cell / 2
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
        row, column = self._row_column(lonlat)
        inside = (row >= 0) & (row < self.n_rows) & (column >= 0) & (column < self.n_columns)
        flat = row[inside] * self.n_columns + column[inside]
        counts = np.bincount(flat, minlength=self.n_rows * self.n_columns).astype(np.float64)
        return counts.reshape(self.n_rows, self.n_columns), int((~inside).sum())

    def index(self, lonlat: FloatArray) -> NDArray[np.int64]:
        """
        Return the cell of each position as `row * n_columns + column`, shape (n,).

        Raises
        ------
        InputError
            If a position lies beyond the grid, or nowhere.
        """
        row, column = self._row_column(checked_positions(lonlat))
        inside = (row >= 0) & (row < self.n_rows) & (column >= 0) & (column < self.n_columns)
        if not inside.all():
            event = int(np.flatnonzero(~inside)[0])
            raise InputError(
                "Event {row} at lon {lon}, lat {lat} lies outside the extent of the map: "
                "give a larger extent, or leave the event out.",
                row=event,
                lon=float(lonlat[event, 0]),
                lat=float(lonlat[event, 1]),
            )
        return row * self.n_columns + column

    def _row_column(self, lonlat: FloatArray) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Row and column of each position, also beyond the grid."""
        xy = to_mercator(lonlat)
        column = np.floor((xy[:, 0] - self.west) / self.cell).astype(np.int64)
        row = np.floor((self.north - xy[:, 1]) / self.cell).astype(np.int64)
        return row, column

    def polygon(self, row: int, column: int) -> list[list[float]]:
        """Return the ring of one cell, counter-clockwise, in degrees rounded to 0.1 m."""
        return self.rings(np.array([[row, column]]))[0].tolist()  # type: ignore[no-any-return]

    def rings(self, cells: NDArray[np.int64]) -> FloatArray:
        """
        Return the rings of many cells, see `polygon`.

        Parameters
        ----------
        cells
            Row and column of each, shape (n, 2).

        Returns
        -------
        rings
            Shape (n, 5, 2).
        """
        x0, y1 = self.west + cells[:, 1] * self.cell, self.north - cells[:, 0] * self.cell
        x1, y0 = x0 + self.cell, y1 - self.cell
        ring = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]]).transpose(2, 0, 1)
        degrees: FloatArray = to_lonlat(ring.reshape(-1, 2)).round(6).reshape(-1, 5, 2)
        return degrees


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


def checked_positions(lonlat: FloatArray) -> FloatArray:
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
