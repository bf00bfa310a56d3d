"""One report in the making: its evidence, cut by periods, and the rates that several parts need."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geoinspect.estimates import RateParams, code_inspections, compare_rates, estimate_rates
from geoinspect.reports.evidence import GROUPS
from geoinspect.reports.numbers import Figure, Records, estimate
from geoinspect.rubrics import Rubric, rubric_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from geoinspect.estimates import CodedInspections
    from geoinspect.reports.evidence import Evidence
    from geoinspect.reports.periods import Period


@dataclass(frozen=True)
class Work:
    """
    One report in the making.

    Attributes
    ----------
    everything
        The evidence of all time.
    period, params
        What it is about, and how rates are computed.
    translate
        Into the language of the report: names of periods are words.
    of_unit
        Whether it is about a unit, against which not everything counts that is there.
    rubrics
        How scores are put together.
    """

    everything: Evidence
    period: Period
    params: RateParams
    translate: Callable[[str], str]
    of_unit: bool = False
    rubrics: tuple[Rubric, ...] = ()
    _rates: dict[tuple[Period, str | None], pd.DataFrame] = field(default_factory=dict, repr=False)
    _coded: dict[tuple[Period, str], CodedInspections] = field(default_factory=dict, repr=False)

    @property
    def now(self) -> Evidence:
        """The evidence of the period."""
        return self.everything.within(self.period)

    @property
    def counts(self) -> str:
        """Column of violations that says which count."""
        return "counts_unit" if self.of_unit else "counts"

    def weighted(self, period: Period, by: str | None = None) -> CodedInspections:
        """
        Return the inspections that rates are made from, those that belong to some group.

        Those whose chance is not known are left out; where none is known, all weigh the same.
        """
        found = "found_unit" if self.of_unit or by == "unit_id" else "found"
        if (period, found) not in self._coded:
            self._coded[period, found] = self._code(period, found)
        coded = self._coded[period, found]
        return coded if by is None else coded.where((coded.rows[by] != "").to_numpy())

    def _code(self, period: Period, found: str) -> CodedInspections:
        """Bring inspections with what counts of what they found into the order of rates, once."""
        visits = self.everything.within(period).inspections
        columns = ["point_id", "day", "team_id", "inclusion_probability", *GROUPS]
        visits = visits[columns].assign(found=visits[found])
        known = visits["inclusion_probability"].notna()
        if not known.any():
            visits = visits.assign(inclusion_probability=1.0)
        elif not known.all():
            visits = visits[known]
        return code_inspections(visits)

    def rates(self, period: Period, by: str | None = None) -> pd.DataFrame:
        """
        Return the rates of groups in a period, or that of all; each period is estimated once.

        A period of which nothing is known has no groups.
        """
        if (period, by) not in self._rates:
            visits = self.weighted(period, by)
            self._rates[period, by] = estimate_rates(visits, by=by, params=self.params)
        return self._rates[period, by]

    def rate(self, period: Period, figure_id: str) -> Figure:
        """Return problems per 100 inspections of a period."""
        row = self.rates(period).iloc[0]
        records = Records("inspections", days=None if period == self.period else period)
        return estimate(figure_id, row["rate"], row["low"], row["high"], records=records)

    @property
    def rubric(self) -> Rubric:
        """The rubric that holds at the end of the period."""
        return rubric_of(self.rubrics, self.period.last)

    def change(self, by: str | None = None) -> pd.DataFrame | None:
        """Compare with the period before; None where one of them has no inspections."""
        before, after = (self.rates(p, by) for p in (self.period.before(), self.period))
        if not all(each["n_inspections"].any() for each in (before, after)):
            return None
        return compare_rates(before, after)
