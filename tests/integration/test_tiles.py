"""The service gives the base map tile by tile, and the page beside the list names them."""

from __future__ import annotations

import gzip
import html
import json
import re
import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from geoinspect.api.app import create_app
from geoinspect.basemaps import city_basemap, kept_basemap
from geoinspect.cityfolder import CityFolder
from geoinspect.datum import from_wgs84, to_wgs84
from geoinspect.maps import TileArchive
from geoinspect.maps.archive import read_tiles
from geoinspect.people import Role
from geoinspect.people.account import Account

from .conftest import geoinspect

HERE = "http://127.0.0.1:8000"
HELSINKI = Path(str(files("geoinspect") / "_demo" / "Helsinki.osm.pbf"))
ONLINE = """
[basemap.online]
urls = ["https://maps.example.gov.cn:8443/vec?z={z}&x={x}&y={y}&tk={key}"]
key_env = "CITY_MAP_KEY"
crs = "gcj02"
attribution = "天地图"
map_approval = "GS(2024)0650号"
"""


@pytest.fixture
def folder(planned_city: Path, tmp_path: Path) -> CityFolder:
    path = tmp_path / "city"
    shutil.copytree(planned_city, path)
    return CityFolder.open(path)


def client_of(folder: CityFolder) -> TestClient:
    return TestClient(create_app(folder), base_url=HERE, raise_server_exceptions=False)


def near_tile(folder: CityFolder) -> tuple[tuple[int, int, int], bytes]:
    """Return a tile of the nearest zoom, and what it holds."""
    path = city_basemap(folder)
    assert path is not None
    return max(read_tiles(path.read_bytes()).items(), key=lambda each: (each[0][0], len(each[1])))


def address(tile: tuple[int, int, int]) -> str:
    return "/tiles/{}/{}/{}.mvt".format(*tile)


def map_of(page: str) -> dict[str, Any]:
    """Read what the page tells the script of its map."""
    (text,) = re.findall(r"data-map='([^']*)'", page)
    return json.loads(html.unescape(text))


def places_of(page: str) -> list[list[Any]]:
    (text,) = re.findall(r"data-points='([^']*)'", page)
    return json.loads(html.unescape(text))


