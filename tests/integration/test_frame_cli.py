"""Who takes part in a day's lottery, and how likely: settings, past draws, targets, the map."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from geoinspect.lottery.verify import verify

from .conftest import geoinspect

if TYPE_CHECKING:
    from pathlib import Path

DAY = ["--date", "2026-11-24", "--teams", "2", "--shift", "09:00-10:00", "--service", "12min"]
PLAN = ["plan", *DAY, "--seed", "5eed" * 8]


def planned(city: Path, *options: str) -> dict[str, Any]:
    outcome = geoinspect("-C", city, *PLAN, *options, "-o", city / "next.json")
    assert outcome.code == 0, outcome.err
    verify((city / "next.json").read_bytes())
    plan: dict[str, Any] = json.loads((city / "next.json").read_bytes())
    return plan


def chances(city: Path) -> dict[str, dict[str, str]]:
    outcome = geoinspect("-C", city, "chances", *DAY)
    assert outcome.code == 0, outcome.err
    rows = csv.DictReader(io.StringIO(outcome.out.decode("utf-8-sig")))
    return {row["point_id"]: row for row in rows}


def add_settings(city: Path, lines: str) -> None:
    with (city / "geoinspect.toml").open("a", encoding="utf-8") as stream:
        stream.write(lines)


def refusal(*arguments: object) -> str:
    outcome = geoinspect(*arguments)
    assert outcome.code == 1
    assert "Traceback" not in outcome.err
    return outcome.err.strip().splitlines()[-1]


def test_the_settings_of_the_city_weigh_its_plans_and_its_chances(city: Path) -> None:
    plain = chances(city)
    add_settings(city, '[chances]\nfloor = 0.02\n[chances.campaigns]\n"集贸市场" = 5\n')
    plan = planned(city)
    markets = [point for point in plan["points"] if point["category"] == "集贸市场"]
    assert markets
    for point in markets:
        campaign = next(each for each in point["reasons"] if each["code"] == "campaign")
        assert campaign == {"code": "campaign", "factor": 5.0}
        assert float(chances(city)[point["point_id"]]["chance"]) > float(
            plain[point["point_id"]]["chance"]
        )
    assert plan["parameters"]["chances"]["campaigns"] == {"集贸市场": 5.0}
    assert plan["parameters"]["lottery"]["floor"] == 0.02


def test_a_plan_names_wishes_that_it_cannot_fulfil(city: Path) -> None:
    add_settings(city, '[chances.campaigns]\n"没有这类" = 5\n')
    outcome = geoinspect("-C", city, *PLAN, "-o", city / "next.json")
    assert "Note: The campaign for 没有这类 means no point" in outcome.err


def test_chances_reckon_with_the_usual_teams_of_the_city(city: Path) -> None:
    add_settings(city, '[[teams]]\nshift = "09:00-10:00"\n')
    for options, stops in (([], 3), (["--teams", "2", "--shift", "09:00-10:00"], 6)):
        outcome = geoinspect("-C", city, "chances", "--date", "2026-11-24", *options)
        assert f"12 points for {stops} expected stops" in outcome.err


def test_what_was_drawn_yesterday_cools_down_though_nobody_wrote_it_down(city: Path) -> None:
    plan = json.loads((city / "plan.json").read_bytes())
    drawn = {stop["point_id"] for route in plan["routes"] for stop in route["stops"]}
    ages = {point_id: row["age_days"] for point_id, row in chances(city).items()}
    assert drawn
    assert {point_id for point_id, age in ages.items() if age == "1.0"} == drawn


def test_every_point_of_a_plan_says_why_it_weighs_what_it_weighs(planned_city: Path) -> None:
    points = json.loads((planned_city / "plan.json").read_bytes())["points"]
    for point in points:
        product = 1.0
        for reason in point["reasons"]:
            product *= reason["factor"]
        assert product == pytest.approx(point["weight"], rel=1e-4)
        assert point["provenance"] == "listed"
        assert point["selection_probability"] == 1.0
        assert "instruction_zh" not in point


def test_targets_take_part_with_both_of_their_chances(city: Path) -> None:
    plan = planned(city, "--targets", "back_street=2，bus=1")
    targets = [point for point in plan["points"] if point["provenance"] == "generated"]
    assert len(targets) == 3
    assert len(plan["points"]) == 15
    assert plan["parameters"]["targets"] == {"back_street": 2, "bus": 1}
    for target in targets:
        assert 0 < target["selection_probability"] < 1
        assert 0.5 < target["inclusion_probability"] <= 0.95
        assert target["instruction_zh"]
        assert target["instruction_en"]
        assert target["unit"] == ""
        assert target["reasons"][0]["code"] == "target"
    assert chances(city).keys() == {f"TT{n:02}" for n in range(1, 13)}  # none of them is listed


def test_another_secret_draws_other_targets_and_the_same_the_same(city: Path) -> None:
    def places(seed: str) -> list[tuple[float, float]]:
        plan = planned(city, "--targets", "back_street=3", "--seed", seed, "--reason", "a test")
        return [(p["lon"], p["lat"]) for p in plan["points"] if p["provenance"] == "generated"]

    assert places("5eed" * 8) == places("5EED" * 8)
    assert places("5eed" * 8) != places("beef" * 8)


def test_a_full_day_needs_no_listed_point(city: Path) -> None:
    wanted = "back_street=3,bus=2,taxi=2,small_shop=3,internet_cafe=2"
    plan = planned(city, "--targets-only", "--targets", wanted)
    assert {point["provenance"] for point in plan["points"]} == {"generated"}
    assert len(plan["points"]) == 12
    assert all(route["stops"] for route in plan["routes"])


def test_route_sheets_tell_what_to_do_at_a_target(city: Path, tmp_path: Path) -> None:
    plan = planned(city, "--targets-only", "--targets", "back_street=6,bus=6")
    told = {point["point_id"]: point["instruction_en"] for point in plan["points"]}
    outcome = geoinspect(
        "-C", city, "export", "routes", "--plan", city / "next.json", "-o", tmp_path
    )
    assert outcome.code == 0, outcome.err
    for number, route in enumerate(plan["routes"], start=1):
        sheet = (tmp_path / f"team-{number:02}.html").read_text("utf-8")
        gpx = (tmp_path / f"team-{number:02}.gpx").read_text("utf-8")
        for stop in route["stops"]:
            assert told[stop["point_id"]] in sheet
            assert told[stop["point_id"]] in gpx


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--targets-only"], "no points at all"),
        (["--targets", "back_street"], "does not tell how many of which"),
        (["--targets", "palace=1"], "There is no rule to find palace"),
        (["--targets", "bus=9999"], "cannot be drawn from"),
    ],
)
def test_targets_that_cannot_be_drawn_are_refused(
    city: Path, options: list[str], problem: str
) -> None:
    assert problem in refusal("-C", city, *PLAN, *options, "-o", city / "next.json")
    assert not (city / "next.json").exists()


def test_the_map_of_chances_is_a_single_file(city: Path, tmp_path: Path) -> None:
    output = tmp_path / "chances.html"
    outcome = geoinspect("-C", city, "map", "chances", *DAY, "-o", output, language="zh")
    assert outcome.code == 0, outcome.err
    html = output.read_text("utf-8")
    assert 'src="http' not in html
    assert "距上次检查 1 天" in html


def test_units_never_see_chances(city: Path, tmp_path: Path) -> None:
    order = ["map", "chances", *DAY, "-o", tmp_path / "c.html"]
    assert "Units never see chances" in refusal("-C", city, *order, "--unit", "x")
    assert not (tmp_path / "c.html").exists()


def test_the_map_of_chances_needs_its_day(city: Path, tmp_path: Path) -> None:
    said = refusal("-C", city, "map", "chances", "-o", tmp_path / "c.html")
    assert "2026-11-23" in said
