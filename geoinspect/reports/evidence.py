"""
What a report is made from: inspections, what they found, and the chance each of them had.

One row an inspection, with the whole chance with which the lottery promised the visit. An
inspection that no plan drew (a file from before the lottery, a complaint followed up, a second
visit on one day) has no known chance: it is counted, and left out of every rate that is weighted
by chances. What counts for whom is decided by `geoinspect.estimates.attribute_violations`.

Words that many rows share are kept as categories, and rows in the order of their days: a report
over a million rows cuts and counts numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geoinspect.estimates import CITY_ALONE, attribute_violations, inspection_of

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    import shapely
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geoinspect.arrays import BoolArray, IntArray
    from geoinspect.reports.periods import Period

#: Who may be asked for: a column of the tables, by the word for it.
GROUPS = ("district_id", "unit_id", "category")

#: What is no problem, or none that counts against anybody.
_UNCOUNTED = ("DUPLICATE", "DISMISSED", "SELF_FOUND")

# more days than any city has
_DAYS_APART = 10_000_000


@dataclass(frozen=True)
class Evidence:
    """
    A city's records, joined.

    Attributes
    ----------
    points
        Indexed by point id: name, category, district_id, district, unit_id, unit, lon, lat
        (WGS-84 degrees).
    inspections
        One row an inspection, by day: inspection_id (where ids were read), point_id, day, the
        columns of `GROUPS`, found (what counts for the city that was found there that day),
        found_unit (what of it counts for the unit), inclusion_probability (NaN if not known),
        team_id, and is_target: a place that nobody had listed, which no unit answers for yet.
    violations
        One row a violation, by day: violation_id (where ids were read), point_id, day, found_at,
        item, severity, source, description (where it was read), reason (see
        `geoinspect.estimates.attribution.REASONS`), counts (whether it is a problem that
        counts), counts_unit (whether it counts for the unit), the columns of `GROUPS`.
    dropped
        Drawn visits that were dropped during the day: day, point_id.
    borders
        Outlines of the districts, WGS-84; only to be drawn.
    visited
        Points that were inspected on a day that was not read.
    marks
        Marks of the year's assessment: mark_id, name (of a unit or a district), documents and
        questionnaire; empty where they were not read.
    """

    points: pd.DataFrame
    inspections: pd.DataFrame
    violations: pd.DataFrame
    dropped: pd.DataFrame
    borders: tuple[shapely.Geometry, ...] = field(default=(), repr=False)
    visited: frozenset[str] = field(default=frozenset(), repr=False)
    marks: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)

    def within(self, period: Period) -> Evidence:
        """Return the evidence of a period."""
        made, found, dropped = (
            _within(table, period) for table in (self.inspections, self.violations, self.dropped)
        )
        return replace(self, inspections=made, violations=found, dropped=dropped)

    def where(self, **wanted: str) -> Evidence:
        """Return the evidence of a group, such as `unit_id="U3"`."""
        tables = [self.points, self.inspections, self.violations]
        for column, value in wanted.items():
            tables = [table[(table[column] == value).to_numpy()] for table in tables]
        points, inspections, violations = tables
        dropped = self.dropped[self.dropped["point_id"].isin(points.index)]
        return replace(
            self, points=points, inspections=inspections, violations=violations, dropped=dropped
        )


def join_evidence(
    points: GeoDataFrame,
    assignments: pd.DataFrame | None,
    districts: GeoDataFrame,
    inspections: pd.DataFrame,
    violations: pd.DataFrame,
    promised: pd.DataFrame,
    standing: pd.DataFrame | None = None,
    *,
    zone: ZoneInfo,
    visited: frozenset[str] = frozenset(),
) -> Evidence:
    """
    Join the tables of a city.

    Parameters
    ----------
    points, assignments, districts
        As the store gives them.
    inspections, violations
        As `Store.visits` and `Store.finds` give them.
    promised
        What the binding plans drew; see `geoinspect.promised.promised_visits`.
    standing
        Of cases that were dismissed or have a deadline, by violation id: is_dismissed,
        last_day; None for no such cases.
    zone
        Time zone of the city, in which a day ends.
    visited
        Points that were inspected on other days than those of the inspections.

    Returns
    -------
    evidence
        See `Evidence`. A violation is taken for found by the inspection of its point on its
        day; with several inspections that day, by the last, which is the drawn one.
    """
    known = _with_groups(points, assignments, districts)
    promised = promised.assign(
        point_id=_words(promised["point_id"]), team_id=_words(promised["team_id"])
    )
    places = _with_targets(known, districts, promised)
    visits = _visits(inspections, places, zone)
    found = _violations(violations, places, standing, zone)
    is_last = _last_of_day(visits)
    visits = _with_chances(visits, promised, is_last)
    last = np.flatnonzero(is_last)
    row = inspection_of(found[["point_id", "day"]], visits[["point_id", "day"]].iloc[last])
    for column, counts in (("found", "for_city"), ("found_unit", "for_unit")):
        n_found = np.zeros(len(visits), np.int64)
        n_found[last] = np.bincount(row[(row >= 0) & found[counts]], minlength=len(last))
        visits[column] = n_found
    dropped = promised.loc[~promised["is_visited"].astype(bool), ["day", "point_id"]]
    return Evidence(
        known,
        visits,
        found.drop(columns=["for_city", "for_unit"]),
        dropped.sort_values("day", kind="stable", ignore_index=True),
        tuple(districts.geometry),
        visited,
    )


def _with_groups(
    points: GeoDataFrame, assignments: pd.DataFrame | None, districts: GeoDataFrame
) -> pd.DataFrame:
    """Say of each point what it belongs to; "" where nobody answers."""
    known = pd.DataFrame(points[["name", "category"]])
    for column in ("district_id", "unit_id", "unit_name"):
        own = None if assignments is None else assignments[column].reindex(known.index)
        known[column] = "" if own is None else own.fillna("").astype(str)
    names = districts["name"] if len(districts) else pd.Series(dtype=str)
    known["district"] = known["district_id"].map(names).fillna("").astype(str)
    known["lon"], known["lat"] = points.geometry.x, points.geometry.y
    return known.rename(columns={"unit_name": "unit"})


def _with_targets(
    known: pd.DataFrame, districts: GeoDataFrame, promised: pd.DataFrame
) -> pd.DataFrame:
    """Add the places that nobody listed and plans drew: they have a district, and no unit."""
    drawn = promised[(promised["provenance"] == "generated").to_numpy()]
    drawn = drawn.drop_duplicates("point_id").astype({"point_id": str}).set_index("point_id")
    drawn = drawn[~drawn.index.isin(known.index)]
    ids = pd.Series(districts.index, index=districts["name"], dtype=str)
    ids = ids[~ids.index.duplicated()]
    targets = pd.DataFrame(
        {
            "district_id": drawn["district"].astype(str).map(ids).fillna("").astype(str),
            "unit_id": "",
            "category": drawn["category"].astype(str),
            "is_target": True,
        },
        index=drawn.index,
    )
    return pd.concat([known[list(GROUPS)].assign(is_target=False), targets])


def _visits(inspections: pd.DataFrame, places: pd.DataFrame, zone: ZoneInfo) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            **_ids(inspections, "inspection_id"),
            "point_id": _words(inspections["point_id"]),
            "at": inspections["inspected_at"],
            "day": _days(inspections["inspected_at"], zone),
        }
    )
    return _grouped(_by_day(table), places)


def _violations(
    violations: pd.DataFrame, places: pd.DataFrame, standing: pd.DataFrame | None, zone: ZoneInfo
) -> pd.DataFrame:
    """Lay out violations, and say for whom each counts."""
    table = pd.DataFrame(
        {
            **_ids(violations, "violation_id"),
            "point_id": _words(violations["point_id"]),
            "found_at": violations["found_at"].dt.tz_convert(zone),
            "day": _days(violations["found_at"], zone),
            "item": _words(violations["item"]),
            "severity": violations["severity"],
            "source": _words(violations["source"]),
        }
    )
    if "description" in violations:
        table["description"] = violations["description"].fillna("")
    table = _grouped(_by_day(table), places)
    facts = table.assign(provenance=np.where(table["is_target"], "generated", "listed"))
    attributed = attribute_violations(_with_standing(facts, standing, zone))
    table["reason"] = attributed["reason"]
    table["counts"] = ~table["reason"].isin(_UNCOUNTED)
    table["counts_unit"] = table["counts"] & ~table["reason"].isin(CITY_ALONE)
    table["for_city"], table["for_unit"] = attributed["for_city"], attributed["for_unit"]
    return table


def _with_standing(
    table: pd.DataFrame, standing: pd.DataFrame | None, zone: ZoneInfo
) -> pd.DataFrame:
    """Say which were dismissed, and until when a unit has time to put its own right."""
    if standing is None or standing.empty:
        return table
    row = standing.index.get_indexer(pd.Index(table["violation_id"]))
    last = pd.to_datetime(standing["last_day"]).dt.tz_localize(zone) + pd.Timedelta(days=1)
    due = last.take(np.maximum(row, 0)).where(row >= 0)
    return table.assign(
        is_dismissed=(row >= 0) & standing["is_dismissed"].to_numpy()[row],
        due_at=due.to_numpy() if due.isna().all() else due.array,
    )


def _ids(table: pd.DataFrame, column: str) -> dict[str, pd.Series[str]]:
    """Return the ids of records where they were read."""
    return {column: table[column]} if column in table else {}


def _words(values: pd.Series[Any]) -> pd.Categorical:
    """Return words, "" where there is none, as numbers in the order of the words."""
    code, names = pd.factorize(values)
    words = np.append(np.asarray(names, dtype=object), "")
    kept, number = np.unique(words.astype(str), return_inverse=True)
    return pd.Categorical.from_codes(number[code], categories=pd.Index(kept, dtype=object))


def _taken(words: Any, row: IntArray) -> pd.Categorical:
    """Take words by their row, "" for the row -1."""
    blank = words.categories.get_indexer(pd.Index([""]))
    codes = np.append(words.codes, blank)[row]
    return pd.Categorical.from_codes(codes, categories=words.categories)


def _by_day(table: pd.DataFrame) -> pd.DataFrame:
    day = table["day"].to_numpy()
    if (day[1:] >= day[:-1]).all():
        return table.reset_index(drop=True)
    return table.take(np.argsort(day, kind="stable")).reset_index(drop=True)


def _days(moments: pd.Series[Any], zone: ZoneInfo) -> NDArray[np.datetime64]:
    """Return dates in the city as days, which compare faster than objects."""
    local = moments.dt.tz_convert(zone).dt.tz_localize(None)
    days: NDArray[np.datetime64] = local.to_numpy().astype("datetime64[D]")
    return days.astype("datetime64[us]")


def _grouped(table: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Say of each row what its point belongs to."""
    point = table["point_id"].cat
    row = places.index.get_indexer(point.categories)[point.codes]
    for column in GROUPS:
        table[column] = _taken(_words(places[column]), row)
    table["is_target"] = np.append(places["is_target"].to_numpy(bool), False)[row]
    return table


