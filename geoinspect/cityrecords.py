"""What was found in a city and what its plans promised, read here or in a process beside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from geoinspect.estimates.attribution import SELF_FOUND
from geoinspect.promised import promised_visits

if TYPE_CHECKING:
    from datetime import date, datetime

    import pandas as pd

    from geoinspect.cityfolder import CityFolder


@dataclass(frozen=True)
class Wanted:
    """
    Which records are read.

    Attributes
    ----------
    before
        Plans of this day or later are still sealed and stay so.
    days
        First and last day; None for all.
    during
        From when until before when that is; None for all.
    described
        Whether problems are wanted with their ids, and in the words of who found them.
    own
        A unit and a span; see `geoinspect.store.Store.visits`.
    """

    before: date
    days: tuple[date, date] | None
    during: tuple[datetime, datetime] | None
    described: bool
    own: tuple[str, tuple[datetime, datetime]] | None


class Found(NamedTuple):
    """
    What was found and promised.

    Attributes
    ----------
    violations
        See `geoinspect.store.Store.finds`.
    standing
        See `geoinspect.store.casetables.CaseTables.standing`.
    promised
        See `geoinspect.promised.promised_visits`.
    """

    violations: pd.DataFrame
    standing: pd.DataFrame
    promised: pd.DataFrame


def read_found(folder: CityFolder, wanted: Wanted) -> Found:
    """Read what was found, and what was promised."""
    store = folder.store()
    try:
        standing = store.cases.standing()
        violations = store.finds(
            wanted.during,
            # what a unit reported itself bears on what is found later
            sources=SELF_FOUND,
            named=wanted.described or len(standing) > 0,
            described=wanted.described,
            own=wanted.own,
        )
        promised = promised_visits(store, folder.path, wanted.before, wanted.days)
        return Found(violations, standing, promised)
    finally:
        store.close()


def read_inspections(folder: CityFolder) -> pd.DataFrame:
    """Read the inspections that a map counts, see `geoinspect.store.Store.visits`."""
    store = folder.store()
    try:
        return store.visits(named=False)
    finally:
        store.close()
