"""The store of one city: tables in, tables out, each change whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely
from sqlalchemy import NullPool, create_engine, delete, event, insert, inspect, select

from geoinspect.errors import InputError, NotFoundError
from geoinspect.geometry import WGS84
from geoinspect.store import tables
from geoinspect.store.plans import PlanLedger
from geoinspect.store.upgrade import upgrade

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from sqlalchemy import Connection, Engine, Table

    from geoinspect.lottery.record import Record

_BUSY_TIMEOUT_S = 30


@dataclass(frozen=True)
class Changes:
    """
    What an import changed.

    Attributes
    ----------
    added, updated, unchanged
        Rows that were new, had other content, or were already there.
    """

    added: int
    updated: int
    unchanged: int


class Store:
    """
    Tables of one city.

    Tables come out indexed by id and sorted by it, so that the order of files plays
    no part in anything that follows.

    Parameters
    ----------
    engine
        Database; see `create` and `open`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def create(cls, path: Path) -> Store:
        """Make a new database file, or open it if it is there."""
        store = cls(_sqlite(path))
        with store._engine.begin() as connection:
            if not inspect(connection).has_table(tables.schema.name):
                tables.metadata.create_all(connection)
                connection.execute(insert(tables.schema).values(version=tables.SCHEMA_VERSION))
        store._check_version(path)
        return store

    @classmethod
    def open(cls, path: Path) -> Store:
        """
        Open a database file.

        Raises
        ------
        NotFoundError
            If there is none.
        InputError
            If another version of geoinspect made it.
        """
        if not path.is_file():
            raise NotFoundError(
                "There is no city database at {path}: make one with `geoinspect init`.", path=path
            )
        store = cls(_sqlite(path))
        store._check_version(path)
        return store

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def _check_version(self, path: Path) -> None:
        upgrade(self._engine)
        with self._engine.connect() as connection:
            known = inspect(connection).has_table(tables.schema.name)
            version = connection.scalar(select(tables.schema.c.version)) if known else None
        if version != tables.SCHEMA_VERSION:
            self.close()
            raise InputError(
                "The database {path} has schema version {found}, this geoinspect reads {wanted}: "
                "use the version of geoinspect that made it.",
                path=path,
                found=version,
                wanted=tables.SCHEMA_VERSION,
            )

    def points(self) -> gpd.GeoDataFrame:
        """Return all inspection points."""
        return self._read_places(tables.points)

    def districts(self) -> gpd.GeoDataFrame:
        """Return all districts."""
        return self._read_places(tables.districts)

    def units(self) -> pd.DataFrame:
        """Return all responsibility rules, in the order of their file."""
        rules = self._read(tables.units)
        return rules.reset_index(drop=True)

    def assignments(self) -> pd.DataFrame | None:
        """Return who answers for each point, or None before `assign` or after a change."""
        assigned = self._read(tables.assignments)
        return assigned if len(assigned) else None

    def violations(self) -> gpd.GeoDataFrame:
        """Return all violations, `found_at` in UTC."""
        violations = self._read_places(tables.violations)
        return violations.assign(found_at=_as_utc(violations["found_at"]))

    def inspections(self) -> pd.DataFrame:
        """Return all inspections, `inspected_at` in UTC."""
        inspections = self._read(tables.inspections)
        return inspections.assign(inspected_at=_as_utc(inspections["inspected_at"]))

    def inspectors(self) -> pd.DataFrame:
        """Return the roster of inspectors; see `geoinspect.inspectors`."""
        return self._read(tables.inspectors)

    def merge_points(self, points: gpd.GeoDataFrame) -> Changes:
        """Add or update points by id; who answers for them must then be assigned anew."""
        return self._merge(tables.points, points, unassign=True)

    def replace_districts(self, districts: gpd.GeoDataFrame) -> Changes:
        """Replace all districts."""
        return self._merge(tables.districts, districts, unassign=True, replace=True)

    def replace_units(self, units: pd.DataFrame) -> Changes:
        """Replace all responsibility rules."""
        numbered = units.rename_axis("rule_number")
        return self._merge(tables.units, numbered, unassign=True, replace=True)

    def merge_violations(self, violations: gpd.GeoDataFrame) -> Changes:
        """Add or update violations by id."""
        return self._merge(tables.violations, violations)

    def merge_inspections(self, inspections: pd.DataFrame) -> Changes:
        """Add or update inspections by id."""
        return self._merge(tables.inspections, inspections)

    def replace_inspectors(self, inspectors: pd.DataFrame) -> Changes:
        """Replace the roster of inspectors."""
        return self._merge(tables.inspectors, inspectors, replace=True)

    def replace_assignments(self, assignments: pd.DataFrame) -> None:
        """Replace all assignments."""
        self._merge(tables.assignments, assignments, replace=True)

    @property
    def ledger(self) -> PlanLedger:
        """The ledger of draws, with the records of all plans."""
        return PlanLedger(self._engine)

    def add_plan(self, record: Record, *, at: datetime, reason: str = "") -> int:
        """
        Keep a plan that was committed to and drawn in one act, and return its entry number.

        Raises
        ------
        InputError
            If its date has a commit already and no reason is given.
        """
        return self.ledger.add(record, at=at, reason=reason).number

    def latest_plan(self) -> bytes:
        """
        Return the record of the binding plan that was drawn last.

        Raises
        ------
        NotFoundError
            If no plan was drawn yet.
        """
        return self.ledger.drawn_record(self.ledger.binding())

    def drawn_before(self, day: date) -> dict[date, set[str]]:
        """
        Return which points were drawn on the days before `day`, by date.

        Only binding draws count. A point that was drawn and then dropped during the day
        is among them: it stays drawn.
        """
        drawn = self.ledger.drawn_points()
        return {past: points for past, points in sorted(drawn.items()) if past < day}

    def _read(self, table: Table) -> pd.DataFrame:
        """Read a whole table, indexed by its key and sorted by it."""
        key = _key(table)
        with self._engine.connect() as connection:
            rows = connection.execute(select(table).order_by(key)).all()
        frame = pd.DataFrame(rows, columns=[column.name for column in table.columns])
        return frame.set_index(key)

    def _read_places(self, table: Table) -> gpd.GeoDataFrame:
        """Read a table with a geometry."""
        frame = self._read(table)
        shapes = shapely.from_wkb(frame["geometry"].to_numpy(dtype=object))
        return gpd.GeoDataFrame(frame.assign(geometry=shapes), geometry="geometry", crs=WGS84)

    def _merge(
        self, table: Table, frame: pd.DataFrame, *, unassign: bool = False, replace: bool = False
    ) -> Changes:
        """Bring the rows of `frame` into a table, in one transaction."""
        key = _key(table)
        rows = {row[key]: row for row in _rows(table, frame)}
        with self._engine.begin() as connection:
            old = {row[key]: dict(row) for row in connection.execute(select(table)).mappings()}
            changed = {k for k, row in rows.items() if k in old and old[k] != row}
            gone = old.keys() - rows.keys() if replace else set()
            _delete(connection, table, sorted(changed | gone))
            new = [row for k, row in rows.items() if k not in old or k in changed]
            if new:
                connection.execute(insert(table), new)
            if unassign and (new or gone):
                connection.execute(delete(tables.assignments))
        return Changes(len(new) - len(changed), len(changed), len(rows) - len(new))


