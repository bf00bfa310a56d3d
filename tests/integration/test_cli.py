"""The commands do what their help says, and refuse bad input in one sentence."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from geoinspect.demo import tinytown_folder
from geoinspect.lottery.verify import verify

from .conftest import geoinspect

if TYPE_CHECKING:
    from pathlib import Path

PLAN = [
    "plan", "--date", "2026-11-23", "--teams", "2", "--shift", "09:00-10:00", "--service", "12min",
    "--seed", "5eed" * 8, "--reason", "a test",
]  # fmt: skip


def refusal(*arguments: object, language: str = "en") -> str:
    """Run a command that must fail; return its one sentence."""
    outcome = geoinspect(*arguments, language=language)
    assert outcome.code == 1, outcome.err
    assert outcome.out == b""
    assert "Traceback" not in outcome.err
    return outcome.err.strip().splitlines()[-1]


def test_help_lists_every_command() -> None:
    out = geoinspect("--help").out.decode()
    for command in ("init", "import", "network", "assign", "plan", "verify", "map", "export"):
        assert command in out
    assert "serve" in out
    assert "demo" in out


def test_a_plan_goes_to_standard_output_and_talk_does_not(city: Path) -> None:
    outcome = geoinspect("-C", city, *PLAN)
    assert outcome.out == (city / "plan.json").read_bytes()
    assert verify(outcome.out).n_teams == 2
    assert "Effective routes" in outcome.err


def test_commands_talk_chinese_unless_told_otherwise(planned_city: Path) -> None:
    assert "计划通过验证" in geoinspect("verify", planned_city / "plan.json", language="zh").err


def test_verify_holds_a_plan_against_the_published_hash(planned_city: Path) -> None:
    plan = planned_city / "plan.json"
    commitment = json.loads(plan.read_bytes())["draw"]["commitment"]
    assert geoinspect("verify", plan, "--commitment", commitment).code == 0
    assert "was published" in refusal("verify", plan, "--commitment", "00")


def test_verify_names_the_place_of_a_change(planned_city: Path, tmp_path: Path) -> None:
    changed = (planned_city / "plan.json").read_bytes().replace(b'"TT05"', b'"TT99"', 1)
    (tmp_path / "plan.json").write_bytes(changed)
    said = refusal("verify", tmp_path / "plan.json")
    assert re.match(
        r"Error: The plan does not hold\. books\[\d\]\.routes\[\d+\] \(team \d\): ", said
    )


def test_assign_lists_what_is_not_plainly_resolved(planned_city: Path) -> None:
    out = geoinspect("-C", planned_city, "assign").out.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(row["point_id"], row["status"]) for row in rows] == [("TT08", "near-boundary")]
    assert rows[0]["also"]
    assert rows[0]["reason"]


def test_importing_again_changes_nothing(city: Path) -> None:
    file = tinytown_folder() / "points.csv"
    outcome = geoinspect("-C", city, "import", "points", file, "--datum", "wgs84")
    assert "0 added, 0 updated, 12 unchanged" in outcome.err
    assert geoinspect("-C", city, "assign").code == 0


def test_a_file_without_datum_is_taken_for_wgs84_and_says_so(city: Path) -> None:
    outcome = geoinspect("-C", city, "import", "points", tinytown_folder() / "points.csv")
    assert "WGS-84 was assumed" in outcome.err


def test_quarantined_rows_are_shown_and_written_back(city: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "点位.csv"
    sheet.write_text("编号,名称,类别,经度,纬度\nA1,甲,超市,无,32\nA2,乙,超市,118.8,32.05\n")
    outcome = geoinspect("-C", city, "import", "points", sheet, "--answer", tmp_path / "answer.csv")
    assert outcome.code == 0
    assert "1 added" in outcome.err
    assert "NO_COORD" in outcome.err
    assert len((tmp_path / "answer.csv").read_text("utf-8-sig").splitlines()) == 3


def test_violations_of_unknown_points_are_named(city: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "v.csv"
    sheet.write_text(
        "问题编号,点位编号,问题,严重程度,发现时间\nX1,NOBODY,占道,一般,2026-03-05 09:30\n"
    )
    outcome = geoinspect("-C", city, "import", "violations", sheet)
    assert "1 point ids are not among the city's points, for example NOBODY" in outcome.err


@pytest.mark.parametrize("kind", ["points", "routes", "heat", "timeline", "streets"])
def test_maps_are_single_files(city: Path, tmp_path: Path, kind: str) -> None:
    output = tmp_path / "maps" / f"{kind}.html"
    outcome = geoinspect("-C", city, "map", kind, "-o", output)
    assert outcome.code == 0, outcome.err
    html = output.read_text()
    assert "小镇" in html
    assert 'src="http' not in html


def test_the_map_of_a_unit_holds_nothing_of_others(city: Path, tmp_path: Path) -> None:
    with (city / "assignments.csv").open(encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    unit = rows[0]["unit_name"]
    own = {row["point_id"] for row in rows if row["unit_name"] == unit}
    others = {row["point_id"] for row in rows} - own
    assert others
    geoinspect("-C", city, "map", "points", "--unit", unit, "-o", tmp_path / "unit.html")
    html = (tmp_path / "unit.html").read_text()
    assert all(point_id in html for point_id in own)
    assert not any(point_id in html for point_id in others)


def test_units_never_see_routes(planned_city: Path, tmp_path: Path) -> None:
    said = refusal("-C", planned_city, "map", "routes", "--unit", "x", "-o", tmp_path / "r.html")
    assert "Units never see routes" in said
    assert not (tmp_path / "r.html").exists()


def test_an_unknown_unit_is_refused(city: Path, tmp_path: Path) -> None:
    for kind in ("points", "heat", "timeline", "streets"):
        said = refusal("-C", city, "map", kind, "--unit", "无此单位", "-o", tmp_path / "m")
        assert "无此单位" in said


def test_routes_are_exported_for_each_team(planned_city: Path, tmp_path: Path) -> None:
    plan, out = planned_city / "plan.json", tmp_path / "out"
    outcome = geoinspect("-C", planned_city, "export", "routes", "--plan", plan, "-o", out)
    assert outcome.code == 0, outcome.err
    names = {file.name for file in out.iterdir()}
    assert {"team-01.gpx", "team-02.gpx", "team-01.html", "team-02.html"} <= names


def test_a_new_city_has_the_name_of_its_folder(tmp_path: Path) -> None:
    assert geoinspect("init", tmp_path / "太仓").code == 0
    assert 'name = "太仓"' in (tmp_path / "太仓" / "geoinspect.toml").read_text("utf-8")


def test_chances_come_with_their_reasons(planned_city: Path) -> None:
    order = ["chances", "--date", "2026-11-23", "--teams", "1", "--shift", "09:00-10:00"]
    outcome = geoinspect("-C", planned_city, *order)
    rows = list(csv.DictReader(io.StringIO(outcome.out.decode("utf-8-sig"))))
    assert len(rows) == 12
    assert all(0.005 <= float(row["chance"]) <= 0.95 for row in rows)
    assert all(row["reasons"] for row in rows)
    assert len({row["chance"] for row in rows}) > 1


def test_a_plan_promises_what_its_weights_say(planned_city: Path) -> None:
    plan = json.loads((planned_city / "plan.json").read_bytes())
    points = {point["point_id"]: point for point in plan["points"]}
    for book in plan["books"]:
        zone = {point_id for route in book["routes"] for point_id in route["stops"]}
        heavy = sorted((points[point_id] for point_id in zone), key=lambda point: point["weight"])
        promised = [point["inclusion_probability"] for point in heavy]
        assert promised == sorted(promised)
        assert promised[0] < promised[-1]


def test_two_people_commit_and_draw(city: Path, tmp_path: Path) -> None:
    witness = "beef" * 8
    sha256 = hashlib.sha256(witness.encode()).hexdigest()
    committed, plan = tmp_path / "committed.json", tmp_path / "plan.json"
    outcome = geoinspect(
        "-C", city, "plan", "commit", *PLAN[1:], "--witness", sha256,
        "--public", "双色球:2026135", "-o", committed,
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    commitment = outcome.err.split()[-1]
    draw = ["-C", city, "plan", "draw", committed, "--secret", "5eed" * 8]
    assert "1 of 2 secrets are revealed" in refusal(*draw, "-o", plan)
    assert not plan.exists()
    outcome = geoinspect(*draw, "--secret", witness, "--public-value", "01 02", "-o", plan)
    assert outcome.code == 0, outcome.err
    assert geoinspect("plan", "verify", plan, "--commitment", commitment).code == 0


REFUSALS: dict[str, tuple[list[object], str]] = {
    "no city": (["assign"], "This command needs a city"),
    "a folder that is no city": (["-C", "nowhere", "assign"], "is not a city folder"),
    "a missing points file": (["-C", "CITY", "import", "points", "none.csv"], "none.csv"),
    "a missing plan": (["verify", "none.json"], "There is no file none.json"),
    "a missing extract": (["-C", "CITY", "network", "build", "none.osm.pbf"], "none.osm.pbf"),
    "neither file nor place": (["-C", "CITY", "network", "build"], "or a --place"),
    "zero teams": (["-C", "CITY", *PLAN, "--teams", "0"], "name at least one team"),
    "a short shift": (
        ["-C", "CITY", *PLAN, "--shift", "09:00-09:05"],
        "is shorter than one visit of 12 minutes",
    ),
    "a shift that is none": (["-C", "CITY", *PLAN, "--shift", "all day"], "09:00-15:00"),
    "a seed that is no hex": (["-C", "CITY", *PLAN, "--seed", "xyz"], "'xyz' is not hexadecimal"),
    "a publication that is none": (
        ["-C", "CITY", "plan", "commit", *PLAN[1:], "--public", "lottery"],
        "'lottery' is not SOURCE:NUMBER",
    ),
    "no day at all": (["-C", "CITY", "plan", "--seed", "abcd"], "'' is not a day"),
    "no date": (["-C", "CITY", *PLAN, "--date", "tomorrow"], "'tomorrow' is not a day"),
    "no service": (["-C", "CITY", *PLAN, "--service", "-3"], "'-3' is not a positive time"),
    "too many teams": (["-C", "CITY", *PLAN, "--teams", "50"], "50 teams cannot share 12 points"),
    "an unknown language": (["--lang", "fr", "versions"], "'fr'"),
    "a plan that is none": (
        ["-C", "CITY", "map", "routes", "--plan", "CITY/geoinspect.toml", "-o", "x.html"],
        "is not a plan",
    ),
}


@pytest.mark.parametrize("what", REFUSALS)
def test_bad_input_gets_one_sentence(
    city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments, sentence = REFUSALS[what]
    placed = [str(argument).replace("CITY", str(city)) for argument in arguments]
    assert sentence in refusal(*placed)
    assert list(tmp_path.iterdir()) == [city]


FILES: dict[str, tuple[str, str, bytes, str]] = {
    "wrong format": ("points", "points.pdf", b"%PDF-1.7 ...", "points.pdf"),
    "no coordinate columns": ("points", "p.csv", "编号,名称,类别\n1,甲,超市\n".encode(), "经度"),
    "empty districts": (
        "districts",
        "d.geojson",
        b'{"type":"FeatureCollection","features":[]}',
        "d.geojson",
    ),
    "no row usable": (
        "points",
        "p.csv",
        "编号,类别,经度,纬度\n1,超市,无,无\n".encode(),
        "none of its 1",
    ),
}


def rows_of(city: Path) -> list[str]:
    """Every row of every table but the log, in which failures are entered."""
    with closing(sqlite3.connect(city / "city.db")) as database:
        return [line for line in database.iterdump() if "audit_log" not in line]


@pytest.mark.parametrize("what", FILES)
def test_bad_files_are_refused_and_change_nothing(city: Path, tmp_path: Path, what: str) -> None:
    noun, name, content, sentence = FILES[what]
    (tmp_path / name).write_bytes(content)
    before = rows_of(city)
    assert sentence in refusal("-C", city, "import", noun, tmp_path / name)
    assert rows_of(city) == before


def test_swapped_coordinates_are_put_right_and_logged(city: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "p.csv"
    sheet.write_text("编号,名称,类别,经度,纬度\nS1,甲,超市,32.05,118.8\n")
    outcome = geoinspect("-C", city, "import", "points", sheet)
    assert outcome.code == 0
    assert "1 fixes" in outcome.err


def test_points_far_from_the_roads_are_refused_as_a_whole(city: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    geoinspect("init", other)
    sheet = tmp_path / "p.csv"
    sheet.write_text("编号,名称,类别,经度,纬度\nS1,甲,超市,100.0,30.0\n")
    geoinspect("-C", other, "import", "points", sheet)
    geoinspect("-C", other, "network", "build", tinytown_folder() / "streets.osm")
    said = refusal("-C", other, *PLAN, "--teams", "1", "-o", tmp_path / "plan.json")
    assert "None of the 1 points lies within 500 m of a street" in said
    assert not (tmp_path / "plan.json").exists()


def test_a_short_seed_is_taken_with_a_warning(city: Path) -> None:
    outcome = geoinspect("-C", city, *PLAN, "--seed", "abc")
    assert outcome.code == 0
    assert "The seed has only 12 bits" in outcome.err


def test_a_city_without_points_cannot_plan_or_assign(tmp_path: Path) -> None:
    geoinspect("init", tmp_path / "new")
    assert "no points yet" in refusal("-C", tmp_path / "new", "assign")
    assert "no points yet" in refusal("-C", tmp_path / "new", *PLAN)


def test_verbose_shows_where_an_error_came_from(tmp_path: Path) -> None:
    outcome = geoinspect("-v", "verify", tmp_path / "none.json")
    assert outcome.code == 1
    assert "Traceback" in outcome.err
