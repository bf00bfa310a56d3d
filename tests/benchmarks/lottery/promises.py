"""One row a promise: what was promised, what the books keep, and what a script would give."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from geoinspect.lotteryreport.predictor import Prediction, predict
from geoinspect.lotteryreport.statistics import chi_square_p, relative_entropy_of
from lottery import coverage

if TYPE_CHECKING:
    from geoinspect.arrays import BoolArray, FloatArray, IntArray
    from lottery.measurement import Measurement, Rival

FEWEST_EFFECTIVE = 100
TYPICAL_EFFECTIVE = 500
_NOTHING = "-"


@dataclass(frozen=True)
class Row:
    """A promise, what it must reach, what was measured; `is_kept` None where no bound applies."""

    promise: str
    bound: str
    book: str
    is_kept: bool | None = None
    script: str = _NOTHING
    solver: str = _NOTHING


def rows(measured: Measurement) -> list[Row]:
    """Measure every promise."""
    small = measured.case.is_small
    return [
        _exact_chances(measured),
        _inclusion_frequency(measured),
        _chi_square(measured),
        _smallest_and_largest(measured),
        _drivable(measured),
        *_windows(measured),
        _stops(measured),
        _shift_use(measured),
        _travel(measured),
        *_effective_routes(measured),
        _neighbour_correlation(measured),
        *([_pairs(measured)] if small else []),
        *(_predictor(measured) if small else []),
        _time_of_day(measured),
        *([_coverage_at_thirty()] if small else []),
        _seconds(measured),
    ]


def _exact_chances(measured: Measurement) -> Row:
    gap = max(day.promise_gap() for day in measured.days)
    script, drawn = measured.script, len(measured.script.visits)
    error = script.visits.mean(axis=0) - measured.promised.mean(axis=0)
    noise = (measured.promised * (1 - measured.promised)).mean(axis=0) / drawn
    bias = np.sqrt(max(0.0, float((error**2 - noise).mean())))
    return Row(
        "chances: largest gap to the promise",
        "<= 1e-9",
        f"{gap:.1e}",
        gap <= 1e-9,
        f"bias rms {bias:.3f}, max {np.abs(error).max():.3f}",
        "0 by design",
    )


def _z_scores(measured: Measurement, visits: BoolArray) -> FloatArray:
    """Deviation of each point's visits from the promise, in standard errors."""
    expected = measured.promised.sum(axis=0) * measured.effort.draws
    spread = (measured.promised * (1 - measured.promised)).sum(axis=0) * measured.effort.draws
    z: FloatArray = (visits.sum(axis=0) - expected) / np.sqrt(spread)
    return z


def _inclusion_frequency(measured: Measurement) -> Row:
    def written(visits: BoolArray) -> str:
        z = np.abs(_z_scores(measured, visits))
        return f"{(z <= 4).mean():.1%}, largest {z.max():.1f}"

    return Row(
        f"frequency over {len(measured.visits):,} draws: within 4 standard errors",
        "all points",
        written(measured.visits),
        bool((np.abs(_z_scores(measured, measured.visits)) <= 4).all()),
        written(measured.script.visits),
        written(measured.solver.visits),
    )


def _chi_square(measured: Measurement) -> Row:
    z = _z_scores(measured, measured.visits)
    spread = np.sqrt(measured.covariance.diagonal())
    correlation = (
        measured.covariance.multiply(1 / spread[:, np.newaxis]).multiply(1 / spread).tocsr()
    )
    p = chi_square_p(z, correlation)
    ratios = [
        float((_z_scores(measured, visits) ** 2).mean())
        for visits in (measured.visits, measured.script.visits, measured.solver.visits)
    ]
    return Row(
        "chi-square over all points: p (mean squared z)",
        ">= 0.01",
        f"{p:.3f} ({ratios[0]:.2f})",
        p >= 0.01,
        f"({ratios[1]:.2f})",
        f"({ratios[2]:.2f})",
    )


def _smallest_and_largest(measured: Measurement) -> Row:
    low, high = measured.promised.min(), measured.promised.max()
    return Row(
        "smallest and largest daily chance",
        "0.005 to 0.95",
        f"{low:.3f} to {high:.3f}",
        bool(low >= 0.005 and high <= 0.95),
    )


def _drivable(measured: Measurement) -> Row:
    faulty, checked = np.sum([day.faulty_routes() for day in measured.days], axis=0)
    return Row(
        f"routes that fit shift and matrix, of {checked:,}",
        "100 %",
        f"{1 - faulty / checked:.2%}",
        bool(faulty == 0),
        f"{1 - _made(measured.script):.1%} of stops dropped",
        f"{_unfit(measured.solver)} of {len(measured.solver.best)} days do not fit",
    )


