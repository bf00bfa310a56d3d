"""
Read files that carry geometry: GeoJSON, GeoPackage, shapefile.

A layer leaves here in degrees. What its coordinate reference system says about the
datum is a claim, kept as such: Chinese files often say WGS-84 and hold GCJ-02.
"""

from __future__ import annotations

import json
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from geoinspect.errors import InputError
from geoinspect.intake.plaintext import decode_attributes
from geoinspect.intake.refusals import damaged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from geoinspect.datum import Datum

GEOMETRY_TYPES = frozenset(
    (
        *("Point", "MultiPoint", "LineString", "MultiLineString"),
        *("Polygon", "MultiPolygon", "GeometryCollection"),
    )
)

# The way from these to WGS-84 needs parameters that differ from city to city.
_OLD_DATUMS = {4214: "Beijing 1954", 4555: "New Beijing", 4610: "Xian 1980"}
_CGCS2000 = 4490


@dataclass(frozen=True)
class Layer:
    """
    Features in degrees, in the order of the file.

    `properties[i]` and `geometry[i]` (None where missing or unreadable) belong to
    the feature that the user counts as number i + 1. `claimed_datum` is None where
    the file says nothing; `needs_datum` tells that it should have. `original` is
    the geometry as written, before a projected layer was turned into degrees.
    `repaired` holds the numbers of features whose rings had to be closed.
    """

    properties: list[dict[str, Any]]
    geometry: list[BaseGeometry | None]
    claimed_datum: Datum | None = None
    datum_evidence: str = ""
    needs_datum: bool = False
    original: list[BaseGeometry | None] = field(default_factory=list)
    repaired: frozenset[int] = frozenset()


def read_geojson(payload: dict[str, Any], source_file: str) -> Layer:
    """
    Read a GeoJSON object: collection, single feature, or a bare geometry.

    RFC 7946 says WGS-84 for all GeoJSON, but Chinese files do not keep to it, so a
    datum counts as claimed only if the old `crs` member names one.
    """
    features = _features(payload)
    properties = [_properties(feature) for feature in features]
    closed = [_closed(feature.get("geometry")) for feature in features]
    geometry = [_geometry(member) for member, _ in closed]
    layer = Layer(
        properties,
        geometry,
        original=geometry,
        repaired=frozenset(n for n, (_, repaired) in enumerate(closed, 1) if repaired),
    )
    crs = _geojson_crs(payload, source_file)
    return layer if crs is None else in_degrees(layer, crs, source_file)


def read_vector(path: Path, *, is_shapefile: bool, layer_name: str | None = None) -> Layer:
    """Read a GeoPackage or a shapefile through GDAL."""
    layer_name = None if is_shapefile else _chosen_layer(path, layer_name)
    frame = _read_frame(path, is_shapefile=is_shapefile, layer_name=layer_name)
    if is_shapefile:
        frame = _decoded(frame, path)
    attributes = frame.drop(columns=frame.geometry.name)
    attributes = attributes.astype(object).where(attributes.notna(), None)
    geometry: list[BaseGeometry | None] = list(frame.geometry)
    records = [dict(zip(attributes.columns, row, strict=True)) for row in attributes.to_numpy()]
    layer = Layer(records, geometry, needs_datum=frame.crs is None, original=geometry)
    return layer if frame.crs is None else in_degrees(layer, frame.crs, path.name)


def in_degrees(layer: Layer, crs: CRS, source_file: str) -> Layer:
    """
    Turn a layer into degrees, and write down what its CRS claims.

    Raises
    ------
    InputError
        If the CRS is one of the old Chinese ones, which cannot be converted without
        parameters of the city, or knows no place on the earth.
    """
    geodetic = crs.geodetic_crs
    if geodetic is None:
        raise InputError(
            "{file}: its coordinate system {crs} has no known place on the earth: "
            "export the file in WGS-84 or CGCS2000.",
            file=source_file,
            crs=crs.name,
        )
    code = geodetic.to_epsg()
    if code in _OLD_DATUMS:
        raise InputError(
            "{file} is in {crs}: converting it needs parameters of the city. "
            "Have the surveying office export it in CGCS2000 or WGS-84.",
            file=source_file,
            crs=_OLD_DATUMS[code],
        )
    # CGCS2000 keeps its own degrees: it counts as equal to WGS-84.
    datum: Datum = "cgcs2000" if code == _CGCS2000 else "wgs84"
    target = CRS.from_epsg(_CGCS2000 if datum == "cgcs2000" else 4326)
    geometry = layer.geometry
    if not crs.equals(target, ignore_axis_order=True):
        way = Transformer.from_crs(crs, target, always_xy=True)
        geometry = [None if g is None else _moved(g, way) for g in geometry]
    evidence = f"CRS of the file: {crs.name}"
    return replace(layer, geometry=geometry, claimed_datum=datum, datum_evidence=evidence)


