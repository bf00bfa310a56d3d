"""What every report opens with: first figures, what they mean, what limits them, the trend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoinspect.messages import Remark
from geoinspect.reports.numbers import Figure, Records, Series, count
from geoinspect.reports.periods import Span

if TYPE_CHECKING:
    from geoinspect.reports.periods import Period
    from geoinspect.reports.work import Work

_TREND_PERIODS = {Span.DAY: 14, Span.WEEK: 8, Span.MONTH: 12, Span.QUARTER: 8, Span.YEAR: 3}
_GRAVE = 3


def headline(work: Work) -> tuple[tuple[str, Figure], ...]:
    """Return the first figures of every report."""
    now = work.now
    counted = (work.counts, "True")
    is_counted = now.violations[work.counts]
    grave = is_counted & (now.violations["severity"] >= _GRAVE)
    return (
        ("Inspections", count("inspections", len(now.inspections), Records("inspections"))),
        (
            "Points inspected",
            count("points", now.inspections["point_id"].nunique(), Records("inspections")),
        ),
        ("Problems", count("violations", is_counted.sum(), Records("violations", (counted,)))),
        (
            "Grave problems",
            count(
                "violations/grave",
                grave.sum(),
                Records("violations", (counted, ("severity", str(_GRAVE)))),
            ),
        ),
        ("Problems per 100 inspections", work.rate(work.period, "rate")),
    )


def sentences(work: Work) -> tuple[Remark, ...]:
    """Say what the figures mean, and only what they can carry."""
    rate, before = (work.rate(period, "rate") for period in (work.period, work.period.before()))
    said = []
    if rate.value is None:
        said.append(Remark("Nothing was inspected in this period: no rate can be given."))
    else:
        said.append(Remark("Per 100 inspections {rate} problems were found.", {"rate": rate.text}))
        said += _on_a_few(work)
    change = work.change()
    if change is not None and before.value is not None:
        said.append(Remark(_CHANGES[str(change["changed"].iloc[0])], {"before": before.text}))
    return tuple(said)


def _on_a_few(work: Work) -> list[Remark]:
    """Say of a rate that most inspections are left out of it, where it stands."""
    known = work.now.inspections["inclusion_probability"].notna()
    if not 0 < known.sum() < len(known) / 2:
        return []
    sentence = "That rests on {n} of {total} inspections: a lottery drew no others."
    return [Remark(sentence, {"n": int(known.sum()), "total": len(known)})]


_CHANGES = {
    "better": "That is fewer than in the period before ({before}), and more than chance explains.",
    "worse": "That is more than in the period before ({before}), and more than chance explains.",
    "": "In the period before it was {before}; the difference may be chance.",
}


def remarks(work: Work, *, is_whole: bool) -> tuple[Remark, ...]:
    """Say what limits the numbers."""
    few = "Groups with fewer than {n} inspections are not ranked."
    return (
        *on_chances(work, is_whole=is_whole),
        *_on_problems(work),
        Remark(few, {"n": work.params.min_inspections}),
    )


def on_chances(work: Work, *, is_whole: bool) -> list[Remark]:
    """
    Say which inspections stand behind the rates.

    Parameters
    ----------
    work
        Evidence of a period.
    is_whole
        Whether it is that of the whole city: dropped visits are told of it alone.
    """
    visits = work.now.inspections
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
    counts = {
        "{n} inspections were made at places that nobody had listed: they count for the city, and "
        "for no unit.": int(visits["is_target"].sum()),
        "{n} drawn visits were dropped during the day: nobody knows what they would have "
        "found.": len(work.now.dropped) if is_whole else 0,
    }
    return said + [Remark(sentence, {"n": n}) for sentence, n in counts.items() if n]


def _on_problems(work: Work) -> list[Remark]:
    """Say which problems count, and for whom."""
    found = work.now.violations
    n_of = found["reason"].value_counts()
    nowhere = int((found[work.counts] & (found["category"] == "")).sum())
    counts = {
        "{n} problems were found by the units themselves and count against nobody.": int(
            n_of["SELF_FOUND"]
        ),
        "{n} problems had been reported by the units before, and their deadlines were not over: "
        "they do not count against them.": int(n_of["SELF_FOUND_BEFORE"]),
        "{n} problems were dismissed: they do not count.": int(n_of["DISMISSED"]),
        "{n} problems were reported, not found by inspections: they are counted, and left out of "
        "the rates.": int(n_of["REPORTED"]),
        "{n} problems lie at no listed point.": nowhere,
    }
    return [Remark(sentence, {"n": n}) for sentence, n in counts.items() if n]


def trend_periods(period: Period) -> list[Period]:
    """Return the periods up to one that its trend is drawn over, the earliest first."""
    return period.run(_TREND_PERIODS[period.span])


def trend(work: Work) -> Series:
    """Return the rates of the periods up to this one."""
    periods = trend_periods(work.period)
    figures = tuple(work.rate(period, f"trend/{period.first}") for period in periods)
    names = tuple(period.name(work.translate) for period in periods)
    return Series("trend", "Problems per 100 inspections over time", names, figures)
