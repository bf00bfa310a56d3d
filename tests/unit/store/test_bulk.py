"""Whole columns are read as rows are, on both databases."""

from __future__ import annotations

import pandas as pd
import pytest

from geoinspect.demo import tinytown
from geoinspect.responsibility import assign
from geoinspect.store import bulk, tables


def as_texts(table: pd.DataFrame) -> pd.DataFrame:
    """Write categories as the texts that they stand for."""
    shared = table.select_dtypes("category").columns
    texts = {name: [None if pd.isna(v) else v for v in table[name]] for name in shared}
    return table.assign(**{name: pd.Series(values) for name, values in texts.items()})


def test_records_come_without_their_ids_where_nobody_asks_for_them(store):
    store.merge_violations(tinytown.violations())
    store.merge_inspections(tinytown.inspections())
    assert list(store.visits(named=False)) == ["point_id", "inspected_at"]
    assert "violation_id" not in store.finds(named=False)
    assert len(store.finds(named=False)) == len(tinytown.violations())


def test_finds_are_the_records_without_their_places(store, monkeypatch):
    # more portions than one
    monkeypatch.setattr(bulk, "_PORTION", 7)
    violations = tinytown.violations().assign(item=None)
    violations["found_at"] += pd.Timedelta(microseconds=7)
    store.merge_violations(violations)
    store.merge_inspections(tinytown.inspections())
    visits, found = store.visits(), store.finds()
    for column in (visits["point_id"], found["point_id"], found["source"]):
        assert isinstance(column.dtype, pd.CategoricalDtype)
    visits, found = (as_texts(table) for table in (visits, found))
    pd.testing.assert_frame_equal(
        visits.set_index("inspection_id").sort_index(), store.inspections()
    )
    columns = ["point_id", "found_at", "item", "description", "severity", "source"]
    pd.testing.assert_frame_equal(
        found.set_index("violation_id").sort_index()[columns], store.violations()[columns]
    )
    assert (found.set_index("violation_id")["found_at"].dt.microsecond == 7).all()


def test_places_come_back_as_they_went_in(store):
    violations = tinytown.violations()
    store.merge_violations(violations)
    back = store.violations()
    assert back.crs == violations.crs
    expected = violations.geometry.sort_index()
    assert (back.geometry.isna() == expected.isna()).all()
    both = expected.notna()
    assert (back.geometry[both].to_wkb() == expected[both].to_wkb()).all()


@pytest.mark.parametrize("rows", [slice(None), slice(0, 3), slice(0, 0)])
def test_places_can_be_read_as_columns(store, rows):
    violations = tinytown.violations().iloc[rows]
    store.merge_violations(violations)
    shaped, read = store.violations().reset_index(), store.placed_violations("severity")
    assert list(read.columns) == ["point_id", "source", "found_at", "lon", "lat", "severity"]
    assert isinstance(read["point_id"].dtype, pd.CategoricalDtype)
    back = as_texts(read)
    for column in ("point_id", "source", "found_at", "severity"):
        pd.testing.assert_series_equal(back[column], shaped[column])
    assert back["lon"].to_numpy() == pytest.approx(shaped.geometry.x.to_numpy(), nan_ok=True)
    assert back["lat"].to_numpy() == pytest.approx(shaped.geometry.y.to_numpy(), nan_ok=True)


def test_an_empty_table_has_its_columns(store):
    frame = bulk.read_columns(store.engine, tables.inspections, ("point_id", "inspected_at"))
    assert list(frame.columns) == ["point_id", "inspected_at"]
    assert len(frame) == 0


def test_finds_of_some_days_are_those_and_what_units_reported_themselves(store):
    violations = tinytown.violations()
    own = violations.index[violations["found_at"] == violations["found_at"].min()]
    violations.loc[own, "source"] = "self-check"
    store.merge_violations(violations)
    store.merge_inspections(tinytown.inspections())
    start = violations["found_at"].sort_values().iloc[4].to_pydatetime()
    end = violations["found_at"].max().to_pydatetime()
    visits = store.visits((start, end))
    found = store.finds((start, end), sources={"self-check"}, described=False)
    within = violations["found_at"].between(start, end, inclusive="left")
    assert set(found["violation_id"]) == {*violations.index[within], *own}
    assert not set(own) & set(violations.index[within])
    assert "description" not in found
    assert visits["inspected_at"].between(start, end, inclusive="left").all()
    assert 0 < len(visits) < len(tinytown.inspections())
    others = tinytown.inspections().drop(visits["inspection_id"])
    assert store.points_inspected_outside((start, end)) == set(others["point_id"])


def test_of_other_days_only_the_records_of_a_unit_are_read_where_it_is_named(store):
    points, districts, units = tinytown.points(), tinytown.districts(), tinytown.units()
    store.merge_points(points)
    store.replace_districts(districts)
    store.replace_units(units)
    assignments = assign(points, districts, units)
    store.replace_assignments(assignments)
    store.merge_violations(tinytown.violations())
    store.merge_inspections(tinytown.inspections())
    unit = assignments["unit_id"].mode().iloc[0]
    own_points = set(assignments.index[assignments["unit_id"] == unit])
    moments = tinytown.inspections()["inspected_at"].sort_values()
    whole = (moments.iloc[0].to_pydatetime(), moments.iloc[-1].to_pydatetime())
    part = (moments.iloc[8].to_pydatetime(), moments.iloc[12].to_pydatetime())
    for read, moment in ((store.visits, "inspected_at"), (store.finds, "found_at")):
        table, few = as_texts(read(whole)), as_texts(read(whole, own=(unit, part)))
        is_near = table[moment].between(*part, inclusive="left")
        wanted = table[is_near | table["point_id"].isin(own_points)]
        pd.testing.assert_frame_equal(few, wanted.reset_index(drop=True))
        assert len(few) < len(table)
