"""The tables of reports: groups by their rates, changes, items, lists, coverage."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geoinspect.estimates import rank_groups
from geoinspect.messages import Remark
from geoinspect.reports.numbers import Figure, Line, Records, Table, count, estimate
from geoinspect.reports.periods import Period

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd

    from geoinspect.reports.work import Work

#: Rows of a list that is read from the top, and of one that is printed.
_MOST_ROWS, _MOST_PRINTED = 20, 100
#: Column with the names of groups, what many of them are called, and one.
GROUP_NAMES = {
    "district_id": ("district", "Districts", "District"),
    "unit_id": ("unit", "Responsible units", "Responsible unit"),
    "category": ("category", "Categories", "Category"),
}


def groups(work: Work, by: str) -> Table | None:
    """Return the rates of groups, the worst first, with how sure their ranks are."""
    _, title, label = GROUP_NAMES[by]
    rates = work.rates(work.period, by)
    if rates.empty:
        return None
    ranks = rank_groups(rates, params=work.params)
    table = rates.join(ranks)
    found = work.now.violations
    counts = "counts_unit" if by == "unit_id" else work.counts
    n_found = _sizes(found.loc[found[counts], by])
    table["n_violations"] = n_found.reindex(table.index).fillna(0)
    names = group_names(work, by)
    lines = tuple(
        _group_line(str(g), table.loc[g], by, names, counts, work) for g in worst_first(rates)
    )
    return Table(
        f"groups/{by}",
        title,
        (label, "Inspections", "Problems", "Problems per 100 inspections", "Ranked by", "Rank",
         "In the worst tenth", "List"),
        lines,
        Remark(
            "Rates weigh each inspection by its chance; in brackets what chance explains. Ranks "
            "follow the rate beside them: it weighs each point alike, few inspections draw it "
            "towards the mean, and together these rates make that of the city."
        ),
    )  # fmt: skip


def worst_first(rates: pd.DataFrame) -> pd.Index[Any]:
    """Return groups in the order of their rank, those with too few inspections last."""
    return rates.sort_values(["is_enough", "shrunk"], ascending=False).index


def _group_line(
    group: str, row: pd.Series, by: str, names: dict[str, str], counts: str, work: Work
) -> Line:
    """Return one group of a table of rates."""
    where = ((by, group),)
    prefix, made = f"{by}/{group}", Records("inspections", where)
    cells: list[str | Figure] = [
        names.get(group, group),
        count(f"{prefix}/inspections", row["n_inspections"], made),
        count(
            f"{prefix}/violations",
            row["n_violations"],
            Records("violations", ((counts, "True"), *where)),
        ),
        estimate(f"{prefix}/rate", row["rate"], row["low"], row["high"], records=made),
        estimate(
            f"{prefix}/ranked", row["shrunk"], row["shrunk_low"], row["shrunk_high"], records=made
        ),
    ]
    if not row["is_enough"]:
        few = work.translate("too few")
        return Line((*cells, few, "–", "–"), "few")
    chance = Figure(f"{prefix}/worst", 100 * float(row["p_worst_decile"]), 0, records=made)
    listed = {"red": work.translate("red list"), "black": work.translate("black list")}
    span = f"{row['rank']} ({row['rank_low']}~{row['rank_high']})"
    return Line((*cells, span, chance, listed.get(row["listed"], "–")), str(row["listed"]))


def items(work: Work, _city: Work) -> Table | None:
    """Return the items that were found wanting most often."""
    found = work.now.violations
    is_counted = found[work.counts] & (found["item"] != "")
    n = int(is_counted.sum())
    if n == 0:
        return None
    sizes = _sizes(found.loc[is_counted, "item"]).head(_MOST_ROWS)
    lines = tuple(_item_line(str(item), size, n, work) for item, size in sizes.items())
    return Table(
        "items", "Most frequent problems", ("Checklist item", "Problems", "Share (%)"), lines
    )


def _item_line(item: str, size: int, n: int, work: Work) -> Line:
    """Return one item with how often it was found, and the share of that in all."""
    records = Records("violations", ((work.counts, "True"), ("item", item)))
    share = Figure(f"item/{item}/share", 100 * size / n, 1, records=records)
    return Line((item, count(f"item/{item}/violations", size, records), share))


def problem_list(work: Work, _city: Work) -> Table | None:
    """Return the problems of a day one by one, the grave ones first."""
    found = work.now.violations
    if found.empty:
        return None
    order = ["severity", "found_at", "violation_id"]
    found = found.sort_values(order, ascending=[False, True, True])
    points = work.everything.points
    names, units = points["name"], points["unit"]
    lines = tuple(_problem_line(row, names, units, work) for row in found.to_dict("records"))
    note = Remark(
        "The first {n} of {total}; the workbook (Excel) lists all.",
        {"n": _MOST_PRINTED, "total": len(lines)},
    )
    columns = ("Time", "Point", "Responsible unit", "Problem", "Severity")
    is_long = len(lines) > _MOST_PRINTED
    return Table("problems", "Problems one by one", columns, lines,
                 note if is_long else None, _MOST_PRINTED)  # fmt: skip


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
    label = GROUP_NAMES[by][2]
    compared = work.change(by)
    if compared is None:
        return None
    names = group_names(work, by)
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
    prefix, where, before = f"{by}/{group}", ((by, group),), work.period.before()
    both = Period(work.period.span, before.first, work.period.last)
    judged = {"better": "better", "worse": "worse", "": "may be chance"}[row["changed"]]
    if not row["is_enough"]:
        judged = "too few"
    return Line(
        (
            names.get(group, group),
            estimate(
                f"{prefix}/before",
                row["rate_before"],
                np.nan,
                np.nan,
                records=Records("inspections", where, before),
            ),
            estimate(
                f"{prefix}/now",
                row["rate_after"],
                np.nan,
                np.nan,
                records=Records("inspections", where),
            ),
            estimate(
                f"{prefix}/difference",
                row["difference"],
                row["low"],
                row["high"],
                records=Records("inspections", where, both),
            ),
            work.translate(judged),
        ),
        "" if row["is_enough"] else "few",
    )


def coverage(work: Work, _city: Work) -> Table | None:
    """Say how many points were inspected, by district, and how many never were."""
    points = work.everything.points
    if points.empty:
        return None
    now, read = (
        points.index.isin(table["point_id"].unique().tolist())
        for table in (work.now.inspections, work.everything.inspections)
    )
    never = ~(read | points.index.isin(list(work.everything.visited)))
    seen = points[["district"]].assign(points=True, inspected=now, never=never)
    lines = tuple(
        Line(
            (
                str(district) or work.translate("in no district"),
                *(
                    count(
                        f"coverage/{district}/{name}",
                        own[name].sum(),
                        Records("points", points=frozenset(own.index[own[name]])),
                    )
                    for name in ("points", "inspected", "never")
                ),
            )
        )
        for district, own in seen.groupby("district")
    )
    columns = ("District", "Points", "Inspected in the period", "Never inspected")
    return Table("coverage", "Coverage", columns, lines)


def own_points(work: Work, _city: Work) -> Table | None:
    """List the points of a unit with what was found there."""
    points, visits = work.everything.points, work.now.inspections
    if points.empty:
        return None
    found = work.now.violations
    n_visits = _sizes(visits["point_id"])
    n_found = _sizes(found.loc[found[work.counts], "point_id"])
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
                      Records("violations", ((work.counts, "True"), ("point_id", str(p))))),
            )
        )
        for p in order
    )  # fmt: skip
    return Table("points", "Points", ("Point", "Category", "Inspections", "Problems"), lines)


def against_city(work: Work, city: Work) -> Table | None:
    """Put the rate of a unit beside that of the city."""
    lines = tuple(
        Line((work.translate(name), figure))
        for name, figure in (
            ("This unit", work.rate(work.period, "unit/rate")),
            # the records of others are none of a unit's
            ("The whole city", replace(city.rate(city.period, "city/rate"), records=None)),
        )
    )
    columns = ("Who", "Problems per 100 inspections")
    return Table("against", "Beside the whole city", columns, lines)


def _sizes(words: pd.Series) -> pd.Series:
    """Count words, the most frequent first, and of those alike the first by name."""
    sizes = words.value_counts()
    sizes.index = sizes.index.astype(object)
    return sizes[sizes > 0].sort_index().sort_values(ascending=False, kind="stable")


def group_names(work: Work, by: str) -> dict[str, str]:
    """Return what groups are called, by their id."""
    name_column = GROUP_NAMES[by][0]
    if by == name_column:
        return {}
    named = work.everything.points.drop_duplicates(by, keep="last")
    return {str(key): str(name) for key, name in zip(named[by], named[name_column], strict=True)}
