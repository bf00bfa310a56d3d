"""The report of a lottery on the command line, from commits to a page."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from .conftest import Outcome, geoinspect

if TYPE_CHECKING:
    from pathlib import Path

DAY = ["--teams", "2", "--shift", "09:00-10:00", "--service", "12min"]


@pytest.fixture(scope="module")
def city(planned_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few days with everything a report has to tell."""
    city = shutil.copytree(planned_city, tmp_path_factory.mktemp("cities") / "city")
    steps: list[list[object]] = [
        ["plan", *DAY, "--date", "2020-01-06", "--seed", "a1" * 16],
        ["plan", *DAY, "--date", "2020-01-07", "--seed", "a2" * 16],
        [
            "plan", *DAY, "--date", "2020-01-07", "--seed", "a3" * 16,
            "--reason", "<b>flood</b>",
        ],
        ["plan", "commit", *DAY, "--date", "2020-01-08", "--seed", "a4" * 16],
        [
            "plan", "amend", "--date", "2020-01-07", "--team", "2", "--at", "09:01",
            "--breakdown",
        ],
    ]  # fmt: skip
    for step in steps:
        run(city, *step)
    return city


def run(city: Path, *arguments: object, language: str = "en") -> Outcome:
    outcome = geoinspect("-C", city, *arguments, language=language)
    assert outcome.code == 0, outcome.err
    return outcome


def test_the_report_covers_the_binding_plans_of_the_period(city: Path) -> None:
    assert "on 3 days" in run(city, "lottery", "report").err
    said = run(city, "lottery", "report", "--from", "2020-01-07", "--to", "2020-12-31").err
    assert "on 1 days" in said


def test_the_page_tells_redraws_lapses_and_amendments(city: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    run(city, "lottery", "report", "-o", page, "--to", "2020-12-31")
    text = page.read_text("utf-8")
    assert "&lt;b&gt;flood&lt;/b&gt;" in text
    assert "Each is a violation" in text
    assert "The vehicle broke down" in text
    assert text.count("<svg") == 4, "with travel, for the roads are those of the plans"


def test_the_report_speaks_chinese_first(city: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    run(city, "lottery", "report", "-o", page, language="zh")
    assert "抽签质量报告" in page.read_text("utf-8")


def test_a_period_without_plans_or_turned_round_is_refused(city: Path) -> None:
    nothing = geoinspect("-C", city, "lottery", "report", "--from", "2030-01-01")
    assert nothing.code == 1
    assert "no drawn plan in this period" in nothing.err
    wrong = ["lottery", "report", "--from", "2020-02-01", "--to", "2020-01-01"]
    turned = geoinspect("-C", city, *wrong)
    assert turned.code == 1
    assert "ends before it begins" in turned.err
