"""
Find the responsible unit of every inspection point, with the rule that decided.

The most specific rule decides:

1. this category in this district,
2. this category in every district,
3. everything in this district,
4. everything without a rule of its own.

Rules of the same rank that name different units are a conflict; nobody is picked.
Every point ends with exactly one status, the first of these that holds:

gap, overlap
    Its district is not known, so no rule can be trusted.
conflict, no-rule
    Its district is known, its unit is not.
near-boundary
    It has a unit, but another district is within the tolerance.
resolved
    It has a unit and nothing is doubtful.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from geoinspect.districts import ID_SEPARATOR, locate
from geoinspect.responsibility_rules import Rule, read_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from geopandas import GeoDataFrame

STATUSES = ("resolved", "near-boundary", "overlap", "gap", "no-rule", "conflict")


def assign(
    points: GeoDataFrame,
    districts: GeoDataFrame,
    units: pd.DataFrame,
    *,
    tolerance_m: float = 30.0,
    translate: Callable[[str], str] = str,
) -> pd.DataFrame:
    """
    Give every point its district and the unit that answers for it.

    Parameters
    ----------
    points
        Inspection points in WGS-84, uniquely indexed by point id, with `category`.
    districts
        Polygons in WGS-84, uniquely indexed by district id, with `name`.
    units
        Responsibility rules: `unit_id`, `unit_name`, `district` (id, exact name or
        `*`), `category` (or `*`) and `source_row`.
    tolerance_m
        How close to another district a point is called near its boundary, in metres.
    translate
        Turns the English sentences of rules and reasons into the reader's language.

    Returns
    -------
    assignments
        One row a point, in the order of `points`: `district_id`, `unit_id` and
        `unit_name` (None when missing), `status` (one of `STATUSES`), `rule` (the
        rule that decided, with its row), `also` (ids of other districts near or
        overlapping) and `reason` (empty when resolved).

    Raises
    ------
    MissingColumnError
        If the rules lack a column.
    InputError
        If a cell of the rules is empty, or `locate` refuses points or districts.

    Examples
    --------
    >>> from geoinspect.demo import tinytown
    >>> found = assign(tinytown.points(), tinytown.districts(), tinytown.units())
    >>> found.loc["TT11", "rule"]
    'Row 8: 超市 in 南塘区 belongs to 南塘市场监管所.'
    >>> found["status"].value_counts().to_dict()
    {'resolved': 11, 'near-boundary': 1}
    """
    located = locate(points, districts, tolerance_m=tolerance_m, translate=translate)
    names = {str(key): str(name) for key, name in districts["name"].items()}
    judge = _Judge(read_rules(units, districts), names, translate)
    rows = [
        judge.assignment(category, *where)
        for category, *where in zip(
            points["category"],
            located["district_id"],
            located["status"],
            located["also"],
            located["reason"],
            strict=True,
        )
    ]
    columns = ["district_id", "unit_id", "unit_name", "status", "rule", "also", "reason"]
    return pd.DataFrame(rows, index=points.index, columns=columns, dtype=object)


def summary(assignments: pd.DataFrame) -> pd.DataFrame:
    """
    Count the points by district, unit and status.

    Parameters
    ----------
    assignments
        Result of `assign`.

    Returns
    -------
    counts
        Columns `district_id`, `unit_id`, `unit_name`, `status` and `points`, ordered
        by the first four; a missing district or unit comes last.

    Examples
    --------
    >>> from geoinspect.demo import tinytown
    >>> found = assign(tinytown.points(), tinytown.districts(), tinytown.units())
    >>> counts = summary(found)
    >>> counts.loc[counts["unit_id"] == "U2", ["district_id", "points"]].to_numpy().tolist()
    [['D1', 1], ['D3', 1]]
    """
    keys = ["district_id", "unit_id", "unit_name", "status"]
    counts = assignments.groupby(keys, dropna=False).size().rename("points").reset_index()
    return counts.sort_values(keys, na_position="last", ignore_index=True)


@dataclass(frozen=True)
class _Decision:
    """Who answers for one category in one district; `reason` is empty when resolved."""

    status: str
    unit_id: str | None
    unit_name: str | None
    rule: str
    reason: str


class _Judge:
    """Applies the rules, once to every pair of a district and a category."""

    def __init__(
        self, rules: Sequence[Rule], names: Mapping[str, str], translate: Callable[[str], str]
    ) -> None:
        self.rules = rules
        self.names = names
        self.translate = translate
        self.decisions: dict[tuple[str, str], _Decision] = {}

    def assignment(
        self, category: str, district_id: str | None, status: str, also: str, reason: str
    ) -> tuple[str | None, ...]:
        """Return the row of assignments of one located point."""
        if district_id is None:
            return None, None, None, status, "", also, reason
        decision = self.decide(district_id, category)
        if decision.status != "resolved":
            status, reason = decision.status, f"{decision.reason} {reason}".rstrip()
        elif status == "near-boundary":
            reason = f"{reason} {self._both_sides(decision, category, also)}"
        else:
            status = "resolved"
        unit = (decision.unit_id, decision.unit_name)
        return district_id, *unit, status, decision.rule, also, reason

    def decide(self, district_id: str, category: str) -> _Decision:
        """Return the decision on one category in one district."""
        key = (district_id, category)
        if key not in self.decisions:
            self.decisions[key] = self._decide(district_id, category)
        return self.decisions[key]

    def _decide(self, district_id: str, category: str) -> _Decision:
        covering = [rule for rule in self.rules if rule.covers(district_id, category)]
        if not covering:
            return self._undecided(
                "no-rule",
                "No rule covers {category} in {district}; add one to the responsibility table.",
                category=category,
                district=f"{self.names[district_id]} ({district_id})",
            )
        best = [rule for rule in covering if rule.rank == covering[0].rank]
        ambiguous = next((rule for rule in best if rule.is_ambiguous), None)
        if ambiguous:
            return self._undecided(
                "conflict",
                "Row {row} names {district}, but several districts are called so ({ids}).",
                row=ambiguous.source_row,
                district=ambiguous.district,
                ids=ID_SEPARATOR.join(ambiguous.district_ids),
            )
        if len({rule.unit_id for rule in best}) > 1:
            return self._undecided(
                "conflict",
                "Rules of the same rank name different units: {rules}",
                rules=" ".join(rule.in_words(self.translate) for rule in best),
            )
        first = best[0]
        words = first.in_words(self.translate)
        return _Decision("resolved", first.unit_id, first.unit_name, words, "")

    def _undecided(self, status: str, sentence: str, **data: object) -> _Decision:
        """Return a decision without a unit, with its reason in the reader's language."""
        return _Decision(status, None, None, "", self.translate(sentence).format(**data))

    def _both_sides(self, here: _Decision, category: str, also: str) -> str:
        """Say who answers across the border of a point that lies near it."""
        there = [self.decide(other, category).unit_name for other in also.split(ID_SEPARATOR)]
        if set(there) == {here.unit_name}:
            sentence = self.translate("{unit} answers on both sides.")
            return sentence.format(unit=here.unit_name)
        nobody = self.translate("nobody")
        names = ID_SEPARATOR.join(dict.fromkeys(name or nobody for name in there))
        return self.translate("Here {unit} answers, there {others}.").format(
            unit=here.unit_name, others=names
        )
