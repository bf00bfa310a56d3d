"""The tree of offices: who stands above answers for all below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoinspect.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True)
class Office:
    """
    One office of the tree.

    Attributes
    ----------
    office_id, name
        Its id, that of a unit if it answers for points, and its name.
    above
        Id of the office above it; None at the top.
    disabled
        Whether it is given to no account any more.
    """

    office_id: str
    name: str
    above: str | None = None
    disabled: bool = False


def in_tree_order(offices: Iterable[Office]) -> list[tuple[int, Office]]:
    """
    Return the offices as a tree is read, each with its depth: 0 at the top.

    Examples
    --------
    >>> tree = in_tree_order([Office("b", "乙", "a"), Office("c", "丙"), Office("a", "甲")])
    >>> [(depth, office.office_id) for depth, office in tree]
    [(0, 'a'), (1, 'b'), (0, 'c')]
    """
    below: dict[str | None, list[Office]] = {}
    for office in sorted(offices, key=lambda each: each.office_id):
        below.setdefault(office.above, []).append(office)
    rows, waiting = list[tuple[int, Office]](), [(0, each) for each in below.get(None, [])][::-1]
    while waiting:
        depth, office = waiting.pop()
        rows.append((depth, office))
        waiting += [(depth + 1, each) for each in below.get(office.office_id, [])][::-1]
    return rows


def units_below(parents: Mapping[str, str | None], roots: Iterable[str]) -> frozenset[str]:
    """
    Return the ids of some offices and of all that stand below them.

    Parameters
    ----------
    parents
        The office above each office; None at the top.
    roots
        Ids of offices; one that the tree does not know stands for itself.

    Examples
    --------
    >>> parents = {"city": None, "west": "city", "market": "west", "east": "city"}
    >>> sorted(units_below(parents, ["west"]))
    ['market', 'west']
    """
    found = set(roots)
    while True:
        more = {child for child, above in parents.items() if above in found} - found
        if not more:
            return frozenset(found)
        found |= more


def check_tree(parents: Mapping[str, str | None]) -> None:
    """
    Refuse offices that are no tree.

    Raises
    ------
    InputError
        If an office stands below one that is not there, or below itself.
    """
    for office in parents:
        seen, above = {office}, parents[office]
        while above is not None:
            if above not in parents:
                raise InputError(
                    "The office {office} stands below {above}, which is not there: add {above} "
                    "first.",
                    office=office,
                    above=above,
                )
            if above in seen:
                raise InputError(
                    "The office {office} stands below itself: change the office above it.",
                    office=office,
                )
            seen.add(above)
            above = parents[above]
