"""A backup holds what a city cannot do without, and brings it back."""

from __future__ import annotations

import io
import itertools
import shutil
import sqlite3
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from geoinspect.citybackup import SETTINGS_BROUGHT_BACK, back_up_city
from geoinspect.cityfolder import CityFolder
from geoinspect.photos import read_photo

from .conftest import geoinspect

if TYPE_CHECKING:
    from pathlib import Path


def _add_photo(city: CityFolder, colour: int) -> str:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (colour, 80, 80)).save(out, "JPEG")
    digest = city.photos.keep(out.getvalue())
    store = city.store()
    store.fieldwork.add_photo(read_photo(out.getvalue(), "a.jpg", city.settings.zone))
    store.close()
    return digest


@pytest.fixture
def city(planned_city: Path, tmp_path: Path) -> CityFolder:
    """The planned tiny town with a key, two photos, and a photo that nobody speaks of."""
    path = tmp_path / "city"
    shutil.copytree(planned_city, path)
    (path / "seal.key").write_text("key-of-this-city")
    city = CityFolder.open(path)
    for colour in (10, 200):
        _add_photo(city, colour)
    city.photos.keep(b"no photo of this city")
    return city


@pytest.fixture
def file(city: CityFolder, tmp_path: Path) -> Path:
    file = tmp_path / "city.backup"
    outcome = geoinspect("-C", city.path, "backup", file)
    assert outcome.code == 0, outcome.err
    assert "4 files, 2 of them photos" in outcome.err
    assert "lost" not in outcome.err
    return file


def _new_city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str | None) -> CityFolder:
    if url is not None:
        monkeypatch.setenv("GEOINSPECT_DATABASE_URL", url.partition("&schema=")[0])
        monkeypatch.setenv("GEOINSPECT_DATABASE_SCHEMA", url.partition("&schema=")[2])
    assert geoinspect("init", tmp_path / "new", "--name", "新城").code == 0
    return CityFolder.open(tmp_path / "new")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_photos_roads_and_settings_come_back_with_the_tables_and_keys_do_not(
    city, file, tmp_path, monkeypatch, kind, request
) -> None:
    url = None if kind == "sqlite" else request.getfixturevalue("cluster").url()
    new = _new_city(tmp_path, monkeypatch, url)
    outcome = geoinspect("-C", new.path, "restore", file)
    assert outcome.code == 0, outcome.err
    wanted = {one.name: one.read_bytes() for one in city.photos.path.rglob("*") if one.is_file()}
    there = {one.name: one.read_bytes() for one in new.photos.path.rglob("*") if one.is_file()}
    assert len(there) == 2
    assert there.items() < wanted.items()
    assert new.network_path.read_bytes() == city.network_path.read_bytes()
    assert new.settings.name == "新城"
    beside = (new.path / SETTINGS_BROUGHT_BACK).read_text(encoding="utf-8")
    assert 'name = "小镇"' in beside
    assert not (new.path / "seal.key").exists()
    assert b"key-of-this-city" not in file.read_bytes()
    told = [row.action for row in new.store().audit.rows()]
    assert told[:-2] == [row.action for row in city.store().audit.rows()][: len(told) - 2]
    assert told[-2:] == ["settings", "restore"]
    assert geoinspect("-C", new.path, "audit", "verify").code == 0
    again = geoinspect("-C", new.path, "plan", "show", "2026-11-23")
    assert again.out == geoinspect("-C", city.path, "plan", "show", "2026-11-23").out


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE files SET content = x'00' WHERE name LIKE 'photos/%'", "was altered"),
        ("DELETE FROM files WHERE name LIKE 'photos/%'", "list of files was altered"),
    ],
)
def test_a_backup_whose_files_were_altered_is_refused_and_brings_nothing_back(
    file, tmp_path, monkeypatch, statement, sentence
) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute(statement)
    connection.close()
    new = _new_city(tmp_path, monkeypatch, None)
    outcome = geoinspect("-C", new.path, "restore", file)
    assert outcome.code == 1
    assert sentence in outcome.err
    assert len(new.store().points()) == len(new.store().audit.rows()) == 0
    assert not new.photos.path.exists()
    assert not new.network_path.exists()


def test_a_photo_that_is_lost_is_named_and_keeps_no_other_out(city, tmp_path) -> None:
    digest = _add_photo(city, 90)
    city.photos.place(digest).unlink()
    outcome = geoinspect("-C", city.path, "backup", tmp_path / "city.backup")
    assert outcome.code == 0
    said = " ".join(outcome.err.split())
    assert "1 photos are not in it, for they are lost or damaged on the disk" in said
    assert f"the first is {digest}" in said
    assert "4 files, 2 of them photos" in outcome.err


def test_photos_can_be_left_out(city, tmp_path) -> None:
    outcome = geoinspect("-C", city.path, "backup", tmp_path / "city.backup", "--no-photos")
    assert "2 files, 0 of them photos" in outcome.err


def test_a_backup_taken_while_photos_come_in_has_each_that_its_tables_speak_of(
    city, tmp_path
) -> None:
    stop, begun = threading.Event(), threading.Event()

    def send() -> None:
        for n in itertools.count():
            _add_photo(city, 20 + n)
            if n == 2:
                begun.set()
            if stop.is_set() or n == 180:
                return

    phone = threading.Thread(target=send)
    phone.start()
    assert begun.wait(60)
    try:
        made = [
            back_up_city(city, tmp_path / f"{k}.backup", at=datetime.now(UTC)) for k in range(3)
        ]
    finally:
        stop.set()
        phone.join()
    for backup in made:
        assert backup.lost == []
        assert backup.n_photos == backup.contents["photos"].rows > 2
