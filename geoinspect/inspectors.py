"""
The roster of inspectors: who is on duty on a day, with how many tickets, and kept away from what.

A roster is a table indexed by inspector_id with columns of text: name, unit (the own
office), avoid_units, avoid_districts, duty_days and absent_days. Lists are joined by 、;
a day is an ISO date, a span of days "2026-11-02/2026-11-05", both ends included.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

Record = dict[str, Any]
Span = tuple[date, date]

#: Columns of a roster, besides its index.
ROSTER_COLUMNS = ("name", "unit", "avoid_units", "avoid_districts", "duty_days", "absent_days")

_JOINT = "、"

# Three duties behind, a person has eight tickets against the one of the busiest. In 22 days
# with 8 pairs of 40 people loads then differ by 3.5 duties at most on average, with equal
# tickets by 10, with tickets in steps of one by 5.
_MOST_DOUBLINGS = 3


def join_names(names: Iterable[str]) -> str:
    """
    Write a list of names as a roster holds it.

    Examples
    --------
    >>> join_names(["城管局", "教育局"])
    '城管局、教育局'
    """
    return _JOINT.join(names)


def split_names(text: str) -> list[str]:
    """
    Read a list of names as a roster holds it.

    Examples
    --------
    >>> split_names("城管局、教育局"), split_names("")
    (['城管局', '教育局'], [])
    """
    return [name for name in text.split(_JOINT) if name]


def join_days(spans: Iterable[Span]) -> str:
    """
    Write spans of days as a roster holds them.

    Examples
    --------
    >>> monday, friday = date(2026, 11, 2), date(2026, 11, 6)
    >>> join_days([(monday, monday), (monday, friday)])
    '2026-11-02、2026-11-02/2026-11-06'
    """
    return _JOINT.join(
        first.isoformat() if first == last else f"{first.isoformat()}/{last.isoformat()}"
        for first, last in spans
    )


def on_duty(roster: pd.DataFrame, day: date) -> pd.DataFrame:
    """
    Return the rows of those who are on duty on a day.

    Who has duty days is on duty on these only, everybody else every day; absence comes
    before duty.
    """
    duty = [
        (not when or _covers(when, day)) and not _covers(away, day)
        for when, away in zip(roster["duty_days"], roster["absent_days"], strict=True)
    ]
    return roster.loc[duty]


def inspector_pool(on_duty: pd.DataFrame, loads: Mapping[str, int]) -> list[Record]:
    """
    Write those on duty as the pool of a plan's record.

    Parameters
    ----------
    on_duty
        Rows of a roster.
    loads
        How many duties were drawn for each person this month; see `duties_in_month`.
        Nobody's are 0.

    Returns
    -------
    pool
        Rows sorted by id: `inspector_id`, `name`, `tickets`, `units` (the own office
        included) and `districts` the person is kept away from.
    """
    most = max((loads.get(key, 0) for key in on_duty.index), default=0)
    return [
        {
            "inspector_id": row["inspector_id"],
            "name": row["name"],
            "tickets": tickets(loads.get(row["inspector_id"], 0), most),
            "units": sorted({*split_names(row["unit"]), *split_names(row["avoid_units"])}),
            "districts": sorted(split_names(row["avoid_districts"])),
        }
        for row in on_duty.sort_index().reset_index().to_dict("records")
    ]


def tickets(load: int, most: int) -> int:
    """
    Tickets of a person who had `load` duties this month when the busiest had `most`.

    They double with every duty behind, up to 8: the load evens out, and yet nobody can
    tell who is next.

    Examples
    --------
    >>> [tickets(load, 5) for load in (5, 4, 3, 2, 0)]
    [1, 2, 4, 8, 8]
    """
    return 1 << min(most - load, _MOST_DOUBLINGS)


def duties_in_month(drawn: Mapping[date, Iterable[str]], day: date) -> Counter[str]:
    """
    Count the duties of each person on other days of the month of `day`.

    Parameters
    ----------
    drawn
        Ids of the inspectors that the binding draw of each date drew.
    day
        The day.
    """
    return Counter(
        inspector_id
        for other, inspector_ids in drawn.items()
        if (other.year, other.month) == (day.year, day.month) and other != day
        for inspector_id in inspector_ids
    )


def unknown_ties(
    roster: pd.DataFrame, units: Iterable[str], districts: Iterable[str]
) -> tuple[list[str], list[str]]:
    """
    Return the names of units, and of districts, in a roster that the city does not know.

    A tie to an unknown name keeps nobody away from anything.
    """
    offices = (*roster["unit"], *roster["avoid_units"])
    tied_units = {name for names in offices for name in split_names(names)}
    tied_districts = {name for names in roster["avoid_districts"] for name in split_names(names)}
    return sorted(tied_units - set(units)), sorted(tied_districts - set(districts))


def _covers(text: str, day: date) -> bool:
    """Tell whether days as a roster holds them contain a day."""
    wanted = day.isoformat()  # ISO dates compare as text
    spans = (part.partition("/") for part in split_names(text))
    return any(first <= wanted <= (last or first) for first, _, last in spans)
