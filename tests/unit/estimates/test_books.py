"""Chances of visits and of pairs of visits, against all draws that a day could have."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from geoinspect.errors import InputError
from geoinspect.estimates import (
    design_variance,
    estimate_rates,
    joint_inclusion_probabilities,
    visits_of,
)
from geoinspect.estimates.books import whole_chance


def route(probability, *stops):
    return {"probability": probability, "stops": list(stops)}


@pytest.fixture
def plan():
    """Two zones; T is a target that came into the frame with a chance of one in five."""
    chances = {"a": 0.75, "b": 0.5, "c": 0.5, "d": 0.625, "T": 0.875}
    facts = {"category": "park", "district": "D", "unit": "U"}
    points = [
        facts | {"point_id": point_id, "inclusion_probability": chance, "provenance": "listed"}
        for point_id, chance in chances.items()
    ]
    points[-1] |= {"selection_probability": 0.2, "provenance": "generated"}
    books = [
        {"routes": [route(0.5, "a", "b"), route(0.25, "a", "c"), route(0.25, "c")]},
        {"routes": [route(0.5, "d", "T"), route(0.125, "d"), route(0.375, "T")]},
    ]
    drawn = [
        {"team_id": "1", "stops": [{"point_id": "a"}, {"point_id": "b"}]},
        {"team_id": "2", "stops": [{"point_id": "T"}]},
    ]
    return {"date": "2026-03-10", "points": points, "books": books, "routes": drawn}


def all_draws(plan):
    """Probability and visited points of every draw that the day could have."""
    for chosen in product(*(book["routes"] for book in plan["books"])):
        yield (
            float(np.prod([each["probability"] for each in chosen])),
            {stop for each in chosen for stop in each["stops"]},
        )


def test_joint_chances_are_the_frequencies_of_all_draws(plan):
    joint = joint_inclusion_probabilities(plan)
    stage_one = {"T": 0.2}
    for one in joint.index:
        for other in joint.index:
            together = sum(p for p, drawn in all_draws(plan) if {one, other} <= drawn)
            for point_id in {one, other}:
                together *= stage_one.get(point_id, 1.0)
            assert joint.loc[one, other] == pytest.approx(together), (one, other)


def test_points_that_share_no_route_never_come_together(plan):
    joint = joint_inclusion_probabilities(plan, ["b", "c"])
    assert joint.loc["b", "c"] == pytest.approx(0, abs=1e-15)
    assert joint.index.tolist() == ["b", "c"]


def test_the_variance_of_a_total_is_that_over_all_draws(plan):
    values = {"a": 3.0, "b": 1.0, "d": 2.0, "T": 4.0}
    chance = {p["point_id"]: p["inclusion_probability"] for p in plan["points"]}
    totals = [
        (p, sum(values.get(x, 0.0) / chance[x] for x in drawn)) for p, drawn in all_draws(plan)
    ]
    mean = sum(p * total for p, total in totals)
    assert mean == pytest.approx(sum(values.values()))
    variance = sum(p * (total - mean) ** 2 for p, total in totals)
    assert design_variance(plan, values) == pytest.approx(variance)


def test_a_stranger_to_the_plan_is_named(plan):
    with pytest.raises(InputError, match="The plan of 2026-03-10 has no point zoo"):
        joint_inclusion_probabilities(plan, ["a", "zoo"])


def test_a_targets_visit_stands_for_all_streets_it_could_have_been_on(plan):
    visits = visits_of(plan).set_index("point_id")
    assert visits["inclusion_probability"].to_dict() == pytest.approx(
        {"a": 0.75, "b": 0.5, "T": 0.2 * 0.875}
    )
    assert visits["team_id"].to_dict() == {"a": "1", "b": "1", "T": "2"}
    assert visits.loc["T", "provenance"] == "generated"
    assert visits["is_visited"].all()


def test_two_stages_together_leave_the_city_unbiased():
    # of 50 street segments 5 are generated, each drawn with a chance of 0.9 on the day
    rng = np.random.default_rng(3)
    listed, streets = rng.poisson(0.2, 20), rng.poisson(2.0, 50)
    point = {"selection_probability": 0.1, "inclusion_probability": 0.9}
    totals = []
    for _ in range(4000):
        generated = rng.choice(50, 5, replace=False)
        visited = generated[rng.random(5) < 0.9]
        seen = rng.random(20) < 0.5
        totals.append(streets[visited].sum() / whole_chance(point) + listed[seen].sum() / 0.5)
    error = np.std(totals) / np.sqrt(len(totals))
    assert np.mean(totals) == pytest.approx(listed.sum() + streets.sum(), abs=2 * error)


def test_what_was_dropped_on_the_way_is_told(plan):
    dropped = {"point_id": "b", "code": "TIME", "reason": "The shift ended."}
    visits = visits_of(plan, [{"dropped": [dropped]}]).set_index("point_id")
    assert visits["is_visited"].to_dict() == {"a": True, "b": False, "T": True}
    assert visits.loc["b", "reason"] == "The shift ended."


def test_a_real_plan_gives_visits_that_rates_can_be_made_of(tinytown_plan):
    visits = visits_of(tinytown_plan)
    stops = [stop["point_id"] for each in tinytown_plan["routes"] for stop in each["stops"]]
    assert visits["point_id"].tolist() == stops
    rates = estimate_rates(visits.assign(found=1), by="category")
    assert rates["rate"].to_numpy() == pytest.approx(1)
    joint = joint_inclusion_probabilities(tinytown_plan)
    declared = [point["inclusion_probability"] for point in tinytown_plan["points"]]
    assert np.diag(joint) == pytest.approx(declared, abs=1e-9)
    assert np.linalg.eigvalsh(joint.to_numpy()).min() > -1e-9
