"""Databases of each earlier program are taken over, and end with the tables of this one."""

from __future__ import annotations

import json
import sqlite3
import zlib
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from sqlalchemy.dialects.postgresql.base import ischema_names

from geoinspect.demo import tinytown
from geoinspect.errors import InputError, StoreError
from geoinspect.lottery.record import to_bytes
from geoinspect.store import Store, is_empty, migrations, tables
from geoinspect.store.columns import PostGISGeometry
from geoinspect.store.databases import create_database, writing

from ...threads import at_once

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)

OLD_TABLES = """
CREATE TABLE schema (version INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE points (
  point_id VARCHAR NOT NULL PRIMARY KEY, name TEXT NOT NULL, category TEXT NOT NULL,
  geometry BLOB NOT NULL, original_x FLOAT, original_y FLOAT, claimed_datum VARCHAR NOT NULL,
  datum_evidence TEXT NOT NULL, source_file TEXT NOT NULL, source_row INTEGER NOT NULL,
  district TEXT, street TEXT, address TEXT);
CREATE TABLE districts (district_id VARCHAR NOT NULL PRIMARY KEY, name TEXT NOT NULL,
  geometry BLOB NOT NULL, claimed_datum VARCHAR NOT NULL);
CREATE TABLE units (rule_number INTEGER NOT NULL PRIMARY KEY, unit_id VARCHAR NOT NULL,
  unit_name TEXT NOT NULL, district TEXT NOT NULL, category TEXT NOT NULL,
  source_row INTEGER NOT NULL);
CREATE TABLE assignments (
  point_id VARCHAR NOT NULL PRIMARY KEY, district_id VARCHAR, unit_id VARCHAR,
  unit_name TEXT, status VARCHAR NOT NULL, rule TEXT NOT NULL, also TEXT NOT NULL,
  reason TEXT NOT NULL);
CREATE TABLE violations (
  violation_id VARCHAR NOT NULL PRIMARY KEY, point_id VARCHAR, category TEXT,
  item TEXT, severity INTEGER NOT NULL, found_at DATETIME NOT NULL, description TEXT,
  source TEXT NOT NULL, geometry BLOB);
CREATE TABLE inspections (inspection_id VARCHAR NOT NULL PRIMARY KEY, point_id VARCHAR NOT NULL,
  inspected_at DATETIME NOT NULL);
INSERT INTO inspections VALUES ('i1', 'p1', '2026-11-20 02:00:00.000000');
"""
OF_VERSION_1 = """
CREATE TABLE plans (number INTEGER NOT NULL PRIMARY KEY, date VARCHAR NOT NULL,
  commitment VARCHAR NOT NULL, made_at DATETIME NOT NULL, record BLOB NOT NULL);
INSERT INTO schema VALUES (1);
"""
OF_VERSION_2 = """
CREATE TABLE ledger (
  number INTEGER NOT NULL PRIMARY KEY, date VARCHAR NOT NULL, attempt INTEGER NOT NULL,
  act VARCHAR NOT NULL, part INTEGER NOT NULL, commitment VARCHAR NOT NULL, reason TEXT NOT NULL,
  made_at DATETIME NOT NULL, content BLOB, points TEXT, inspectors TEXT,
  UNIQUE (date, attempt, act, part));
CREATE TABLE amendments (
  commitment VARCHAR NOT NULL, number INTEGER NOT NULL, date VARCHAR NOT NULL,
  record BLOB NOT NULL, PRIMARY KEY (commitment, number));
INSERT INTO schema VALUES (2);
"""


def old_database(path: Path, more: str, rows: Mapping[str, list[tuple[Any, ...]]]) -> Path:
    """Make a database as an earlier program left it."""
    connection = sqlite3.connect(path)
    connection.executescript(OLD_TABLES + more)
    for statement, values in rows.items():
        connection.executemany(statement, values)
    connection.commit()
    connection.close()
    return path


def drawn(point: str) -> dict[str, Any]:
    draw = {"commitment": point, "secrets": ["aa"]}
    stops = [{"point_id": point}]
    return {"date": "2026-11-23", "draw": draw, "routes": [{"stops": stops}]}


def packed(record: dict[str, Any]) -> bytes:
    return zlib.compress(to_bytes(record))


def test_plans_of_version_1_become_entries_of_the_ledger(tmp_path: Path) -> None:
    enter = "INSERT INTO plans (date, commitment, made_at, record) VALUES (?,?,?,?)"
    rows = [("2026-11-23", p, "2026-11-22 10:00:00.000000", packed(drawn(p))) for p in ("p1", "p2")]
    path = old_database(tmp_path / "city.db", OF_VERSION_1, {enter: rows})
    store = Store.open(path)
    assert json.loads(store.latest_plan()) == drawn("p1")
    assert store.drawn_before(TUESDAY) == {MONDAY: {"p1"}}
    assert [attempt.committed_at for attempt in store.ledger.attempts()] == [NOW, NOW]
    assert store.inspections()["point_id"].tolist() == ["p1"]
    store.close()
    assert Store.open(path).drawn_before(TUESDAY) == {MONDAY: {"p1"}}