def _moved(geometry: BaseGeometry, way: Transformer) -> BaseGeometry:
    """Transform one geometry; heights are dropped."""
    return shapely.transform(
        shapely.force_2d(geometry),
        lambda xy: np.column_stack(way.transform(xy[:, 0], xy[:, 1])),
    )


def _features(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """List the features; a bare geometry is a feature without properties."""
    if payload.get("type") == "FeatureCollection":
        members = payload.get("features") or []
        return [member if isinstance(member, dict) else {} for member in members]
    if payload.get("type") == "Feature":
        return [payload]
    return [{"geometry": payload}]


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    """Properties of a feature as flat cells; the feature's own id is one of them."""
    given = feature.get("properties")
    properties = dict(given) if isinstance(given, dict) else {}
    if "id" in feature:
        properties.setdefault("id", feature["id"])
    return {
        str(key): json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
        for key, value in properties.items()
    }


def _closed(member: Any) -> tuple[Any, bool]:
    """Close the rings of a polygon that end before their start; tell whether one did."""
    if not isinstance(member, dict) or member.get("type") not in ("Polygon", "MultiPolygon"):
        return member, False
    is_single = member["type"] == "Polygon"
    coordinates: Any = member.get("coordinates")
    try:
        parts = [coordinates] if is_single else coordinates
        closed = [[_closed_ring(ring) for ring in part] for part in parts]
    except (TypeError, IndexError):
        return member, False
    repaired = {**member, "coordinates": closed[0] if is_single else closed}
    return repaired, repaired["coordinates"] != coordinates


def _closed_ring(ring: list[Any]) -> list[Any]:
    """Repeat the first position at the end if it is not there."""
    return ring if len(ring) < 3 or ring[0] == ring[-1] else [*ring, ring[0]]


def _geometry(member: Any) -> BaseGeometry | None:
    """Build one geometry; what cannot be built is None."""
    if not isinstance(member, dict) or member.get("type") not in GEOMETRY_TYPES:
        return None
    built = shapely.from_geojson(json.dumps(member), on_invalid="ignore")
    return None if built is None or built.is_empty else built


def _geojson_crs(payload: dict[str, Any], source_file: str) -> CRS | None:
    """Read the `crs` member of GeoJSON before RFC 7946."""
    member = payload.get("crs")
    name = member.get("properties", {}).get("name") if isinstance(member, dict) else None
    if name is None:
        return None
    try:
        return CRS.from_user_input(name)
    except CRSError as error:
        raise InputError(
            "{file}: its coordinate system {crs} is unknown: export the file in WGS-84.",
            file=source_file,
            crs=name,
        ) from error


def _chosen_layer(path: Path, layer_name: str | None) -> str:
    """Find the layer to read; several need a choice."""
    with _gdal(path):
        names = [str(name) for name in gpd.list_layers(path)["name"]]
    if layer_name in names or (layer_name is None and len(names) == 1):
        return layer_name or names[0]
    raise InputError(
        "{file} holds the layers {names}: name the one to read.",
        file=path.name,
        names=", ".join(names) or "-",
    )


def _read_frame(path: Path, *, is_shapefile: bool, layer_name: str | None) -> gpd.GeoDataFrame:
    """Read through GDAL; the text of shapefiles byte by byte, to be decoded here."""
    options = {"encoding": "ISO-8859-1"} if is_shapefile else {"layer": layer_name}
    with _gdal(path):
        frame = gpd.read_file(path, engine="pyogrio", **options)
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError("{file} holds a table without geometry: save it as .csv.", file=path.name)
    return frame


@contextmanager
def _gdal(path: Path) -> Iterator[None]:
    """Make errors of GDAL refusals of the file."""
    with warnings.catch_warnings():
        # What it warns of (ring order, odd field widths) is repaired or checked later.
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            yield
        except (RuntimeError, ValueError) as error:
            raise damaged(path.name, path.suffix) from error


def _decoded(frame: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame:
    """Decode names and values of a shapefile, which were read byte by byte."""
    attributes = frame.drop(columns=frame.geometry.name)
    texts = set(attributes.columns)
    for column in attributes.columns:
        texts.update(value for value in attributes[column] if isinstance(value, str))
    ordered = sorted(texts)
    contents = [text.encode("latin-1", "replace") for text in ordered]
    decoded = dict(zip(ordered, decode_attributes(contents, _declared_encoding(path)), strict=True))
    for column in attributes.columns:
        frame[column] = [decoded[v] if isinstance(v, str) else v for v in attributes[column]]
    return frame.rename(columns=decoded)


def _declared_encoding(path: Path) -> str:
    """Read the encoding in the .cpg beside a shapefile; "" if there is none."""
    return next((p.read_text("ascii", "ignore").strip() for p in _siblings(path, ".cpg")), "")


def _siblings(path: Path, ending: str) -> list[Path]:
    """Find the other files of a shapefile, whatever the case of their ending."""
    return [p for p in path.parent.iterdir() if p.stem == path.stem and p.suffix.lower() == ending]