def test_a_tile_is_that_of_the_archive_packed_or_not(folder: CityFolder) -> None:
    tile, content = near_tile(folder)
    client = client_of(folder)
    packed = client.get(address(tile))
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Content-Type"] == "application/vnd.mapbox-vector-tile"
    plain = client.get(address(tile), headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert packed.content == plain.content == content


def test_browsers_keep_a_tile_for_ever_under_the_fingerprint_and_ask_otherwise(
    folder: CityFolder,
) -> None:
    tile, _ = near_tile(folder)
    client = client_of(folder)
    path = kept_basemap(folder)
    assert path is not None
    version = TileArchive(path).fingerprint
    for sent, kept in ((version, True), ("an-older-one", False), ("", False)):
        answer = client.get(address(tile), params={"version": sent})
        assert ("immutable" in answer.headers["Cache-Control"]) == kept
        assert "private" in answer.headers["Cache-Control"]
    again = client.get(address(tile), headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_first_request_draws_the_base_map(folder: CityFolder) -> None:
    tile, content = near_tile(folder)
    for old in folder.path.glob("basemap-*"):
        old.unlink()
    assert client_of(folder).get(address(tile)).content == content


@pytest.mark.parametrize("where", ["13/0/0", "3/1/1", "20/1/1", "13/9000/1"])
def test_where_there_is_nothing_the_answer_is_empty(folder: CityFolder, where: str) -> None:
    answer = client_of(folder).get(f"/tiles/{where}.mvt")
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("where", ["-1/0/0", "26/0/0", "13/x/0", "13/0/-2"])
def test_what_is_no_tile_is_refused(folder: CityFolder, where: str) -> None:
    answer = client_of(folder).get(f"/tiles/{where}.mvt")
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_city_without_roads_has_no_tiles(tmp_path: Path) -> None:
    folder = CityFolder.create(tmp_path / "empty", name="空")
    assert client_of(folder).get("/tiles/13/1/1.mvt").status_code == 204


def test_nobody_gets_a_tile_without_signing_in(folder: CityFolder) -> None:
    folder.store().people.add(Account("leader", "L", Role.LEADER))
    tile, _ = near_tile(folder)
    assert client_of(folder).get(address(tile)).status_code == 401


def test_the_page_names_the_tiles_that_there_are(folder: CityFolder) -> None:
    tile, content = near_tile(folder)
    client = client_of(folder)
    page = client.get("/app/points").text
    told = map_of(page)
    z, x, y = tile
    url = told["tiles"]["url"].replace("{z}", str(z)).replace("{x}", str(x)).replace("{y}", str(y))
    answer = client.get(url)
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.content == content
    points = folder.store().points()
    assert [row[0] for row in places_of(page)] == sorted(points.index)
    at = {row[0]: row[4:] for row in places_of(page)}
    for point_id, where in points.geometry.items():
        assert at[point_id] == pytest.approx([where.x, where.y], abs=1e-6)


def test_the_map_shows_what_the_list_finds(folder: CityFolder) -> None:
    name = folder.store().points()["name"].iloc[0]
    page = client_of(folder).get("/app/points", params={"words": name}).text
    found = places_of(page)
    assert 0 < len(found) < len(folder.store().points())
    assert all(name in row[1] for row in found)


def test_an_extract_brings_its_areas_into_the_base_map_of_the_city(tmp_path: Path) -> None:
    city = tmp_path / "helsinki"
    for step in (["init", city, "--name", "赫尔辛基"], ["-C", city, "network", "build", HELSINKI]):
        assert geoinspect(*step).code == 0
    outcome = geoinspect("-C", city, "basemap", "build")
    assert outcome.code == 0, outcome.err
    assert "areas of water" not in outcome.err
    plain = kept_basemap(CityFolder.open(city))
    outcome = geoinspect("-C", city, "basemap", "build", HELSINKI)
    assert outcome.code == 0, outcome.err
    assert "13 areas of water" in outcome.err
    drawn = kept_basemap(CityFolder.open(city))
    assert plain is not None
    assert drawn is not None
    assert not plain.exists()
    (tile,) = [t for t, c in read_tiles(drawn.read_bytes()).items() if b"buildings" in c][:1]
    answer = client_of(CityFolder.open(city)).get(address(tile))
    assert b"buildings" in answer.content
    # without the file what was read from it stays
    assert geoinspect("-C", city, "basemap", "build").code == 0
    assert kept_basemap(CityFolder.open(city)) == drawn


def test_a_wrong_extract_leaves_the_base_map_as_it_is(folder: CityFolder, tmp_path: Path) -> None:
    before = city_basemap(folder)
    wrong = tmp_path / "letter.osm.pbf"
    wrong.write_text("dear reader")
    outcome = geoinspect("-C", folder.path, "basemap", "build", wrong)
    assert outcome.code == 1
    assert "letter.osm.pbf cannot be read" in outcome.err
    assert kept_basemap(folder) == before
    assert not list(folder.path.glob("areas*")) + list(folder.path.glob(".part-*"))


def test_a_city_without_roads_is_told_to_build_them(tmp_path: Path) -> None:
    CityFolder.create(tmp_path / "city", name="空")
    outcome = geoinspect("-C", tmp_path / "city", "basemap", "build")
    assert outcome.code == 1
    assert "network build" in outcome.err


def online_city(folder: CityFolder, monkeypatch: pytest.MonkeyPatch) -> CityFolder:
    """Give the city a map service in GCJ-02."""
    path = folder.path / "geoinspect.toml"
    path.write_text(path.read_text(encoding="utf-8") + ONLINE, encoding="utf-8")
    monkeypatch.setenv("CITY_MAP_KEY", "k'&ey")
    return CityFolder.open(folder.path)


def test_an_online_map_is_shown_only_where_it_is_asked_for(
    folder: CityFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(online_city(folder, monkeypatch))
    own = client.get("/app/points")
    assert "example.gov.cn" not in own.text + own.headers["Content-Security-Policy"]
    asked = client.get("/app/points?base=online")
    policy = asked.headers["Content-Security-Policy"]
    assert "img-src 'self' https://maps.example.gov.cn:8443 data: blob:;" in policy
    assert policy.count("example.gov.cn") == 1
    told = map_of(asked.text)
    assert told["tiles"] is None
    assert told["attribution"] == "天地图 GS(2024)0650号"
    (url,) = told["online"]["urls"]
    assert url == "https://maps.example.gov.cn:8443/vec?z={z}&x={x}&y={y}&tk=k%27%26ey"


def test_points_on_a_shifted_map_are_moved_one_by_one(
    folder: CityFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(online_city(folder, monkeypatch))
    points = folder.store().points().get_coordinates()
    rows = places_of(client.get("/app/points?base=online").text)
    shown = np.array([row[4:] for row in rows])
    truth = points.loc[[row[0] for row in rows]].to_numpy()
    assert (np.abs(shown - truth).max(axis=1) > 0.001).all()
    np.testing.assert_allclose(to_wgs84(shown, "gcj02"), truth, atol=2e-6)


def test_a_city_without_an_online_map_says_so(folder: CityFolder) -> None:
    assert client_of(folder).get("/app/points?base=online").status_code == 404


def test_a_missing_key_is_named(folder: CityFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of(online_city(folder, monkeypatch))
    monkeypatch.delenv("CITY_MAP_KEY")
    answer = client.get("/app/points?base=online")
    assert answer.status_code == 422
    assert "CITY_MAP_KEY" in answer.text


def test_tiles_as_gzip_are_what_the_archive_holds(folder: CityFolder) -> None:
    tile, content = near_tile(folder)
    path = kept_basemap(folder)
    assert path is not None
    assert gzip.decompress(TileArchive(path).packed_tile(*tile) or b"") == content


def check_points(folder: CityFolder, *pairs: tuple[str, str]) -> Any:
    known = [word for pair in pairs for word in ("--known", pair[0])]
    seen = [word for pair in pairs for word in ("--seen", pair[1])]
    return geoinspect("-C", folder.path, "basemap", "check", *known, *seen)


def test_a_control_point_tells_a_map_in_the_wrong_datum(
    folder: CityFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "no online base map" in check_points(folder, ("118.8,32", "118.8,32")).err
    folder = online_city(folder, monkeypatch)
    shifted = from_wgs84(np.array([[118.8, 32.0]]), "gcj02")[0]
    right = check_points(folder, ("118.8,32.0", "{},{}".format(*shifted)))
    assert right.code == 0
    assert "is in gcj02, as set" in right.err
    wrong = check_points(folder, ("118.8,32.0", "118.8,32.0"))
    assert wrong.code == 1
    assert "the map is in wgs84, not in gcj02" in wrong.err
    unread = check_points(folder, ("118.8;32.0", "118.8,32.0"))
    assert unread.code == 1
    assert "'118.8;32.0' is no position" in unread.err
