"""What each report says: figures, tables and series, counted once from the evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoinspect.estimates import RateParams, compare_periods, estimate_rates, rank_groups
from geoinspect.messages import Remark
from geoinspect.reports.numbers import (
    Figure,
    Kind,
    Line,
    Records,
    ReportNumbers,
    Series,
    Table,
    count,
    estimate,
)
from geoinspect.reports.periods import Period, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from datetime import datetime

    import pandas as pd

    from geoinspect.reports.evidence import Evidence

SPANS = {
    Kind.DAILY: Span.DAY,
    Kind.WEEKLY: Span.WEEK,
    Kind.MONTHLY: Span.MONTH,
    Kind.QUARTERLY: Span.QUARTER,
    Kind.ANNUAL: Span.YEAR,
    Kind.SCORECARD: Span.QUARTER,
}

#: Rows of a list that is read from the top.
_MOST_ROWS = 20
_TREND_PERIODS = {Span.DAY: 14, Span.WEEK: 8, Span.MONTH: 12, Span.QUARTER: 8, Span.YEAR: 3}
_GROUP_NAMES = {
    "district_id": ("district", "Districts", "District"),
    "unit_id": ("unit", "Responsible units", "Responsible unit"),
    "category": ("category", "Categories", "Category"),
}


@dataclass(frozen=True)
class Work:
    """
    One report in the making.

    Attributes
    ----------
    everything
        The evidence of all time.
    now
        That of the period.
    period, params
        What it is about, and how rates are computed.
    translate
        Into the language of the report: names of periods are words.
    """

    everything: Evidence
    now: Evidence
    period: Period
    params: RateParams
    translate: Callable[[str], str]


def make_report(
    kind: Kind,
    evidence: Evidence,
    period: Period,
    *,
    city: str,
    made_at: datetime,
    translate: Callable[[str], str],
    unit_id: str = "",
    is_whole: bool = True,
    params: RateParams | None = None,
) -> ReportNumbers:
    """
    Count everything that a report says.

    Parameters
    ----------
    kind
        Which report.
    evidence
        A city's records; see `geoinspect.reports.evidence`.
    period
        What it is about.
    city, made_at
        For its head.
    translate
        Into the language of the report.
    unit_id
        Whose scorecard it is; "" for all other reports.
    is_whole
        Whether the evidence is that of the whole city; otherwise nothing is compared with it.
    params
        How rates are computed.
    """
    own = evidence.where(unit_id=unit_id) if unit_id else evidence
    work = Work(own, own.within(period), period, params or RateParams(), translate)
    city_work = Work(evidence, evidence.within(period), period, work.params, translate)
    return ReportNumbers(
        kind=kind,
        city=city,
        period=period,
        made_at=made_at,
        subject=_unit_name(evidence, unit_id),
        headline=headline(work),
        sentences=sentences(work),
        tables=tuple(
            table
            for make in _TABLES[kind]
            if is_whole or make is not against_city
            if (table := make(work, city_work)) is not None
        ),
        series=() if kind is Kind.DAILY else (trend(work),),
        remarks=remarks(work),
    )


def headline(work: Work) -> tuple[tuple[str, Figure], ...]:
    """Return the first figures of every report."""
    now = work.now
    counted = now.violations[now.violations["counts"]]
    return (
        ("Inspections", count("inspections", len(now.inspections), Records("inspections"))),
        ("Points inspected", count("points", now.inspections["point_id"].nunique())),
        ("Problems", count("violations", len(counted), Records("violations", _COUNTED))),
        (
            "Grave problems",
            count(
                "violations/grave",
                int((counted["severity"] >= _GRAVE).sum()),
                Records("violations", (*_COUNTED, ("severity", str(_GRAVE)))),
            ),
        ),
        ("Problems per 100 inspections", _city_rate(work.now, "rate", work.params)),
    )


_GRAVE = 3
_COUNTED = (("counts", "True"),)


def sentences(work: Work) -> tuple[Remark, ...]:
    """Say what the figures mean, and only what they can carry."""
    rate, before = (
        _city_rate(each, "rate", work.params)
        for each in (work.now, work.everything.within(work.period.before()))
    )
    said = []
    if rate.value is None:
        said.append(Remark("Nothing was inspected in this period: no rate can be given."))
    else:
        said.append(Remark("Per 100 inspections {rate} problems were found.", {"rate": rate.text}))
    change = _change(work)
    if change is not None and before.value is not None:
        said.append(Remark(_CHANGES[str(change["changed"])], {"before": before.text}))
    return tuple(said)


_CHANGES = {
    "better": "That is fewer than in the period before ({before}), and more than chance explains.",
    "worse": "That is more than in the period before ({before}), and more than chance explains.",
    "": "In the period before it was {before}; the difference may be chance.",
}


def remarks(work: Work) -> tuple[Remark, ...]:
    """Say what limits the numbers."""
    visits, found = work.now.inspections, work.now.violations
    unknown = int(visits["inclusion_probability"].isna().sum())
    said = []
    if unknown and unknown < len(visits):
        said.append(
            Remark(
                "{n} inspections were not drawn by a lottery: they are counted, and left out of "
                "the rates.",
                {"n": unknown},
            )
        )
    elif unknown:
        said.append(
            Remark("No inspection was drawn by a lottery: rates weigh all inspections alike.")
        )
    self_found = int((~found["counts"]).sum())
    if self_found:
        said.append(
            Remark("{n} problems were found by the units themselves and count against nobody.",
                   {"n": self_found})
        )  # fmt: skip
    nowhere = int((found["counts"] & (found["category"] == "")).sum())
    if nowhere:
        said.append(Remark("{n} problems lie at no listed point.", {"n": nowhere}))
    said.append(
        Remark(
            "Groups with fewer than {n} inspections are not ranked.",
            {"n": work.params.min_inspections},
        )
    )
    return tuple(said)


def trend(work: Work) -> Series:
    """Return the rates of the periods up to this one."""
    periods = work.period.run(_TREND_PERIODS[work.period.span])
    figures = tuple(
        _city_rate(work.everything.within(period), f"trend/{period.first}", work.params)
        for period in periods
    )
    names = tuple(period.name(work.translate) for period in periods)
    return Series("trend", "Problems per 100 inspections over time", names, figures)


def groups(work: Work, by: str) -> Table | None:
    """Return the rates of groups, the worst first, with how sure their ranks are."""
    name_column, title, label = _GROUP_NAMES[by]
    visits = _weighted(work.now.inspections)
    visits = visits[visits[by] != ""]
    if visits.empty:
        return None
    rates = estimate_rates(visits, by=by, params=work.params)
    ranks = rank_groups(rates, params=work.params)
    table = rates.join(ranks)
    found = work.now.violations
    n_found = found.loc[found["counts"], by].value_counts()
    table["n_violations"] = n_found.reindex(table.index).fillna(0)
    order = table.sort_values(["is_enough", "shrunk"], ascending=False).index
    names = _names(work.everything.points, by, name_column)
    lines = tuple(_group_line(str(g), table.loc[g], by, names, work) for g in order)
    return Table(
        f"groups/{by}",
        title,
        (label, "Inspections", "Problems", "Problems per 100 inspections", "Rank",
         "In the worst tenth", "List"),
        lines,
        Remark("Rates weigh each inspection by its chance; in brackets what chance explains."),
    )  # fmt: skip


def _group_line(group: str, row: pd.Series, by: str, names: dict[str, str], work: Work) -> Line:
    """Return one group of a table of rates."""
    where = ((by, group),)
    prefix = f"{by}/{group}"
    cells: list[str | Figure] = [
        names.get(group, group),
        count(f"{prefix}/inspections", row["n_inspections"], Records("inspections", where)),
        count(
            f"{prefix}/violations", row["n_violations"], Records("violations", (*_COUNTED, *where))
        ),
        estimate(f"{prefix}/rate", row["rate"], row["low"], row["high"]),
    ]
    if not row["is_enough"]:
        few = work.translate("too few")
        return Line((*cells, few, "–", "–"), "few")
    chance = Figure(f"{prefix}/worst", 100 * float(row["p_worst_decile"]), 0)
    listed = {"red": work.translate("red list"), "black": work.translate("black list")}
    span = f"{row['rank']} ({row['rank_low']}~{row['rank_high']})"
    return Line((*cells, span, chance, listed.get(row["listed"], "–")), str(row["listed"]))


def items(work: Work, _city: Work) -> Table | None:
    """Return the items that were found wanting most often."""
    found = work.now.violations
    counted = found[found["counts"] & (found["item"] != "")]
    if counted.empty:
        return None
    sizes = counted["item"].value_counts().head(_MOST_ROWS)
    lines = tuple(
        Line(
            (
                str(item),
                count(
                    f"item/{item}/violations",
                    n,
                    Records("violations", (*_COUNTED, ("item", str(item)))),
                ),
                Figure(f"item/{item}/share", 100 * n / len(counted), 1),
            )
        )
        for item, n in sizes.items()
    )
    return Table(
        "items", "Most frequent problems", ("Checklist item", "Problems", "Share (%)"), lines
    )


def problem_list(work: Work, _city: Work) -> Table | None:
    """Return the problems of a day one by one, the grave ones first."""
    found = work.now.violations.sort_values(["severity", "found_at"], ascending=[False, True])
    if found.empty:
        return None
    points = work.everything.points
    names, units = points["name"], points["unit"]
    lines = tuple(
        _problem_line(row, names, units, work)
        for row in found.head(10 * _MOST_ROWS).to_dict("records")
    )
    note = Remark("The first {n} of {total}.", {"n": len(lines), "total": len(found)})
    columns = ("Time", "Point", "Responsible unit", "Problem", "Severity")
    return Table("problems", "Problems one by one", columns, lines,
                 note if len(lines) < len(found) else None)  # fmt: skip


def _problem_line(
    row: dict[Hashable, Any], names: pd.Series[str], units: pd.Series[str], work: Work
) -> Line:
    """Write one problem of a list."""
    clock = "%H:%M" if work.period.n_days == 1 else "%m-%d %H:%M"
    severity = _SEVERITIES.get(int(row["severity"]), "grave")
    return Line(
        (
            f"{row['found_at']:{clock}}",
            str(names.get(row["point_id"], "")) or work.translate("not at a listed point"),
            str(units.get(row["point_id"], "")) or "–",
            str(row["item"] or row["description"] or "–"),
            work.translate(severity),
        )
    )


_SEVERITIES = {1: "minor", 2: "serious", 3: "grave"}


def changes(work: Work, by: str) -> Table | None:
    """Compare groups with the period before."""
    name_column, _, label = _GROUP_NAMES[by]
    before = _weighted(work.everything.within(work.period.before()).inspections)
    after = _weighted(work.now.inspections)
    before, after = (table[table[by] != ""] for table in (before, after))
    if before.empty or after.empty:
        return None
    compared = compare_periods(before, after, by=by, params=work.params)
    names = _names(work.everything.points, by, name_column)
    lines = tuple(
        _change_line(str(group), row, by, names, work)
        for group, row in compared.sort_values("difference").iterrows()
    )
    return Table(
        f"changes/{by}",
        "Change against the period before",
        (label, "Before", "Now", "Difference", "Judgement"),
        lines,
    )


def _change_line(group: str, row: pd.Series, by: str, names: dict[str, str], work: Work) -> Line:
    prefix = f"{by}/{group}"
    judged = {"better": "better", "worse": "worse", "": "may be chance"}[row["changed"]]
    if not row["is_enough"]:
        judged = "too few"
    return Line(
        (
            names.get(group, group),
            estimate(f"{prefix}/before", row["rate_before"], np.nan, np.nan),
            estimate(f"{prefix}/now", row["rate_after"], np.nan, np.nan),
            estimate(f"{prefix}/difference", row["difference"], row["low"], row["high"]),
            work.translate(judged),
        ),
        "" if row["is_enough"] else "few",
    )


def coverage(work: Work, _city: Work) -> Table | None:
    """Say how many points were inspected, by district, and how many never were."""
    points = work.everything.points
    if points.empty:
        return None
    now, ever = (
        set(table["point_id"]) for table in (work.now.inspections, work.everything.inspections)
    )
    lines = []
    for district, own in points.groupby("district"):
        never = [p for p in own.index if p not in ever]
        prefix = f"coverage/{district}"
        lines.append(
            Line(
                (
                    str(district) or work.translate("in no district"),
                    count(f"{prefix}/points", len(own)),
                    count(f"{prefix}/inspected", sum(p in now for p in own.index)),
                    count(f"{prefix}/never", len(never)),
                )
            )
        )
    columns = ("District", "Points", "Inspected in the period", "Never inspected")
    return Table("coverage", "Coverage", columns, tuple(lines))


def own_points(work: Work, _city: Work) -> Table | None:
    """List the points of a unit with what was found there."""
    points, visits = work.everything.points, work.now.inspections
    if points.empty:
        return None
    found = work.now.violations
    n_visits = visits["point_id"].value_counts()
    n_found = found[found["counts"]]["point_id"].value_counts()
    order = points.index[
        np.argsort(-n_found.reindex(points.index).fillna(0).to_numpy(), kind="stable")
    ]
    lines = tuple(
        Line(
            (
                str(points.loc[p, "name"]),
                str(points.loc[p, "category"]),
                count(f"point/{p}/inspections", n_visits.get(p, 0),
                      Records("inspections", (("point_id", str(p)),))),
                count(f"point/{p}/violations", n_found.get(p, 0),
                      Records("violations", (*_COUNTED, ("point_id", str(p))))),
            )
        )
        for p in order
    )  # fmt: skip
    return Table("points", "Points", ("Point", "Category", "Inspections", "Problems"), lines)


def against_city(work: Work, city: Work) -> Table | None:
    """Put the rate of a unit beside that of the city."""
    lines = tuple(
        Line((work.translate(name), _city_rate(each.now, figure_id, each.params)))
        for name, figure_id, each in (
            ("This unit", "unit/rate", work),
            ("The whole city", "city/rate", city),
        )
    )
    columns = ("Who", "Problems per 100 inspections")
    return Table("against", "Beside the whole city", columns, lines)


def _by(make: Callable[[Work, str], Table | None], by: str) -> Callable[[Work, Work], Table | None]:
    return lambda work, _city: make(work, by)


#: What each report has, in its order.
_TABLES: dict[Kind, tuple[Callable[[Work, Work], Table | None], ...]] = {
    Kind.DAILY: (problem_list,),
    Kind.WEEKLY: (_by(groups, "district_id"), _by(groups, "unit_id"), items),
    Kind.MONTHLY: (
        _by(groups, "district_id"),
        _by(changes, "district_id"),
        _by(groups, "unit_id"),
        _by(groups, "category"),
        items,
    ),
    Kind.QUARTERLY: (
        _by(groups, "district_id"),
        _by(changes, "district_id"),
        _by(groups, "unit_id"),
        _by(changes, "unit_id"),
        _by(groups, "category"),
        items,
        coverage,
    ),
    Kind.ANNUAL: (
        _by(groups, "district_id"),
        _by(groups, "unit_id"),
        _by(groups, "category"),
        items,
        coverage,
    ),
    Kind.SCORECARD: (against_city, _by(groups, "category"), items, own_points, problem_list),
}


def _weighted(visits: pd.DataFrame) -> pd.DataFrame:
    """Keep the inspections whose chance is known; where none is, give all the same."""
    known = visits["inclusion_probability"].notna()
    return visits[known] if known.any() else visits.assign(inclusion_probability=1.0)


def _city_rate(evidence: Evidence, figure_id: str, params: RateParams) -> Figure:
    visits = _weighted(evidence.inspections)
    if visits.empty:
        return Figure(figure_id, None, 1)
    row = estimate_rates(visits, params=params).iloc[0]
    return estimate(figure_id, row["rate"], row["low"], row["high"], records=Records("inspections"))


def _change(work: Work) -> pd.Series | None:
    """Compare the whole with the period before; None where one of them has no inspections."""
    before = _weighted(work.everything.within(work.period.before()).inspections)
    after = _weighted(work.now.inspections)
    if before.empty or after.empty:
        return None
    return compare_periods(before, after, params=work.params).iloc[0]


def _names(points: pd.DataFrame, by: str, name_column: str) -> dict[str, str]:
    if by == name_column:
        return {}
    return {str(key): str(name) for key, name in zip(points[by], points[name_column], strict=True)}


def _unit_name(evidence: Evidence, unit_id: str) -> str:
    """Return what a unit is called; its id where no point is its."""
    own = evidence.points.loc[evidence.points["unit_id"] == unit_id, "unit"]
    return str(own.iloc[0]) if unit_id and len(own) else unit_id
