"""A check of a record finds whatever was changed, and says where."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from geoinspect.errors import VerificationError
from geoinspect.lottery.draw import draw_seed
from geoinspect.lottery.record import canonical_json, commitment, digests_of, to_bytes
from geoinspect.lottery.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable

Record = dict[str, Any]


def failure_of(record: Record) -> VerificationError:
    """Verify a changed record and return what it fails with."""
    with pytest.raises(VerificationError) as caught:
        verify(to_bytes(record))
    return caught.value


def recommitted(record: Record) -> Record:
    """Return what a forger would publish: the changed parts with hashes that fit them."""
    draw = record["draw"]
    draw["commitment"] = commitment(record)
    draw["seed"] = draw_seed(draw["secrets"], draw["public_value"], draw["commitment"])
    record["digests"] = digests_of(record)
    return record


@pytest.fixture
def record(tinytown_plan: Record) -> Record:
    return copy.deepcopy(tinytown_plan)


def test_an_untouched_record_holds(record: Record) -> None:
    found = verify(to_bytes(record))
    assert found.n_points == 12
    assert found.n_teams == 2
    assert found.largest_gap <= 1e-9
    assert found.commitment == record["draw"]["commitment"]


def test_the_published_commitment_must_be_the_one_in_the_record(record: Record) -> None:
    content = to_bytes(record)
    verify(content, published_commitment=record["draw"]["commitment"].upper())
    with pytest.raises(VerificationError, match="was published"):
        verify(content, published_commitment="00" * 32)


def test_canonical_form_is_sorted_and_keeps_chinese_characters() -> None:
    assert canonical_json({"b": [1, 2.5], "a": "集贸市场"}) == '{"a":"集贸市场","b":[1,2.5]}'


CHANGES: dict[str, tuple[Callable[[Record], object], str]] = {
    "a point's name": (lambda r: r["points"][3].update(name="x"), "points[3] (TT04)"),
    "a promised chance": (
        lambda r: r["points"][0].update(inclusion_probability=0.5),
        "points[0] (TT01)",
    ),
    "a point's place": (lambda r: r["points"][7].update(lon=0.0), "points[7] (TT08)"),
    "a dropped point": (lambda r: r["points"].pop(), "points.length"),
    "a stop of a route in a book": (
        lambda r: r["books"][0]["routes"][2].update(stops=["TT01"]),
        "books[0].routes[2] (team 1)",
    ),
    "a probability in a book": (
        lambda r: r["books"][1]["routes"][0].update(probability=0.25),
        "books[1].routes[0] (team 2)",
    ),
    "a team's zone": (lambda r: r["books"][1].update(zone_id="Z9"), "books[1] (team 2)"),
    "the secret": (lambda r: r["draw"].update(secrets=["00"]), "draw.secrets"),
    "the seed": (lambda r: r["draw"].update(seed="00"), "draw.seed"),
    "the commitment": (lambda r: r["draw"].update(commitment="00"), "draw.commitment"),
    "the drawn route": (
        lambda r: r["draw"]["draws"][0].update(index=r["draw"]["draws"][0]["index"] + 1),
        "draw.draws[0]",
    ),
    "an arrival": (
        lambda r: r["routes"][0]["stops"][0].update(arrival="2026-11-23T09:00:00.000+08:00"),
        "routes[0].stops[0] (team 1)",
    ),
    "a vertex of a leg": (
        lambda r: r["routes"][1]["legs"][0]["geometry"]["coordinates"].pop(),
        "routes[1].legs[0] (team 2)",
    ),
    "the length of a route": (
        lambda r: r["routes"][1].update(length_m=1.0),
        "routes[1] (team 2)",
    ),
    "the date": (lambda r: r.update(date="2026-11-24"), "date"),
    "a parameter": (
        lambda r: r["parameters"].update(service_time_s=1),
        "parameters.service_time_s",
    ),
    "an inspector": (lambda r: r["inspectors"][1].update(tickets=8), "inspectors[1] (I2)"),
    "an inspector drawn": (
        lambda r: r["draw"]["inspectors"][0].update(inspector_ids=["I1", "I2"]),
        "draw.inspectors[0]",
    ),
    "a shift": (lambda r: r["teams"][0]["shift"].update(start="x"), "teams[0] (team 1)"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_found_and_its_place_is_named(record: Record, what: str) -> None:
    change, place = CHANGES[what]
    change(record)
    assert failure_of(record).data["place"] == place


FORGERIES: dict[str, tuple[Callable[[Record], object], str]] = {
    "a likelier point": (
        lambda r: r["points"][0].update(inclusion_probability=0.9),
        "points (TT01)",
    ),
    "the wish route drawn": (
        lambda r: r["draw"]["draws"][0].update(reversed=not r["draw"]["draws"][0]["reversed"]),
        "draw.draws (team 1)",
    ),
    "a book that does not add up": (
        lambda r: r["books"][0]["routes"].pop(),
        "books[0] (team 1)",
    ),
    "a later start": (
        lambda r: r["routes"][0].update(departure=r["routes"][0]["return"]),
        "routes (team 1)",
    ),
    "a shorter leg": (
        lambda r: r["routes"][0]["legs"][0].update(duration_s=1),
        "routes (team 1)",
    ),
    "a stop left out": (lambda r: r["routes"][1]["stops"].pop(), "routes (team 2)"),
    "a team without a route": (lambda r: r["routes"].pop(), "routes"),
    "another route in a book": (
        lambda r: r["books"][0]["routes"].reverse(),
        "draw.draws (team 1)",
    ),
    "other inspectors": (
        lambda r: r["draw"]["inspectors"][0]["inspector_ids"].reverse(),
        "draw.inspectors",
    ),
    "legs that do not meet": (
        lambda r: r["routes"][0]["legs"][0]["geometry"]["coordinates"].pop(),
        "routes (team 1)",
    ),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_a_forgery_with_fitting_hashes_still_does_not_hold(record: Record, what: str) -> None:
    change, place = FORGERIES[what]
    change(record)
    assert failure_of(recommitted(record)).data["place"] == place


def test_a_stop_that_is_no_point_of_the_frame_is_found(record: Record) -> None:
    record["books"][0]["routes"][0]["stops"] = ["nobody"]
    assert "unknown or repeated" in str(failure_of(recommitted(record)))


def test_bytes_that_change_no_content_are_found_too(record: Record) -> None:
    content = to_bytes(record)
    for changed in (content + b" ", content.replace(b",", b", ", 1), b" " + content):
        with pytest.raises(VerificationError, match="not in canonical form"):
            verify(changed)


def test_a_key_that_comes_twice_is_found(record: Record) -> None:
    content = to_bytes(record)
    doubled = content.replace(b'{"books":', b'{"books":[],"books":', 1)
    with pytest.raises(VerificationError, match="not in canonical form"):
        verify(doubled)


def test_a_member_too_many_is_found(record: Record) -> None:
    record["note"] = "x"
    assert failure_of(record).data["place"] == "note"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xfe", "byte 0: the file is not UTF-8 text."),
        (b'{"format":', "byte 10: the file is not JSON."),
        (b"[]", "format: the file is no plan of format geoinspect-plan/1."),
        (b'{"format":"geoinspect-plan/1"}\n', "it is not built as a plan must be"),
    ],
)
def test_files_that_are_no_plan_are_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(VerificationError) as caught:
        verify(content)
    assert sentence in str(caught.value)


def test_not_a_number_is_no_json(record: Record) -> None:
    text = json.dumps(record).replace('"length_m": ', '"length_m": NaN, "x": ', 1)
    with pytest.raises(VerificationError):
        verify(text.encode())
