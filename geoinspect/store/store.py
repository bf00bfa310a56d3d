"""The store of one city: tables in, tables out, each change whole or not at all."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely
from sqlalchemy import (
    Boolean,
    NullPool,
    and_,
    cast,
    delete,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
)

from geoinspect.errors import InputError
from geoinspect.geometry import WGS84
from geoinspect.store import migrations, tables
from geoinspect.store.answers import AnswerTable
from geoinspect.store.auditlog import AuditLog, read_head
from geoinspect.store.bulk import read_columns
from geoinspect.store.cases import CaseStore
from geoinspect.store.checklists import ChecklistStore
from geoinspect.store.columns import Geometry, frame_of
from geoinspect.store.databases import (
    check_file,
    check_schema,
    create_database,
    open_engine,
    reading,
    shown,
    writing,
)
from geoinspect.store.desk import Desk
from geoinspect.store.fieldwork import Fieldwork
from geoinspect.store.jobs import JobQueue
from geoinspect.store.people import PeopleStore, naive
from geoinspect.store.places import Places
from geoinspect.store.plans import PlanLedger
from geoinspect.store.results import ResultStore
from geoinspect.store.safe import Safe
from geoinspect.store.signing import SigningStore
from geoinspect.store.tickets import TicketStore

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from sqlalchemy import Column, ColumnElement, Connection, Engine, Table

    from geoinspect.lottery.record import Record
    from geoinspect.sealing import Keyring

#: West, south, east and north in WGS-84 degrees.
Bounds = tuple[float, float, float, float]

#: From when, until before when; timezone-aware.
Span = tuple["datetime", "datetime"]


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
        self._desk = Desk()

    @classmethod
    def create(cls, where: Path | str) -> Store:
        """
        Make a new database, or open it if it is there.

        Parameters
        ----------
        where
            A file, or the address of a PostgreSQL database; see `geoinspect.store.databases`.

        Raises
        ------
        InputError
            If the address is wrong, or the server has no PostGIS.
        """
        store = cls(create_database(where))
        with writing(store._engine) as connection:
            if migrations.revision_of(connection) is None:
                tables.metadata.create_all(connection)
                migrations.stamp(connection)
        store._bring_up_to_date(where)
        return store

    @classmethod
    def open(cls, where: Path | str, engine: Engine | None = None) -> Store:
        """
        Open a database.

        Parameters
        ----------
        where
            As in `create`.
        engine
            One that is open already; see `geoinspect.store.databases.open_kept_engine`.

        Raises
        ------
        NotFoundError
            If there is none.
        InputError
            If a later version of geoinspect made it.
        StoreError
            If it cannot be reached or is damaged.
        """
        if isinstance(where, Path):
            check_file(where)
        store = cls(open_engine(where) if engine is None else engine)
        store._bring_up_to_date(where)
        return store

    def acting(self, actor: str, keyring: Keyring | None = None) -> Store:
        """
        Return the same store as somebody works on it.

        Parameters
        ----------
        actor
            Who the log names with every change and every read of what is sealed: the id of
            an account, or "cli:" and a name in the operating system.
        keyring
            What plans are sealed and opened with; None to store them as they are.
        """
        store = Store(self._engine)
        store._desk = replace(self._desk, actor=actor, safe=Safe(keyring))
        return store

    @property
    def engine(self) -> Engine:
        """The database, for what is not a question about a city."""
        return self._engine

    def close(self) -> None:
        """Let go of the database; connections that a pool keeps wait for the next store."""
        if isinstance(self._engine.pool, NullPool):
            self._engine.dispose()

    def _bring_up_to_date(self, where: Path | str) -> None:
        """Lead a database that an older program made to the tables of this one."""
        with self._engine.connect() as connection:
            if migrations.is_current(connection):
                return
        if not isinstance(where, Path):
            check_schema(where)
        with writing(self._engine) as connection:
            found = migrations.revision_of(connection)
            if not migrations.is_known(found):
                raise InputError(
                    "The database {path} has schema version {found}, this geoinspect reads "
                    "{wanted}: use the version of geoinspect that made it.",
                    path=shown(where),
                    found=found,
                    wanted=migrations.REVISION,
                )
            migrations.upgrade(connection)

    def points(self, bbox: Bounds | None = None) -> gpd.GeoDataFrame:
        """
        Return inspection points.

        Parameters
        ----------
        bbox
            West, south, east and north in WGS-84 degrees: only those within or on its edge,
            found by the database's index where it has one. None for all.
        """
        return self._read_places(tables.points, bbox)

    def districts(self, bbox: Bounds | None = None) -> gpd.GeoDataFrame:
        """Return all districts, or those that a box touches; see `points`."""
        return self._read_places(tables.districts, bbox)

    def units(self) -> pd.DataFrame:
        """Return all responsibility rules, in the order of their file."""
        rules = self._read(tables.units)
        return rules.reset_index(drop=True)

    def assignments(self) -> pd.DataFrame | None:
        """Return who answers for each point, or None before `assign` or after a change."""
        assigned = self._read(tables.assignments)
        return assigned if len(assigned) else None

    def places(self) -> Places:
        """Return points, assignments and districts as of one moment; see `Places`."""
        with reading(self._engine) as connection:
            assigned = _table(connection, tables.assignments)
            return Places(
                points=_with_shapes(_table(connection, tables.points)),
                assignments=assigned if len(assigned) else None,
                districts=_with_shapes(_table(connection, tables.districts)),
                head=read_head(connection),
            )

    def violations(self, bbox: Bounds | None = None) -> gpd.GeoDataFrame:
        """
        Return violations, `found_at` in UTC.

        Parameters
        ----------
        bbox
            As in `points`; a violation without a place is in no box.
        """
        if bbox is None:
            frame = self._read_whole(tables.violations)
            return gpd.GeoDataFrame(frame, geometry="geometry", crs=WGS84)
        violations = self._read_places(tables.violations, bbox)
        return violations.assign(found_at=_as_utc(violations["found_at"]))

    def placed_violations(self, *facts: str) -> pd.DataFrame:
        """
        Return what a map counts, fast: where each violation lies, in columns instead of shapes.

        Parameters
        ----------
        facts
            Further columns of the table that are wanted.

        Returns
        -------
        violations
            In the order in which they were stored: `point_id` and `source` as categories,
            `found_at` in UTC, `lon` and `lat` (WGS-84 degrees, NaN where none are recorded),
            and the facts.
        """
        return read_columns(
            self._engine, tables.violations, (*_PLACE_FACTS, *facts), shaped=False, shared=_SHARED
        )

    def violation(self, violation_id: str) -> gpd.GeoDataFrame:
        """Return one violation as a table of one row, of none if there is no such; see above."""
        wanted = tables.violations.c.violation_id == violation_id
        found = _with_shapes(self._read(tables.violations, wanted))
        return found.assign(found_at=_as_utc(found["found_at"]))

    def inspections(self, during: Span | None = None) -> pd.DataFrame:
        """
        Return inspections, `inspected_at` in UTC.

        Parameters
        ----------
        during
            From when until before when, timezone-aware; None for all.
        """
        if during is None:
            return self._read_whole(tables.inspections)
        wanted = _within(tables.inspections.c.inspected_at, during)
        inspections = self._read(tables.inspections, wanted)
        return inspections.assign(inspected_at=_as_utc(inspections["inspected_at"]))

    def n_inspections(self) -> int:
        """Return how many inspections are recorded."""
        with self._engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(tables.inspections)) or 0

    def points_of_violations(self, during: Span) -> pd.Series[str]:
        """Return the point of each violation found in a span; see `inspections`."""
        found = _within(tables.violations.c.found_at, during)
        return self._read(tables.violations, found)["point_id"].dropna()

    def visits(
        self,
        during: Span | None = None,
        *,
        named: bool = True,
        own: tuple[str, Span] | None = None,
    ) -> pd.DataFrame:
        """
        Return the inspections that a report counts over, fast.

        Parameters
        ----------
        during
            From when until before when, timezone-aware; None for all.
        named
            Whether they come with their ids, which only lists show.
        own
            A unit and a span: outside of the span only what lies at points of the unit is
            returned. None for what lies anywhere.

        Returns
        -------
        inspections
            As `inspections` gives them, with the id as a column, `point_id` as categories, in
            the order in which they were stored.
        """
        made = None if during is None else _within(tables.inspections.c.inspected_at, during)
        if made is not None and own is not None:
            made = and_(made, _of_unit_or_within(tables.inspections.c.inspected_at, *own))
        facts = (*(("inspection_id",) if named else ()), *_VISIT_FACTS)
        return read_columns(self._engine, tables.inspections, facts, made, shared=_SHARED)

    def finds(
        self,
        during: Span | None = None,
        *,
        sources: Collection[str] = (),
        named: bool = True,
        described: bool = True,
        own: tuple[str, Span] | None = None,
    ) -> pd.DataFrame:
        """
        Return the violations that a report counts over, fast: without their places.

        Parameters
        ----------
        during, named, own
            As in `visits`.
        sources
            Violations from these are returned whenever they were found.
        described
            Whether they come with their descriptions, which are long.

        Returns
        -------
        violations
            As `violations` gives them, with the id as a column, `point_id`, `item` and `source`
            as categories, without `geometry` and `category`, in the order in which they were
            stored.
        """
        found = None
        if during is not None:
            found = _within(tables.violations.c.found_at, during)
            if own is not None:
                found = and_(found, _of_unit_or_within(tables.violations.c.found_at, *own))
            found = or_(found, tables.violations.c.source.in_(sorted(sources)))
        facts = (
            *(("violation_id",) if named else ()),
            *_FIND_FACTS,
            *(("description",) if described else ()),
        )
        return read_columns(self._engine, tables.violations, facts, found, shared=_SHARED)

    def points_inspected_outside(self, during: Span) -> frozenset[str]:
        """Return the ids of the points that were inspected before or after a span; see `finds`."""
        made = _within(tables.inspections.c.inspected_at, during)
        wanted = select(tables.inspections.c.point_id).where(not_(made)).distinct()
        with reading(self._engine) as connection:
            return frozenset(connection.scalars(wanted))

    def inspectors(self) -> pd.DataFrame:
        """Return the roster of inspectors; see `geoinspect.inspectors`."""
        return self._read(tables.inspectors)

    def marks(self, year: int) -> pd.DataFrame:
        """Return the marks of a year's assessment; see `geoinspect.intake.marks`."""
        return self._read(tables.marks, tables.marks.c.year == year)

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

    def correct_violation(self, violation: gpd.GeoDataFrame, before: gpd.GeoDataFrame) -> bool:
        """
        Write a violation anew, unless somebody else did since it was read.

        Parameters
        ----------
        violation
            One row as in `violations`.
        before
            The row that was read.

        Returns
        -------
        is_done
            False if the row is another one by now, or gone: then nothing was changed.
        """
        table, (new,) = tables.violations, _rows(tables.violations, violation)
        (read,) = _rows(table, before)
        mine = table.c.violation_id == read["violation_id"]
        with writing(self._engine) as connection:
            found = connection.execute(select(table).where(mine)).mappings().one_or_none()
            if found is None or dict(found) != read:
                return False
            _delete(connection, table, [read["violation_id"]])
            connection.execute(insert(table), new)
            self._desk.enter(connection, "violation.correct", read["violation_id"])
        return True

    def merge_inspections(self, inspections: pd.DataFrame) -> Changes:
        """Add or update inspections by id."""
        return self._merge(tables.inspections, inspections)

    def merge_marks(self, marks: pd.DataFrame) -> Changes:
        """Add or update marks by year and name."""
        return self._merge(tables.marks, marks)

    def replace_inspectors(self, inspectors: pd.DataFrame) -> Changes:
        """Replace the roster of inspectors."""
        return self._merge(tables.inspectors, inspectors, replace=True)

    def replace_assignments(self, assignments: pd.DataFrame) -> None:
        """Replace all assignments."""
        self._merge(tables.assignments, assignments, replace=True)

    @property
    def ledger(self) -> PlanLedger:
        """The ledger of draws, with the records of all plans."""
        return PlanLedger(self._engine, self._desk)

    @property
    def cases(self) -> CaseStore:
        """The violation cases."""
        return CaseStore(self._engine, self._desk)

    @property
    def audit(self) -> AuditLog:
        """The log that cannot be edited."""
        return AuditLog(self._engine)

    @property
    def jobs(self) -> JobQueue:
        """The queue of long work."""
        return JobQueue(self._engine)

    @property
    def answers(self) -> AnswerTable:
        """Answers to posts that named an idempotency key."""
        return AnswerTable(self._engine)

    @property
    def people(self) -> PeopleStore:
        """The accounts and offices."""
        return PeopleStore(self._engine)

    @property
    def signing(self) -> SigningStore:
        """Who is signed in."""
        return SigningStore(self._engine)

    @property
    def checklists(self) -> ChecklistStore:
        """The versions of the checklist."""
        return ChecklistStore(self._engine, self._desk)

    @property
    def results(self) -> ResultStore:
        """What inspections found, item by item."""
        return ResultStore(self._engine, self._desk)

    @property
    def fieldwork(self) -> Fieldwork:
        """What phones send beside results: visits and photos."""
        return Fieldwork(self._engine, self._desk)

    @property
    def tickets(self) -> TicketStore:
        """What hotlines and the grid reported."""
        return TicketStore(self._engine, self._desk)

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

    def _read(self, table: Table, wanted: ColumnElement[bool] | None = None) -> pd.DataFrame:
        """Read a table or some of its rows, indexed by its key and sorted by it."""
        with self._engine.connect() as connection:
            return _table(connection, table, wanted)

    def _read_whole(self, table: Table) -> pd.DataFrame:
        """Read a table that may be large, indexed by its key and sorted by it."""
        names = tuple(column.name for column in table.columns)
        frame = read_columns(self._engine, table, names).set_index(_key(table))
        return frame if frame.index.is_monotonic_increasing else frame.sort_index()

    def _read_places(self, table: Table, bbox: Bounds | None = None) -> gpd.GeoDataFrame:
        """Read a table with a geometry, or those rows that a box touches."""
        indexed = bbox is not None and self._engine.dialect.name == "postgresql"
        wanted = _touches(table, bbox) if bbox and indexed else None
        places = _with_shapes(self._read(table, wanted))
        if bbox is None or indexed:
            return places
        return places[places.geometry.intersects(_box(bbox))]

    def _merge(
        self, table: Table, frame: pd.DataFrame, *, unassign: bool = False, replace: bool = False
    ) -> Changes:
        """Bring the rows of `frame` into a table and the log, in one transaction."""
        key = _key(table)
        rows = {row[key]: row for row in _rows(table, frame)}
        with writing(self._engine) as connection:
            old = {row[key]: dict(row) for row in connection.execute(select(table)).mappings()}
            changed = {k for k, row in rows.items() if k in old and old[k] != row}
            gone = old.keys() - rows.keys() if replace else set()
            _delete(connection, table, sorted(changed | gone))
            new = [row for k, row in rows.items() if k not in old or k in changed]
            if new:
                connection.execute(insert(table), new)
            if unassign and (new or gone):
                connection.execute(delete(tables.assignments))
            changes = Changes(len(new) - len(changed), len(changed), len(rows) - len(new))
            action = "assign" if table is tables.assignments else "import"
            facts = asdict(changes) | ({"removed": len(gone)} if replace else {})
            self._desk.enter(connection, action, table.name, facts)
        return changes


