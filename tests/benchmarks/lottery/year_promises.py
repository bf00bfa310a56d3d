"""One row a promise that is told by days which follow each other."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from geoinspect.lotteryreport.predictor import predict
from geoinspect.lotteryreport.statistics import longest_gaps
from lottery.promises import FEWEST_EFFECTIVE, Row, foretold_rows, median_effective

if TYPE_CHECKING:
    from geoinspect.arrays import IntArray
    from lottery.year import Year


def rows_of_year(year: Year, neighbours: IntArray) -> list[Row]:
    """Measure the promises that need days which follow each other."""
    low, high = year.promised.min(), year.promised.max()
    few = int((year.effective < FEWEST_EFFECTIVE).sum())
    gaps = [int(longest_gaps(visits).max()) for visits in (year.visits, year.script, year.sampled)]
    foretold = [
        predict(visits, year.promised, neighbours)
        for visits in (year.visits, year.script, year.sampled)
    ]
    return [
        Row("chances: largest gap to the promise", "<= 1e-9", f"{year.gap:.1e}", year.gap <= 1e-9),
        Row(
            "smallest and largest daily chance",
            "0.005 to 0.95",
            f"{low:.3f} to {high:.3f}",
            bool(low >= 0.005 and high <= 0.95),
        ),
        Row(
            f"routes that fit shift and matrix, of {year.routes:,}",
            "100 %",
            f"{1 - year.faulty / year.routes:.2%}",
            year.faulty == 0,
        ),
        median_effective(year.effective),
        Row(
            f"effective routes: smallest of {year.effective.size:,} zones",
            f">= {FEWEST_EFFECTIVE}",
            f"{year.effective.min():.0f} ({few} below)",
            few == 0,
        ),
        *foretold_rows(*foretold),
        Row(
            f"longest gap in {len(year.visits)} days",
            "<= 66",
            str(gaps[0]),
            gaps[0] <= 66,
            str(gaps[1]),
            str(gaps[2]),
        ),
        Row(
            "seconds a day: median (best)",
            "< 1",
            f"{median(year.seconds):.2f} ({year.seconds.min():.2f})",
            bool(median(year.seconds) < 1),
        ),
    ]
