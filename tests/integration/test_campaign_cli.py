"""The commands for campaigns and for targets that nobody listed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from geoinspect.cli.main import COMMANDS

from .conftest import geoinspect

if TYPE_CHECKING:
    from pathlib import Path

CAMPAIGN = ["campaign", "--date", "2026-11-23", "--teams", 2, "--iterations", 50]
TARGETS = ["targets", "--date", "2026-11-23", "--seed", "5eed" * 4]


@pytest.fixture(autouse=True)
def _commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "campaign", ("routing", "campaign", ""))
    monkeypatch.setitem(COMMANDS, "targets", ("targets", "targets", ""))


def refusal(*arguments: object) -> str:
    """Run a command that must fail; return its one sentence."""
    outcome = geoinspect(*arguments)
    assert outcome.code == 1, outcome.err
    assert "Traceback" not in outcome.err
    return outcome.err.strip().splitlines()[-1]


def test_a_sweep_visits_every_point(planned_city: Path) -> None:
    outcome = geoinspect("-C", planned_city, *CAMPAIGN, "--shift", "09:00-10:00")
    record = json.loads(outcome.out)
    assert record["coverage"]["n_visited"] == 12
    assert record["coverage"]["holds"]
    assert "nobody can do with fewer than" in outcome.err
    assert geoinspect("-C", planned_city, *CAMPAIGN, "--shift", "09:00-10:00").out == outcome.out


def test_a_campaign_visits_what_is_chosen(planned_city: Path, tmp_path: Path) -> None:
    ids = tmp_path / "ids.txt"
    ids.write_text("TT01\nTT03\n\n", encoding="utf-8")
    by_id = geoinspect("-C", planned_city, *CAMPAIGN, "--points", ids)
    assert [point["point_id"] for point in json.loads(by_id.out)["points"]] == ["TT01", "TT03"]
    by_category = geoinspect("-C", planned_city, *CAMPAIGN, "--category", "集贸市场")
    assert {p["category"] for p in json.loads(by_category.out)["points"]} == {"集贸市场"}


def test_each_day_can_be_mapped_and_printed(city: Path, tmp_path: Path) -> None:
    order = [*CAMPAIGN, "--shift", "09:00-10:00", "--daily", tmp_path / "days"]
    geoinspect("-C", city, *order, "-o", tmp_path / "campaign.json")
    day = tmp_path / "days" / "2026-11-23.json"
    page = tmp_path / "routes.html"
    assert geoinspect("-C", city, "map", "routes", "--plan", day, "-o", page).code == 0
    sheets = tmp_path / "sheets"
    made = geoinspect("-C", city, "export", "routes", "--plan", day, "-o", sheets)
    assert made.code == 0
    assert (sheets / "team-01.gpx").is_file()


def test_orders_reach_the_record(planned_city: Path) -> None:
    outcome = geoinspect(
        *("-C", planned_city, *CAMPAIGN, "--window", "集贸市场=09:30-12:00"),
        *("--units", "城管局+卫健委", "--depot", "112.5044936,32.8091281"),
        *("--days", 1, "--max-stops", 3, "--weekends", "--seed", 4),
    )
    record = json.loads(outcome.out)
    assert record["parameters"]["windows"] == {"集贸市场": ["09:30-12:00"]}
    assert record["parameters"]["seed"] == 4
    assert record["teams"][1]["units"] == ["城管局", "卫健委"]
    assert [len(route["stops"]) for route in record["routes"]] == [3, 3]
    assert "Not on a route: " in outcome.err


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--category", "没有"], "The city has no such categories: 没有."),
        (["--window", "集贸市场"], "The opening hours '集贸市场' name no category"),
        (["--depot", "here"], "The depot 'here' is not a longitude and a latitude"),
        (["--points", "missing.txt"], "There is no file missing.txt"),
    ],
)
def test_orders_that_make_no_sense_are_refused(
    planned_city: Path, wrong: list[str], said: str
) -> None:
    assert said in refusal("-C", planned_city, *CAMPAIGN, *wrong)


def test_strange_points_are_named(planned_city: Path, tmp_path: Path) -> None:
    ids = tmp_path / "ids.txt"
    ids.write_text("TT01\nZZ99\n", encoding="utf-8")
    said = refusal("-C", planned_city, *CAMPAIGN, "--points", ids)
    assert "The city has no such points: ZZ99." in said
    ids.write_bytes(b"\xff\xfe\xfa")
    assert "no text file" in refusal("-C", planned_city, *CAMPAIGN, "--points", ids)


def test_an_empty_city_has_no_campaign(tmp_path: Path) -> None:
    geoinspect("init", tmp_path / "empty")
    assert "The city has no points yet" in refusal("-C", tmp_path / "empty", *CAMPAIGN)


def test_targets_come_for_five_categories(planned_city: Path) -> None:
    outcome = geoinspect("-C", planned_city, *TARGETS)
    found = [feature["properties"] for feature in json.loads(outcome.out)["features"]]
    assert len(found) == 15
    assert len({target["category_id"] for target in found}) == 5
    assert all(target["provenance"] == "generated" for target in found)
    assert "count for nobody" in outcome.err
    assert geoinspect("-C", planned_city, *TARGETS).out == outcome.out


def test_targets_can_be_drawn_from_listed_stops_and_one_district(planned_city: Path) -> None:
    listed = geoinspect(
        "-C", planned_city, *TARGETS, "--number", "bus=1", "--stops", "bus=社区", "--hours", "8-8"
    )
    (target,) = json.loads(listed.out)["features"]
    assert target["properties"]["hour"] == 8
    some = geoinspect(
        "-C", planned_city, *TARGETS, "--number", "back_street=2", "--district", "西桥区"
    )
    assert len(json.loads(some.out)["features"]) == 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--number", "bus"], "'bus' does not tell how many of which"),
        (["--hours", "morning"], "The hours 'morning' are not a span"),
        (["--hours", "14-9"], "The hours '14-9' are not a span"),
        (["--stops", "bus=没有"], "The city has no points of the category 没有."),
        (["--district", "没有"], "The city has no such districts: 没有."),
        (["--number", "museum=1"], "There is no rule to find museum"),
    ],
)
def test_wishes_for_targets_that_make_no_sense_are_refused(
    planned_city: Path, wrong: list[str], said: str
) -> None:
    assert said in refusal("-C", planned_city, *TARGETS, *wrong)


def test_districts_that_are_not_there_cannot_be_chosen(planned_city: Path, tmp_path: Path) -> None:
    city = tmp_path / "city"
    geoinspect("init", city)
    (city / "roads.gin").write_bytes((planned_city / "roads.gin").read_bytes())
    assert "The city has no districts yet" in refusal("-C", city, *TARGETS, "--district", "西桥区")
    assert geoinspect("-C", city, *TARGETS).code == 0
