"""Small multiples: the rate of each district over the periods of the trend, on one scale."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING

from geoinspect.messages import Remark
from geoinspect.reports.numbers import Panel, Panels, Records, estimate
from geoinspect.reports.opening import trend_periods
from geoinspect.reports.tables import GROUP_NAMES, group_names, worst_first

if TYPE_CHECKING:
    import pandas as pd

    from geoinspect.reports.numbers import Figure, Series
    from geoinspect.reports.periods import Period
    from geoinspect.reports.work import Work

    #: A rate with the ends of its interval.
    Interval = tuple[float, float, float]

_BY = "district_id"
_TITLE = "Problems per 100 inspections, district by district"
_MOST_PANELS = 12
#: Fewer districts, or periods, are nothing to compare.
_LEAST = 2
#: A few inspections have wide intervals: the scale ends at so many times the largest rate.
_HEADROOM = 2.0
_UNKNOWN = (nan, nan, nan)


def district_panels(work: Work, trend: Series) -> Panels | None:
    """
    Return the rate of each district over the periods of the trend.

    Parameters
    ----------
    work
        The report in the making.
    trend
        From `geoinspect.reports.opening.trend`, behind each panel.

    Returns
    -------
    panels
        The districts with most inspections in the report's period, in the order of their rank;
        a figure has no value where a district had too few inspections. None where there is
        nothing to compare.
    """
    rates = {period: _sure(work.rates(period, _BY)) for period in trend_periods(work.period)}
    known = sorted({group for each in rates.values() for group in each})
    names = group_names(work, _BY)
    panels = tuple(
        Panel(names.get(group) or group, _figures(work, group, rates))
        for group in _shown(work, known)
    )
    if len(panels) < _LEAST or _n_periods(panels) < _LEAST:
        return None
    top, is_cut = _scale(panels, trend)
    notes = _notes(work, len(panels), len(known), is_cut=is_cut)
    return Panels(f"panels/{_BY}", _TITLE, GROUP_NAMES[_BY][2], panels, trend, top, notes)


def _sure(rates: pd.DataFrame) -> dict[str, Interval]:
    """Return rates with their ends by group, but for those with too few inspections."""
    sure = rates[rates["is_enough"].to_numpy(bool)]
    columns = (sure[column].tolist() for column in ("rate", "low", "high"))
    return dict(zip(map(str, sure.index), zip(*columns, strict=True), strict=True))


def _shown(work: Work, known: list[str]) -> list[str]:
    """Choose the districts with most inspections in the report's period, the worst first."""
    now = work.rates(work.period, _BY)
    made = now["n_inspections"].reindex(known, fill_value=0)
    most = made.sort_values(ascending=False, kind="stable").index[:_MOST_PANELS]
    ranked = [str(group) for group in worst_first(now) if group in most]
    return [*ranked, *(group for group in most if group not in ranked)]


def _figures(
    work: Work, group: str, rates: dict[Period, dict[str, Interval]]
) -> tuple[Figure, ...]:
    """Return the rates of a district by period, without a value where that is not known."""
    return tuple(
        _figure(work, group, period, each.get(group, _UNKNOWN)) for period, each in rates.items()
    )


def _figure(work: Work, group: str, period: Period, interval: Interval) -> Figure:
    days = None if period == work.period else period
    records = Records("inspections", ((_BY, group),), days)
    return estimate(f"{_BY}/{group}/trend/{period.first}", *interval, records=records)


def _n_periods(panels: tuple[Panel, ...]) -> int:
    """Count the periods in which some panel has a value."""
    columns = zip(*(panel.figures for panel in panels), strict=True)
    return sum(any(figure.value is not None for figure in column) for column in columns)


def _scale(panels: tuple[Panel, ...], trend: Series) -> tuple[float, bool]:
    """Return where the common scale ends, and whether an interval goes on above it."""
    figures = [*trend.figures, *(figure for panel in panels for figure in panel.figures)]
    largest = max(figure.value or 0.0 for figure in figures)
    end = max(figure.high or figure.value or 0.0 for figure in figures)
    top = min(end, _HEADROOM * largest) if largest else end
    # where nothing was found there is a scale all the same
    return top or 1.0, end > top


def _notes(work: Work, n_shown: int, n_known: int, *, is_cut: bool) -> tuple[Remark, ...]:
    """Say how to read panels, and what they leave out."""
    notes = [
        Remark(
            "Dashed: all inspections together. Bands: what chance explains. A line is broken where "
            "a district had too few inspections; at least {n} are needed.",
            {"n": work.params.min_inspections},
        )
    ]
    if n_shown < n_known:
        counts = {"n": n_shown, "total": n_known}
        notes.append(Remark("The {n} of {total} districts with most inspections.", counts))
    if is_cut:
        notes.append(Remark("A band that reaches the top of its panel goes on above it."))
    return tuple(notes)
