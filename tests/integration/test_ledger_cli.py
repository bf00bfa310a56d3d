"""From commit to draw on the command line: who reveals when, what binds, what is explained."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from typing import TYPE_CHECKING

import pytest

from geoinspect.lottery.verify import verify

from .conftest import Outcome, geoinspect

if TYPE_CHECKING:
    from pathlib import Path

OFFICE, WITNESS = "5eed" * 8, "beef" * 8
DAY = [
    "--date", "2026-11-24", "--teams", "2", "--shift", "09:00-10:00", "--service", "12min",
]  # fmt: skip
COMMIT = [
    "plan", "commit", *DAY, "--seed", OFFICE,
    "--witness", hashlib.sha256(WITNESS.encode()).hexdigest(),
]  # fmt: skip


@pytest.fixture
def city(planned_city: Path, tmp_path: Path) -> Path:
    """A copy that a test may change; it has a binding plan of 2026-11-23."""
    return shutil.copytree(planned_city, tmp_path / "city")


def run(city: Path, *arguments: object, language: str = "en") -> Outcome:
    outcome = geoinspect("-C", city, *arguments, language=language)
    assert outcome.code == 0, outcome.err
    return outcome


def refusal(city: Path, *arguments: object) -> str:
    outcome = geoinspect("-C", city, *arguments)
    assert outcome.code == 1
    assert outcome.out == b""
    return outcome.err.strip().splitlines()[-1]


def test_each_person_reveals_alone_and_the_draw_waits_for_all(city: Path) -> None:
    run(city, *COMMIT, "-o", city / "committed.json")
    assert "0 of 2 secrets are revealed" in refusal(city, "plan", "draw", "2026-11-24")
    said = run(city, "plan", "reveal", "2026-11-24", "--secret", WITNESS).err
    assert "fits attempt 1 of 2026-11-24: 1 of 2 are revealed" in said
    assert "1 of 2 secrets are revealed" in refusal(city, "plan", "draw", "2026-11-24")
    run(city, "plan", "reveal", city / "committed.json", "--secret", OFFICE.upper())
    plan = run(city, "plan", "draw", "2026-11-24").out
    committed = json.loads((city / "committed.json").read_bytes())
    verify(plan, published_commitment=committed["draw"]["commitment"])
    assert run(city, "plan", "show", "2026-11-24").out == plan


def test_a_wrong_secret_is_refused_by_its_hash(city: Path) -> None:
    run(city, *COMMIT)
    said = refusal(city, "plan", "reveal", "2026-11-24", "--secret", "abcd" * 8)
    assert hashlib.sha256(b"abcd" * 8).hexdigest() in said
    assert "not one of those committed to" in said


def test_a_second_plan_of_a_day_needs_a_reason_and_does_not_bind(city: Path) -> None:
    again = ["plan", *DAY, "--date", "2026-11-23", "--seed", WITNESS]
    assert "the first draw of a day binds" in refusal(city, *again)
    said = run(city, *again, "--reason", "a bridge is closed", "-o", city / "second.json").err
    assert "This is a redraw. It does not bind" in said
    first, second = (city / "plan.json").read_bytes(), (city / "second.json").read_bytes()
    assert first != second
    assert run(city, "plan", "show", "2026-11-23").out == first
    assert run(city, "plan", "show", "2026-11-23", "--attempt", 2).out == second
    listed = run(city, "plan", "list", "-o", city / "ledger.csv").err
    assert "a bridge is closed" in listed
    rows = list(csv.DictReader((city / "ledger.csv").read_text("utf-8-sig").splitlines()))
    assert [(row["act"], row["attempt"], row["binds"]) for row in rows] == [
        ("commit", "1", "0"), ("reveal", "1", "0"), ("draw", "1", "1"),
        ("commit", "2", "0"), ("reveal", "2", "0"), ("draw", "2", "0"),
    ]  # fmt: skip
    assert rows[-1]["commitment"] == json.loads(second)["draw"]["commitment"]
    assert rows[-1]["reason"] == "a bridge is closed"


def test_exports_follow_the_binding_plan(city: Path) -> None:
    again = ["plan", *DAY, "--date", "2026-11-23", "--seed", WITNESS, "--reason", "flood"]
    run(city, *again, "-o", city / "second.json")
    run(city, "export", "routes", "-o", city / "sheets")
    run(city, "export", "routes", "--plan", city / "plan.json", "-o", city / "expected")
    for file in (city / "expected").iterdir():
        assert (city / "sheets" / file.name).read_bytes() == file.read_bytes()


def test_a_commit_that_was_never_drawn_is_listed_as_a_violation(city: Path) -> None:
    past = ["plan", "commit", *DAY, "--date", "2020-01-06", "--seed", OFFICE]
    run(city, *past, "-o", city / "committed.json")
    said = run(city, "plan", "list").err
    commitment = json.loads((city / "committed.json").read_bytes())["draw"]["commitment"]
    assert "Violation: attempt 1 of 2020-01-06 was committed and never drawn" in said
    assert commitment in said
    assert "违规" in run(city, "plan", "list", language="zh").err


def test_a_record_of_another_city_is_not_drawn_here(city: Path, planned_city: Path) -> None:
    run(city, *COMMIT, "-o", city / "committed.json")
    draw = ["plan", "draw", city / "committed.json", "--secret", OFFICE, "--secret", WITNESS]
    assert "is not in the ledger of this city" in refusal(planned_city, *draw)


def test_a_day_without_a_commit_cannot_be_revealed_or_shown(city: Path) -> None:
    said = refusal(city, "plan", "reveal", "2026-12-01", "--secret", OFFICE)
    assert "no commit that waits for its draw" in said
    assert "no drawn plan of 2026-12-01" in refusal(city, "plan", "show", "2026-12-01")
    said = refusal(city, "plan", "show", "2026-11-23", "--attempt", 7)
    assert "Attempt 7 of 2026-11-23 is not drawn" in said
