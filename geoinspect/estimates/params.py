"""Knobs of rates and rankings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RateParams:
    """
    Knobs of rates and rankings.

    Attributes
    ----------
    min_inspections
        A group with fewer inspections is "too few": it has a rate for maps, but no rank.
    confidence
        Of all intervals, in (0, 1).
    list_probability
        A group is on the red or the black list if it belongs there with at least this
        probability.
    decile
        Share of the groups that is the best, or the worst, decile.
    ranking_draws
        Draws from the posterior that probabilities of ranks are counted over.
    seed
        Text that these draws are derived from; the same seed gives the same lists.
    """

    min_inspections: int = 5
    confidence: float = 0.95
    list_probability: float = 0.8
    decile: float = 0.1
    ranking_draws: int = 4000
    seed: str = "geoinspect ranks"

    def __post_init__(self) -> None:
        if self.min_inspections < 1 or self.ranking_draws < 1:
            raise ValueError("min_inspections and ranking_draws must be at least 1")
        if not 0 < self.confidence < 1:
            raise ValueError("0 < confidence < 1 must hold")
        if not 0.5 < self.list_probability < 1:
            raise ValueError("0.5 < list_probability < 1 must hold")
        if not 0 < self.decile <= 0.5:
            raise ValueError("0 < decile <= 0.5 must hold")