_VISIT_FACTS = ("point_id", "inspected_at")
_PLACE_FACTS = ("point_id", "source", "found_at", "geometry")
_FIND_FACTS = ("point_id", "found_at", "item", "severity", "source")
#: Words that many rows share.
_SHARED = frozenset({"point_id", "item", "source"})


def _within(column: Column[Any], during: Span) -> ColumnElement[bool]:
    """Ask for the moments of a span."""
    start, end = (naive(each) for each in during)
    return and_(column >= start, column < end)


def _of_unit_or_within(column: Column[Any], unit_id: str, during: Span) -> ColumnElement[bool]:
    """Ask for the moments of a span, and for all moments at the points of a unit."""
    assigned = tables.assignments.c
    points = select(assigned.point_id).where(assigned.unit_id == unit_id)
    return or_(_within(column, during), column.table.c.point_id.in_(points))


def _table(
    connection: Connection, table: Table, wanted: ColumnElement[bool] | None = None
) -> pd.DataFrame:
    """Read a table or some of its rows, indexed by its key and sorted by it."""
    rows_of = select(table) if wanted is None else select(table).where(wanted)
    key = _key(table)
    rows = connection.execute(rows_of.order_by(table.c[key])).all()
    return frame_of(rows, [column.name for column in table.columns]).set_index(key)


def _with_shapes(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    """Turn the bytes of a column into shapes."""
    shapes = shapely.from_wkb(frame["geometry"].to_numpy(dtype=object))
    return gpd.GeoDataFrame(frame.assign(geometry=shapes), geometry="geometry", crs=WGS84)


def _box(bbox: Bounds) -> shapely.Geometry:
    """Return a box as a shape; one without width or height is a line or a point."""
    corners = shapely.get_coordinates(shapely.box(*bbox))
    return shapely.convex_hull(shapely.MultiPoint(corners))


def _touches(table: Table, bbox: Bounds) -> ColumnElement[bool]:
    """Say in PostGIS that a geometry has a place in common with a box."""
    box = cast(literal(shapely.to_wkb(_box(bbox)), Geometry), Geometry)
    return func.ST_Intersects(table.c.geometry, box, type_=Boolean)


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
