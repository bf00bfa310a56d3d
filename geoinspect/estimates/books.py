"""
Chances of visits, and of pairs of visits, as the lottery books of a day give them.

One route of each book is drawn, the books independently. So the chance of two points of
one zone together is the sum of the probabilities of the routes that visit both, and of two
points of different zones the product of their chances: exact, for a book lists every route.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csr_array

from geoinspect.amending.record import realised
from geoinspect.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geoinspect.arrays import FloatArray
    from geoinspect.lottery.record import Record

_FACTS = ("category", "district", "unit")


def visits_of(plan: Record, amendments: Sequence[Record] = ()) -> pd.DataFrame:
    """
    List what a day's draw sent the teams to, with the whole chance of each visit.

    A target that was drawn on the streets came into the day's frame with one chance, and
    from there onto a route with another: its whole chance is the product. So it stands for
    all the places that nobody listed, and the city's rate stays unbiased.

    Parameters
    ----------
    plan
        Drawn record.
    amendments
        Its amendments, in their order.

    Returns
    -------
    visits
        One row a drawn point: `point_id`, `day`, `team_id`, `category`, `district`,
        `unit`, `provenance`, `inclusion_probability`, `is_visited` and, where it was
        dropped during the day, the `reason`.
    """
    points = {point["point_id"]: point for point in plan["points"]}
    rows = [
        {
            "point_id": stop.point_id,
            "day": date.fromisoformat(plan["date"]),
            "team_id": stop.team_id,
        }
        | {fact: points[stop.point_id][fact] for fact in _FACTS}
        | {
            "provenance": points[stop.point_id].get("provenance", "listed"),
            "inclusion_probability": whole_chance(points[stop.point_id]),
            "is_visited": stop.visited,
            "reason": stop.reason,
        }
        for stop in realised(plan, amendments)
    ]
    columns = ["point_id", "day", "team_id", *_FACTS, "provenance", "inclusion_probability"]
    return pd.DataFrame(rows, columns=[*columns, "is_visited", "reason"])


def whole_chance(point: Mapping[str, float]) -> float:
    """
    Multiply the chances of both stages of a point of a record.

    Examples
    --------
    >>> whole_chance({"selection_probability": 0.1, "inclusion_probability": 0.9})
    0.09000000000000001
    """
    return point.get("selection_probability", 1.0) * point["inclusion_probability"]


def draw_covariance(plan: Record) -> csr_array:
    """Covariance of the draws of one day's points, shape (points, points), from the books."""
    number = {point["point_id"]: k for k, point in enumerate(plan["points"])}
    n = len(number)
    total = csr_array((n, n))
    for book in plan["books"]:
        weight = np.array([route["probability"] for route in book["routes"]])
        row = np.repeat(np.arange(len(weight)), [len(route["stops"]) for route in book["routes"]])
        column = np.array([number[p] for route in book["routes"] for p in route["stops"]])
        stops = coo_array((np.ones(len(row)), (row, column)), shape=(len(weight), n)).tocsr()
        mean = csr_array((stops.T @ weight).reshape(1, -1))
        total = total + stops.T @ stops.multiply(weight[:, None]).tocsr() - mean.T @ mean
    return csr_array(total)


def joint_inclusion_probabilities(
    plan: Record, point_ids: Sequence[str] | None = None
) -> pd.DataFrame:
    """
    Return the chances that two points are visited on the same day.

    Targets are drawn onto the streets in an order nobody knows; two of them count as
    drawn independently in that first stage, which is nearly right and never too few
    (Hartley and Rao 1962). All else is exact.

    Parameters
    ----------
    plan
        Record, drawn or only committed to.
    point_ids
        Points of the frame; None for all.

    Returns
    -------
    joint
        Square and symmetric, points down and across; the diagonal is each point's own
        chance.

    Raises
    ------
    InputError
        If the frame has no such point.
    """
    frame = pd.Index([point["point_id"] for point in plan["points"]])
    wanted = frame if point_ids is None else pd.Index(point_ids)
    for unknown in wanted.difference(frame):
        raise InputError(
            "The plan of {date} has no point {point_id}: take its points from the plan.",
            date=plan["date"],
            point_id=unknown,
        )
    rows = frame.get_indexer(wanted)
    points = [plan["points"][row] for row in rows]
    drawn = np.array([point["inclusion_probability"] for point in points])
    selected = np.array([point.get("selection_probability", 1.0) for point in points])
    joint = draw_covariance(plan)[rows][:, rows].toarray() + np.outer(drawn, drawn)
    joint *= np.outer(selected, selected)
    np.fill_diagonal(joint, selected * drawn)
    return pd.DataFrame(joint, index=wanted, columns=wanted)


def design_variance(plan: Record, values: Mapping[str, float]) -> float:
    """
    Return the variance that the draw of a day gives to an estimated total, exactly.

    It needs a value of every point, so it serves to plan (with the rates of last year) and
    to judge estimators: a day whose routes hardly change a total is a good day.

    Parameters
    ----------
    plan
        Record.
    values
        What would be found at each point of the frame, by point id; points left out
        count 0.

    Returns
    -------
    variance
        Of the sum of value / chance over the drawn points.
    """
    points = plan["points"]
    expanded: FloatArray = np.array(
        [values.get(point["point_id"], 0.0) / point["inclusion_probability"] for point in points]
    )
    return float(expanded @ (draw_covariance(plan) @ expanded))
