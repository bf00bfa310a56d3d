"""
Read whole columns of a large table: what a report counts over is millions of rows.

The database gathers each column and hands it over in one piece, instead of a row at a time:
SQLite as JSON, PostgreSQL as an array. Moments come as microseconds, which nobody has to parse.
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
    type_coerce,
)

from geoinspect.store.columns import Geometry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Column, ColumnElement, Connection, Engine, Table

# a value of SQLite may have a thousand million bytes
_PORTION = 200_000
_SECOND_US = 1_000_000
# where the microseconds begin in what SQLAlchemy writes: 2026-11-23 09:30:00.000000
_FRACTION_AT, _FRACTION_DIGITS = 21, 6


def read_columns(engine: Engine, table: Table, names: tuple[str, ...]) -> pd.DataFrame:
    """
    Read some columns of all rows of a table, in the order in which they are stored.

    Parameters
    ----------
    engine
        Database.
    table
        Which table.
    names
        Which columns: texts, numbers or moments.

    Returns
    -------
    frame
        Texts as pandas keeps them, moments in UTC, places as shapes in WGS-84.
    """
    columns = [table.c[name] for name in names]
    gathered: dict[str, list[Any]] = {name: [] for name in names}
    with engine.connect() as connection:
        portions = (
            _of_postgresql(connection, columns)
            if engine.dialect.name == "postgresql"
            else _of_sqlite(connection, table, columns)
        )
        for portion in portions:
            for name, values in zip(names, portion, strict=True):
                gathered[name] += values
    return pd.DataFrame({c.name: _array(c, gathered[c.name]) for c in columns})


def _of_sqlite(
    connection: Connection, table: Table, columns: list[Column[Any]]
) -> Iterator[list[list[Any]]]:
    row: ColumnElement[Any] = literal_column("rowid")
    last = connection.scalar(select(func.max(row)).select_from(table)) or 0
    wanted = select(*(func.json_group_array(_in_sqlite(c)) for c in columns))
    # an empty table is asked as well: the number of questions tells nobody that there is a row
    for start in range(0, max(last, 1), _PORTION):
        found = connection.execute(wanted.where(row > start, row <= start + _PORTION)).one()
        yield [json.loads(text) for text in found]


def _in_sqlite(column: Column[Any]) -> ColumnElement[Any]:
    if isinstance(column.type, Geometry):
        return func.hex(type_coerce(column, LargeBinary))
    if not isinstance(column.type, DateTime):
        return column
    seconds = cast(func.strftime("%s", column), BigInteger)
    fraction = cast(func.substr(column, _FRACTION_AT, _FRACTION_DIGITS), BigInteger)
    return seconds * _SECOND_US + fraction


def _of_postgresql(connection: Connection, columns: list[Column[Any]]) -> Iterator[list[list[Any]]]:
    found = connection.execute(select(*(func.array_agg(_in_postgresql(c)) for c in columns))).one()
    # of no rows the arrays are null
    yield [values or [] for values in found]


def _in_postgresql(column: Column[Any]) -> ColumnElement[Any]:
    if isinstance(column.type, Geometry):
        return func.encode(func.ST_AsBinary(column, type_=LargeBinary), "hex", type_=String)
    if not isinstance(column.type, DateTime):
        return column
    return cast(func.extract("epoch", column) * _SECOND_US, BigInteger)


def _array(column: Column[Any], values: list[Any]) -> Any:
    """Return the values of a column as pandas keeps them."""
    if isinstance(column.type, DateTime):
        moments = np.array(values, dtype=np.int64).view("datetime64[us]")
        return pd.DatetimeIndex(moments).tz_localize("UTC")
    if isinstance(column.type, Geometry):
        # SQLite writes the hexadecimal of nothing as an empty text
        return shapely.from_wkb(np.array([value or None for value in values], dtype=object))
    return pd.Series(values, dtype=None if values else object)
