"""Types of columns that mean the same on each database."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import LargeBinary, String
from sqlalchemy.types import TypeDecorator, UserDefinedType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Dialect
    from sqlalchemy.types import TypeEngine

#: EPSG code of WGS-84 longitude and latitude.
_WGS84 = 4326
_SRID_FLAG = 0x20000000

#: An id. Ids sort by code point everywhere, whatever the language of the server.
Key = String().with_variant(String(collation="C"), "postgresql")


class PostGISGeometry(UserDefinedType[str]):
    """The type `geometry` of PostGIS, written and read as hexadecimal text."""

    cache_ok = True

    def __init__(self, *_as_the_database_tells_it: object) -> None:
        pass

    def get_col_spec(self, **_options: Any) -> str:
        """Return the type in a CREATE TABLE."""
        return f"geometry(Geometry,{_WGS84})"


class Geometry(TypeDecorator[bytes]):
    """
    Well-known binary, WGS-84 longitude and latitude.

    SQLite keeps the bytes as they are; PostgreSQL keeps a PostGIS geometry, so that it can
    be indexed and searched.
    """

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return what a database keeps."""
        own = PostGISGeometry() if dialect.name == "postgresql" else LargeBinary()
        return dialect.type_descriptor(own)

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> Any:
        """Turn well-known binary into what the database takes."""
        if value is None or dialect.name != "postgresql":
            return value
        return with_srid(value).hex()

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:
        """Turn what the database gives into well-known binary."""
        if value is None:
            return None
        if dialect.name != "postgresql":
            return bytes(value)
        return without_srid(bytes.fromhex(value))


def with_srid(wkb: bytes) -> bytes:
    """
    Say in well-known binary that it is WGS-84, as PostGIS wants it ("EWKB").

    Examples
    --------
    >>> import shapely
    >>> point = shapely.to_wkb(shapely.Point(118.8, 32.1))
    >>> int(shapely.get_srid(shapely.from_wkb(with_srid(point))))
    4326
    >>> without_srid(with_srid(point)) == point
    True
    """
    order = _byte_order(wkb)
    (kind,) = struct.unpack_from(f"{order}I", wkb, 1)
    return wkb[:1] + struct.pack(f"{order}II", kind | _SRID_FLAG, _WGS84) + wkb[5:]


def without_srid(ewkb: bytes) -> bytes:
    """Take the reference system out of well-known binary again; see `with_srid`."""
    order = _byte_order(ewkb)
    (kind,) = struct.unpack_from(f"{order}I", ewkb, 1)
    if not kind & _SRID_FLAG:
        return ewkb
    return ewkb[:1] + struct.pack(f"{order}I", kind & ~_SRID_FLAG) + ewkb[9:]


def _byte_order(wkb: bytes) -> str:
    """Return the byte order that well-known binary names first, as `struct` calls it."""
    return "<" if wkb[0] else ">"


def frame_of(rows: Iterable[Sequence[Any]], names: Sequence[str]) -> pd.DataFrame:
    """
    Turn rows into a table.

    Parameters
    ----------
    rows
        What a statement found.
    names
        What its columns are called.
    """
    # pandas asks each row that is no plain tuple for attributes, and a row seeks them in vain
    # among its columns: that takes several times as long as all the rest
    return pd.DataFrame([tuple(row) for row in rows], columns=list(names))
