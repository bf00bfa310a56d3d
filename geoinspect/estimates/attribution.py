"""Which violations count for the city, which for a unit, and why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geoinspect.errors import MissingColumnError
from geoinspect.outcomes import FOUND_BY_INSPECTION

if TYPE_CHECKING:
    from geoinspect.arrays import BoolArray, IntArray

#: Sources of violations that whoever answers for the place reported itself.
SELF_CHECK = "self-check"
SELF_FOUND = frozenset({SELF_CHECK, "self_check", "自查", "社区自查"})

#: Why a violation does not count for somebody, by code; the first that holds is named.
REASONS = {
    "DUPLICATE": "It is linked to another case, which counts once.",
    "DISMISSED": "It was dismissed: there was no breach.",
    "SELF_FOUND": "The unit found it itself: who looks and reports is not worse for it.",
    "REPORTED": "It was reported, not found by a drawn inspection: its chance is not known.",
    "SELF_FOUND_BEFORE": "The unit had reported it itself, and its deadline was not over.",
    "TARGET_UNCONFIRMED": "It lies at a target that was drawn on the streets, and nobody has "
    "confirmed on site whose place it is.",
    "NO_UNIT": "No unit answers for the place.",
    "COUNTS": "A drawn inspection found it.",
}

#: Reasons that keep a violation from the unit alone; the city's rate speaks of what is there.
CITY_ALONE = ("SELF_FOUND_BEFORE", "TARGET_UNCONFIRMED", "NO_UNIT")


class Found(NamedTuple):
    """
    What inspections found.

    Attributes
    ----------
    inspections
        The inspections with a column `found`.
    unmatched
        Ids of counted violations that belong to none of them.
    """

    inspections: pd.DataFrame
    unmatched: pd.Index


def attribute_violations(violations: pd.DataFrame) -> pd.DataFrame:
    """
    Decide for whom each violation counts, with the reason.

    Only what drawn inspections found enters a rate: of anything else nobody knows the
    chance. What a unit reported itself never lowers its score, neither when it reports
    nor when an inspection meets the same item at the same point before the deadline.

    Parameters
    ----------
    violations
        Indexed by violation id: `source`, `unit_id` (blank where nobody answers),
        `point_id`, `item` and `found_at`. Optional: `provenance` of the point and
        `is_confirmed` on site, `is_dismissed`, `duplicate_of`, and `due_at`, the deadline
        of the rectification (none: until now).

    Returns
    -------
    attribution
        Indexed alike: `for_city`, `for_unit`, and `reason`, a key of `REASONS`.

    Raises
    ------
    MissingColumnError
        If a column is missing.

    Examples
    --------
    >>> violations = pd.DataFrame({
    ...     "source": ["route", "self-check", "12345"], "unit_id": "城管局", "point_id": "a",
    ...     "item": ["litter", "light", "noise"], "found_at": pd.Timestamp("2026-03-02"),
    ... })
    >>> attribute_violations(violations)["reason"].tolist()
    ['COUNTS', 'SELF_FOUND', 'REPORTED']
    """
    for column in ("source", "unit_id", "point_id", "item", "found_at"):
        if column not in violations:
            raise MissingColumnError(
                "The table of violations has no column {column}; its columns are: {columns}.",
                column=column,
                columns=", ".join(map(str, violations.columns)) or "-",
            )
    source = violations["source"]
    holds = {
        "DUPLICATE": _filled(violations, "duplicate_of"),
        "DISMISSED": _is_true(violations, "is_dismissed"),
        "SELF_FOUND": source.isin(SELF_FOUND).to_numpy(),
        "REPORTED": ~source.isin(FOUND_BY_INSPECTION).to_numpy(),
        "SELF_FOUND_BEFORE": _self_found_before(violations),
        "TARGET_UNCONFIRMED": _unconfirmed(violations),
        "NO_UNIT": _codes(violations["unit_id"]) < 0,
    }
    # numbers, not words: a million words are slow to write and to compare
    codes = np.select(list(holds.values()), range(len(holds)), len(holds))
    reason = pd.Categorical.from_codes(codes, categories=pd.Index(REASONS))
    return pd.DataFrame(
        {
            "for_city": reason.isin((*CITY_ALONE, "COUNTS")),
            "for_unit": codes == len(holds),
            "reason": reason,
        },
        index=violations.index,
    )


def count_found(
    inspections: pd.DataFrame, violations: pd.DataFrame, *, by_severity: bool = False
) -> Found:
    """
    Count what each inspection found.

    Parameters
    ----------
    inspections
        `point_id` and `day`, at most one a point and day.
    violations
        Those that count, see `attribute_violations`: `point_id`, `day` and, if needed,
        `severity`.
    by_severity
        Whether a violation counts as much as its severity, and not 1.

    Examples
    --------
    >>> inspections = pd.DataFrame({"point_id": ["a", "b"], "day": [1, 1]})
    >>> violations = pd.DataFrame({"point_id": ["a", "a", "c"], "day": 1, "severity": [1, 3, 1]})
    >>> found = count_found(inspections, violations, by_severity=True)
    >>> found.inspections["found"].tolist(), found.unmatched.tolist()
    ([4.0, 0.0], [2])
    """
    row = inspection_of(violations, inspections)
    size = violations["severity"].to_numpy(np.float64) if by_severity else np.ones(len(row))
    found = np.bincount(row[row >= 0], size[row >= 0], len(inspections))
    return Found(inspections.assign(found=found), violations.index[row < 0])


def inspection_of(violations: pd.DataFrame, inspections: pd.DataFrame) -> IntArray:
    """
    Find the inspection of the point of each violation on its day.

    Parameters
    ----------
    violations, inspections
        As in `count_found`.

    Returns
    -------
    row
        Place in the table of inspections, shape (n,); -1 where there is none.
    """
    places = _shared_codes(inspections["point_id"], violations["point_id"])
    days = _shared_codes(inspections["day"], violations["day"])
    n_days = int(days[0].max(initial=-1)) + 1
    met = np.where((places[1] >= 0) & (days[1] >= 0), places[1] * n_days + days[1], -1)
    # no inspection has the key -1, so that what belongs to none finds none
    made = pd.Index(places[0] * n_days + days[0])
    return np.asarray(made.get_indexer(pd.Index(met)), np.int64)


def _shared_codes(ours: pd.Series, theirs: pd.Series) -> tuple[IntArray, IntArray]:
    """Give the values of two columns the same numbers; -1 for what the first has not."""
    code, known = pd.factorize(ours)
    other, names = pd.factorize(theirs)
    number = pd.Index(np.asarray(known)).get_indexer(pd.Index(np.asarray(names)))
    return code.astype(np.int64), np.append(number, -1)[other].astype(np.int64)


def _self_found_before(violations: pd.DataFrame) -> BoolArray:
    """Tell whether the unit's own report of the same item was still within its deadline."""
    before = np.zeros(len(violations), np.bool_)
    matter = _matters(violations)
    is_own = violations["source"].isin(SELF_FOUND).to_numpy() & (matter >= 0)
    row = np.flatnonzero(np.isin(matter, np.unique(matter[is_own])) & (matter >= 0))
    if len(row) == 0:
        return before
    table = violations[["found_at"]].iloc[row].assign(row=row, matter=matter[row])
    # a blank column has no time zone, and does not compare with one that has
    is_blank = "due_at" not in violations or violations["due_at"].isna().all()
    moments = table["found_at"]
    table["due"] = moments.mask(moments.notna()) if is_blank else violations["due_at"].iloc[row]
    order = np.argsort(moments.to_numpy(), kind="stable")
    table, own = table.iloc[order], is_own[row][order]
    reports = table[own].drop(columns="row").assign(is_reported=True)
    met = table[~own].drop(columns="due")
    if len(met):
        met = pd.merge_asof(met, reports, on="found_at", by="matter")
        is_open = met["due"].isna() | (met["found_at"] <= met["due"])
        before[met["row"]] = met["is_reported"].notna() & is_open
    return before


