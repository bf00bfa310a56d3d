"""Let the targets of a day join the listed points of the city in one lottery."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from geoinspect.errors import InputError

if TYPE_CHECKING:
    from geoinspect.arrays import FloatArray

#: Chance that a target is wished for: who names a number of targets wants to see them.
WISHED_CHANCE = 0.9

# the guess of the day's visits may be that much too high, where ways are long; where it is
# right, targets come nearer to the cap
_LEAST_OF_GUESS = 2 / 3

# what is left to the listed points, even where targets alone fill the day
_LEFT_FOR_OTHERS = 0.05

_DIGITS = 6

_COLUMNS = (
    *("name", "category", "district", "unit", "weight", "reasons", "provenance"),
    *("selection_probability", "instruction_zh", "instruction_en", "geometry"),
)


def with_targets(
    points: gpd.GeoDataFrame, targets: gpd.GeoDataFrame, *, expected_stops: float, cap: float
) -> gpd.GeoDataFrame:
    """
    Put targets among listed points, and weigh them so that nearly all are visited.

    A target gets the weight with which its chance is at least about `WISHED_CHANCE`, and at
    most the cap: nine of ten targets are visited, and nobody who knows them all knows which.
    Where there are no listed points, the targets share the day evenly.

    Parameters
    ----------
    points
        Listed points with all columns that `geoinspect.planning.City` asks for; may be empty.
    targets
        Targets by `generate_targets`; a column `district` is kept.
    expected_stops
        Visits that the day is expected to have.
    cap
        Largest chance of a point.

    Returns
    -------
    points
        Both, with the columns that `City` asks for. `selection_probability` of a target is the
        chance with which it was generated. No unit answers for a target before it is
        confirmed on site.

    Raises
    ------
    InputError
        If a listed point has the id of a target.

    Examples
    --------
    >>> from geoinspect.demo import tinytown
    >>> from geoinspect.planning import named_points
    >>> listed = named_points(tinytown.points(), None, None)
    >>> target = gpd.GeoDataFrame(
    ...     {"name": "巷", "category": "背街小巷", "inclusion_probability": 0.1,
    ...      "instruction_zh": "走", "instruction_en": "Walk"},
    ...     index=["G1"], geometry=listed.geometry.iloc[:1].to_list(), crs=listed.crs,
    ... )
    >>> both = with_targets(listed, target, expected_stops=4.5, cap=0.95)
    >>> both.loc[["TT01", "G1"], "weight"].round(2).tolist()
    [1.0, 5.14]
    """
    for point_id in targets.index.intersection(points.index):
        raise InputError(
            "The id {id} belongs to a listed point and to a target of the day: give the listed "
            "point another id.",
            id=point_id,
        )
    chance = min(WISHED_CHANCE, cap)
    weight = _target_weight(
        points["weight"].to_numpy(np.float64), len(targets), expected_stops, chance
    )
    reasons = [[{"code": "target", "factor": weight}] for _ in targets.index]
    joining = targets.assign(
        district=targets.get("district", ""),
        unit="",
        weight=weight,
        reasons=pd.Series(reasons, index=targets.index, dtype=object),
        selection_probability=targets["inclusion_probability"],
        provenance="generated",
    )
    tables = [table[list(_COLUMNS)] for table in (points, joining) if len(table)]
    both = pd.concat(tables) if tables else points
    return gpd.GeoDataFrame(both, geometry="geometry", crs=targets.crs).rename_axis("point_id")


def _target_weight(listed: FloatArray, n: int, expected_stops: float, chance: float) -> float:
    """Weight that gives `n` targets their chance, the listed points sharing what is left."""
    if len(listed) == 0:
        return 1.0
    stops = _LEAST_OF_GUESS * expected_stops
    left = max(stops - n * chance, _LEFT_FOR_OTHERS * stops)
    chance_per_weight = left / float(listed.sum())
    return round(max(chance / chance_per_weight, float(listed.max())), _DIGITS)
