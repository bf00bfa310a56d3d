"""Weights add up, a day has one version, and a new version breaks the trend."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from geoinspect.checklists import check_checklist, in_force, trend_breaks
from geoinspect.checklists.examples import two_items
from geoinspect.errors import InputError, NotFoundError

OLD = two_items("2025", date(2025, 1, 1))
NEW = two_items("2026", date(2026, 7, 1), weights={"A": 50, "B": 50})


def test_weights_that_do_not_add_up_are_refused_with_category_and_sum() -> None:
    with pytest.raises(InputError, match=r"add up to 100, but not those of 公园 \(95\)"):
        check_checklist(two_items(weights={"A": 60, "B": 35}), {"公园"})


def test_a_weight_of_zero_is_refused_even_if_the_sum_is_right() -> None:
    with pytest.raises(InputError, match="公园"):
        check_checklist(two_items(weights={"A": 100, "B": 0}), {"公园"})


def test_weights_in_tenths_add_up_in_spite_of_binary_fractions() -> None:
    check_checklist(two_items(weights={"A": 33.4, "B": 66.6}), {"公园"})


def test_unknown_categories_are_named() -> None:
    with pytest.raises(InputError, match="categories that no points can have: 公园"):
        check_checklist(two_items(), {"广场"})


def test_missing_items_and_items_without_a_category_are_named() -> None:
    complete = two_items()
    with pytest.raises(InputError, match="items with a weight are missing: B"):
        check_checklist(replace(complete, items={"A": complete.items["A"]}), {"公园"})
    with pytest.raises(InputError, match="items of no category: B"):
        check_checklist(replace(complete, weights={"公园": {"A": 100.0}}), {"公园"})


def test_a_version_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InputError, match="ends on 2025-12-31, before it begins"):
        check_checklist(two_items(effective_to=date(2025, 12, 31)), {"公园"})


def test_the_version_that_began_last_holds() -> None:
    assert in_force([NEW, OLD], date(2026, 6, 30)) is OLD
    assert in_force([OLD, NEW], date(2026, 7, 1)) is NEW
    with pytest.raises(NotFoundError, match="No version of the checklist holds on 2024-12-31"):
        in_force([OLD, NEW], date(2024, 12, 31))


def test_a_version_holds_on_its_last_day_and_no_longer() -> None:
    ended = two_items(effective_to=date(2026, 3, 31))
    assert in_force([ended], date(2026, 3, 31)) is ended
    with pytest.raises(NotFoundError):
        in_force([ended], date(2026, 4, 1))


def test_a_rubric_that_changes_within_a_period_breaks_the_trend() -> None:
    (found,) = trend_breaks([OLD, NEW], date(2026, 1, 1), date(2026, 12, 31))
    assert (found.day, found.before, found.after) == (date(2026, 7, 1), "2025", "2026")
    assert (found.added, found.removed, found.changed) == ((), (), ("A", "B"))


def test_a_period_within_one_version_has_no_break() -> None:
    assert trend_breaks([OLD, NEW], date(2026, 1, 1), date(2026, 6, 30)) == []
    assert trend_breaks([OLD, NEW], date(2026, 7, 1), date(2026, 12, 31)) == []


def test_a_new_name_for_the_same_items_breaks_nothing() -> None:
    same = two_items("2026", date(2026, 7, 1))
    assert trend_breaks([OLD, same], date(2026, 1, 1), date(2026, 12, 31)) == []


def test_falling_back_to_the_version_before_is_a_break_too() -> None:
    pilot = two_items("pilot", date(2026, 3, 1), date(2026, 3, 31), {"A": 50, "B": 50})
    days = [found.day for found in trend_breaks([OLD, pilot], date(2026, 1, 1), date(2026, 5, 1))]
    assert days == [date(2026, 3, 1), date(2026, 4, 1)]


def test_the_hash_tells_versions_apart_and_knows_no_order() -> None:
    turned = replace(OLD, items=dict(reversed(list(OLD.items.items()))))
    assert turned.sha256 == OLD.sha256
    assert NEW.sha256 != OLD.sha256
