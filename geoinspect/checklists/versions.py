"""Versions of a checklist: weights that add up, dates, and what changes with a new version."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from geoinspect.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    from geoinspect.checklists.items import Item

#: What the weights of a category add up to.
WEIGHT_SUM = 100.0
# weights are written with at most a few decimals
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Checklist:
    """
    One version of a checklist.

    Attributes
    ----------
    version
        Name of the version; results are pinned to it.
    effective_from, effective_to
        First and last day; None for no end.
    items
        Items by id.
    weights
        Category -> item id -> weight; the weights of a category add up to 100.
    """

    version: str
    effective_from: date
    effective_to: date | None
    items: Mapping[str, Item]
    weights: Mapping[str, Mapping[str, float]]

    @property
    def sha256(self) -> str:
        """Hash of everything in it, whatever the order of its rows."""
        content = {
            "version": self.version,
            "effective_from": self.effective_from.isoformat(),
            "effective_to": self.effective_to and self.effective_to.isoformat(),
            "items": {key: asdict(item) for key, item in self.items.items()},
            "weights": {name: dict(of_items) for name, of_items in self.weights.items()},
        }
        text = json.dumps(content, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def holds_on(self, day: date) -> bool:
        """Tell whether a day lies within the dates."""
        return self.effective_from <= day and (
            self.effective_to is None or day <= self.effective_to
        )

    def items_of(self, category: str) -> list[Item]:
        """Return the items of a category in the order of their ids; none if it has none."""
        return [self.items[item_id] for item_id in sorted(self.weights.get(category, {}))]


def check_checklist(checklist: Checklist, known: Collection[str]) -> None:
    """
    Check what ties items and categories together.

    Parameters
    ----------
    checklist
        The version.
    known
        Categories that points can have.

    Raises
    ------
    InputError
        If the dates are the wrong way round, a category is unknown, an item belongs to no
        category, or the weights of a category do not add up to 100. All places are named.
    """
    if checklist.effective_to is not None and checklist.effective_to < checklist.effective_from:
        raise InputError(
            "Version {version} ends on {end}, before it begins on {start}.",
            version=checklist.version,
            end=checklist.effective_to,
            start=checklist.effective_from,
        )
    strange = sorted(set(checklist.weights) - set(known))
    if strange:
        raise InputError(
            "Version {version} names categories that no points can have: {categories}. Correct "
            "the names, or import points of these categories first.",
            version=checklist.version,
            categories=", ".join(strange),
        )
    _check_members(checklist)
    _check_sums(checklist)


def in_force(checklists: Iterable[Checklist], day: date) -> Checklist:
    """
    Return the version that holds on a day: of several that do, the one that began last.

    Raises
    ------
    NotFoundError
        If none does.
    """
    holding = [each for each in checklists if each.holds_on(day)]
    if not holding:
        raise NotFoundError(
            "No version of the checklist holds on {day}: bring one in with `geoinspect -C CITY "
            "import checklist FILE`.",
            day=day,
        )
    return max(holding, key=lambda each: (each.effective_from, each.version))


@dataclass(frozen=True)
class TrendBreak:
    """
    A day from which scores cannot be compared with those before.

    Attributes
    ----------
    day
        First day of the new version.
    before, after
        The versions.
    added, removed, changed
        Ids of items that are new, gone, or differ in text, score or a weight.
    """

    day: date
    before: str
    after: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]


def trend_breaks(checklists: Sequence[Checklist], first: date, last: date) -> list[TrendBreak]:
    """
    Return where a period changes from one version to another, in order.

    Parameters
    ----------
    checklists
        All versions.
    first, last
        First and last day of the period. A version that begins on its first day breaks
        nothing within it.

    Returns
    -------
    breaks
        Changes to a version with the same items, scores and weights are none.
    """
    turns = {
        day
        for each in checklists
        for day in (each.effective_from, _day_after(each))
        if day is not None and first < day <= last
    }
    held = [_held(checklists, day) for day in (first, *sorted(turns))]
    breaks = []
    for (_, before), (day, after) in pairwise(held):
        if before is not None and after is not None:
            found = differences(before, after)
            if any(found):
                breaks.append(TrendBreak(day, before.version, after.version, *found))
    return breaks


def differences(
    before: Checklist, after: Checklist
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """
    Return the ids of items that are added, removed, and changed in text, score or a weight.

    Each in the order of the ids.
    """
    old, new = set(before.items), set(after.items)
    changed = {
        item_id
        for item_id in old & new
        if before.items[item_id] != after.items[item_id]
        or _weights_of(before, item_id) != _weights_of(after, item_id)
    }
    return tuple(sorted(new - old)), tuple(sorted(old - new)), tuple(sorted(changed))


def _check_members(checklist: Checklist) -> None:
    """Refuse items without a category, and weights of items that are missing."""
    used = {item_id for of_items in checklist.weights.values() for item_id in of_items}
    for sentence, ids in (
        ("Version {version}: items of no category: {items}. Name their categories.",
         checklist.items.keys() - used),
        ("Version {version}: items with a weight are missing: {items}.",
         used - checklist.items.keys()),
    ):  # fmt: skip
        if ids:
            raise InputError(sentence, version=checklist.version, items=", ".join(sorted(ids)))


def _check_sums(checklist: Checklist) -> None:
    """Refuse categories whose weights do not add up."""
    wrong = []
    for category, of_items in checklist.weights.items():
        total = math.fsum(of_items.values())
        if abs(total - WEIGHT_SUM) > _TOLERANCE or min(of_items.values()) <= 0:
            wrong.append(f"{category} ({total:g})")
    if wrong:
        raise InputError(
            "Version {version}: the weights of a category are above 0 and add up to 100, but "
            "not those of {categories}.",
            version=checklist.version,
            categories=", ".join(wrong),
        )


def _day_after(checklist: Checklist) -> date | None:
    """Return the first day on which a version holds no more."""
    end = checklist.effective_to
    return None if end is None else end.fromordinal(end.toordinal() + 1)


def _held(checklists: Sequence[Checklist], day: date) -> tuple[date, Checklist | None]:
    """Return a day with the version that holds on it."""
    holding = [each for each in checklists if each.holds_on(day)]
    return day, in_force(holding, day) if holding else None


def _weights_of(checklist: Checklist, item_id: str) -> dict[str, float]:
    """Return the weights of an item by category."""
    return {
        category: of_items[item_id]
        for category, of_items in checklist.weights.items()
        if item_id in of_items
    }
