"""The store gives back what it was given, and changes only what an import changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from geoinspect.demo import tinytown
from geoinspect.errors import InputError, NotFoundError
from geoinspect.responsibility import assign
from geoinspect.store import Changes, Store, with_schema
from geoinspect.store.columns import with_srid, without_srid
from geoinspect.store.databases import close_all, schema_of

if TYPE_CHECKING:
    from pathlib import Path

    from ..postgres import Cluster


@st.composite
def geometries(draw: st.DrawFn) -> bytes:
    """Well-known binary of a point, a line or two points, in either byte order."""
    degrees = st.floats(-180, 180, allow_nan=False)
    xy = draw(st.lists(st.tuples(degrees, degrees), min_size=2, max_size=5))
    kind = draw(st.sampled_from([shapely.Point, shapely.LineString, shapely.MultiPoint]))
    shape = kind(xy[0] if kind is shapely.Point else xy)
    wkb: bytes = shapely.to_wkb(shape, byte_order=draw(st.sampled_from([0, 1])))
    return wkb


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
    with pytest.raises(Exception, match=r"(?i)not.null"):
        store.merge_points(broken)
    assert store.points()["name"].tolist() == points["name"].tolist()


def test_a_missing_database_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="There is no city database at"):
        Store.open(tmp_path / "none.db")


def test_a_missing_schema_is_named(cluster: Cluster) -> None:
    with pytest.raises(NotFoundError, match=r"has no schema city_\d+ with a city"):
        Store.open(cluster.url())
    close_all()


def test_a_database_of_a_later_version_is_refused(where: Path | str) -> None:
    store = Store.create(where)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(InputError, match="schema version 9999, this geoinspect reads"):
        Store.open(where)


def test_ids_sort_by_code_point_whatever_the_language_of_the_server(store: Store) -> None:
    points = tinytown.points()
    ids = ["a", "B", "Z9", "Z10", "é", "啊", "八", "不", "z", "_", "1", "￥"]
    store.merge_points(points.set_axis(ids, axis="index"))
    assert store.points().index.tolist() == sorted(ids)


def test_a_box_holds_what_touches_it_and_nothing_else(store: Store) -> None:
    points, districts = tinytown.points(), tinytown.districts()
    store.merge_points(points)
    store.replace_districts(districts)
    store.merge_violations(tinytown.violations())
    west, south, east, north = points.total_bounds
    corner = (west, south, (west + east) / 2, (south + north) / 2)
    x, y = points.geometry.x, points.geometry.y
    inside = points[x.between(west, corner[2]) & y.between(south, corner[3])]
    assert 0 < len(inside) < len(points)
    assert store.points(corner).index.tolist() == inside.index.tolist()
    first = points.geometry.iloc[0]
    assert store.points((first.x, first.y, first.x, first.y)).index[0] == points.index[0]
    assert store.points((0, 0, 1, 1)).empty
    touched = districts[districts.intersects(shapely.box(*corner))]
    assert store.districts(corner).index.tolist() == sorted(touched.index)
    placed = store.violations().geometry.notna().sum()
    assert len(store.violations((-180, -90, 180, 90))) == placed


def test_a_box_is_looked_up_in_the_index_of_a_server(cluster: Cluster) -> None:
    store = Store.create(cluster.url())
    store.merge_points(tinytown.points())
    box = "ST_MakeEnvelope(118, 32, 119, 33, 4326)"
    with store.engine.begin() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        asked = text(f"EXPLAIN SELECT * FROM points WHERE ST_Intersects(geometry, {box})")
        steps = "\n".join(connection.scalars(asked))
    close_all()
    assert "points_geometry" in steps


def test_two_cities_of_one_server_know_nothing_of_each_other(cluster: Cluster) -> None:
    one, other = Store.create(cluster.url()), Store.create(cluster.url())
    one.merge_points(tinytown.points())
    assert len(other.points()) == 0
    close_all()


@pytest.mark.parametrize("address", ["mysql://geo:secret@db/x", "nonsense", "sqlite:///x.db"])
def test_an_address_of_another_kind_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(InputError, match="no address of a PostgreSQL database") as refused:
        Store.open(address)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("schema", ["a b", "Nanjing", 'x";drop', "1a", "x" * 64])
def test_a_schema_is_named_plainly(schema: str) -> None:
    with pytest.raises(InputError, match="no name for a city's schema"):
        schema_of(with_schema("postgresql://geo@db/x", schema))


@given(shape=geometries())
def test_places_come_back_from_postgis_bit_by_bit(shape: bytes) -> None:
    assert without_srid(with_srid(shape)) == shape
