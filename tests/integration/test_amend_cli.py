"""Amending a running day on the command line, and checking it afterwards."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import Outcome, geoinspect

if TYPE_CHECKING:
    from pathlib import Path


def run(city: Path, *arguments: object, language: str = "en") -> Outcome:
    outcome = geoinspect("-C", city, *arguments, language=language)
    assert outcome.code == 0, outcome.err
    return outcome


def refusal(city: Path, *arguments: object) -> str:
    outcome = geoinspect("-C", city, *arguments)
    assert outcome.code == 1
    assert outcome.out == b""
    return outcome.err.strip().splitlines()[-1]


def during_first_visit(city: Path, team: str = "1") -> str:
    plan = json.loads((city / "plan.json").read_bytes())
    route = next(route for route in plan["routes"] if route["team_id"] == team)
    middle = datetime.fromisoformat(route["stops"][0]["arrival"]) + timedelta(minutes=6)
    return f"{middle:%H:%M}"


def parsed(content: bytes) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(content)
    return record


def test_amendments_are_kept_in_order_and_verified_with_the_plan(city: Path) -> None:
    amend = ["plan", "amend", "--at", during_first_visit(city), "--team", "1"]
    first = run(city, *amend, "--late", "30min", "-o", city / "a1.json")
    assert "Dropped:" in first.err
    run(
        city, "plan", "amend", "--at", during_first_visit(city, "2"), "--team", "2",
        "--breakdown", "-o", city / "a2.json",
    )  # fmt: skip
    assert parsed((city / "a2.json").read_bytes())["number"] == 2
    check = ["plan", "verify", city / "plan.json", "--amendment", city / "a1.json"]
    said = geoinspect(*check, "--amendment", city / "a2.json")
    assert said.code == 0, said.err
    assert "The amendments hold: 2 of them" in said.err
    other_order = ["--amendment", city / "a2.json", "--amendment", city / "a1.json"]
    wrong = geoinspect("verify", city / "plan.json", *other_order)
    assert wrong.code == 1
    assert "does not follow the amendment before" in wrong.err


def test_an_amendment_speaks_chinese(city: Path) -> None:
    amend = ["plan", "amend", "--at", during_first_visit(city), "--team", "1", "--late", "30min"]
    said = run(city, *amend, language="zh").err
    assert "已放弃" in said
    assert "排不进" in said


def test_the_binding_plan_stays_as_it_was_drawn(city: Path) -> None:
    amend = ["plan", "amend", "--at", during_first_visit(city), "--team", "1", "--breakdown"]
    run(city, *amend, "--date", "2026-11-23")
    assert run(city, "plan", "show", "2026-11-23").out == (city / "plan.json").read_bytes()


def test_sheets_are_written_for_the_day_as_amended(city: Path) -> None:
    amend = ["plan", "amend", "--at", during_first_visit(city), "--team", "1"]
    amendment = parsed(run(city, *amend, "--late", "30min").out)
    run(city, "export", "routes", "-o", city / "drawn")
    run(city, "export", "routes", "--amended", "-o", city / "amended")
    dropped = amendment["dropped"][0]["point_id"]
    before, after = (
        (city / folder / "team-01.html").read_text("utf-8") for folder in ("drawn", "amended")
    )
    assert dropped in before
    assert dropped not in after


def test_a_plan_that_was_changed_is_not_amended(city: Path) -> None:
    content = (city / "plan.json").read_bytes()
    (city / "changed.json").write_bytes(content.replace("小镇".encode(), "大镇".encode(), 1))
    amend = ["plan", "amend", "--at", during_first_visit(city), "--team", "1", "--breakdown"]
    assert "does not match its digest" in refusal(city, *amend, "--plan", city / "changed.json")
    run(city, *amend, "--plan", city / "plan.json")


REFUSALS: dict[str, tuple[list[object], str]] = {
    "nothing happened": ([], "Name one thing that happened"),
    "two things happened": (["--late", "5min", "--breakdown"], "Name one thing that happened"),
    "a visit without a length": (["--stop", "TT01"], "needs both --stop POINT and --takes"),
    "a place that is none": (["--closed-near", "here"], "'here' is not LON,LAT"),
    "a place far away": (["--closed-near", "0,0"], "no street near"),
    "no such street": (["--closed", "无此路"], "knows no street '无此路'"),
    "no such team": (["--breakdown", "--team", "9"], "The plan has no team '9'"),
    "no clock time": (["--breakdown", "--at", "noon"], "'noon' is not a clock time"),
    "after the last stop": (["--breakdown", "--at", "11:00"], "nothing left to amend"),
    "a day without a plan": (["--breakdown", "--date", "2026-12-01"], "no drawn plan"),
}


@pytest.mark.parametrize("what", REFUSALS)
def test_a_bad_amendment_gets_one_sentence(planned_city: Path, what: str) -> None:
    arguments, sentence = REFUSALS[what]
    amend = ["plan", "amend", "--team", "1", "--at", during_first_visit(planned_city)]
    assert sentence in refusal(planned_city, *amend, *arguments)


def test_a_file_that_is_no_amendment_is_named(planned_city: Path) -> None:
    toml = planned_city / "geoinspect.toml"
    said = geoinspect("verify", planned_city / "plan.json", "--amendment", toml)
    assert said.code == 1
    assert "is not an amendment" in said.err
