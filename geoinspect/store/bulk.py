"""
Read whole columns of a large table: what a report counts over is millions of rows.

The database gathers each column and hands it over in one piece, instead of a row at a time:
SQLite as JSON, PostgreSQL as an array. Moments come in one piece too, and are parsed at once.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import (
    BigInteger,
    DateTime,
    LargeBinary,
    String,
    cast,
    func,
    literal_column,
    select,
    true,
    type_coerce,
)

from geoinspect.store.columns import Geometry
from geoinspect.words import as_categories

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from numpy.typing import NDArray
    from sqlalchemy import Column, ColumnElement, Connection, Engine, Table

    from geoinspect.arrays import FloatArray

# a value of SQLite may have a thousand million bytes
_PORTION = 200_000
_SECOND_US = 1_000_000
# what SQLAlchemy writes, 2026-11-23 09:30:00.000000, and what another hand may leave out of it
_MOMENT, _FRACTION = 26, ".000000"
# a point in two dimensions, as every place is that somebody stood at
_POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])


def read_columns(
    engine: Engine,
    table: Table,
    names: tuple[str, ...],
    wanted: ColumnElement[bool] | None = None,
    *,
    shaped: bool = True,
    shared: Collection[str] = (),
) -> pd.DataFrame:
    """
    Read some columns of a table, in the order in which its rows are stored.

    Parameters
    ----------
    engine
        Database.
    table
        Which table.
    names
        Which columns: texts, numbers, moments or places.
    wanted
        Which rows; None for all.
    shaped
        Whether places are wanted as shapes, which take long to make.
    shared
        Columns of texts that many rows share: they are wanted as categories.

    Returns
    -------
    frame
        Texts as pandas keeps them, moments in UTC, places as shapes in WGS-84; or, in the
        place of shapes, the columns `lon` and `lat`, NaN for what is no point.
    """
    columns = [table.c[name] for name in names]
    rows = true() if wanted is None else wanted
    gathered: dict[str, list[Any]] = {name: [] for name in names}
    with engine.connect() as connection:
        portions = (
            _of_postgresql(connection, columns, rows)
            if engine.dialect.name == "postgresql"
            else _of_sqlite(connection, columns, rows)
        )
        for portion in portions:
            for name, values in zip(names, portion, strict=True):
                gathered[name] += values
    frame: dict[str, Any] = {}
    for column in columns:
        if isinstance(column.type, Geometry) and not shaped:
            frame["lon"], frame["lat"] = _positions(gathered[column.name])
        elif column.name in shared:
            frame[column.name] = as_categories(gathered[column.name])
        else:
            frame[column.name] = _array(column, gathered[column.name])
    return pd.DataFrame(frame)


def _of_sqlite(
    connection: Connection, columns: list[Column[Any]], rows: ColumnElement[bool]
) -> Iterator[list[list[Any]]]:
    row: ColumnElement[Any] = literal_column("rowid")
    last = connection.scalar(select(func.max(row)).select_from(columns[0].table)) or 0
    wanted = select(*(_in_sqlite(c) for c in columns)).where(rows)
    # an empty table is asked as well: the number of questions tells nobody that there is a row
    for start in range(0, max(last, 1), _PORTION):
        found = connection.execute(wanted.where(row > start, row <= start + _PORTION)).one()
        yield [_listed(c, text) for c, text in zip(columns, found, strict=True)]


def _in_sqlite(column: Column[Any]) -> ColumnElement[Any]:
    if isinstance(column.type, Geometry):
        return func.json_group_array(func.hex(type_coerce(column, LargeBinary)))
    if not isinstance(column.type, DateTime):
        return func.json_group_array(column)
    # all of one length, so that nothing need stand between them
    full = func.substr(type_coerce(column, String).concat(_FRACTION), 1, _MOMENT)
    return func.group_concat(full, "")


def _listed(column: Column[Any], text: str | None) -> list[Any]:
    """Return the values of a column from what SQLite gathered; null if there was no row."""
    if not isinstance(column.type, DateTime):
        values: list[Any] = json.loads(text or "[]")
        return values
    moments = np.frombuffer((text or "").encode(), f"S{_MOMENT}")
    return [moments.astype("datetime64[us]").astype(np.int64)]


def _of_postgresql(
    connection: Connection, columns: list[Column[Any]], rows: ColumnElement[bool]
) -> Iterator[list[list[Any]]]:
    wanted = select(*(func.array_agg(_in_postgresql(c)) for c in columns)).where(rows)
    found = connection.execute(wanted).one()
    # of no rows the arrays are null
    yield [
        [np.array(values or [], np.int64)] if isinstance(c.type, DateTime) else values or []
        for c, values in zip(columns, found, strict=True)
    ]


def _in_postgresql(column: Column[Any]) -> ColumnElement[Any]:
    if isinstance(column.type, Geometry):
        return func.encode(func.ST_AsBinary(column, type_=LargeBinary), "hex", type_=String)
    if not isinstance(column.type, DateTime):
        return column
    return cast(func.extract("epoch", column) * _SECOND_US, BigInteger)


def _array(column: Column[Any], values: list[Any]) -> Any:
    """Return the values of a column as pandas keeps them; moments come as arrays of portions."""
    if isinstance(column.type, DateTime):
        moments = np.concatenate(values).view("datetime64[us]")
        return pd.DatetimeIndex(moments).tz_localize("UTC")
    if isinstance(column.type, Geometry):
        return _shapes(values)
    return pd.Series(values, dtype=None if values else object)


def _shapes(values: list[str | None]) -> Any:
    """Read places from hexadecimal; points alone, which are many, all at once."""
    points = _points(values)
    if points is not None:
        return shapely.points(points["x"], points["y"])
    # SQLite writes the hexadecimal of nothing as an empty text
    return shapely.from_wkb(np.array([value or None for value in values], dtype=object))


def _positions(values: list[str | None]) -> tuple[FloatArray, FloatArray]:
    """Read longitudes and latitudes from hexadecimal; NaN for what is no point."""
    points = _points(values)
    if points is not None:
        return points["x"].astype(np.float64), points["y"].astype(np.float64)
    shapes = _shapes(values)
    return shapely.get_x(shapes), shapely.get_y(shapes)


def _points(values: list[str | None]) -> NDArray[Any] | None:
    """Read points from hexadecimal all at once; None where not all are points."""
    if set(map(len, filter(None, values))) != {2 * _POINT.itemsize} or not all(values):
        return None
    points = np.frombuffer(bytes.fromhex("".join(values)), _POINT)  # type: ignore[arg-type]
    return points if ((points["order"] == 1) & (points["kind"] == 1)).all() else None
