"""
Rules of a responsibility table: who answers for which category in which district.

A rule names a unit, a district (its id or its exact name) and a category; `*` stands
for any district or any category. A name that several districts share is ambiguous:
the rule is kept, never guessed about, and listed by `rule_problems`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoinspect.errors import InputError, MissingColumnError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    import pandas as pd
    from geopandas import GeoDataFrame

ANY = "*"

_COLUMNS = ("unit_id", "unit_name", "district", "category")

# How a rule is named, by its rank.
_SENTENCES = {
    1: "Row {row}: {category} in {district} belongs to {unit}.",
    2: "Row {row}: {category} in every district belongs to {unit}.",
    3: "Row {row}: everything in {district} belongs to {unit}.",
    4: "Row {row}: everything without a rule of its own belongs to {unit}.",
}


@dataclass(frozen=True)
class Rule:
    """
    One row of a responsibility table, tied to the districts that it may mean.

    `district` and `category` are as written. `district_ids` holds the districts with
    that id or name: several if the name is ambiguous, none if it is unknown or `*`.
    """

    unit_id: str
    unit_name: str
    district: str
    category: str
    source_row: int
    district_ids: tuple[str, ...]

    @property
    def rank(self) -> int:
        """1 for the most specific rule to 4 for the default."""
        return 1 + (self.district == ANY) + 2 * (self.category == ANY)

    @property
    def is_ambiguous(self) -> bool:
        """Whether several districts bear the name that the rule gives."""
        return len(self.district_ids) > 1

    def covers(self, district_id: str, category: str) -> bool:
        """Tell whether the rule may speak of `category` in `district_id`."""
        return self.category in (ANY, category) and (
            self.district == ANY or district_id in self.district_ids
        )

    def in_words(self, translate: Callable[[str], str] = str) -> str:
        """Name the rule by its row, what it covers and its unit."""
        return translate(_SENTENCES[self.rank]).format(
            row=self.source_row,
            category=self.category,
            district=self.district,
            unit=self.unit_name,
        )


def read_rules(units: pd.DataFrame, districts: GeoDataFrame) -> list[Rule]:
    """
    Tie the rows of a responsibility table to districts.

    Parameters
    ----------
    units
        Columns `unit_id`, `unit_name`, `district`, `category` and `source_row`.
    districts
        Polygons, indexed by district id, with a column `name`.

    Returns
    -------
    rules
        One rule a row, the most specific first and in the order of `source_row`.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    InputError
        If a cell is empty.

    Examples
    --------
    >>> from geoinspect.demo import tinytown
    >>> rules = read_rules(tinytown.units(), tinytown.districts())
    >>> rules[0].in_words(), rules[0].district_ids
    ('Row 8: 超市 in 南塘区 belongs to 南塘市场监管所.', ('D3',))
    """
    missing = [column for column in (*_COLUMNS, "source_row") if column not in units.columns]
    if missing:
        raise MissingColumnError(
            "The responsibility table has no column {columns}; add it.",
            columns=", ".join(missing),
        )
    meanings = _meanings(districts)
    cells = units[[*_COLUMNS, "source_row"]].fillna("").itertuples(index=False, name=None)
    rules = [_read_rule(row, meanings) for row in cells]
    return sorted(rules, key=lambda rule: (rule.rank, rule.source_row))


def rule_problems(
    units: pd.DataFrame, districts: GeoDataFrame, categories: Collection[str]
) -> list[InputError]:
    """
    List what is wrong with a responsibility table, in the order of its rows.

    Parameters
    ----------
    units
        Responsibility rules, as in `read_rules`.
    districts
        Polygons, indexed by district id, with a column `name`.
    categories
        All categories that a rule may name.

    Returns
    -------
    problems
        Errors that were not raised. Each has its sentence, its `data` with the `row`
        and `render(translate)`.

    Examples
    --------
    >>> from geoinspect.demo import tinytown
    >>> units = tinytown.units().replace("南塘区", "南堂区")
    >>> for problem in rule_problems(units, tinytown.districts(), {"集贸市场", "超市"}):
    ...     print(problem)
    Row 5: the category 中小学校 is unknown; correct it, or write * for any.
    Row 8: there is no district 南堂区; give its id or exact name, or write * for any.
    """
    rules = sorted(read_rules(units, districts), key=lambda rule: rule.source_row)
    return [
        problem
        for rule in rules
        for problem in (*_district_problems(rule), *_category_problems(rule, categories))
    ]


def _meanings(districts: GeoDataFrame) -> dict[str, tuple[str, ...]]:
    """Ids of the districts that a text in a rule may mean, by that text."""
    meanings: dict[str, set[str]] = {}
    for key, name in districts["name"].items():
        for text in (str(key), str(name)):
            meanings.setdefault(text, set()).add(str(key))
    return {text: tuple(sorted(ids)) for text, ids in meanings.items()}


def _read_rule(row: tuple[object, ...], meanings: Mapping[str, tuple[str, ...]]) -> Rule:
    """Turn one row into a rule; an empty cell is refused, it could mean anything."""
    *cells, source_row = row
    texts = [str(cell).strip() for cell in cells]
    if "" in texts:
        raise InputError(
            "Row {row} of the responsibility table has an empty {column}; fill it in "
            "(* stands for any district or any category).",
            row=source_row,
            column=_COLUMNS[texts.index("")],
        )
    unit_id, unit_name, district, category = texts
    return Rule(
        unit_id, unit_name, district, category, int(str(source_row)), meanings.get(district, ())
    )


def _district_problems(rule: Rule) -> Iterator[InputError]:
    """Unknown and ambiguous districts."""
    if rule.is_ambiguous:
        yield InputError(
            "Row {row}: several districts are called {district} ({ids}); give the id instead.",
            row=rule.source_row,
            district=rule.district,
            ids=", ".join(rule.district_ids),
        )
    if rule.district != ANY and not rule.district_ids:
        yield InputError(
            "Row {row}: there is no district {district}; give its id or exact name, "
            "or write * for any.",
            row=rule.source_row,
            district=rule.district,
        )


def _category_problems(rule: Rule, categories: Collection[str]) -> Iterator[InputError]:
    """Unknown categories."""
    if rule.category != ANY and rule.category not in categories:
        yield InputError(
            "Row {row}: the category {category} is unknown; correct it, or write * for any.",
            row=rule.source_row,
            category=rule.category,
        )
