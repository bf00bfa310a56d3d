"""Read where the rows of a table are: claimed datum, original and working coordinate."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from geoinspect.datum import DATUMS, is_datum, to_wgs84
from geoinspect.errors import InputError
from geoinspect.intake.cells import clean_text
from geoinspect.intake.coordinates import (
    CoordinateError,
    Position,
    checked_position,
    is_lat_first,
    read_combined,
    read_pair,
)
from geoinspect.intake.vocabulary import datum_in_label

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoinspect.datum import Datum
    from geoinspect.intake.columns import Columns
    from geoinspect.intake.layers import Layer
    from geoinspect.intake.rowlog import RowLog

    PositionReader: TypeAlias = Callable[[int], tuple[Position, str]]

ASSUMED = "assumed"

# From this many rows on one spot it is the middle of a town rather than the places.
_STACK_SIZE = 5

FIXES = {
    "REPROJECTED": "The coordinate was turned from the file's coordinate system into degrees.",
    "LONLAT_SWAPPED": "Longitude and latitude were swapped.",
    "COORD_REWRITTEN": "The coordinate was rewritten as decimal degrees.",
}


@dataclass(frozen=True)
class Claim:
    """The datum that somebody says the coordinates are in, and who says so."""

    datum: Datum
    evidence: str


@dataclass(frozen=True)
class Places:
    """
    Positions of all rows of a table.

    Parameters
    ----------
    claim
        Datum of the file.
    original
        x, y as written, shape (n, 2); not a number where there is no position.
    lonlat
        Working position, WGS-84 degrees, shape (n, 2).
    """

    claim: Claim
    original: NDArray[np.float64]
    lonlat: NDArray[np.float64]

    @property
    def geometry(self) -> NDArray[np.object_]:
        """Working positions as points; None where there is none."""
        found = ~np.isnan(self.lonlat).any(axis=1)
        geometry = np.full(len(self.lonlat), None, dtype=object)
        geometry[found] = shapely.points(self.lonlat[found])
        return geometry


def claim_datum(columns: Columns, datum: str | None) -> Claim:
    """
    Decide which datum counts as claimed: argument, file, column label, else WGS-84.

    Raises
    ------
    InputError
        If `datum` is unknown, or a map file that should say so says nothing.
    """
    if datum is not None:
        if not is_datum(datum):
            raise InputError(
                "Unknown datum '{datum}': use one of {datums}.",
                datum=datum,
                datums=", ".join(DATUMS),
            )
        return Claim(datum, "argument")
    layer = columns.table.layer
    if layer is not None and layer.claimed_datum is not None:
        return Claim(layer.claimed_datum, layer.datum_evidence)
    if layer is not None and layer.needs_datum:
        raise InputError(
            "{file} does not say its coordinate system (no .prj): say which datum it is in "
            "(wgs84, cgcs2000, gcj02 or bd09).",
            file=columns.table.source_file,
        )
    for role in ("lon", "lonlat"):
        named = datum_in_label(columns.labels.get(role, ""))
        if named is not None:
            return Claim(named, f"column {columns.labels[role]}")
    return Claim("wgs84", ASSUMED)


def read_places(
    columns: Columns, datum: str | None, log: RowLog, *, is_optional: list[bool] | None = None
) -> Places:
    """
    Read the position of every row, and log what was changed or missing.

    Parameters
    ----------
    columns
        The table.
    datum
        Datum given by the user; None to find it.
    log
        Where changes and obstacles go.
    is_optional
        Rows that may do without a position; what cannot be read there is only
        logged. None if all rows need one.

    Returns
    -------
    places
        Positions, aligned with the rows.
    """
    claim = claim_datum(columns, datum)
    optional = is_optional or [False] * len(columns.rows)
    read = _position_reader(columns)
    positions = [
        _position_of(read, number, row, log, is_optional=optional[number])
        for number, row in enumerate(columns.rows)
    ]
    numbers = [(p.x, p.y, p.lon, p.lat) if p else (np.nan,) * 4 for p in positions]
    values = np.array(numbers, dtype=np.float64).reshape(-1, 4)
    lonlat = to_wgs84(values[:, 2:], claim.datum)
    _log_conversion(columns, claim, values[:, 2:], lonlat, log)
    _note_swaps(columns, log)
    _note_stacks(lonlat, log)
    return Places(claim, values[:, :2], lonlat)


def has_places(columns: Columns) -> bool:
    """Tell whether the table can hold positions at all."""
    return _geometry_layer(columns) is not None or "lonlat" in columns or _has_pair(columns)


def _geometry_layer(columns: Columns) -> Layer | None:
    """Return the layer of the table if it has any geometry; else the columns count."""
    layer = columns.table.layer
    return layer if layer is not None and any(g is not None for g in layer.geometry) else None


def _has_pair(columns: Columns) -> bool:
    """Tell whether there are a column of longitude and one of latitude."""
    return "lon" in columns and "lat" in columns


def _position_of(
    read: PositionReader, number: int, row: int, log: RowLog, *, is_optional: bool
) -> Position | None:
    """Read one row; what stands in the way is logged."""
    try:
        position, before = read(number)
    except CoordinateError as error:
        if not is_optional:
            log.quarantine(row, error.code, error.sentence, value=error.value)
        elif error.code != "NO_COORD":
            log.fix(
                row,
                "lon, lat",
                (error.value, ""),
                "COORD_IGNORED",
                "The coordinate cannot be read and was left out; the point id says where it is.",
            )
        return None
    if position.fix:
        after = _shown(position.lon, position.lat)
        log.fix(row, "lon, lat", (before, after), position.fix, FIXES[position.fix])
    return position


def _position_reader(columns: Columns) -> PositionReader:
    """Return what reads the position of the n-th row, and how it was written."""
    layer = _geometry_layer(columns)
    if layer is not None:
        features = list(zip(layer.geometry, layer.original, strict=True))
        return lambda number: _position_of_feature(*features[number])
    if _has_pair(columns):
        pairs = list(zip(columns.cells("lon"), columns.cells("lat"), strict=True))
        return lambda number: (read_pair(*pairs[number]), ", ".join(map(clean_text, pairs[number])))
    cells = columns.cells("lonlat")
    lat_first = "lonlat" in columns and is_lat_first(columns.labels["lonlat"])
    return lambda number: (
        read_combined(cells[number], lat_first=lat_first),
        clean_text(cells[number]),
    )


def _position_of_feature(
    geometry: BaseGeometry | None, original: BaseGeometry | None
) -> tuple[Position, str]:
    """Take the position of a point feature."""
    if geometry is None or original is None or geometry.is_empty:
        raise CoordinateError(
            "NO_COORD", "There is no coordinate: {value}. Enter longitude and latitude.", "-"
        )
    ends = shapely.get_coordinates(geometry)
    if geometry.geom_type not in ("Point", "MultiPoint") or len(ends) != 1:
        raise CoordinateError(
            "NOT_A_POINT", "The feature is a {value}, not a point.", geometry.geom_type
        )
    x, y = (float(value) for value in shapely.get_coordinates(original)[0])
    position = checked_position(*(float(value) for value in ends[0]))
    is_reprojected = (x, y) != (position.x, position.y)
    fix = position.fix or ("REPROJECTED" if is_reprojected else "")
    return replace(position, x=x, y=y, fix=fix), _shown(x, y)


def _log_conversion(
    columns: Columns,
    claim: Claim,
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    log: RowLog,
) -> None:
    """Log every position that the conversion of the datum moved."""
    rows = columns.rows
    moved = np.any(before != after, axis=1) & ~np.isnan(before).any(axis=1)
    for number in np.flatnonzero(moved):
        log.fix(
            rows[number],
            "lon, lat",
            (_shown(*before[number]), _shown(*after[number])),
            "DATUM_CONVERTED",
            "Converted from {datum} to WGS-84.",
            datum=claim.datum,
        )


def _note_swaps(columns: Columns, log: RowLog) -> None:
    """Tell a file that is swapped as a whole from one with some swapped rows."""
    count = sum(fix.code == "LONLAT_SWAPPED" for fix in log.fixes)
    if count and count == len(columns.rows):
        log.note("Longitude and latitude are swapped in the whole file; they were exchanged.")
    elif count:
        log.note(
            "Longitude and latitude are swapped in {count} of {total} rows; they were exchanged. "
            "Look at these rows.",
            count=count,
            total=len(columns.rows),
        )


def _note_stacks(lonlat: NDArray[np.float64], log: RowLog) -> None:
    """Say where many rows share one position: the middle of a town, not the places."""
    found = lonlat[~np.isnan(lonlat).any(axis=1)].round(7)
    for (lon, lat), count in Counter(map(tuple, found.tolist())).items():
        if count >= _STACK_SIZE:
            log.note(
                "{count} rows share the coordinate {value}: is it the middle of an area?",
                count=count,
                value=_shown(lon, lat),
            )


def _shown(lon: float, lat: float) -> str:
    """Write a position to a hundredth of a millimetre."""
    return f"{float(lon):.10g}, {float(lat):.10g}"
