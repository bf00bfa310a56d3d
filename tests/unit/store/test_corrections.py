"""A violation is written anew only by whoever read it as it is, in either database."""

from __future__ import annotations

import pytest

from geoinspect.demo import tinytown

from ...threads import at_once


@pytest.fixture
def row(store):
    store.merge_violations(tinytown.violations())
    return store.violations().iloc[:1]


def test_a_correction_of_what_was_read_is_written_and_logged(store, row) -> None:
    assert store.correct_violation(row.assign(description="new"), row)
    assert store.violations().loc[row.index[0], "description"] == "new"
    assert store.audit.last("violation.correct").object == row.index[0]


def test_a_correction_of_an_older_version_changes_nothing(store, row) -> None:
    store.correct_violation(row.assign(description="first"), row)
    n_rows = len(store.audit.rows())
    assert not store.correct_violation(row.assign(description="second"), row)
    assert store.violations().loc[row.index[0], "description"] == "first"
    assert len(store.audit.rows()) == n_rows


def test_of_many_corrections_at_once_exactly_one_is_written(store, row) -> None:
    done = at_once(lambda: store.correct_violation(row.assign(severity=3), row), 6)
    assert sum(done) == 1
