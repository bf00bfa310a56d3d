"""Drawn routes are compared with the best plan of the same stops on the same roads."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from geoinspect.lotteryreport.travel import against_best

if TYPE_CHECKING:
    from geoinspect.network import RoadNetwork


def test_the_best_plan_travels_no_longer_than_the_drawn_one(
    tinytown_plan: dict[str, Any], tinytown_network: RoadNetwork
) -> None:
    found = against_best(tinytown_plan, tinytown_network, iterations=200)
    assert found is not None
    drawn_s = sum(route["travel_s"] for route in tinytown_plan["routes"])
    assert found.drawn_s == pytest.approx(drawn_s)
    assert found.unplanned == 0
    assert 0 < found.best_s <= found.drawn_s


def test_a_plan_of_other_roads_is_not_compared(
    tinytown_plan: dict[str, Any], tinytown_network: RoadNetwork
) -> None:
    other = copy.deepcopy(tinytown_plan)
    other["parameters"]["network_sha256"] = "0" * 64
    assert against_best(other, tinytown_network) is None
