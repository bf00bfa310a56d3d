"""
Hot and cold spots of violations per inspection: Getis-Ord Gi* that knows the effort.

Each inspection is one observation with its place and the number of violations it found.
Gi* compares the inspections within a radius of a cell with all inspections of the city
(Getis and Ord 1992, Geographical Analysis 24, 189-206; Ord and Getis 1995, ibid. 27,
286-306). If there is no pattern, any inspection could have had any outcome; the outcomes
permuted over the inspections then give mean, variance and skewness of the sum around each
cell in closed form, so that a street visited ten times as often is neither hot nor cold
for it.

With few inspections the sum is far from normal. Its tails come from the Pearson type III
distribution with the exact first three moments under permutation (Mielke and Berry 2001,
*Permutation Methods*, Springer). Which cells are called hot or cold is decided with the
false-discovery rate of Benjamini and Hochberg (1995, JRSS B 57, 289-300), or of Benjamini
and Yekutieli (2001, Annals of Statistics 29, 1165-1188), which holds under any dependence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely
from scipy.special import gammainc, gammaincc, ndtr

from geoinspect.density import Grid, KernelParams
from geoinspect.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoinspect.arrays import BoolArray, FloatArray, IntArray

Reason = Literal["NO_INSPECTIONS", "NO_VIOLATIONS", "ALL_ALIKE", "ONE_PLACE", "TOO_FEW"]

_REASONS: dict[Reason, str] = {
    "NO_INSPECTIONS": "No hot spots are computed: no inspection is recorded.",
    "NO_VIOLATIONS": "No hot spots are computed: no inspection found a violation.",
    "ALL_ALIKE": "No hot spots are computed: all inspections found the same number of violations.",
    "ONE_PLACE": "No hot spots are computed: all inspections were made in one place.",
    "TOO_FEW": "No hot spots are computed: nowhere were enough inspections made.",
}
_MOST_CELLS_PER_RADIUS = 50
_NEARLY_SYMMETRIC = 1e-4


@dataclass(frozen=True)
class HotSpotParams:
    """
    Knobs of the search for hot spots.

    Parameters
    ----------
    radius_m
        Inspections this near to the middle of a cell belong to it, in metres.
    cell_m
        Side of a cell in metres, at most half the radius.
    minimum_inspections
        Cells with fewer inspections within the radius are not tested.
    level
        Largest expected share of false ones among the cells called hot or cold.
    control
        "BH" for Benjamini and Hochberg, right for overlapping neighbourhoods, where tests
        depend positively; "BY" for Benjamini and Yekutieli, right always and less sharp.

    Raises
    ------
    InputError
        If a value is out of its range.
    """

    radius_m: float = 500.0
    cell_m: float = 250.0
    minimum_inspections: int = 10
    level: float = 0.05
    control: Literal["BH", "BY"] = "BH"

    def __post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise InputError("The level must lie between 0 and 1, not {level}.", level=self.level)
        if self.minimum_inspections < 1:
            raise InputError(
                "Hot spots need a minimum of at least 1 inspection, not {value}.",
                value=self.minimum_inspections,
            )
        if self.control not in ("BH", "BY"):
            raise InputError(
                "Unknown control of false discoveries {control!r}: use BH or BY.",
                control=self.control,
            )
        if self.radius_m > _MOST_CELLS_PER_RADIUS * self.cell_m:
            raise InputError(
                "A radius of {radius_m} m holds too many cells of {cell_m} m: use larger cells.",
                radius_m=self.radius_m,
                cell_m=self.cell_m,
            )
        _ = self.kernel

    @property
    def kernel(self) -> KernelParams:
        """Cell and reach in the terms of a grid; refuses what a grid cannot be."""
        return KernelParams(self.radius_m, self.cell_m, float(self.minimum_inspections))


@dataclass(frozen=True)
class HotSpots:
    """
    Cells where inspections find surely more, or surely fewer, violations than in the city.

    Attributes
    ----------
    grid
        Where the cells lie.
    params
        Radius, cell, minimum and level.
    z
        Gi* in standard deviations, shape (n_rows, n_columns); NaN where not tested.
    p_value
        Two-sided, before the control of false discoveries; NaN where not tested.
    is_hot, is_cold
        Cells that pass the control, shape (n_rows, n_columns).
    violations, inspections
        Counted within the radius of each cell.
    n_inspections, n_violations
        Of the city.
    reason
        Why nothing was tested, "" if something was.
    """

    grid: Grid
    params: HotSpotParams
    z: FloatArray = field(repr=False)
    p_value: FloatArray = field(repr=False)
    is_hot: BoolArray = field(repr=False)
    is_cold: BoolArray = field(repr=False)
    violations: FloatArray = field(repr=False)
    inspections: FloatArray = field(repr=False)
    n_inspections: int
    n_violations: int
    reason: Reason | Literal[""]

    def explain(self, translate: Callable[[str], str] = str) -> str:
        """Return why nothing was tested as one sentence, "" if something was."""
        return translate(_REASONS[self.reason]) if self.reason else ""

    def to_geojson(self) -> dict[str, Any]:
        """
        Return the hot and the cold cells as a GeoJSON FeatureCollection.

        Returns
        -------
        collection
            Polygons in WGS-84 with `kind` ("hot" or "cold"), `z`, `p_value`,
            `violations` and `inspections`.
        """
        cells = np.argwhere(self.is_hot | self.is_cold).tolist()
        features = [self._feature(row, column) for row, column in cells]
        return {"type": "FeatureCollection", "features": features}

    def _feature(self, row: int, column: int) -> dict[str, Any]:
        ring = self.grid.polygon(row, column)
        properties = {
            "kind": "hot" if self.is_hot[row, column] else "cold",
            "z": round(float(self.z[row, column]), 2),
            "p_value": float(f"{self.p_value[row, column]:.2g}"),
            "violations": int(self.violations[row, column]),
            "inspections": int(self.inspections[row, column]),
        }
        geometry = {"type": "Polygon", "coordinates": [ring]}
        return {"type": "Feature", "geometry": geometry, "properties": properties}


@dataclass(frozen=True)
class _Outcomes:
    """Moments of the violations found per inspection, over all inspections."""

    n: int
    mean: float
    variance: float
    third: float

    @classmethod
    def of(cls, found: IntArray) -> _Outcomes:
        if len(found) == 0:
            return cls(0, 0.0, 0.0, 0.0)
        centred = found - found.mean()
        return cls(
            len(found), float(found.mean()), float((centred**2).mean()), float((centred**3).mean())
        )


def hot_spots(
    inspections_lonlat: FloatArray,
    found: IntArray,
    *,
    params: HotSpotParams | None = None,
    extent: tuple[float, float, float, float] | None = None,
) -> HotSpots:
    """
    Find the cells where inspections find more or fewer violations than chance explains.

    Costs one pass over the inspections, and one over the cells for each row of the radius.
    Several visits to one point count as independent: a point that is bad all year makes the
    cells around it hot, which is what they are. Where nothing can be tested the result says
    why.

    Parameters
    ----------
    inspections_lonlat
        Inspections, shape (n, 2), WGS-84 degrees as lon, lat.
    found
        Violations found by each inspection, shape (n,).
    params
        Radius, cell, minimum and level.
    extent
        West, south, east, north in degrees; the extent of the inspections if left out.

    Raises
    ------
    InputError
        If `found` does not fit the inspections or holds a negative number, a coordinate
        is none, or there is neither an inspection nor an extent.

    Examples
    --------
    >>> market = np.array([[118.8, 32.05]])
    >>> hot_spots(np.repeat(market, 9, axis=0), np.zeros(9, np.int64)).reason
    'NO_VIOLATIONS'
    """
    params = params or HotSpotParams()
    grid, cell = _cells(inspections_lonlat, found, params, extent)
    size = grid.n_rows * grid.n_columns
    made = np.bincount(cell, minlength=size).reshape(grid.n_rows, -1)
    violations = np.bincount(cell, weights=found, minlength=size).reshape(grid.n_rows, -1)
    outcomes = _Outcomes.of(np.asarray(found))
    reason = _reason(made, outcomes)
    near_made, near_found = near_sums(made, params), near_sums(violations, params)
    # where all inspections lie within the radius there is nothing to compare them with
    is_tested = (near_made >= params.minimum_inspections) & (near_made < outcomes.n) & (not reason)
    if not reason and not is_tested.any():
        reason = "TOO_FEW"
    z, p_value = np.full(made.shape, np.nan), np.full(made.shape, np.nan)
    z[is_tested], p_value[is_tested] = _test(near_made[is_tested], near_found[is_tested], outcomes)
    passes = np.zeros(made.shape, np.bool_)
    passes[is_tested] = discoveries(p_value[is_tested], params)
    return HotSpots(
        grid=grid,
        params=params,
        z=z,
        p_value=p_value,
        is_hot=passes & (z > 0),
        is_cold=passes & (z < 0),
        violations=near_found,
        inspections=near_made,
        n_inspections=outcomes.n,
        n_violations=int(np.sum(found)),
        reason=reason,
    )


def joined_cells(grid: Grid, chosen: BoolArray) -> list[tuple[shapely.Polygon, IntArray]]:
    """
    Join cells with a side in common to areas.

    Parameters
    ----------
    grid
        Where the cells lie.
    chosen
        Which cells, shape (n_rows, n_columns).

    Returns
    -------
    areas
        Outline in WGS-84 degrees, and row and column of its cells, shape (k, 2); in the order of
        the first cell of each.
    """
    cells = np.argwhere(chosen)
    if len(cells) == 0:
        return []
    rings = grid.rings(cells)
    squares = np.asarray(shapely.polygons(rings), dtype=object)
    # the cells do not overlap and share their corners to the last digit
    parts = shapely.get_parts(shapely.coverage_union_all(squares))
    middles = np.asarray(shapely.points(rings[:, :4].mean(axis=1)), dtype=object)
    owner, inside = shapely.STRtree(middles).query(parts, predicate="contains")
    order = np.lexsort((inside, owner))
    ends = np.cumsum(np.bincount(owner, minlength=len(parts)))[:-1]
    areas = zip(parts, np.split(inside[order], ends), strict=True)
    return [(part, cells[own]) for part, own in sorted(areas, key=lambda area: int(area[1][0]))]


def near_sums(counts: FloatArray | IntArray, params: HotSpotParams) -> FloatArray:
    """
    Sum counts over the cells whose middle lies within the radius of each cell.

    Parameters
    ----------
    counts
        Whole numbers by cell, shape (n_rows, n_columns).
    params
        Radius and cell.

    Returns
    -------
    sums
        Whole numbers, shape (n_rows, n_columns); the cell itself is included, what lies
        beyond the grid counts as nothing.
    """
    counts = np.asarray(counts, np.float64)
    n_rows, n_columns = counts.shape
    reach = int(params.radius_m // params.cell_m)
    step = np.arange(-reach, reach + 1) * params.cell_m
    disc = step[:, np.newaxis] ** 2 + step**2 <= params.radius_m**2
    # the sum of a stretch of a row is the difference of two sums from its beginning
    begun = np.cumsum(np.pad(counts, ((reach, reach), (reach + 1, reach))), axis=1)
    sums = np.zeros_like(counts)
    for row, width in enumerate(disc.sum(axis=1)):
        left, right = reach - width // 2, reach + width // 2 + 1
        stretch = begun[row : row + n_rows]
        sums += stretch[:, right : right + n_columns] - stretch[:, left : left + n_columns]
    return sums


def discoveries(p_value: FloatArray, params: HotSpotParams) -> BoolArray:
    """Tell which tests pass the control of false discoveries, shape (n,)."""
    n = len(p_value)
    rank = np.arange(1, n + 1)
    # any dependence costs the sum of 1 + 1/2 + ... + 1/n
    cost = 1.0 if params.control == "BH" else float((1 / rank).sum())
    order = np.argsort(p_value, kind="stable")
    is_small = p_value[order] * n * cost <= params.level * rank
    passes = np.zeros(n, np.bool_)
    # the largest that is small enough takes all smaller ones along
    passes[order[: int(np.max(rank, where=is_small, initial=0))]] = True
    return passes


def _cells(
    lonlat: FloatArray,
    found: IntArray,
    params: HotSpotParams,
    extent: tuple[float, float, float, float] | None,
) -> tuple[Grid, IntArray]:
    """Lay the grid, and return the flat index of each inspection's cell."""
    lonlat, found = np.asarray(lonlat, np.float64).reshape(-1, 2), np.asarray(found)
    if found.shape != (len(lonlat),):
        raise InputError(
            "{n_found} outcomes do not fit {n_made} inspections: each inspection needs the "
            "number of violations it found, 0 for none.",
            n_found=len(found),
            n_made=len(lonlat),
        )
    if len(found) and found.min() < 0:
        row = int(found.argmin())
        raise InputError(
            "Inspection {row} found {value} violations: give a number that is not negative.",
            row=row,
            value=int(found[row]),
        )
    if extent is None and len(lonlat) == 0:
        raise InputError("There are no events: give the extent of the map as well.")
    corners = [*lonlat.min(axis=0), *lonlat.max(axis=0)] if len(lonlat) else []
    west, south, east, north = (float(value) for value in (extent or corners))
    grid = Grid.covering((west, south, east, north), params.kernel)
    return grid, grid.index(lonlat)