def _windows(measured: Measurement) -> list[Row]:
    if not measured.case.has_hours:
        return []
    kept, made = np.sum([day.visits_in_time() for day in measured.days], axis=0)
    return [
        Row(
            f"visits within opening hours and shift, of {made:,} drawn",
            "100 %",
            f"{kept / made:.2%}",
            bool(kept == made),
            f"{1 - _made(measured.script):.1%} of stops dropped",
            f"{_unfit(measured.solver)} of {len(measured.solver.best)} days do not fit",
        )
    ]


def _made(rival: Rival) -> float:
    """Share of the stops asked for that were made."""
    return sum(len(each.visited) for each in rival.routed) / sum(rival.asked)


def _unfit(rival: Rival) -> int:
    """Days on which not all that must be visited fits."""
    return sum(not each.is_feasible for each in rival.best)


def _shift_use(measured: Measurement) -> Row:
    """Compare expected travel and service with the shifts."""
    use = float(np.mean([day.shift_use() for day in measured.days]))
    script, solver = (
        float(np.mean([each.use for each in rival.best])) if rival.best else float("nan")
        for rival in (measured.script, measured.solver)
    )
    return Row(
        "expected share of the shifts used", ">= 90 %", f"{use:.1%}", use >= 0.9,
        f"{script:.1%}", f"{solver:.1%}",
    )  # fmt: skip


def _stops(measured: Measurement) -> Row:
    def written(rival: Rival) -> str:
        stops = np.mean([len(each.visited) for each in rival.best])
        teams = np.mean([each.teams for each in rival.best])
        return f"{stops:.1f} ({teams:.1f})"

    return Row(
        "stops a day (teams that go out)",
        "",
        f"{measured.promised.sum(axis=1).mean():.1f} ({measured.case.n_teams})",
        None,
        written(measured.script),
        written(measured.solver),
    )


def _travel(measured: Measurement) -> Row:
    """Compare travel a stop, and show it as travel of the mean day."""
    stops = float(measured.promised.sum(axis=1).mean())
    book, script, solver = measured.travel, measured.script.travel, measured.solver.travel
    return Row(
        "travel a day in minutes (ratio to exact sample + solver)",
        "<= 1.00",
        f"{book.a_stop * stops:.0f} ({book.against(solver)})",
        book.a_stop <= solver.a_stop,
        f"{script.a_stop * stops:.0f} ({script.against(solver)})",
        f"{solver.a_stop * stops:.0f}",
    )


def _effective_routes(measured: Measurement) -> list[Row]:
    effective = np.array([t.book.effective_routes for day in measured.days for t in day.teams])
    few = int((effective < FEWEST_EFFECTIVE).sum())
    return [
        median_effective(effective),
        Row(
            f"effective routes: smallest of {len(effective):,} zones",
            f">= {FEWEST_EFFECTIVE}",
            f"{effective.min():.0f} ({few} below)",
            few == 0,
        ),
    ]


def median_effective(effective: FloatArray) -> Row:
    """Return the row of the effective routes of a typical team."""
    middle = float(np.median(effective))
    return Row(
        "effective routes a team: median",
        f">= {TYPICAL_EFFECTIVE}",
        f"{middle:,.0f}",
        middle >= TYPICAL_EFFECTIVE,
    )


def _neighbour_correlation(measured: Measurement) -> Row:
    def seen(visits: BoolArray) -> float:
        chance = np.repeat(measured.promised, measured.effort.draws, axis=0)
        excess = (visits - chance) / np.sqrt(chance * (1 - chance))
        near = measured.case.neighbours.T
        return float(np.mean([(excess * excess[:, each]).mean() for each in near]))

    near = measured.case.neighbours
    rows = np.repeat(np.arange(len(near)), near.shape[1])
    variance = (measured.promised * (1 - measured.promised)).sum(axis=0) * measured.effort.draws
    shared = measured.covariance[rows, near.ravel()]
    book = float((shared / np.sqrt(variance[rows] * variance[near.ravel()])).mean())
    return Row(
        "correlation with the five nearest, within a day",
        "<= 0.10",
        f"{book:.3f}",
        book <= 0.10,
        f"{seen(measured.script.visits):.3f}",
        f"{seen(measured.solver.visits):.3f}",
    )


def _pairs(measured: Measurement) -> Row:
    def unseen(visits: BoolArray) -> int:
        counted = visits.astype(np.float32)
        return int((counted.T @ counted == 0).sum()) // 2

    impossible = measured.days[0].never_together()
    for day in measured.days[1:]:
        impossible = impossible.multiply(day.never_together())
    book, never = unseen(measured.visits), int(impossible.sum()) // 2
    return Row(
        f"pairs of points never drawn together in {len(measured.visits):,} days",
        "0",
        f"{book:,} (impossible {never:,}, rarest pair {measured.smallest_joint:.4f})",
        book == 0,
        f"{unseen(measured.script.visits):,}",
        f"{unseen(measured.solver.visits):,}",
    )


