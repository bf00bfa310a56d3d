"""Red and black lists that say how likely they are right."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoinspect.estimates.params import RateParams
from geoinspect.estimates.shrinkage import quantiles

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoinspect.arrays import FloatArray, IntArray

# breaks ties at random where two groups are known to be equal
_JITTER = 1e-9


def rank_groups(rates: pd.DataFrame, *, params: RateParams | None = None) -> pd.DataFrame:
    """
    Rank groups by their shrunk rates, from the lowest (best) to the highest.

    The rates are drawn many times from what is known of them, and ranked each time: how
    often a group lands in a place is the probability that it belongs there (Laird and
    Louis 1989; Goldstein and Spiegelhalter 1996). The draws of a group follow from the
    seed and its name alone.

    Parameters
    ----------
    rates
        From `estimate_rates`.
    params
        Knobs.

    Returns
    -------
    ranks
        Indexed like `rates`: `rank` (1 is best; <NA> for groups with too few
        inspections), its interval `rank_low` to `rank_high`, `p_worst_decile`,
        `p_best_decile` (NaN without a rank), and `listed`: "red" where the group is
        among the best with probability `list_probability`, "black" where among the
        worst, else "". A decile is at least one group.

    Examples
    --------
    >>> rates = pd.DataFrame({
    ...     "shrunk": [0.1, 0.9, 0.5], "shrunk_error": [0.02, 0.02, 0.3],
    ...     "high": [0.2, 1.1, 3.0], "is_enough": [True, True, False],
    ... }, index=["a", "b", "c"])
    >>> rank_groups(rates)[["rank", "listed"]].to_numpy().tolist()
    [[1, 'red'], [2, 'black'], [<NA>, '']]
    """
    params = params or RateParams()
    ranked = rates[rates["is_enough"].to_numpy(np.bool_)]
    n = len(ranked)
    places = _drawn_ranks(ranked, is_proportion=bool((rates["high"] <= 1).all()), params=params)
    tail = (1 - params.confidence) / 2
    size = max(1, round(params.decile * n))
    table = pd.DataFrame(index=ranked.index)
    table["rank"] = ranked["shrunk"].rank(method="min").astype("Int64")
    for name, q in (("rank_low", tail), ("rank_high", 1 - tail)):
        table[name] = pd.array(_ranks_at(places, q), dtype="Int64")
    table["p_worst_decile"] = (places > n - size).mean(axis=0)
    table["p_best_decile"] = (places <= size).mean(axis=0)
    table["listed"] = _listed(table, params.list_probability) if n > 1 else ""
    return table.reindex(rates.index).fillna({"listed": ""})


def _drawn_ranks(ranked: pd.DataFrame, *, is_proportion: bool, params: RateParams) -> IntArray:
    """Draw rates, and rank each draw; shape (draws, n)."""
    uniform = _uniforms(ranked.index, params)
    mean = ranked["shrunk"].to_numpy(np.float64)
    variance = ranked["shrunk_error"].to_numpy(np.float64) ** 2
    drawn = quantiles(uniform, mean, variance, is_proportion=is_proportion)
    drawn = drawn + _JITTER * mean.max(initial=_JITTER) * uniform
    return np.argsort(np.argsort(drawn, axis=1), axis=1) + 1


def _uniforms(names: Iterable[object], params: RateParams) -> FloatArray:
    """Numbers in [0, 1) that follow from the seed and each name; shape (draws, n)."""
    columns: list[FloatArray] = [np.empty((params.ranking_draws, 0))]
    for name in names:
        # a hash of any length (FIPS 202): the same numbers with every version of NumPy
        drawn = hashlib.shake_256(f"{params.seed}|{name}".encode()).digest(8 * params.ranking_draws)
        bits = np.frombuffer(drawn, dtype="<u8") >> np.uint64(11)
        columns.append(np.asarray(bits[:, None] * 2.0**-53, dtype=np.float64))
    return np.hstack(columns)


def _ranks_at(places: IntArray, q: float) -> IntArray:
    """Return a quantile of each group's ranks, shape (n,)."""
    if places.shape[1] == 0:
        return np.empty(0, np.int64)
    return np.quantile(places, q, axis=0, method="nearest").astype(np.int64)


def _listed(table: pd.DataFrame, probability: float) -> list[str]:
    """Name the list of each group."""
    is_red = table["p_best_decile"] >= probability
    is_black = table["p_worst_decile"] >= probability
    return [
        "red" if red else "black" if black else ""
        for red, black in zip(is_red, is_black, strict=True)
    ]
