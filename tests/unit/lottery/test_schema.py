"""Records are built as their schema says, before and after the draw."""

from __future__ import annotations

import copy
import json
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from geoinspect.lottery.record import MEMBERS, to_bytes
from geoinspect.planning import City, PlanParams, commit_plan

Record = dict[str, Any]
SCHEMA = json.loads((files("geoinspect.lottery") / "plan.schema.json").read_text("utf-8"))
CHECK = Draft202012Validator(SCHEMA)


def test_the_schema_is_one_and_names_the_members_of_a_record() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"].keys() == set(MEMBERS)


def test_a_drawn_plan_is_built_as_the_schema_says(tinytown_plan: Record) -> None:
    CHECK.validate(json.loads(to_bytes(tinytown_plan)))


def test_a_committed_plan_is_too(tinytown_city: City, tinytown_params: PlanParams) -> None:
    committed = commit_plan(tinytown_city, tinytown_params, "5eed" * 8, witness_sha256="0" * 64)
    CHECK.validate(json.loads(to_bytes(committed)))


@pytest.mark.parametrize(
    ("member", "row", "change"),
    [
        ("points", 0, {"inclusion_probability": 1.0}),
        ("points", 0, {"lat": 118.8}),
        ("points", 0, {"remark": "x"}),
        ("teams", 1, {"mode": "boat"}),
        ("books", 0, {"routes": []}),
        ("inspectors", 0, {"tickets": 0}),
        ("routes", 0, {"departure": "nine o'clock"}),
    ],
)
def test_what_no_record_may_hold_is_refused(
    tinytown_plan: Record, member: str, row: int, change: Record
) -> None:
    record = copy.deepcopy(json.loads(to_bytes(tinytown_plan)))
    record[member][row].update(change)
    with pytest.raises(ValidationError):
        CHECK.validate(record)