def _matters(violations: pd.DataFrame) -> IntArray:
    """Return a number for each pair of point and item; -1 where one, or the moment, is blank."""
    point, item = (_codes(violations[column]) for column in ("point_id", "item"))
    is_blank = (point < 0) | (item < 0) | violations["found_at"].isna().to_numpy()
    return np.where(is_blank, -1, point * (int(item.max(initial=-1)) + 1) + item)


def _codes(column: pd.Series) -> IntArray:
    """Return a number for each value of a column; -1 where there is none, or no text in it."""
    code, names = pd.factorize(column)
    is_named = np.array([*(name != "" for name in names), False], np.bool_)
    return np.where(is_named[code], code, -1).astype(np.int64)


def _unconfirmed(violations: pd.DataFrame) -> BoolArray:
    """Tell which lie at targets that nobody confirmed."""
    if "provenance" not in violations:
        return np.zeros(len(violations), np.bool_)
    is_target = (violations["provenance"] == "generated").to_numpy()
    return is_target & ~_is_true(violations, "is_confirmed")


def _is_true(table: pd.DataFrame, column: str) -> BoolArray:
    """Read a yes or no; no where it is blank or the column is left out."""
    if column not in table:
        return np.zeros(len(table), np.bool_)
    if table[column].dtype == np.bool_:
        return table[column].to_numpy()
    return np.array([value is not pd.NA and value == True for value in table[column]], np.bool_)  # noqa: E712 - NaN is no


def _filled(table: pd.DataFrame, column: str) -> BoolArray:
    """Tell which rows name something in a column."""
    if column not in table:
        return np.zeros(len(table), np.bool_)
    return (table[column].notna() & (table[column] != "")).to_numpy()
