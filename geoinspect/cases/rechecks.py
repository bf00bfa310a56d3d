"""
Looking back at closed cases (回头看): which are visited again, and which came back.

A share of all closed cases is due for another visit. Which ones follows from the id of the
case and a secret seed that was fixed before the case was closed, so that nobody can choose,
and everybody who knows the seed can check.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geoinspect.errors import InputError
from geoinspect.geometry import LocalProjection

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class RecheckParams:
    """
    How much is looked at again, and what counts as the same violation.

    Attributes
    ----------
    share
        Part of the closed cases that is due for another visit, in [0, 1].
    relapse_distance_m, relapse_days
        A violation of the same item this near to a closed case, found within so many days
        of its closing, is a relapse.
    """

    share: float = 0.15
    relapse_distance_m: float = 50.0
    relapse_days: int = 90

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise InputError(
                "The share of closed cases to visit again is {share}: write a number from 0 to 1.",
                share=self.share,
            )
        if not (self.relapse_distance_m > 0 and self.relapse_days >= 1):
            raise InputError(
                "A relapse within {distance_m} m and {days} days makes no sense: write a distance "
                "above 0 and 1 day or more.",
                distance_m=self.relapse_distance_m,
                days=self.relapse_days,
            )


def is_rechecked(case_id: str, seed: str, share: float) -> bool:
    """
    Tell whether a closed case is visited again: its hash is below the share.

    Examples
    --------
    >>> sum(is_rechecked(f"V{k}", "5eed", 0.15) for k in range(1000))
    153
    """
    digest = sha256(f"geoinspect recheck\n{seed}\n{case_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def find_relapses(cases: pd.DataFrame, params: RecheckParams | None = None) -> pd.DataFrame:
    """
    Find violations that came back after their case was closed.

    Parameters
    ----------
    cases
        Indexed by case id, with `item`, `found_at` and `closed_at` (timezone-aware, NaT while
        open), `lon` and `lat` (WGS-84 degrees, NaN where unknown).
    params
        Knobs.

    Returns
    -------
    relapses
        `case_id`, the closed case `earlier_id`, `distance_m` and `days` since its closing, in
        the order of both ids.
    """
    params = params or RecheckParams()
    placed = cases[cases[["lon", "lat"]].notna().all(axis=1) & (cases["item"] != "")].sort_index()
    closed = placed[placed["closed_at"].notna()]
    if closed.empty:
        return _relapses(np.empty((0, 2), dtype=np.int64), placed, closed, np.empty(0))
    plane = LocalProjection.around(_lonlat(placed))
    xy, closed_xy = plane.to_xy(_lonlat(placed)), plane.to_xy(_lonlat(closed))
    places = np.asarray(shapely.points(closed_xy), dtype=object)
    later, earlier = shapely.STRtree(places).query(
        shapely.points(xy), predicate="dwithin", distance=params.relapse_distance_m
    )
    pairs = np.column_stack((later, earlier))
    distance_m = np.linalg.norm(xy[pairs[:, 0]] - closed_xy[pairs[:, 1]], axis=1)
    found = _relapses(pairs, placed, closed, distance_m)
    is_same = placed["item"].to_numpy()[pairs[:, 0]] == closed["item"].to_numpy()[pairs[:, 1]]
    in_time = (found["days"] >= 0) & (found["days"] <= params.relapse_days)
    kept: pd.DataFrame = found[
        is_same & in_time.to_numpy() & (found["case_id"] != found["earlier_id"])
    ]
    in_order: pd.DataFrame = kept.sort_values(["case_id", "earlier_id"], ignore_index=True)
    return in_order


def _lonlat(cases: pd.DataFrame) -> NDArray[np.float64]:
    return cases[["lon", "lat"]].to_numpy(dtype=np.float64)


def _relapses(
    pairs: NDArray[np.int64],
    placed: pd.DataFrame,
    closed: pd.DataFrame,
    distance_m: NDArray[np.float64],
) -> pd.DataFrame:
    """Put pairs of positions in `placed` and `closed` into a table."""
    later, earlier = placed.iloc[pairs[:, 0]], closed.iloc[pairs[:, 1]]
    gap = pd.to_datetime(later["found_at"], utc=True).reset_index(drop=True) - pd.to_datetime(
        earlier["closed_at"], utc=True
    ).reset_index(drop=True)
    return pd.DataFrame(
        {
            "case_id": later.index.to_numpy(),
            "earlier_id": earlier.index.to_numpy(),
            "distance_m": distance_m,
            "days": gap.dt.total_seconds().to_numpy() / 86400,
        }
    )