def _sqlite(path: Path) -> Engine:
    """Open SQLite with write-ahead log, foreign keys and patience."""
    # without a pool: no connection outlives its use, so nothing has to be closed
    engine = create_engine(
        f"sqlite:///{path}", connect_args={"timeout": _BUSY_TIMEOUT_S}, poolclass=NullPool
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    return engine


def _key(table: Table) -> str:
    """Name of the primary key column."""
    return str(table.primary_key.columns[0].name)


def _rows(table: Table, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Turn a frame into rows of plain values; columns the table does not know are left out."""
    frame = pd.DataFrame(frame).reset_index(names=_key(table))
    values = {
        column.name: (_plain(frame[column.name]) if column.name in frame else [None] * len(frame))
        for column in table.columns
    }
    return [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]


def _plain(column: pd.Series[Any]) -> list[Any]:
    """Return the values of a column as the database takes them."""
    if column.name == "geometry":
        shapes = column.to_numpy(dtype=object)
        return list(shapely.to_wkb(shapes))
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        naive = column.dt.tz_convert("UTC").dt.tz_localize(None).dt.floor("us")
        return [moment.to_pydatetime() for moment in naive]
    return [None if pd.isna(value) else value for value in column.tolist()]


def _as_utc(column: pd.Series[Any]) -> pd.Series[Any]:
    return pd.to_datetime(column).dt.tz_localize("UTC")


def _delete(connection: Connection, table: Table, keys: list[Any]) -> None:
    """Delete rows by key, in portions that any database takes."""
    key = table.c[_key(table)]
    for start in range(0, len(keys), 500):
        connection.execute(delete(table).where(key.in_(keys[start : start + 500])))
