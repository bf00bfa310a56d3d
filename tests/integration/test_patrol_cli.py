"""The command that plans street patrols."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from geoinspect.lottery.record import digest
from geoinspect.patrol import walked

from .conftest import geoinspect

if TYPE_CHECKING:
    from pathlib import Path

PATROL = ["patrol", "--date", "2026-11-23", "--teams", 2, "--iterations", 50]
STREETS = ["--streets", "中山南路；豆腐巷", "--shift", "09:00-12:00"]


def refusal(*arguments: object) -> str:
    """Run a command that must fail; return its one sentence."""
    outcome = geoinspect(*arguments)
    assert outcome.code == 1, outcome.err
    assert "Traceback" not in outcome.err
    return outcome.err.strip().splitlines()[-1]


def test_named_streets_are_walked_along_their_whole_length(planned_city: Path) -> None:
    outcome = geoinspect("-C", planned_city, *PATROL, *STREETS)
    assert outcome.code == 0, outcome.err
    record = json.loads(outcome.out)
    assert {segment["street"] for segment in record["segments"]} == {"中山南路", "豆腐巷"}
    assert record["walked"]["holds"]
    assert walked(record).holds
    assert record["digest"] == digest({k: v for k, v in record.items() if k != "digest"})
    told = record["walked"]["wanted_m"] / 1000
    assert f"{told:.1f} of {told:.1f} km of streets walked in " in outcome.err
    assert geoinspect("-C", planned_city, *PATROL, *STREETS).out == outcome.out


def test_a_patrol_can_be_mapped_and_printed(city: Path, tmp_path: Path) -> None:
    record, days = tmp_path / "patrol.json", tmp_path / "days"
    made = geoinspect("-C", city, *PATROL, *STREETS, "-o", record, "--daily", days)
    assert made.code == 0, made.err
    day = days / "2026-11-23.json"
    page, sheets = tmp_path / "routes.html", tmp_path / "sheets"
    assert geoinspect("-C", city, "map", "routes", "--plan", day, "-o", page).code == 0
    assert "中山南路" in page.read_text(encoding="utf-8")
    made = geoinspect("-C", city, "export", "routes", "--plan", day, "-o", sheets)
    assert made.code == 0, made.err
    stop = json.loads(record.read_bytes())["routes"][0]["stops"][0]
    assert stop["instruction_en"] in (sheets / "team-01.html").read_text(encoding="utf-8")
    features = json.loads((sheets / "routes.geojson").read_bytes())["features"]
    assert {feature["properties"]["kind"] for feature in features} == {"leg", "stop", "walk"}


def test_orders_reach_the_record(planned_city: Path) -> None:
    outcome = geoinspect(
        *("-C", planned_city, *PATROL, "--category", "back_streets", "--district", "西桥区"),
        *("--move", "car", "--both-sides", "--inspect-speed", 2, "--walk-speed", 4),
        *("--units", "城管局+卫健委", "--depot", "112.5044936,32.8091281"),
        *("--days", 1, "--weekends", "--seed", 4, "--shift", "09:00-10:00"),
    )
    assert outcome.code == 0, outcome.err
    record = json.loads(outcome.out)
    told = {name: record["parameters"][name] for name in ("move", "both_sides", "n_days", "seed")}
    assert told == {"move": "car", "both_sides": True, "n_days": 1, "seed": 4}
    assert record["parameters"]["inspect_kph"] == 2
    assert record["parameters"]["walk_kph"] == 4
    assert record["teams"][0]["depot"] == {"lon": 112.5044936, "lat": 32.8091281}
    assert record["teams"][1]["units"] == ["城管局", "卫健委"]
    assert {segment["way_class"] for segment in record["segments"]} <= {
        *("unclassified", "residential", "living_street"),
    }
    assert record["days"] == 1
    assert "Not on a route: " in outcome.err


def test_chinese_is_spoken_throughout(planned_city: Path) -> None:
    outcome = geoinspect("-C", planned_city, *PATROL, *STREETS, language="zh")
    assert "任何安排都不可能少于" in outcome.err
    assert json.loads(outcome.out)["points"][0]["category"] == "街路巡查"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--streets", "无此路"], "is called 无此路 here"),
        (["--category", "museum"], "There are no streets of the category museum"),
        (["--district", "没有"], "The city has no such districts: 没有."),
        (["--depot", "here"], "The depot 'here' is not a longitude and a latitude"),
        (["--depot", "0,0"], "from the nearest street"),
        (["--walk-speed", "0"], "Nobody gets anywhere at 0.0 km/h"),
        (["--teams", "0"], "0 teams cannot go out"),
        (["--shift", "late"], "The shift 'late' is not a pair of clock times"),
    ],
)
def test_orders_that_make_no_sense_are_refused(
    planned_city: Path, tmp_path: Path, wrong: list[str], said: str
) -> None:
    file = tmp_path / "patrol.json"
    assert said in refusal("-C", planned_city, *PATROL, *wrong, "-o", file)
    assert not file.exists()
