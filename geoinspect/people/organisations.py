"""The tree of offices: who stands above answers for all below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoinspect.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


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
