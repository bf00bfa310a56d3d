"""The drawn town is what its description says, and its script draws exactly it."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import osmium
import pytest

from geoinspect.demo import categories, packaged, tinytown, tinytown_folder
from geoinspect.districts import locate
from geoinspect.errors import NotFoundError

SCRIPT = Path(__file__).resolve().parents[3] / "data" / "make_tinytown.py"


def test_the_town_has_12_points_3_districts_and_40_streets():
    assert len(tinytown.points()) == 12
    assert len(tinytown.districts()) == 3
    streets = [
        entry.tags["name"]
        for entry in osmium.FileProcessor(str(tinytown_folder() / "streets.osm"))
        if "highway" in entry.tags
    ]
    assert len(set(streets)) == len(streets) == 40


def test_every_point_is_in_a_district_and_one_is_near_a_border():
    located = locate(tinytown.points(), tinytown.districts())
    assert located["status"].value_counts().to_dict() == {"inside": 11, "near-boundary": 1}


def test_categories_of_the_town_are_in_the_table():
    assert set(tinytown.points()["category"]) <= set(categories()["name_zh"])


def test_every_violation_of_a_route_was_found_within_an_hour_of_an_inspection():
    violations = tinytown.violations()
    on_route = violations[violations["source"] == "route"]
    pairs = on_route.merge(tinytown.inspections(), on="point_id")
    minutes = (pairs["found_at"] - pairs["inspected_at"]).dt.total_seconds() / 60
    assert minutes.between(0, 60).sum() == len(on_route)


def test_the_script_draws_the_files_in_the_folder(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("make_tinytown", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    monkeypatch.setattr(script, "FOLDER", tmp_path)
    script.main()
    drawn = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert drawn == {file.name: file.read_bytes() for file in tinytown_folder().iterdir()}


def test_an_installed_package_uses_its_own_copy(tmp_path, monkeypatch):
    (tmp_path / "tinytown").mkdir()
    monkeypatch.setattr(packaged, "_INSTALLED", tmp_path)
    assert tinytown_folder() == tmp_path / "tinytown"


def test_missing_data_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(packaged, "_INSTALLED", tmp_path / "nowhere")
    monkeypatch.setattr(packaged, "_CHECKOUT", tmp_path / "nowhere")
    with pytest.raises(NotFoundError, match="tinytown is missing"):
        tinytown_folder()


def test_a_missing_extract_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr(packaged, "_EXTRACT", tmp_path / "Helsinki.osm.pbf")
    with pytest.raises(NotFoundError, match="make assets"):
        packaged.extract_file()
