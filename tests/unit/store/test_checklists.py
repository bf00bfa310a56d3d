"""Versions of the checklist are kept, and one that was used never changes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from geoinspect.checklists.examples import two_items
from geoinspect.errors import InputError

from .test_results import enter, prepared

if TYPE_CHECKING:
    from geoinspect.store import Store

OTHER = {"A": 50.0, "B": 50.0}


def test_what_is_kept_comes_back_the_same(store: Store) -> None:
    versions = [two_items("2025", date(2025, 1, 1), date(2025, 12, 31)), two_items()]
    assert store.acting("li").checklists.merge(reversed(versions)) == (2, 0, 0)
    assert store.checklists.all() == versions
    assert store.checklists.merge(versions) == (0, 0, 2)
    last = store.audit.last("import")
    assert last is not None
    assert (last.actor, last.object) == ("li", "checklists")


def test_a_version_without_results_may_be_replaced(store: Store) -> None:
    store.checklists.merge([two_items()])
    assert store.checklists.merge([two_items(weights=OTHER)]) == (0, 1, 0)
    assert store.checklists.all() == [two_items(weights=OTHER)]


def test_a_version_with_results_is_kept_as_it_was_and_none_of_the_file_comes_in(
    store: Store,
) -> None:
    prepared(store)
    enter(store, ("R1", "A", 0))
    new = two_items("2027", date(2027, 1, 1))
    with pytest.raises(InputError, match="Version 2026 of the checklist has results"):
        store.checklists.merge([new, two_items(weights=OTHER)])
    assert store.checklists.all() == [two_items()]
    assert store.checklists.merge([new]) == (1, 0, 0)
    assert store.results.results()["version"].tolist() == ["2026"]


def test_two_versions_never_begin_on_one_day(store: Store) -> None:
    store.checklists.merge([two_items()])
    with pytest.raises(InputError, match="The versions 2026 and 2026b both begin on 2026-01-01"):
        store.checklists.merge([two_items("2026b")])
    assert [each.version for each in store.checklists.all()] == ["2026"]
