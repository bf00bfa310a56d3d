"""On any network a patrol walks every metre, and its times are those of the network."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoinspect.network import for_mode
from geoinspect.patrol import Beat, PatrolParams, patrol_record, walked
from geoinspect.shifts import read_shift
from geoinspect.targets import street_segments

from .test_network_properties import networks

FEW = settings(deadline=None, max_examples=15)


@st.composite
def patrols(draw, longest_m=None):
    """Draw a network and an order to walk its streets, whole or in pieces."""
    network = draw(networks())
    order = PatrolParams(
        date(2026, 11, 23),
        draw(st.integers(1, 3)),
        (read_shift(draw(st.sampled_from(["09:00-09:30", "09:00-11:00"]))),),
        iterations=5,
        move=draw(st.sampled_from(["foot", "car"])),
        n_days=draw(st.sampled_from([None, 1])),
    )
    streets = street_segments(network, longest_m=longest_m or draw(st.sampled_from([60.0, 500.0])))
    some = draw(st.sets(st.integers(0, len(streets) - 1), min_size=1, max_size=15))
    beat = Beat("城市", ZoneInfo("Asia/Shanghai"), network, streets[np.array(sorted(some))])
    return beat, order


@FEW
@given(patrols())
def test_every_metre_is_walked_or_listed(patrol):
    beat, order = patrol
    record = patrol_record(beat, order)
    proof = walked(record)
    assert proof.holds, proof
    assert proof.wanted_m == pytest.approx(beat.streets.length_m.sum(), abs=len(beat.streets))
    assert proof.walked_m + proof.unplanned_m == pytest.approx(
        proof.wanted_m, rel=1e-3, abs=len(beat.streets)
    )
    assert record["team_days"] >= record["lower_bound"]


@FEW
@given(patrols(longest_m=100_000))
def test_times_are_those_of_the_network(patrol):
    beat, order = patrol
    record = patrol_record(beat, order)
    networks = {
        "foot": for_mode(beat.network, "foot", speed_kph=order.walk_kph),
        "car": beat.network,
    }
    for route in record["routes"]:
        for leg in route["legs"]:
            line, told_ms = leg["geometry"]["coordinates"], round(1000 * leg["duration_s"])
            ends = (line[0], line[-1])
            times_ms = {mode: _between_ms(network, *ends) for mode, network in networks.items()}
            assert told_ms <= times_ms["foot"]
            # a car that begins or ends on a one-way street may come to it from one side only
            assert told_ms >= times_ms[leg["mode"]]
            assert order.move == "car" or leg["mode"] == "foot"


@FEW
@given(patrols())
def test_timetables_add_up(patrol):
    beat, order = patrol
    for route in patrol_record(beat, order)["routes"]:
        moments = [route["departure"]]
        moments += [stop[m] for stop in route["stops"] for m in ("arrival", "departure")]
        spans = np.array(
            [
                (datetime.fromisoformat(b) - datetime.fromisoformat(a)).total_seconds()
                for a, b in pairwise([*moments, route["return"]])
            ]
        )
        assert spans[::2] == pytest.approx([leg["duration_s"] for leg in route["legs"]])
        walks = np.array([stop["walk"]["length_m"] for stop in route["stops"]])
        assert (np.abs(spans[1::2] - walks / order.inspect_kph * 3.6) <= 1.1).all()


def _between_ms(network, origin, destination):
    """Quickest time between the nodes at two places."""
    here, there = (
        np.abs(network.node_lonlat - place).max(axis=1).argmin() for place in (origin, destination)
    )
    return network.engine("scipy").times_ms(np.array([here]), np.array([there])).item()
