"""A record in which a metre is missing does not hold."""

from __future__ import annotations

import copy

import pytest

from geoinspect.patrol import patrol_record, walked


@pytest.fixture
def record(beat, params):
    found = patrol_record(
        beat("A=B South primary", "B=E South", "B=C East"),
        params(both_sides=True, shift="09:00-10:00"),
    )
    assert walked(found).holds
    return found


def _first_walk(record):
    return record["routes"][0]["stops"][0]


def test_a_walk_left_out_is_missed(record):
    gone = record["routes"][0]["stops"].pop()
    assert gone["segment_id"] in walked(record).uncovered


def test_one_side_of_two_is_not_enough(record):
    (segment,) = (row for row in record["segments"] if row["passes"] == 2)
    changed = copy.deepcopy(record)
    for route in changed["routes"]:
        route["stops"] = [stop for stop in route["stops"] if stop["side"] != "left"]
    assert walked(changed).uncovered == (segment["segment_id"],)


def test_a_walk_that_stops_halfway_is_short(record):
    stop = _first_walk(record)
    (lon, lat), (to_lon, to_lat) = stop["walk"]["geometry"]["coordinates"]
    stop["walk"]["geometry"]["coordinates"][1] = [(lon + to_lon) / 2, (lat + to_lat) / 2]
    proof = walked(record)
    assert proof.short == (stop["segment_id"],)
    assert proof.walked_m == pytest.approx(proof.wanted_m - 180, abs=1)


def test_a_segment_drawn_shorter_than_it_is_in_the_network_is_found(record):
    segment = record["segments"][0]
    segment["length_m"] += 20
    assert walked(record).short == (segment["segment_id"],)


def test_a_walk_elsewhere_does_not_count(record):
    stop = _first_walk(record)
    moved = [[lon, lat + 0.001] for lon, lat in stop["walk"]["geometry"]["coordinates"]]
    stop["walk"]["geometry"]["coordinates"] = moved
    proof = walked(record)
    assert stop["segment_id"] in proof.short
    assert f"2026-11-23 {record['routes'][0]['team_id']} 1" in proof.broken


def test_a_leg_that_does_not_lead_to_its_walk_is_found(record):
    record["routes"][0]["legs"][1]["geometry"]["coordinates"][-1] = [0.001, 0.001]
    assert walked(record).broken == (f"2026-11-23 {record['routes'][0]['team_id']} 2",)


def test_a_street_walked_once_too_often_is_found(record):
    segment_id = record["routes"][0]["stops"][-1]["segment_id"]
    record["unplanned"].append({"point_id": segment_id})
    assert walked(record).unknown == (segment_id,)


def test_a_street_that_nobody_asked_for_is_found(record):
    gone = record["segments"].pop()
    assert walked(record).unknown == (gone["segment_id"],)


def test_the_direction_plays_no_part(record):
    for stop in (stop for route in record["routes"] for stop in route["stops"]):
        stop["walk"]["geometry"]["coordinates"].reverse()
    assert walked(record).short == ()
