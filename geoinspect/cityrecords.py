"""The records of a city that a report or a map counts, read here or in a process beside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from geoinspect.estimates.attribution import SELF_FOUND

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from geoinspect.cityfolder import CityFolder


@dataclass(frozen=True)
class Wanted:
    """
    Which records are read.

    Attributes
    ----------
    during
        From when until before when; None for all.
    described
        Whether problems are wanted with their ids, and in the words of who found them.
    own
        A unit and a span; see `geoinspect.store.Store.visits`.
    """

    during: tuple[datetime, datetime] | None
    described: bool
    own: tuple[str, tuple[datetime, datetime]] | None


class Found(NamedTuple):
    """
    What was found.

    Attributes
    ----------
    violations
        See `geoinspect.store.Store.finds`.
    standing
        See `geoinspect.store.casetables.CaseTables.standing`.
    """

    violations: pd.DataFrame
    standing: pd.DataFrame


def read_found(folder: CityFolder, wanted: Wanted) -> Found:
    """Read what was found, and what became of it."""
    store = folder.store()
    try:
        standing = store.cases.standing(SELF_FOUND)
        violations = store.finds(
            wanted.during,
            # what a unit reported itself bears on what is found later
            sources=SELF_FOUND,
            named=wanted.described or len(standing) > 0,
            described=wanted.described,
            own=wanted.own,
        )
        return Found(violations, standing)
    finally:
        store.close()


def read_inspections(folder: CityFolder) -> pd.DataFrame:
    """Read the inspections that a map counts, see `geoinspect.store.Store.visits`."""
    store = folder.store()
    try:
        return store.visits(named=False)
    finally:
        store.close()
