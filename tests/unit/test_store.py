"""The store gives back what it was given, and changes only what an import changes."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from geoinspect.demo import tinytown
from geoinspect.errors import InputError, NotFoundError
from geoinspect.responsibility import assign
from geoinspect.store import Changes, Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.create(tmp_path / "city.db")
    yield store
    store.close()


def test_a_new_store_is_empty(store: Store) -> None:
    assert len(store.points()) == len(store.districts()) == len(store.units()) == 0
    assert len(store.violations()) == len(store.inspections()) == 0
    assert store.assignments() is None


def test_points_come_back_as_they_went_in(store: Store) -> None:
    points = tinytown.points()
    assert store.merge_points(points) == Changes(added=12, updated=0, unchanged=0)
    back = store.points()
    assert back.geometry.to_wkb().tolist() == points.geometry.to_wkb().tolist()
    assert back["name"].tolist() == points["name"].tolist()
    assert back["source_row"].tolist() == points["source_row"].tolist()
    assert back.crs == points.crs


def test_importing_twice_changes_nothing(store: Store) -> None:
    points = tinytown.points()
    store.merge_points(points)
    assert store.merge_points(points) == Changes(added=0, updated=0, unchanged=12)


def test_only_what_differs_is_updated(store: Store) -> None:
    points = tinytown.points()
    store.merge_points(points)
    renamed = points.assign(name=["新名", *points["name"][1:]])
    assert store.merge_points(renamed) == Changes(added=0, updated=1, unchanged=11)
    assert store.points()["name"].iloc[0] == "新名"


def test_districts_are_replaced_not_merged(store: Store) -> None:
    districts = tinytown.districts()
    store.replace_districts(districts)
    store.replace_districts(districts.iloc[:1])
    assert store.districts().index.tolist() == districts.index[:1].tolist()


def test_rules_keep_their_order(store: Store) -> None:
    units = tinytown.units()
    store.replace_units(units)
    assert store.units()["unit_name"].tolist() == units["unit_name"].tolist()
    assert store.units()["source_row"].tolist() == units["source_row"].tolist()


def test_times_come_back_in_utc(store: Store) -> None:
    violations, inspections = tinytown.violations(), tinytown.inspections()
    store.merge_violations(violations)
    store.merge_inspections(inspections)
    found, made = store.violations(), store.inspections()
    assert found["found_at"].tolist() == violations.sort_index()["found_at"].tolist()
    assert made["inspected_at"].tolist() == inspections.sort_index()["inspected_at"].tolist()
    assert str(found["found_at"].dt.tz) == "UTC"


def test_a_violation_without_a_point_stays_without(store: Store) -> None:
    violations = tinytown.violations()
    store.merge_violations(violations)
    assert store.violations()["point_id"].isna().sum() == violations["point_id"].isna().sum() == 1


def test_assignments_are_dropped_when_their_reasons_change(store: Store) -> None:
    points, districts, units = tinytown.points(), tinytown.districts(), tinytown.units()
    store.merge_points(points)
    store.replace_districts(districts)
    store.replace_units(units)
    assignments = assign(points, districts, units)
    store.replace_assignments(assignments)
    back = store.assignments()
    assert back is not None
    pd.testing.assert_frame_equal(back, assignments.sort_index(), check_dtype=False)
    store.replace_units(units)
    assert store.assignments() is not None
    store.replace_units(units.iloc[1:].reset_index(drop=True))
    assert store.assignments() is None


def test_a_failed_change_leaves_everything_as_it_was(store: Store) -> None:
    points = tinytown.points()
    store.merge_points(points)
    broken = points.assign(name=[*points["name"][:-1], None])
    with pytest.raises(Exception, match="NOT NULL"):
        store.merge_points(broken)
    assert store.points()["name"].tolist() == points["name"].tolist()


def test_a_missing_database_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="There is no city database at"):
        Store.open(tmp_path / "none.db")


def test_a_database_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "city.db"
    Store.create(path).close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE schema SET version = 99")
    connection.commit()
    connection.close()
    with pytest.raises(InputError, match="schema version 99"):
        Store.open(path)
