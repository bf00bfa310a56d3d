"""Read district polygons: one file with all, or a file for each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import geopandas as gpd
import pandas as pd
import shapely

from geoinspect.datum import to_wgs84
from geoinspect.errors import InputError
from geoinspect.geometry import WGS84
from geoinspect.intake.cells import clean_id, clean_text, means_nothing
from geoinspect.intake.columns import Columns, find_columns
from geoinspect.intake.coordinates import is_swapped
from geoinspect.intake.imports import Import, refuse_if_nothing_left
from geoinspect.intake.places import FIXES, Claim, claim_datum
from geoinspect.intake.rowlog import RowLog
from geoinspect.intake.table import Table, read_table
from geoinspect.intake.vocabulary import DISTRICT_ROLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

ENDINGS = (".geojson", ".json", ".gpkg", ".shp")

# Above this a repaired polygon is another one than the user drew.
_MAX_AREA_CHANGE = 0.001


@dataclass(frozen=True)
class DistrictsImport(Import):
    """
    Districts read from one or more files.

    `districts` is indexed by district_id with the columns name, geometry (WGS-84
    polygons), claimed_datum, datum_evidence, source_file. Rows are numbered through
    all files; with several files `table.source_file` names the first.
    """

    districts: gpd.GeoDataFrame

    id_role: ClassVar[str] = "district_id"


@dataclass(frozen=True)
class _Feature:
    """One district on its way: the number of its row, and what its file says of it."""

    row: int
    district_id: str
    name: str
    geometry: BaseGeometry | None
    original: BaseGeometry | None
    claim: Claim
    source_file: str
    is_repaired: bool


def read_districts(
    path: str | PathLike[str] | Sequence[str | PathLike[str]],
    *,
    datum: str | None = None,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> DistrictsImport:
    """
    Read district polygons.

    Polygons in GCJ-02 or BD-09 are converted vertex by vertex. Invalid rings are
    repaired; if that changes the area by more than 0.1 % the district is set aside.

    Parameters
    ----------
    path
        A .geojson, .gpkg or .shp file, a folder of them, or a list of files. A
        file that holds one polygon may be a bare geometry: its district id is then
        the name of the file without its ending, as in `320102.geojson`.
    datum
        Datum of all coordinates, one of `geoinspect.datum.DATUMS`; None takes what
        the files say, and WGS-84 if they say nothing.
    sheet
        Layer of a GeoPackage that holds several.
    columns
        Labels of columns that are not recognised, by role: `{"name": "QXMC"}`.

    Returns
    -------
    imported
        Districts, and the ledger of all features.

    Raises
    ------
    InputError
        If nothing can be read, no feature is a usable polygon, or a district id
        comes twice.
    """
    files = _files(path)
    tables = [read_table(file, sheet=sheet) for file in files]
    log = RowLog(note for table in tables for note in table.notes)
    features: list[_Feature] = []
    for table, file in zip(tables, files, strict=True):
        features += _features(table, file, datum, columns, first_row=len(features) + 1)
    merged = _merged_table(tables, features)
    _refuse_repeated_ids(features, merged.source_file)
    polygons = {feature.row: _polygon(feature, log) for feature in features}
    refuse_if_nothing_left(merged, log)
    identity = {feature.row: (feature.district_id, feature.name) for feature in features}
    return DistrictsImport(merged, log, identity, districts=_districts(features, polygons))


def _files(path: str | PathLike[str] | Sequence[str | PathLike[str]]) -> list[Path]:
    """List the files that are meant, those of a folder in the order of their names."""
    if not isinstance(path, str | PathLike):
        if not path:
            raise InputError("There are no district files: name at least one.")
        return [Path(one) for one in path]
    single = Path(path)
    if not single.is_dir():
        return [single]
    files = sorted(file for file in single.iterdir() if file.suffix.lower() in ENDINGS)
    if not files:
        raise InputError(
            "The folder {folder} holds no district files ({endings}).",
            folder=single,
            endings=", ".join(ENDINGS),
        )
    return files


def _features(
    table: Table,
    file: Path,
    datum: str | None,
    given: Mapping[str, str] | None,
    *,
    first_row: int,
) -> list[_Feature]:
    """Take the features of one file, numbered from `first_row`."""
    layer = table.layer
    if layer is None:
        raise InputError(
            "{file} is a table without polygons: districts come as .geojson, .gpkg or .shp.",
            file=table.source_file,
        )
    if all(geometry is None or geometry.is_empty for geometry in layer.geometry):
        raise InputError("{file} holds no districts: all its shapes are empty.", file=file.name)
    columns = find_columns(table, DISTRICT_ROLES, given)
    claim = claim_datum(columns, datum)
    ids, names = _ids(columns, file), columns.texts("name")
    return [
        _Feature(
            first_row + number,
            ids[number],
            names[number] or ids[number],
            geometry,
            layer.original[number],
            claim,
            file.name,
            number + 1 in layer.repaired,
        )
        for number, geometry in enumerate(layer.geometry)
    ]


def _ids(columns: Columns, file: Path) -> list[str]:
    """Find the ids: their column, the file name of a single district, or the names."""
    given = [clean_id(cell) for cell in columns.cells("district_id")]
    ids = ["" if means_nothing(text) else text for text in given]
    if len(ids) == 1:
        return [ids[0] or clean_text(file.stem)]
    return [key or name for key, name in zip(ids, columns.texts("name"), strict=True)]


def _merged_table(tables: list[Table], features: list[_Feature]) -> Table:
    """Put the properties of all files into one table, rows numbered through."""
    cells = pd.concat([table.cells for table in tables], ignore_index=True)
    cells.index = pd.RangeIndex(1, len(cells) + 1, name="source_row")
    if len(tables) > 1:
        cells.insert(0, "file", [feature.source_file for feature in features])
    return replace(tables[0], cells=cells.astype(object), layer=None)


def _refuse_repeated_ids(features: list[_Feature], source_file: str) -> None:
    """Refuse districts that cannot be told apart."""
    seen: dict[str, _Feature] = {}
    for feature in features:
        earlier = seen.setdefault(feature.district_id, feature)
        if feature.district_id and earlier is not feature:
            raise InputError(
                "{file}: the district id '{id}' comes twice (rows {first} and {second}): "
                "give each district its own.",
                file=feature.source_file or source_file,
                id=feature.district_id,
                first=earlier.row,
                second=feature.row,
            )


def _polygon(feature: _Feature, log: RowLog) -> BaseGeometry | None:
    """Check, repair and convert one district; None if it is set aside."""
    row, geometry = feature.row, feature.geometry
    if not feature.district_id:
        log.quarantine(row, "NO_ID", "There is no id: enter one.")
        return None
    if geometry is None or geometry.is_empty:
        log.quarantine(row, "NO_SHAPE", "The district has no shape.")
        return None
    if geometry.geom_type not in ("Polygon", "MultiPolygon"):
        log.quarantine(
            row, "NOT_A_POLYGON", "The shape is a {value}, not a polygon.", value=geometry.geom_type
        )
        return None
    if feature.is_repaired:
        log.fix(row, "geometry", ("", ""), "RING_CLOSED", "A ring was not closed; it was closed.")
    _log_reprojection(feature, geometry, log)
    in_place = _in_degrees(_flat(geometry, row, log), row, log)
    valid = None if in_place is None else _valid(in_place, row, log)
    return None if valid is None else _converted(valid, feature, log)


def _log_reprojection(feature: _Feature, geometry: BaseGeometry, log: RowLog) -> None:
    """Log that a projected shape was turned into degrees."""
    if feature.original is not None and feature.original.bounds != geometry.bounds:
        change = (_corner(feature.original), _corner(geometry))
        log.fix(feature.row, "geometry", change, "REPROJECTED", FIXES["REPROJECTED"])


def _corner(geometry: BaseGeometry) -> str:
    """Write the lower left corner of a shape, to show where it went."""
    west, south, _, _ = geometry.bounds
    return f"{west:.10g}, {south:.10g}"


def _flat(geometry: BaseGeometry, row: int, log: RowLog) -> BaseGeometry:
    """Drop heights."""
    if not geometry.has_z:
        return geometry
    log.fix(row, "geometry", ("3D", "2D"), "HEIGHT_DROPPED", "Heights were dropped.")
    return shapely.force_2d(geometry)


def _in_degrees(geometry: BaseGeometry, row: int, log: RowLog) -> BaseGeometry | None:
    """Exchange latitude and longitude if they are swapped; set aside what is no degrees."""
    west, south, east, north = geometry.bounds
    if is_swapped(west, south) and is_swapped(east, north):
        swapped = shapely.transform(geometry, lambda xy: xy[:, ::-1])
        change = (_corner(geometry), _corner(swapped))
        log.fix(row, "geometry", change, "LONLAT_SWAPPED", FIXES["LONLAT_SWAPPED"])
        return swapped
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
        log.quarantine(
            row,
            "PROJECTED_COORD",
            "{value} are metres of a projection, not degrees: "
            "export the table with longitude and latitude.",
            value=_corner(geometry),
        )
        return None
    return geometry


def _valid(geometry: BaseGeometry, row: int, log: RowLog) -> BaseGeometry | None:
    """Repair crossing rings; a repair that changes the area is left to a person."""
    if geometry.is_valid:
        return geometry
    problem = shapely.is_valid_reason(geometry)
    repaired = _polygons_of(shapely.make_valid(geometry))
    # A ratio of areas in square degrees is one of square metres within a district.
    change = abs(repaired.area - geometry.area) / max(repaired.area, geometry.area, 1e-300)
    if repaired.is_empty or change > _MAX_AREA_CHANGE:
        log.quarantine(
            row,
            "INVALID_SHAPE",
            "The shape crosses itself ({problem}); repairing it would change its area "
            "by {percent:.2f} %: correct it in a map program.",
            problem=problem,
            percent=100 * change,
        )
        return None
    log.fix(
        row,
        "geometry",
        (problem, "Valid Geometry"),
        "SHAPE_REPAIRED",
        "The shape crossed itself and was repaired; its area changed by {percent:.4f} %.",
        percent=100 * change,
    )
    return repaired


def _polygons_of(geometry: BaseGeometry) -> BaseGeometry:
    """Keep the polygons of a repaired shape; lines and points have no area."""
    # Twice, because a collection may hold multi-polygons.
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return shapely.union_all([part for part in parts if part.geom_type == "Polygon"])


def _converted(geometry: BaseGeometry, feature: _Feature, log: RowLog) -> BaseGeometry:
    """Convert every vertex to WGS-84."""
    datum = feature.claim.datum
    moved = shapely.transform(geometry, lambda xy: to_wgs84(xy, datum))
    if datum in ("gcj02", "bd09"):
        log.fix(
            feature.row,
            "geometry",
            (_corner(geometry), _corner(moved)),
            "DATUM_CONVERTED",
            "Converted from {datum} to WGS-84.",
            datum=datum,
        )
    return moved


def _districts(
    features: list[_Feature], polygons: dict[int, BaseGeometry | None]
) -> gpd.GeoDataFrame:
    """Put the usable districts into the contract."""
    kept = [feature for feature in features if polygons[feature.row] is not None]
    return gpd.GeoDataFrame(
        {
            "name": [feature.name for feature in kept],
            "geometry": [polygons[feature.row] for feature in kept],
            "claimed_datum": [feature.claim.datum for feature in kept],
            "datum_evidence": [feature.claim.evidence for feature in kept],
            "source_file": [feature.source_file for feature in kept],
        },
        index=pd.Index([f.district_id for f in kept], name="district_id", dtype="str"),
        crs=WGS84,
    )