def _with_chances(visits: pd.DataFrame, promised: pd.DataFrame, is_last: BoolArray) -> pd.DataFrame:
    """Look up chance and team of each visit; NaN and "" where no plan drew it."""
    points, drawn = visits["point_id"].cat, promised["point_id"].cat
    drawn_at = points.categories.get_indexer(drawn.categories)[drawn.codes]
    promised, drawn_at = promised[drawn_at >= 0], drawn_at[drawn_at >= 0]
    keys = pd.Index(_keys(drawn_at, promised["day"]))
    row = keys.get_indexer(pd.Index(_keys(points.codes, visits["day"])))
    # a second visit on one day was not drawn
    row = np.where(is_last, row, -1)
    chance = np.append(promised["inclusion_probability"].to_numpy(np.float64), np.nan)
    return visits.assign(
        inclusion_probability=chance[row],
        team_id=_taken(promised["team_id"].array, row),
    )


def _last_of_day(visits: pd.DataFrame) -> BoolArray:
    """Tell which visits are the last of their point on their day."""
    keys = _keys(visits["point_id"].cat.codes, visits["day"])
    if pd.Index(keys).is_unique:
        return np.ones(len(visits), np.bool_)
    # what was made at one moment is told apart by its id alone: without ids there is no difference
    last: list[Any] = [visits["inspection_id"]] if "inspection_id" in visits else []
    order = np.lexsort((*last, visits["at"].to_numpy("datetime64[us]"), keys))
    is_last = np.empty(len(visits), np.bool_)
    is_last[order] = np.append(np.diff(keys[order]) != 0, True)
    return is_last


def _keys(point: Any, day: pd.Series[Any]) -> IntArray:
    """Give pairs of point and day a number; -1 for a point that has none."""
    number = day.to_numpy().astype("datetime64[D]").astype(np.int64)
    code = np.asarray(point, dtype=np.int64)
    return np.where(code >= 0, code * _DAYS_APART + number, -1)


def _within(table: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Cut the days of a period out of a table that is in the order of days."""
    ends = [np.datetime64(period.first, "us"), np.datetime64(period.last, "us")]
    day = table["day"].to_numpy().astype("datetime64[us]")
    start, stop = day.searchsorted(ends[0], "left"), day.searchsorted(ends[1], "right")
    return table.iloc[start:stop]
