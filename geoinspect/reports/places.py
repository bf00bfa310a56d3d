"""Emerging hot spots as a table of places that people know, and as a picture."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import shapely

from geoinspect.beside import begun
from geoinspect.emerging import MONTHS, TrendClass, monthly_hot_spots
from geoinspect.messages import Remark
from geoinspect.reports.numbers import Figure, Line, PlaceMap, Records, Table, count
from geoinspect.reports.periods import Period

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from geoinspect.arrays import FloatArray
    from geoinspect.emerging import EmergingArea, EmergingHotSpots
    from geoinspect.reports.evidence import Evidence
    from geoinspect.reports.work import Work

TABLE_ID = "emerging"

_TITLE = "Hot spots over the last twelve months"
_MOST_AREAS, _MOST_NAMES = 15, 3
_KINDS = {
    TrendClass.NEW: "new",
    TrendClass.INTENSIFYING: "intensifying",
    TrendClass.PERSISTENT: "persistent",
    TrendClass.SPORADIC: "sporadic",
    TrendClass.DIMINISHING: "diminishing",
}
_COLUMNS = (
    *("No.", "Course", "District", "Around"),
    *("Inspections", "Problems", "Problems per 100 inspections"),
)


class History(NamedTuple):
    """
    What is needed to tell what became of hot spots.

    Attributes
    ----------
    visits
        Inspections of points of the list: row of the point, day, found, lon, lat.
    emerging
        Waits for the hot spots of the months, and returns them.
    """

    visits: pd.DataFrame
    emerging: Callable[[], EmergingHotSpots | None]


def history_of(work: Work, beside: Executor | None = None) -> History:
    """Begin to look for the hot spots of the months up to the end of the period, see `begun`."""
    visits = _placed(work.everything)
    look = partial(monthly_hot_spots, last=work.period.last)
    lonlat, found = visits[["lon", "lat"]].to_numpy(), visits["found"].to_numpy(np.int64)
    return History(visits, begun(beside, look, lonlat, found, visits["day"].to_numpy()))


def emerging_places(work: Work, history: History) -> tuple[Table, PlaceMap | None] | None:
    """
    List the areas that stood out in the months up to the end of the period.

    Parameters
    ----------
    work
        The report in the making.
    history
        From `history_of`.

    Returns
    -------
    places
        The table, and the picture if an area stood out; None where inspections were made in
        too few months for a trend.
    """
    emerging = history.emerging()
    if emerging is None:
        return None
    areas = emerging.areas()
    shown = areas[:_MOST_AREAS]
    points = _of_the_months(history.visits, work)
    lines = tuple(_line(number, area, points, work) for number, area in enumerate(shown, start=1))
    table = Table(TABLE_ID, _TITLE, _COLUMNS, lines, _note(emerging, len(shown), len(areas)))
    if not shown:
        return table, None
    return table, _picture(shown, work.everything)


def _placed(evidence: Evidence) -> pd.DataFrame:
    """Return inspections of points of the list with their places."""
    visits = evidence.inspections
    point = visits["point_id"].cat
    row = evidence.points.index.get_indexer(point.categories)[point.codes]
    lonlat = np.vstack((evidence.points[["lon", "lat"]].to_numpy(np.float64), [np.nan, np.nan]))
    table = pd.DataFrame(
        {
            "row": row,
            "day": visits["day"].to_numpy(),
            "found": visits["found"].to_numpy(),
            "lon": lonlat[row, 0],
            "lat": lonlat[row, 1],
        }
    )
    return table[row >= 0]


def _of_the_months(visits: pd.DataFrame, work: Work) -> pd.DataFrame:
    """Sum up what was made and found at each point in the months of the history; with its place."""
    last = np.datetime64(work.period.last, "M")
    month = visits["day"].to_numpy().astype("datetime64[M]")
    near = visits[(month > last - MONTHS) & (month <= last)]
    n = len(work.everything.points)
    shapes: Any = shapely.points(work.everything.points[["lon", "lat"]].to_numpy(np.float64))
    return work.everything.points.assign(
        made=np.bincount(near["row"], minlength=n),
        found=np.bincount(near["row"], near["found"], minlength=n),
        shape=shapes,
    )


def _line(number: int, area: EmergingArea, points: pd.DataFrame, work: Work) -> Line:
    """Describe one area by its district and the points in it with most problems."""
    inside = points[shapely.contains_xy(area.shape, points["lon"], points["lat"])]
    near = inside if len(inside) else _nearest(points, area)
    named = near.sort_values("found", ascending=False, kind="stable")
    district = str(named["district"].mode().iloc[0]) or work.translate("in no district")
    made, found = int(near["made"].sum()), int(near["found"].sum())
    prefix, records = f"{TABLE_ID}/{number}", _records(work, near)
    return Line(
        (
            str(number),
            work.translate(_KINDS[area.kind]),
            district,
            work.translate(", ").join(named["name"].head(_MOST_NAMES).astype(str)),
            count(f"{prefix}/inspections", made, records),
            count(f"{prefix}/violations", found, records),
            Figure(f"{prefix}/rate", 100 * found / made if made else None, 1, records=records),
        )
    )


def _records(work: Work, points: pd.DataFrame) -> Records:
    """Name the inspections of some points in the months of the history."""
    end = np.datetime64(work.period.last, "M")
    first = (end - MONTHS + 1).astype("datetime64[D]").item()
    days = Period(work.period.span, first, work.period.last)
    return Records("inspections", days=days, points=frozenset(points.index))


def _nearest(points: pd.DataFrame, area: EmergingArea) -> pd.DataFrame:
    """Return the point nearest to an area whose cells hold none."""
    away = shapely.distance(area.shape, points["shape"].to_numpy())
    return points.iloc[[int(np.argmin(away))]]


def _note(emerging: EmergingHotSpots, n_shown: int, n: int) -> Remark:
    """Say how areas are found, and what is left out."""
    if n == 0:
        return Remark("No area stood out more than chance explains.")
    if n_shown < n:
        return Remark(
            "The first {n} of {total} areas; all are on the heat map. Counts are those of the "
            "points in the area.",
            {"n": n_shown, "total": n},
        )
    return Remark(
        "Areas where inspections of at least one of {n} months found more than chance explains "
        "(Getis-Ord Gi*, Mann-Kendall). Counts are those of the points in the area.",
        {"n": emerging.n_periods},
    )


def _picture(areas: list[EmergingArea], evidence: Evidence) -> PlaceMap:
    lonlat: FloatArray = evidence.points[["lon", "lat"]].to_numpy(np.float64)
    return PlaceMap(
        TABLE_ID,
        tuple((number, str(area.kind), area.shape) for number, area in enumerate(areas, start=1)),
        lonlat,
        evidence.borders,
    )
