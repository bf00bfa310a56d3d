"""A day that goes wrong: what was visited stays, the rest is timed anew, drops follow the rule."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoinspect.amending.amend import amend
from geoinspect.amending.progress import progress
from geoinspect.amending.record import as_amended, present_route, previous_of, realised
from geoinspect.amending.verify import verify_amendments
from geoinspect.errors import InputError, VerificationError
from geoinspect.lottery.record import to_bytes
from geoinspect.network.closures import edges_named

if TYPE_CHECKING:
    from geoinspect.network import RoadNetwork

Record = dict[str, Any]
STREETS = ("人民西路", "中山南路", "新华北路")
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.fixture
def plan(tinytown_plan: Record) -> Record:
    return copy.deepcopy(tinytown_plan)


@pytest.fixture
def route(plan: Record) -> Record:
    """The route with most stops."""
    longest: Record = max(plan["routes"], key=lambda route: len(route["stops"]))
    assert len(longest["stops"]) >= 2
    return longest


def amended(
    plan: Record, network: RoadNetwork, route: Record, at: datetime, event: Record, *before: Record
) -> Record:
    result = amend(plan, before, network, team_id=route["team_id"], at=at, event=event, made_at=NOW)
    verify_amendments(plan, [*before, result])
    return result


def during_first(route: Record) -> datetime:
    """Five minutes into the first visit."""
    return moment(route["stops"][0]["arrival"]) + timedelta(minutes=5)


def test_a_short_delay_moves_everything_that_is_left(
    plan: Record, route: Record, tinytown_network: RoadNetwork
) -> None:
    end = next(t for t in plan["teams"] if t["team_id"] == route["team_id"])["shift"]["end"]
    slack = (moment(end) - moment(route["return"])) // timedelta(seconds=1)
    # the longest delay that still lets the team return in time
    event = {"kind": "late", "late_s": slack}
    found = amended(plan, tinytown_network, route, during_first(route), event)
    assert found["dropped"] == []
    assert found["visited"] == [route["stops"][0]["point_id"]]
    shift = timedelta(seconds=slack)
    for was, now in zip(route["stops"][1:], found["route"]["stops"][1:], strict=True):
        assert moment(now["arrival"]) == moment(was["arrival"]) + shift
    assert found["route"]["stops"][0]["arrival"] == route["stops"][0]["arrival"]
    assert moment(found["route"]["return"]) == moment(route["return"]) + shift


def test_a_delay_beyond_the_slack_drops_stops_and_the_team_is_back_in_time(
    plan: Record, route: Record, tinytown_network: RoadNetwork
) -> None:
    team = next(t for t in plan["teams"] if t["team_id"] == route["team_id"])
    end = moment(team["shift"]["end"])
    late = (end - moment(route["return"])) // timedelta(seconds=1) + 1
    event = {"kind": "late", "late_s": late}
    found = amended(plan, tinytown_network, route, during_first(route), event)
    assert [entry["code"] for entry in found["dropped"]] == ["NO_TIME"]
    assert moment(found["route"]["return"]) <= end
    ids = [stop["point_id"] for stop in route["stops"]]
    dropped = [entry["point_id"] for entry in found["dropped"]]
    assert found["visited"] + found["kept"] == [p for p in ids if p not in dropped]


def test_the_plan_is_not_touched_and_a_dropped_point_stays_drawn(
    plan: Record, route: Record, tinytown_network: RoadNetwork
) -> None:
    before = to_bytes(plan)
    found = amended(plan, tinytown_network, route, during_first(route), {"kind": "breakdown"})
    assert to_bytes(plan) == before
    told = realised(plan, [found])
    drawn = [stop["point_id"] for r in plan["routes"] for stop in r["stops"]]
    assert [point.point_id for point in told] == drawn
    promised = {p["point_id"]: p["inclusion_probability"] for p in plan["points"]}
    assert all(p.inclusion_probability == promised[p.point_id] for p in told)
    missed = {point.point_id for point in told if not point.visited}
    assert missed == {stop["point_id"] for stop in route["stops"][1:]}
    assert {point.code for point in told if not point.visited} == {"BREAKDOWN"}


def test_after_a_breakdown_the_route_ends_where_the_team_was_last(
    plan: Record, route: Record, tinytown_network: RoadNetwork
) -> None:
    found = amended(plan, tinytown_network, route, during_first(route), {"kind": "breakdown"})
    assert found["route"]["return"] is None
    assert [stop["point_id"] for stop in found["route"]["stops"]] == found["visited"]
    assert len(found["route"]["legs"]) == 1
    with pytest.raises(InputError, match="nothing left to amend"):
        amended(plan, tinytown_network, route, during_first(route), {"kind": "breakdown"}, found)


def test_a_longer_visit_begins_as_planned_and_ends_later(
    plan: Record, route: Record, tinytown_network: RoadNetwork
) -> None:
    first = route["stops"][0]
    event = {"kind": "stop", "point_id": first["point_id"], "takes_s": 900}
    found = amended(plan, tinytown_network, route, during_first(route), event)
    row = found["route"]["stops"][0]
    assert moment(row["departure"]) == moment(first["arrival"]) + timedelta(minutes=15)
    # the same visit, known before the team sets out
    early = amended(
        plan, tinytown_network, route, moment(route["departure"]) - timedelta(minutes=1), event
    )
    assert early["visited"] == []
    stops = {stop["point_id"]: stop for stop in early["route"]["stops"]}
    if first["point_id"] in stops:
        assert stops[first["point_id"]]["departure"] == row["departure"]
    else:
        assert first["point_id"] in [entry["point_id"] for entry in early["dropped"]]


def test_a_visit_that_is_over_or_shorter_than_it_was_is_refused(
    plan: Record, route: Record, tinytown_network: RoadNetwork
) -> None:
    first, second = route["stops"][:2]
    event = {"kind": "stop", "point_id": first["point_id"], "takes_s": 240}
    with pytest.raises(InputError, match="has lasted longer than that"):
        amended(plan, tinytown_network, route, during_first(route), event)
    on_the_way = moment(first["departure"]) + timedelta(seconds=1)
    assert on_the_way < moment(second["arrival"])
    with pytest.raises(InputError, match="no stop of this team that is still to come"):
        amended(plan, tinytown_network, route, on_the_way, event)


def test_a_team_on_its_way_drives_on_from_where_it_is(
    plan: Record, route: Record, tinytown_network: RoadNetwork
) -> None:
    first, second = route["stops"][:2]
    half = (moment(second["arrival"]) - moment(first["departure"])) / 2
    at = moment(first["departure"]) + half
    found = amended(plan, tinytown_network, route, at, {"kind": "late", "late_s": 1})
    assert found["visited"] == [first["point_id"]]
    assert second["point_id"] in found["kept"]
    arrival = moment(found["route"]["stops"][1]["arrival"])
    expected = moment(second["arrival"]) + timedelta(seconds=1)
    # where a car is on its way is guessed from the time alone, not from the speed of each street
    assert abs(arrival - expected) < timedelta(seconds=30)
    assert found["route"]["legs"][1]["length_m"] == pytest.approx(
        route["legs"][1]["length_m"], abs=100
    )


def with_opening(plan: Record, point_id: str, start: datetime, end: datetime) -> None:
    point = next(point for point in plan["points"] if point["point_id"] == point_id)
    point["opening"] = [[start.isoformat(), end.isoformat()]]


def test_a_point_that_closes_before_the_late_team_is_done_is_dropped(
    plan: Record, route: Record, tinytown_network: RoadNetwork
) -> None:
    second = route["stops"][1]
    start = moment(route["departure"])
    with_opening(plan, second["point_id"], start, moment(second["departure"]))
    event = {"kind": "late", "late_s": 1}
    found = amended(plan, tinytown_network, route, during_first(route), event)
    assert [entry["point_id"] for entry in found["dropped"]] == [second["point_id"]]


def test_the_team_waits_for_a_point_to_open(
    plan: Record, route: Record, tinytown_network: RoadNetwork
) -> None:
    last = route["stops"][-1]
    opens = moment(last["arrival"]) + timedelta(seconds=5)
    with_opening(plan, last["point_id"], opens, opens + timedelta(hours=1))
    event = {"kind": "late", "late_s": 1}
    found = amended(plan, tinytown_network, route, during_first(route), event)
    assert found["dropped"] == []
    row = found["route"]["stops"][-1]
    assert moment(row["arrival"]) == moment(last["arrival"]) + timedelta(seconds=1)
    assert moment(row["begin"]) == opens
    assert moment(row["departure"]) == moment(last["departure"]) + timedelta(seconds=5)


def test_an_amended_plan_shows_the_new_routes_and_leaves_out_teams_that_broke_down(
    plan: Record, route: Record, tinytown_network: RoadNetwork
) -> None:
    late = amended(
        plan, tinytown_network, route, during_first(route), {"kind": "late", "late_s": 1}
    )
    shown = as_amended(plan, [late])
    assert late["route"] in shown["routes"]
    assert len(shown["routes"]) == 2
    broken = amended(
        plan, tinytown_network, route, during_first(route), {"kind": "breakdown"}, late
    )
    others = [row for row in plan["routes"] if row["team_id"] != route["team_id"]]
    assert as_amended(plan, [late, broken])["routes"] == others


def test_closed_streets_are_driven_around(
    plan: Record, route: Record, tinytown_network: RoadNetwork
) -> None:
    before = moment(route["departure"]) - timedelta(minutes=1)
    used = [name for leg in route["legs"] for name in leg["streets"]]
    street = max(set(used), key=used.count)
    event = {"kind": "closed", "street": street}
    found = amended(plan, tinytown_network, route, before, event)
    driven = {name for leg in found["route"]["legs"] for name in leg["streets"]}
    assert street in used
    assert street not in driven
    again = amended(plan, tinytown_network, route, before, {"kind": "late", "late_s": 60}, found)
    driven = {name for leg in again["route"]["legs"] for name in leg["streets"]}
    assert street not in driven, "a street stays closed for what is amended later"


def test_a_closure_given_by_a_place_names_its_street(
    plan: Record, route: Record, tinytown_network: RoadNetwork
) -> None:
    name = next(name for leg in route["legs"] for name in leg["streets"])
    edge = int(np.flatnonzero(edges_named(tinytown_network, name))[0])
    lon, lat = tinytown_network.edge_lonlat(edge).mean(axis=0)
    before = moment(route["departure"]) - timedelta(minutes=1)
    event = {"kind": "closed", "lon": float(lon), "lat": float(lat)}
    found = amended(plan, tinytown_network, route, before, event)
    assert found["event"]["streets"] == [name]


def test_a_street_that_nobody_knows_is_refused(
    plan: Record, route: Record, tinytown_network: RoadNetwork
) -> None:
    event = {"kind": "closed", "street": "无此路"}
    with pytest.raises(InputError, match="knows no street '无此路'"):
        amended(plan, tinytown_network, route, during_first(route), event)


def test_an_unknown_team_is_answered_with_those_there_are(
    plan: Record, tinytown_network: RoadNetwork
) -> None:
    with pytest.raises(InputError, match="its teams are 1, 2"):
        amend(
            plan, [], tinytown_network,
            team_id="9", at=NOW, event={"kind": "breakdown"}, made_at=NOW,
        )  # fmt: skip


def test_amendments_form_a_chain_from_the_commitment_on(
    plan: Record, tinytown_network: RoadNetwork
) -> None:
    chain: list[Record] = []
    for route in plan["routes"]:
        before = moment(route["departure"]) - timedelta(minutes=1)
        event = {"kind": "late", "late_s": 60}
        chain.append(amended(plan, tinytown_network, route, before, event, *chain))
    assert [entry["number"] for entry in chain] == [1, 2]
    assert chain[0]["previous"] == plan["draw"]["commitment"]
    assert chain[1]["previous"] == previous_of(plan, chain[:1]) != chain[0]["previous"]
    team = plan["routes"][0]["team_id"]
    assert present_route(plan, chain, team) == chain[0]["route"]


def test_an_earlier_moment_than_that_of_the_last_amendment_is_refused(
    plan: Record, route: Record, tinytown_network: RoadNetwork
) -> None:
    at = during_first(route)
    first = amended(plan, tinytown_network, route, at, {"kind": "late", "late_s": 60})
    with pytest.raises(InputError, match="name a later moment"):
        amended(
            plan, tinytown_network, route, at - timedelta(minutes=1), {"kind": "breakdown"}, first
        )


EVENTS = st.one_of(
    st.builds(lambda late: {"kind": "late", "late_s": late}, st.integers(1, 2400)),
    st.builds(lambda street: {"kind": "closed", "street": street}, st.sampled_from(STREETS)),
    st.just({"kind": "breakdown"}),
)


@settings(deadline=None, max_examples=40)
@given(
    team=st.sampled_from(["1", "2"]),
    minutes=st.lists(st.integers(0, 50), min_size=1, max_size=3).map(sorted),
    events=st.lists(EVENTS, min_size=3, max_size=3),
)
def test_whatever_happens_the_amendments_verify_and_no_stop_is_lost(
    tinytown_plan: Record,
    tinytown_network: RoadNetwork,
    team: str,
    minutes: list[int],
    events: list[Record],
) -> None:
    plan, chain = tinytown_plan, list[Record]()
    start = moment(plan["teams"][0]["shift"]["start"])
    for minute, event in zip(minutes, events, strict=False):
        at = start + timedelta(minutes=minute)
        try:
            progress(present_route(plan, chain, team), at)
        except InputError:
            # all stops are reached
            break
        chain.append(
            amend(plan, chain, tinytown_network, team_id=team, at=at, event=event, made_at=NOW)
        )
    verify_amendments(plan, chain)
    drawn = [stop["point_id"] for route in plan["routes"] for stop in route["stops"]]
    assert [point.point_id for point in realised(plan, chain)] == drawn
    end = moment(plan["teams"][0]["shift"]["end"])
    for amendment in chain:
        if amendment["kept"]:
            assert moment(amendment["route"]["return"]) <= end


CHANGES = {
    "another stop is dropped": "the rule drops",
    "a stop is lost": "not those of the route before",
    "a travel time is longer": "a travel time is not that of the route before",
    "the team is said to be ready later": "do not follow from its event",
    "an arrival is changed": "the timetable does not follow",
    "the chain is broken": "does not follow the amendment before",
    "a member is missing": "not built as an amendment must be",
    "it is of another plan": "belongs to another plan",
}


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_of_an_amendment_is_found(
    plan: Record, route: Record, tinytown_network: RoadNetwork, change: str
) -> None:
    before = moment(route["departure"]) - timedelta(minutes=1)
    found = amended(plan, tinytown_network, route, before, {"kind": "late", "late_s": 1})
    kept = found["kept"]
    if change == "another stop is dropped":
        found["dropped"] = [{"point_id": kept.pop(), "code": "NO_TIME", "reason": ""}]
    elif change == "a stop is lost":
        kept.pop()
    elif change == "a travel time is longer":
        found["choice"]["times_s"][1][2] += 1
    elif change == "the team is said to be ready later":
        later = moment(found["choice"]["ready"]) + timedelta(minutes=30)
        found["choice"]["ready"] = later.isoformat()
    elif change == "an arrival is changed":
        stop = found["route"]["stops"][-1]
        stop["departure"] = (moment(stop["departure"]) + timedelta(seconds=1)).isoformat()
    elif change == "the chain is broken":
        found["previous"] = "0" * 64
    elif change == "a member is missing":
        del found["choice"]["deadline"]
    else:
        found["commitment"] = "0" * 64
    with pytest.raises(VerificationError, match=CHANGES[change]):
        verify_amendments(plan, [found])
