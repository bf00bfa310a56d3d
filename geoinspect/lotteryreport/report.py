"""Gather what the ledger holds of a period into one report."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from geoinspect.errors import NotFoundError
from geoinspect.ledger import attempts_of, unrevealed
from geoinspect.lotteryreport.history import read_history
from geoinspect.lotteryreport.measures import coverage, frequencies, gaps, predictability
from geoinspect.lotteryreport.travel import against_best, sampled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from geoinspect.arrays import IntArray
    from geoinspect.ledger import Attempt, Entry
    from geoinspect.lottery.record import Record
    from geoinspect.lotteryreport.history import History
    from geoinspect.lotteryreport.measures import Coverage, Frequencies
    from geoinspect.lotteryreport.predictor import Prediction
    from geoinspect.lotteryreport.travel import Travel
    from geoinspect.network import RoadNetwork
    from geoinspect.store.plans import PlanLedger


@dataclass(frozen=True)
class LotteryReport:
    """
    What a period shows.

    Attributes
    ----------
    city
        Name of the city.
    made_at
        When the report was made, in the city's time.
    history
        The binding plans.
    attempts
        All commits of the period with what became of them.
    lapsed
        Those that were never drawn: violations.
    amendments
        All amendments of the binding plans, by date.
    travel
        Sampled days against the best plans; empty where roads have changed since, None where
        they were not to be compared.
    """

    city: str
    made_at: datetime
    history: History
    attempts: Sequence[Attempt]
    lapsed: Sequence[Attempt]
    amendments: Sequence[Record]
    travel: Sequence[Travel] | None = field(default_factory=tuple)

    @cached_property
    def frequencies(self) -> Frequencies:
        """Draws against promises."""
        return frequencies(self.history)

    @cached_property
    def gaps(self) -> IntArray:
        """Longest wait of each point, in days with a plan."""
        return gaps(self.history)

    @cached_property
    def prediction(self) -> Prediction | None:
        """What past plans foretell."""
        return predictability(self.history)

    @cached_property
    def coverage(self) -> Coverage:
        """Visits by category and month."""
        return coverage(self.history)

    @property
    def repeated(self) -> list[Attempt]:
        """All attempts of days that have more than one commit or draw."""
        acts = Counter(a.day for a in self.attempts for _ in range(max(1, len(a.draws))))
        return [attempt for attempt in self.attempts if acts[attempt.day] > 1]

    @property
    def travel_ratio(self) -> float | None:
        """Travel as drawn over travel of the best plans, None without sampled days."""
        days = self.travel or ()
        best = sum(day.best_s for day in days)
        return sum(day.drawn_s for day in days) / best if best else None


def build_report(
    ledger: PlanLedger,
    network: RoadNetwork | None,
    *,
    city: str,
    timezone: ZoneInfo,
    now: datetime,
    first: date | None = None,
    last: date | None = None,
    report: Callable[[str], None] | None = None,
) -> LotteryReport:
    """
    Read the binding plans of a period and measure them.

    Parameters
    ----------
    ledger
        Ledger of the city.
    network
        Its roads, for the comparison with the best plans; None to do without.
    city, timezone
        Its name and time zone.
    now
        The present moment, timezone-aware.
    first, last
        The period, both included; None for everything.
    report
        Called with the name of each step as it begins, in English.

    Raises
    ------
    NotFoundError
        If there is no binding plan in the period.
    """
    say = report or (lambda step: None)  # noqa: ARG005
    attempts = [
        attempt
        for attempt in attempts_of(ledger.entries())
        if (first is None or first <= attempt.day) and (last is None or attempt.day <= last)
    ]
    draws = [attempt.draws[0] for attempt in attempts if attempt.binding]
    if not draws:
        raise NotFoundError("There is no drawn plan in this period: nothing to report on.")
    say("Reading the plans")
    history = read_history(_days(ledger, draws))
    travel: list[Travel | None] = []
    if network is not None:
        say("Comparing travel with the best plans")
        travel = [
            against_best(_plan(ledger, draws[k]), network) for k in sampled(range(len(draws)))
        ]
    return LotteryReport(
        city,
        now.astimezone(timezone),
        history,
        attempts,
        unrevealed(attempts, now=now, timezone=timezone),
        [entry for draw in draws for entry in ledger.amendments(draw.commitment)],
        None if network is None else [day for day in travel if day is not None],
    )


def _days(ledger: PlanLedger, draws: Sequence[Entry]) -> Iterator[tuple[Record, Sequence[Record]]]:
    """Read the plans one after the other: each is large."""
    for draw in draws:
        yield _plan(ledger, draw), ledger.amendments(draw.commitment)


def _plan(ledger: PlanLedger, draw: Entry) -> Record:
    record: Record = json.loads(ledger.drawn_record(draw))
    return record


@dataclass(frozen=True)
class Row:
    """
    One promise and what was found.

    Attributes
    ----------
    promise, found
        English sentences with fields; `data` fills them.
    bound
        What must be reached; "" where nothing must.
    is_kept
        Whether it is; None where nothing must be reached, or too little is known.
    """

    promise: str
    bound: str
    found: str
    is_kept: bool | None
    data: dict[str, object] = field(default_factory=dict)


def summary(report: LotteryReport) -> list[Row]:
    """Return one row a promise."""
    return [
        *_drawn_rows(report),
        *_frequency_rows(report),
        *_gap_rows(report),
        _prediction_row(report),
        *_travel_rows(report),
        *_ledger_rows(report),
    ]


def _drawn_rows(report: LotteryReport) -> list[Row]:
    history = report.history
    chances = history.promised[history.present]
    low, high = float(chances.min()), float(chances.max())
    return [
        Row(
            "Stops drawn, against those promised",
            "",
            "{drawn} drawn, {expected:.1f} promised, on {days} days",
            None,
            {
                "drawn": int(history.counts.sum()),
                "expected": float(history.expected.sum()),
                "days": len(history.days),
            },
        ),
        Row(
            "Smallest and largest promised chance",
            "0.005 - 0.95",
            "{low:.3f} to {high:.3f}",
            low >= 0.005 and high <= 0.95,
            {"low": low, "high": high},
        ),
    ]


def _frequency_rows(report: LotteryReport) -> list[Row]:
    found, history = report.frequencies, report.history
    worst = abs(float(found.z[found.largest]))
    p_row = (
        Row("Chi-square of the frequencies", "p ≥ 0.01", "too few draws", None)
        if found.p is None
        else Row(
            "Chi-square of the frequencies",
            "p ≥ 0.01",
            "p = {p:.3f}, {groups} groups of points",
            found.p >= 0.01,
            {"p": found.p, "groups": found.groups},
        )
    )
    return [
        p_row,
        Row(
            "Largest deviation of a point, in standard errors",
            "≤ 4",
            "{worst:.1f} ({point_id} {name})",
            # few expected draws are far from normal: one draw may be many standard errors
            worst <= 4 if history.expected[found.largest] >= 5 else None,
            {
                "worst": worst,
                "point_id": history.point_ids[found.largest],
                "name": history.names[found.largest],
            },
        ),
    ]


#: Longest wait in working days that is promised.
_LONGEST_GAP = 66


def _gap_rows(report: LotteryReport) -> list[Row]:
    history, number = report.history, int(report.gaps.argmax())
    longest = int(report.gaps[number])
    visited = int(history.visited[:, history.is_listed].any(axis=0).sum())
    return [
        Row(
            "Longest wait of a point, in days with a plan",
            f"≤ {_LONGEST_GAP}",
            "{longest} ({point_id} {name}); half of the points {median:.0f} or less",
            longest <= _LONGEST_GAP if len(history.days) > _LONGEST_GAP else None,
            {
                "longest": longest,
                "point_id": history.point_ids[number],
                "name": history.names[number],
                "median": float(np.median(report.gaps)),
            },
        ),
        Row(
            "Listed points visited at least once",
            "",
            "{visited} of {n}",
            None,
            {"visited": visited, "n": int(history.is_listed.sum())},
        ),
    ]


def _prediction_row(report: LotteryReport) -> Row:
    promise = "What past plans foretell beyond the promised chances (area under the curve)"
    found = report.prediction
    if found is None:
        return Row(promise, "≤ 0.02", "too few days", None)
    return Row(
        promise,
        "≤ 0.02",
        "{gain:+.4f} ± {error:.4f}",
        # noise alone must not count as a leak
        found.gain <= 0.02 or found.gain <= 2 * found.error,
        {"gain": found.gain, "error": found.error},
    )


def _travel_rows(report: LotteryReport) -> list[Row]:
    promise = "Travel, against the best plan of the same stops"
    if report.travel is None:
        return []
    if report.travel_ratio is None:
        return [Row(promise, "", "not compared: the roads have changed since", None)]
    return [
        Row(
            promise,
            "",
            "{ratio:.2f} times as much, on {days} sampled days",
            None,
            {"ratio": report.travel_ratio, "days": len(report.travel)},
        )
    ]


def _ledger_rows(report: LotteryReport) -> list[Row]:
    dropped = sum(len(entry["dropped"]) for entry in report.amendments)
    return [
        Row(
            "Commits that were never drawn",
            "0",
            "{n}",
            not report.lapsed,
            {"n": len(report.lapsed)},
        ),
        Row(
            "Days with more than one commit or draw, each explained",
            "",
            "{n}",
            None,
            {"n": len({attempt.day for attempt in report.repeated})},
        ),
        Row(
            "Amendments of running days",
            "",
            "{n}, {dropped} stops dropped by rule",
            None,
            {"n": len(report.amendments), "dropped": dropped},
        ),
    ]