def test_the_ledger_of_version_2_stays_as_it_is(tmp_path: Path) -> None:
    enter = "INSERT INTO ledger VALUES (?,?,?,?,?,?,?,?,?,?,?)"
    at, content = "2026-11-22 10:00:00.000000", packed(drawn("p1"))
    rows = [
        (5, "2026-11-23", 1, "commit", 0, "p1", "", at, None, None, None),
        (9, "2026-11-23", 1, "draw", 1, "p1", "", at, content, '["p1"]', "[]"),
    ]
    path = old_database(tmp_path / "city.db", OF_VERSION_2, {enter: rows})
    store = Store.open(path)
    assert [entry.number for entry in store.ledger.entries()] == [5, 9]
    assert store.latest_plan() == to_bytes(drawn("p1"))
    assert store.merge_points(tinytown.points()).added == 12
    assert len(store.inspectors()) == 0


@pytest.mark.parametrize("version", [OF_VERSION_1, OF_VERSION_2])
def test_an_older_program_does_not_find_a_version_that_it_knows(
    version: str, tmp_path: Path
) -> None:
    path = old_database(tmp_path / "city.db", version, {})
    Store.open(path).close()
    connection = sqlite3.connect(path)
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    connection.close()
    assert not names & {"schema", "plans"}


def test_steps_lead_to_the_tables_of_the_program(where: Path | str) -> None:
    engine = create_database(where)
    with writing(engine) as connection:
        migrations.upgrade(connection)
    assert_tables_are_those_of_the_program(Store.open(where))


@pytest.mark.parametrize("version", [OF_VERSION_1, OF_VERSION_2])
def test_steps_lead_an_old_database_to_the_tables_of_the_program(
    version: str, tmp_path: Path
) -> None:
    path = old_database(tmp_path / "city.db", version, {})
    assert_tables_are_those_of_the_program(Store.open(path))


def test_a_new_database_has_come_to_the_newest_step(store: Store) -> None:
    assert is_empty(store)
    assert migrations.scripts().get_current_head() == migrations.REVISION
    assert_tables_are_those_of_the_program(store)


def assert_tables_are_those_of_the_program(store: Store) -> None:
    with store.engine.connect() as connection:
        context = migrations.migration_context(connection)
        assert context.get_current_revision() == migrations.REVISION
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(ischema_names, "geometry", PostGISGeometry)
            differences = compare_metadata(context, tables.metadata)
    # the table that PostGIS brings along is nobody's
    differences = [each for each in differences if "spatial_ref_sys" not in str(each[1])]
    assert differences == []
    store.close()


def test_accounts_of_units_keep_their_right_to_approve_when_it_becomes_a_flag(
    tmp_path: Path,
) -> None:
    path = tmp_path / "city.db"
    Store.create(path).close()
    connection = sqlite3.connect(path)
    later = ("users.approves", "organisations.disabled", "answers.claimed_by")
    for name in (*later, "users.password_given"):
        table, column = name.split(".")
        connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    for name, role in (("wang", "unit"), ("li", "leader")):
        facts = (name, name, role, '["U1"]', "[]", "[]", -1, 0, False)
        connection.execute(
            "INSERT INTO users (user_id, name, role, offices, districts, categories, totp_step, "
            "failures, disabled) VALUES (?,?,?,?,?,?,?,?,?)",
            facts,
        )
    connection.execute("UPDATE alembic_version SET version_num = '0006'")
    connection.commit()
    connection.close()
    store = Store.open(path)
    assert [(each.user_id, each.approves) for each in store.people.accounts()] == [
        ("li", False), ("wang", True),
    ]  # fmt: skip
    assert_tables_are_those_of_the_program(store)


def test_a_file_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "city.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE songs (title TEXT)")
    connection.close()
    with pytest.raises(InputError, match="schema version None"):
        Store.open(path)
    path.write_bytes(b"no database at all, but long enough to look at" * 100)
    with pytest.raises(StoreError, match=r"city\.db is damaged"):
        Store.open(path)


def test_a_step_that_fails_leaves_an_old_database_as_it_was(tmp_path: Path) -> None:
    enter = "INSERT INTO plans (date, commitment, made_at, record) VALUES (?,?,?,?)"
    rows = [("2026-11-23", "p1", "2026-11-22 10:00:00.000000", b"no record")]
    path = old_database(tmp_path / "city.db", OF_VERSION_1, {enter: rows})
    with pytest.raises(zlib.error):
        Store.open(path)
    connection = sqlite3.connect(path)
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    assert connection.execute("SELECT version FROM schema").fetchall() == [(1,)]
    connection.close()
    assert "plans" in names
    assert "ledger" not in names


def test_many_programs_that_open_an_old_database_at_once_lead_it_on_once(tmp_path: Path) -> None:
    enter = "INSERT INTO plans (date, commitment, made_at, record) VALUES (?,?,?,?)"
    rows = [("2026-11-23", "p1", "2026-11-22 10:00:00.000000", packed(drawn("p1")))]
    path = old_database(tmp_path / "city.db", OF_VERSION_1, {enter: rows})
    stores = at_once(lambda: Store.open(path), 4)
    assert [len(store.ledger.entries()) for store in stores] == [2, 2, 2, 2]
