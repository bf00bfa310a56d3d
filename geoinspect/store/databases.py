"""
The two databases a city can live in: a SQLite file, or a schema of a PostgreSQL server.

A database is named by a path, or by an address such as
`postgresql://USER:PASSWORD@HOST/DATABASE?schema=city_nanjing`. Several cities share one
PostgreSQL database, each in a schema of its own.

On both, one writer of a city is at work at a time (`writing`), and readers never wait for
it: what a writer decided on is still so when it writes.
"""

from __future__ import annotations

import re
import weakref
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import NullPool, QueuePool, create_engine, event, func, make_url, select, text
from sqlalchemy.exc import ArgumentError, DisconnectionError

from geoinspect.errors import InputError, MissingDependencyError, NotFoundError
from geoinspect.store.faults import tell_faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL, Connection, Engine

#: How long to wait for another writer, in seconds.
BUSY_TIMEOUT_S = 30

_CONNECT_TIMEOUT_S = 10

#: Connections that a pool keeps, and how many more it may open: a process answers 40 requests
#: at once.
_POOL = {"pool_size": 8, "max_overflow": 32}

_DRIVERS = {"postgresql", "postgres", "postgresql+psycopg"}
_SCHEMA = re.compile("[a-z_][a-z0-9_]{0,62}")
_DEFAULT_SCHEMA = "city"


def create_database(where: Path | str) -> Engine:
    """
    Make the place for a city's tables, or take it if it is there.

    Raises
    ------
    InputError
        If the address is wrong, or the server has no PostGIS and this user may not add it.
    """
    engine = open_engine(where)
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            _add_postgis(connection)
            connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema_of(str(where))}"'))
    return engine


def check_file(path: Path) -> None:
    """
    See that there is a database, for to connect to one makes it.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    if not path.is_file():
        raise NotFoundError(
            "There is no city database at {path}: make one with `geoinspect init`.", path=path
        )


def check_schema(address: str) -> None:
    """
    See that a server has the schema of a city.

    Raises
    ------
    NotFoundError
        If it has not.
    """
    with open_engine(address).connect() as connection:
        found = connection.scalar(select(func.to_regnamespace(schema_of(address))))
    if found is None:
        raise NotFoundError(
            "The database {database} has no schema {schema} with a city: make one with "
            "`geoinspect init`, or bring a city there with `geoinspect -C CITY restore FILE`.",
            database=shown(address),
            schema=schema_of(address),
        )


def open_engine(where: Path | str) -> Engine:
    """Return the engine of a database, whether there is anything in it or not."""
    if isinstance(where, Path):
        # without a pool no connection outlives its use, so nothing has to be closed
        return _sqlite(where, poolclass=NullPool)
    return _postgresql(_address(where))


def open_kept_engine(path: Path) -> Engine:
    """
    Return an engine of a SQLite file that keeps its connections, as those of servers do.

    It is for a process that asks many times a second: to connect takes longer than to find
    a row. Where another file takes the place of this one, the connections to it end.
    """
    engine = _sqlite(path, poolclass=QueuePool, **_POOL)
    weakref.finalize(engine, engine.pool.dispose)

    @event.listens_for(engine, "connect")
    def _remember(_connection: object, record: Any) -> None:
        record.info["file"] = _file_at(path)

    @event.listens_for(engine, "checkout")
    def _compare(_connection: object, record: Any, _proxy: object) -> None:
        if record.info["file"] != _file_at(path):
            # what is written into a file that has no name any more is lost
            raise DisconnectionError

    return engine


def close_all() -> None:
    """Let go of all connections to servers; the next use opens new ones."""
    for engine in _engines().values():
        engine.dispose()
    _engines().clear()


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """
    Begin a transaction that no other writer of the city runs beside.

    What is read in it is true until its end. It waits for another writer
    `BUSY_TIMEOUT_S`; within it, no second one may be begun.
    """
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            city = func.hashtextextended(func.current_schema(), 0)
            connection.execute(select(func.pg_advisory_xact_lock(city)))
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Begin to read as of one moment, whatever is written meanwhile."""
    options: dict[str, Any] = {}
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        yield connection
        connection.rollback()