def _reason(made: IntArray, outcomes: _Outcomes) -> Reason | Literal[""]:
    """Tell why nothing can be tested, if so."""
    if outcomes.n == 0:
        return "NO_INSPECTIONS"
    if outcomes.mean == 0:
        return "NO_VIOLATIONS"
    if outcomes.variance == 0:
        return "ALL_ALIKE"
    return "ONE_PLACE" if np.count_nonzero(made) == 1 else ""


def _test(
    made: FloatArray, found: FloatArray, outcomes: _Outcomes
) -> tuple[FloatArray, FloatArray]:
    """Return Gi* and its two-sided p-value from the moments under permutation."""
    n = outcomes.n
    variance = outcomes.variance * made * (n - made) / (n - 1)
    deviation = np.sqrt(variance)
    excess = found - made * outcomes.mean
    third = outcomes.third * made * (n - made) * (n - 2 * made) / max((n - 1) * (n - 2), 1)
    skew = third / deviation**3
    # violations come whole: half a one less, so that the tail holds at least its own weight
    upper = pearson_tail((excess - 0.5) / deviation, skew)
    lower = pearson_tail((-excess - 0.5) / deviation, -skew)
    return excess / deviation, np.minimum(2 * np.minimum(upper, lower), 1.0)


def pearson_tail(z: FloatArray, skew: FloatArray) -> FloatArray:
    """
    Return the probability above `z` under the Pearson type III distribution, shape (n,).

    `scipy.stats` has it too, and takes a second to load.

    Parameters
    ----------
    z
        In standard deviations from the mean, shape (n,).
    skew
        Skewness, shape (n,); near 0 the distribution is normal.
    """
    is_normal = np.abs(skew) < _NEARLY_SYMMETRIC
    shape = (2 / np.where(is_normal, 1.0, skew)) ** 2
    # a gamma of this shape, shifted and scaled; turned around where the skewness is negative
    x = np.maximum(shape + 2 * z / np.where(is_normal, 1.0, skew), 0.0)
    gamma = np.where(skew > 0, gammaincc(shape, x), gammainc(shape, x))
    tail: FloatArray = np.where(is_normal, ndtr(-z), gamma)
    return tail
