"""A city on disk: made once, opened with its settings, clear about what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from geoinspect.atomic import write_bytes
from geoinspect.basemaps import city_basemap
from geoinspect.cityfolder import CityFolder
from geoinspect.demo import tinytown
from geoinspect.errors import InputError, NotFoundError

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