def with_schema(url: str, schema: str) -> str:
    """
    Name the schema of a city in an address that names none.

    Examples
    --------
    >>> with_schema("postgresql://geo@db/cities", "city_nanjing")
    'postgresql+psycopg://geo@db/cities?schema=city_nanjing'
    """
    address = _address(url)
    if "schema" not in address.query:
        address = address.update_query_dict({"schema": schema})
    return address.render_as_string(hide_password=False)


def schema_named(name: str) -> str:
    """
    Make the name of a schema out of the name of a city's folder.

    Examples
    --------
    >>> schema_named("nanjing")
    'city_nanjing'
    >>> schema_named("南京 2026")
    'city_2026_ab09a9a4'
    """
    plain = re.sub("[^a-z0-9]+", "_", name.lower()).strip("_")[:40]
    if plain == name:
        return f"city_{plain}"
    digest = sha256(name.encode()).hexdigest()[:8]
    return "_".join(part for part in ("city", plain, digest) if part)


def schema_of(url: str) -> str:
    """
    Return the schema that an address names.

    Raises
    ------
    InputError
        If PostgreSQL would not take it without quotation marks.
    """
    schema = str(_address(url).query.get("schema", _DEFAULT_SCHEMA))
    if not _SCHEMA.fullmatch(schema):
        raise InputError(
            "{schema!r} is no name for a city's schema: write small letters, digits and _, not "
            "more than 63.",
            schema=schema,
        )
    return schema


def shown(where: Path | str) -> str:
    """
    Return what a database is called in sentences, without its password.

    Examples
    --------
    >>> shown("postgresql://geo:secret@db/cities?schema=city_nanjing")
    'postgresql://geo:***@db/cities, city_nanjing'
    """
    if isinstance(where, Path):
        return str(where)
    url = _address(where).set(drivername="postgresql", query={})
    return f"{url.render_as_string(hide_password=True)}, {schema_of(where)}"


def _address(url: str) -> URL:
    """Read the address of a PostgreSQL database."""
    try:
        address = make_url(url)
    except ArgumentError:
        address = None
    if address is None or address.drivername not in _DRIVERS:
        # the text may hold a password
        raise InputError(
            "The setting database_url is no address of a PostgreSQL database: write "
            "postgresql://USER:PASSWORD@HOST/DATABASE, or leave it out for a SQLite file."
        )
    return address.set(drivername="postgresql+psycopg")


def _sqlite(path: Path, **pool: Any) -> Engine:
    """Open SQLite with write-ahead log, foreign keys and patience."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_TIMEOUT_S}, **pool)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    tell_faults(engine, shown(path))
    return engine


def _file_at(path: Path) -> tuple[int, int]:
    """Tell a file from another one that had its name; zeros where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_dev, found.st_ino


def _postgresql(address: URL) -> Engine:
    """Open PostgreSQL; all stores of a city in this process share its connections."""
    if address not in _engines():
        _engines()[address] = _connected(address)
    return _engines()[address]


def _connected(address: URL) -> Engine:
    """Make the engine of a city's schema."""
    where = address.render_as_string(hide_password=False)
    options = (
        f"-csearch_path={schema_of(where)},public -ctimezone=UTC "
        f"-clock_timeout={BUSY_TIMEOUT_S}s"
    )  # fmt: skip
    try:
        engine = create_engine(
            address.difference_update_query(["schema"]),
            connect_args={"options": options, "connect_timeout": _CONNECT_TIMEOUT_S},
            pool_pre_ping=True,
            **_POOL,
        )
    except ImportError as error:
        raise MissingDependencyError(
            "PostgreSQL needs the package psycopg: install it with `pip install psycopg[binary]`."
        ) from error
    tell_faults(engine, shown(where))
    return engine


@cache
def _engines() -> dict[URL, Engine]:
    """Engines of servers by address: a connection costs too much to make one a request."""
    return {}


def _add_postgis(connection: Connection) -> None:
    """See that the database has PostGIS."""
    if connection.scalar(text("SELECT 1 FROM pg_extension WHERE extname = 'postgis'")):
        return
    available = text("SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'")
    may = text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if not connection.scalar(available) or not connection.scalar(may):
        raise InputError(
            "The database {database} has no PostGIS: install the package "
            "postgresql-15-postgis-3 on its server, and let its administrator run "
            "`CREATE EXTENSION postgis` in it.",
            database=connection.engine.url.database,
        )
    connection.execute(text("CREATE EXTENSION IF NOT EXISTS postgis SCHEMA public"))
