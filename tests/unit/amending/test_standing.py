"""How far a team is follows from what it returned, not from where anybody was seen."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from geoinspect.amending.amend import amend
from geoinspect.amending.standing import LATE_AFTER, Returned, StopState, standings

if TYPE_CHECKING:
    from geoinspect.network import RoadNetwork

Record = dict[str, Any]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.fixture(scope="module")
def stops(tinytown_plan: Record) -> list[Record]:
    """Stops of the first team."""
    rows: list[Record] = tinytown_plan["routes"][0]["stops"]
    assert len(rows) >= 2
    return rows


def states(plan: Record, returned: dict[str, Returned], now: datetime) -> list[StopState]:
    return [each.state for each in standings(plan, [], returned, now)[0].stops]


def test_a_stop_is_late_once_its_time_is_past_by_more_than_the_allowance(
    tinytown_plan: Record, stops: list[Record]
) -> None:
    planned = moment(stops[0]["arrival"])
    assert states(tinytown_plan, {}, planned + LATE_AFTER)[0] is StopState.AHEAD
    team = standings(tinytown_plan, [], {}, planned + LATE_AFTER + timedelta(minutes=5))[0]
    assert team.stops[0].state is StopState.LATE
    assert team.behind == LATE_AFTER + timedelta(minutes=5)
    assert team.last is None


def test_a_stop_without_a_visit_before_one_with_a_visit_was_skipped(
    tinytown_plan: Record, stops: list[Record]
) -> None:
    there = moment(stops[1]["arrival"])
    found = states(tinytown_plan, {stops[1]["point_id"]: Returned(there)}, there)
    assert found[:2] == [StopState.SKIPPED, StopState.THERE]


def test_the_last_stop_is_the_one_that_was_entered_last(
    tinytown_plan: Record, stops: list[Record]
) -> None:
    # the second was visited before the first
    first, second = (stop["point_id"] for stop in stops[:2])
    at = moment(stops[0]["arrival"])
    returned = {
        first: Returned(at + timedelta(minutes=20), at + timedelta(minutes=30)),
        second: Returned(at, at + timedelta(minutes=10)),
    }
    team = standings(tinytown_plan, [], returned, at + timedelta(hours=1))[0]
    assert team.last is not None
    assert team.last.stop["point_id"] == first
    assert team.count(StopState.DONE) == 2
    # reached twenty minutes after its time
    assert team.stops[0].behind == timedelta(minutes=20)


def test_what_the_rule_dropped_is_neither_late_nor_skipped(
    tinytown_plan: Record, tinytown_network: RoadNetwork, stops: list[Record]
) -> None:
    at = moment(stops[0]["arrival"]) + timedelta(minutes=1)
    amendment = amend(
        tinytown_plan, [], tinytown_network,
        team_id=tinytown_plan["routes"][0]["team_id"], at=at, event={"kind": "breakdown"},
        made_at=at,
    )  # fmt: skip
    team = standings(tinytown_plan, [amendment], {}, at + timedelta(hours=3))[0]
    assert [each.state for each in team.stops[1:]] == [StopState.DROPPED] * (len(stops) - 1)
    assert team.route["return"] is None
