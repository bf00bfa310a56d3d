"""A city on disk: made once, opened with its settings, clear about what is missing."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from geoinspect.atomic import write_bytes
from geoinspect.basemaps import city_basemap
from geoinspect.cases import CaseParams
from geoinspect.chances import Campaign, ChanceParams, Quota
from geoinspect.cityday import usual_teams
from geoinspect.cityfolder import CityFolder
from geoinspect.demo import tinytown
from geoinspect.errors import InputError, NotFoundError
from geoinspect.messages import translator
from geoinspect.planning import TeamOrder
from geoinspect.shifts import read_shift

if TYPE_CHECKING:
    from pathlib import Path

    from geoinspect.network import RoadNetwork


def test_a_new_city_has_settings_and_an_empty_store(tmp_path: Path) -> None:
    city = CityFolder.create(tmp_path / "town", name='太仓 "港"')
    assert city.settings.name == '太仓 "港"'
    assert city.settings.language == "zh"
    assert city.settings.zone.key == "Asia/Shanghai"
    assert len(city.store().points()) == 0


def test_a_city_is_never_made_over_another(tmp_path: Path) -> None:
    CityFolder.create(tmp_path, name="a")
    with pytest.raises(InputError, match="is a city already"):
        CityFolder.create(tmp_path, name="b")


def test_a_city_needs_a_folder_not_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file: name a folder"):
        CityFolder.create(tmp_path / "file", name="a")


def test_a_folder_without_settings_is_no_city(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="is not a city folder"):
        CityFolder.open(tmp_path)


def test_a_city_without_roads_says_how_to_build_them(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="network build"):
        CityFolder.create(tmp_path, name="a").network()


def test_roads_are_kept_beside_the_city(tmp_path: Path, tinytown_network: RoadNetwork) -> None:
    city = CityFolder.create(tmp_path, name="a")
    tinytown_network.save(city.network_path)
    assert city.network().checksum == tinytown_network.checksum


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('timezone = "Mars/Base"', "the setting timezone is wrong"),
        ("nonsense = 1", "the setting nonsense is wrong"),
        ('language = "fr"', "the setting language is wrong"),
        ("depot = [118.8]", "the setting depot"),
        ("name = ", "is no valid TOML file"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, line: str, problem: str) -> None:
    CityFolder.create(tmp_path, name="a")
    (tmp_path / "geoinspect.toml").write_text(line + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=problem):
        CityFolder.open(tmp_path)


def test_the_examples_in_new_settings_are_right(tmp_path: Path) -> None:
    CityFolder.create(tmp_path, name="a")
    text = (tmp_path / "geoinspect.toml").read_text("utf-8")
    _, mark, examples = text.partition("# [service_times]")
    lines = (mark + examples).splitlines()
    (tmp_path / "geoinspect.toml").write_text(
        "\n".join(line.removeprefix("# ").removeprefix("#") for line in lines), "utf-8"
    )
    folder = CityFolder.open(tmp_path)
    settings = folder.settings
    assert settings.chances == ChanceParams(
        days_off=("2026-10-01",),
        campaigns={
            "集贸市场": 2.0,
            "网吧": Campaign(3.0, start=date(2026, 11, 1), end=date(2026, 11, 30)),
        },
        quotas=(Quota("网吧", "*", 4),),
    )
    assert settings.service_times_s == {"集贸市场": 1200}
    assert settings.opening_hours == {
        "夜市": (read_shift("18:00-23:00"),),
        "中小学校": (read_shift("07:00-08:30"), read_shift("15:30-17:30")),
    }
    by_day, at_night = TeamOrder(read_shift("09:00-15:00")), read_shift("18:00-22:00")
    assert usual_teams(folder) == (
        *(by_day,) * 8,
        TeamOrder(at_night, (118.79, 32.05), "bicycle"),
    )


def test_the_example_of_cases_in_new_settings_is_the_default(tmp_path: Path) -> None:
    CityFolder.create(tmp_path, name="a")
    text = (tmp_path / "geoinspect.toml").read_text("utf-8")
    _, mark, rest = text.partition("# [cases]")
    example, _, _ = rest.partition("# [audit]")
    lines = [line.removeprefix("# ").removeprefix("#") for line in (mark + example).splitlines()]
    (tmp_path / "geoinspect.toml").write_text("\n".join(lines), "utf-8")
    assert "relapse_days = 90" in "\n".join(lines)
    assert CityFolder.open(tmp_path).settings.cases == CaseParams()


@pytest.mark.parametrize(
    ("lines", "place", "problem"),
    [
        ('[cases]\nissuer = "a b"', "cases", "no code of an issuer"),
        ("[cases.deadlines]\nconduct = [5, 3, 0]", "cases.deadlines", "0 working days makes no"),
        ("[cases.deadlines]\nconduct = [5, 3]", "cases.deadlines.conduct", "required"),
        ("[cases.rechecks]\nshare = 15", "cases.rechecks", "a number from 0 to 1"),
        ("[cases.rechecks]\nrelapse_days = 0", "cases.rechecks", "1 day or more"),
        ("[cases.signs]\nquick_min = -1", "cases.signs", "quick_min is -1"),
        ("[cases.signs]\nquickmin = 1", "cases.signs.quickmin", "nexpected"),
        ('[hours]\n"夜市" = "18-23"', "hours", "'18-23' is not a pair of clock times"),
        ('[service_times]\n"夜市" = "long"', "service_times", "'long' is not a positive time"),
        ('[[teams]]\nshift = "9-5"', "teams.0.shift", "'9-5' is not a pair of clock times"),
        ('[[teams]]\nshift = "09:00-15:00"\ncount = 0', "teams.0.count", "greater than"),
        ('[[teams]]\nshift = "09:00-15:00"\nmode = "boat"', "teams.0.mode", "foot"),
    ],
)
def test_wrong_teams_and_hours_are_named(
    tmp_path: Path, lines: str, place: str, problem: str
) -> None:
    CityFolder.create(tmp_path, name="a")
    (tmp_path / "geoinspect.toml").write_text(lines + "\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        CityFolder.open(tmp_path)
    assert place in str(caught.value)
    assert problem in str(caught.value)


CHANCES = """
[chances]
floor = 0.01
age_exponent = 1.5
days_off = [2026-10-01, "2026-10-02"]

