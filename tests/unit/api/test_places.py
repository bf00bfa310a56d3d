"""The places of a city are read once a change, and nobody's part holds another's points."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, event

from geoinspect.api.places import KnownPlaces
from geoinspect.audit import log
from geoinspect.demo import tinytown
from geoinspect.people import Role
from geoinspect.people.actor import LOCAL_ACTOR, Actor
from geoinspect.responsibility import assign
from geoinspect.store import Store, restore_backup, tables, write_backup

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.fixture
def city(store):
    store.merge_points(tinytown.points())
    store.replace_districts(tinytown.districts())
    store.replace_units(tinytown.units())
    _assign(store)
    return store


def _assign(store) -> None:
    store.replace_assignments(assign(store.points(), store.districts(), store.units()))


def _unit(*units: str) -> Actor:
    return Actor("li", "李四", Role.UNIT, units=frozenset(units))


def test_nothing_is_read_again_while_only_others_than_places_change(city) -> None:
    known = KnownPlaces()
    first = known.of(city)
    log(city, "chen", "session.login")
    city.merge_violations(tinytown.violations())
    assert known.of(city) is first
    statements = []
    event.listen(city.engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    assert known.of(city) is first
    [statement] = statements
    assert "audit_log" in statement


@pytest.mark.parametrize(
    "change",
    [
        lambda store: store.merge_points(tinytown.points().assign(name="新名")),
        lambda store: store.replace_districts(tinytown.districts().iloc[:1]),
        lambda store: store.replace_units(tinytown.units().iloc[:1]),
        _assign,
    ],
    ids=["points", "districts", "units", "assign"],
)
def test_a_change_by_another_process_shows_at_once(city, where, change) -> None:
    known = KnownPlaces()
    known.of(city)
    elsewhere = Store.open(where)
    change(elsewhere)
    elsewhere.close()
    part = known.of(city).part(LOCAL_ACTOR)
    assert part.points["name"].tolist() == city.points()["name"].tolist()
    assert part.districts.index.tolist() == city.districts().index.tolist()
    assigned = city.assignments()
    assert (part.assignments is None) == (assigned is None)
    if assigned is not None:
        assert part.assignments.equals(assigned)


def test_another_city_in_its_place_is_noticed(tmp_path) -> None:
    stores = [Store.create(tmp_path / name) for name in ("one.db", "two.db")]
    stores[0].merge_points(tinytown.points())
    stores[1].merge_points(tinytown.points().iloc[:3])
    known = KnownPlaces()
    assert [len(known.of(store).places.points) for store in stores] == [12, 3]


def test_a_log_whose_beginning_was_archived_is_no_reason_to_trust_what_is_known(city) -> None:
    known = KnownPlaces()
    first = known.of(city)
    with city.engine.begin() as connection:
        for name in _guards(connection):
            connection.exec_driver_sql(name)
        connection.execute(delete(tables.audit_log))
    assert known.of(city) is not first


def _guards(connection) -> list[str]:
    """Statements that take the guards of the log away, as nobody may in a city."""
    if connection.dialect.name == "postgresql":
        return ["ALTER TABLE audit_log DISABLE TRIGGER USER"]
    names = connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_log'"
    ).scalars()
    return [f"DROP TRIGGER {name}" for name in names.all()]


def test_a_unit_has_its_own_points_and_rows_alone(city) -> None:
    places = KnownPlaces().of(city)
    assigned = city.assignments()
    for unit in sorted(assigned["unit_id"].dropna().unique()):
        own = assigned.index[assigned["unit_id"] == unit]
        part = places.part(_unit(unit))
        assert list(part.points.index) == list(own)
        assert list(part.assignments.index) == list(own)
        assert [feature.id for feature in part.features] == list(own)
    nothing = places.part(_unit())
    assert (len(nothing.points), nothing.assignments, nothing.features) == (0, None, [])


def test_people_of_one_scope_share_a_part_and_others_do_not(city) -> None:
    places = KnownPlaces().of(city)
    assert places.part(_unit("U3")) is places.part(_unit("U3"))
    assert places.part(_unit("U3")) is not places.part(_unit("U4"))
    leader = Actor("wang", "王五", Role.LEADER, districts=frozenset({"D1"}))
    assert places.part(leader) is not places.part(_unit("U3"))
    assert len(places.part(LOCAL_ACTOR).points) == len(city.points())


def test_a_backup_that_takes_the_place_of_the_city_shows_once_it_is_logged(tmp_path) -> None:
    where, backup = tmp_path / "city.db", tmp_path / "city.backup"
    store = Store.create(where)
    store.merge_points(tinytown.points())
    write_backup(store, backup, at=NOW)
    store.merge_points(tinytown.points().assign(name="新名"))
    known = KnownPlaces()
    known.of(store)
    restore_backup(where, backup, replace=True)
    # as `geoinspect restore` does
    log(store, "cli:chen", "restore", backup.name)
    assert set(known.of(store).places.points["name"]) == set(tinytown.points()["name"])