def _predictor(measured: Measurement) -> list[Row]:
    def foretold(visits: BoolArray) -> Prediction:
        near = measured.case.neighbours
        return mean_prediction([predict(*year, near) for year in measured.years(visits)])

    return foretold_rows(
        *(
            foretold(visits)
            for visits in (measured.visits, measured.script.visits, measured.solver.visits)
        )
    )


def foretold_rows(book: Prediction, script: Prediction, solver: Prediction) -> list[Row]:
    """Return the rows of what past plans tell."""
    return [
        Row(
            "area under the curve of a predictor, above the promised chances'",
            "<= 0.02",
            f"{book.gain:+.4f} ± {book.error:.4f}",
            book.gain <= 0.02,
            f"{script.gain:+.4f}",
            f"{solver.gain:+.4f}",
        ),
        Row(
            "clean on the likeliest days: found clean, against chance",
            "<= 1.10",
            f"{book.clean_ratio:.3f}",
            book.clean_ratio <= 1.10,
            f"{script.clean_ratio:.3f}",
            f"{solver.clean_ratio:.3f}",
        ),
    ]


def mean_prediction(found: list[Prediction]) -> Prediction:
    """Average the predictions of several years, each learnt on its own."""
    return Prediction(
        float(np.mean([each.gain for each in found])),
        float(np.sqrt(np.mean([each.error**2 for each in found]) / len(found))),
        float(np.mean([each.clean_ratio for each in found])),
    )


def entropy_of_hours(by_hour: IntArray, possible: IntArray) -> FloatArray:
    """
    Entropy of the hour of the visits to each point, relative to the most it can be.

    Parameters
    ----------
    by_hour
        Visits in each hour, shape (n, hours).
    possible
        In how many hours a visit could have begun, shape (n,). Where only one could, the
        entropy is as large as it can be.

    Examples
    --------
    >>> entropy_of_hours(np.array([[5, 5, 0], [9, 0, 0], [3, 0, 0]]), np.array([2, 2, 1])).round(9)
    array([1., 0., 1.])
    """
    entropy = relative_entropy_of(by_hour) * np.log(by_hour.shape[1])
    most = np.log(np.maximum(possible, 2))
    return np.where(possible > 1, entropy / most, 1.0)


def _time_of_day(measured: Measurement) -> Row:
    by_hour: IntArray = np.sum([day.visits_by_hour() for day in measured.days], axis=0)
    entropy = entropy_of_hours(by_hour, measured.case.open_hours.sum(axis=1))
    return Row(
        "entropy of the hour of a visit: smallest (median, share of points that reach it)",
        ">= 0.8",
        f"{entropy.min():.2f} ({np.median(entropy):.2f}, {(entropy >= 0.8).mean():.1%})",
        bool(entropy.min() >= 0.8),
    )


def _coverage_at_thirty() -> Row:
    """Chances by age, beside those of a script without memory; the case plays no part."""
    found, script = (coverage.simulate_coverage(rule) for rule in (coverage.by_age, None))
    return Row(
        "635 points, 30 a day: longest gap (largest chance)",
        "<= 66 (<= 0.35)",
        f"{found.longest_gap} ({found.largest_chance:.2f})",
        found.longest_gap <= 66 and found.largest_chance <= 0.35,
        f"{script.longest_gap} ({script.largest_chance:.2f})",
    )


def _seconds(measured: Measurement) -> Row:
    seconds = [day.seconds for day in measured.days]
    n, teams = measured.case.n_points, measured.case.n_teams
    bound = 1.0 if n <= 635 and teams <= 10 else 30.0 if n >= 9000 else None
    more = "" if measured.case.is_cut else f"; travel times {measured.matrix_s:.2f} more"
    return Row(
        "seconds a day: zones, books, routes, draw: median (best)",
        f"< {bound:g}" if bound else "",
        f"{median(seconds):.2f} ({min(seconds):.2f}{more})",
        median(seconds) < bound if bound else None,
        f"{median(each.seconds for each in measured.script.best):.2f}",
        f"{median(each.seconds for each in measured.solver.best):.2f}",
    )


def caption(measured: Measurement) -> str:
    """Describe the days in a line, for whoever wonders about the rows."""
    use = np.array([day.shift_use() for day in measured.days])
    stops = measured.promised.sum(axis=1)
    forward = sum(day.forward_travel_ms() for day in measured.days)
    driven = sum(float(day.travel_ms().mean()) for day in measured.days)
    apart = [float(day.never_together().sum()) / day.joint().nnz for day in measured.days]
    processor_s = median(day.processor_s for day in measured.days)
    return (
        f"{len(measured.days)} days, {measured.effort.draws} draws each; expected route fills "
        f"{use.mean():.1%} of the shift (teams {use.min():.1%} to {use.max():.1%}); stops a day "
        f"{stops.min():.0f} to {stops.max():.0f}; {median(apart):.1%} of the pairs of a zone are "
        f"on no route of the day; routes driven backwards add {driven / forward - 1:.1%} of "
        f"travel; {processor_s:.2f} s of processor time a day"
    )