[chances.campaigns]
"集贸市场" = 2.0
"网吧" = {factor = 3, start = 2026-11-01, end = 2026-11-30}

[[chances.quotas]]
category = "网吧"
district = "*"
minimum = 4
"""


def test_chances_are_set_in_a_table_of_their_own(tmp_path: Path) -> None:
    CityFolder.create(tmp_path, name="a")
    (tmp_path / "geoinspect.toml").write_text(CHANCES, encoding="utf-8")
    assert CityFolder.open(tmp_path).settings.chances == ChanceParams(
        floor=0.01,
        age_exponent=1.5,
        days_off=("2026-10-01", "2026-10-02"),
        campaigns={
            "集贸市场": 2.0,
            "网吧": Campaign(3.0, start=date(2026, 11, 1), end=date(2026, 11, 30)),
        },
        quotas=(Quota("网吧", "*", 4),),
    )


@pytest.mark.parametrize(
    ("lines", "place", "problem"),
    [
        ("[chances]\nflor = 0.1", "chances.flor", "Unexpected keyword"),
        ("[chances]\nfloor = 0.5\ncap = 0.4", "chances", "floor is 0.5 and cap 0.4"),
        ("[chances]\nrisk_strength = 2", "chances", "risk_strength is 2.0"),
        ('[chances]\ndays_off = ["1.10."]', "chances", "write it like 2026-11-23"),
        (
            '[chances.campaigns]\n"网吧" = 500',
            "chances",
            "The campaign for 网吧 has the factor 500",
        ),
        (
            '[chances.campaigns]\n"网吧" = {factor = 2, start = 2026-12-01, end = 2026-11-01}',
            "chances.campaigns.网吧",
            "ends before it begins",
        ),
        (
            '[[chances.quotas]]\ncategory = "网吧"\ndistrict = "*"\nminimum = -1',
            "chances.quotas.0",
            "write 0 or more",
        ),
        ('[[chances.quotas]]\ncategory = "网吧"', "chances.quotas.0.district", "required"),
    ],
)
def test_wrong_chances_are_named_with_the_way_out(
    tmp_path: Path, lines: str, place: str, problem: str
) -> None:
    CityFolder.create(tmp_path, name="a")
    (tmp_path / "geoinspect.toml").write_text(lines + "\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        CityFolder.open(tmp_path)
    assert place in str(caught.value)
    assert problem in str(caught.value)


def test_a_sentence_within_a_sentence_speaks_the_same_language(tmp_path: Path) -> None:
    CityFolder.create(tmp_path, name="a")
    (tmp_path / "geoinspect.toml").write_text('[chances.campaigns]\n"网吧" = 500\n', "utf-8")
    with pytest.raises(InputError) as caught:
        CityFolder.open(tmp_path)
    assert "“网吧”专项整治的系数为 500" in caught.value.render(translator("zh"))


def test_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    CityFolder.create(tmp_path, name="a")
    monkeypatch.setenv("GEOINSPECT_LANGUAGE", "en")
    assert CityFolder.open(tmp_path).settings.language == "en"


def test_files_are_written_whole_and_leave_nothing_beside_them(tmp_path: Path) -> None:
    write_bytes(tmp_path / "new" / "file", b"1")
    write_bytes(tmp_path / "new" / "file", b"2")
    assert [(p.name, p.read_bytes()) for p in (tmp_path / "new").iterdir()] == [("file", b"2")]


def test_a_file_that_cannot_be_put_in_place_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        write_bytes(tmp_path / "taken", b"")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        write_bytes(tmp_path / "file" / "below", b"")


def test_the_base_map_is_drawn_once_and_again_when_districts_change(
    tmp_path: Path, tinytown_network: RoadNetwork
) -> None:
    city = CityFolder.create(tmp_path, name="a")
    assert city_basemap(city) is None
    tinytown_network.save(city.network_path)
    steps: list[str] = []
    first = city_basemap(city, report=steps.append)
    assert first is not None
    assert city_basemap(city, report=steps.append) == first
    assert steps == ["Drawing the base map"]
    city.store().replace_districts(tinytown.districts())
    second = city_basemap(city, report=steps.append)
    assert second != first
    assert sorted(tmp_path.glob("*.pmtiles")) == [second]
