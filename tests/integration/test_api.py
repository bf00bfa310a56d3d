"""The service: every endpoint, every way to fail, and what it lets no page do."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import runpy
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from geoinspect.api.app import create_app
from geoinspect.api.openapi import openapi_text, write_openapi
from geoinspect.api.security import HEADERS
from geoinspect.cityfolder import CityFolder
from geoinspect.demo import tinytown
from geoinspect.errors import NetworkError, NotFoundError
from geoinspect.lottery.record import to_bytes
from geoinspect.responsibility import assign

CHECKOUT = Path(__file__).parents[2]
HOSTILE = "</script><img src=x onerror=alert(1)>{{ 7*7 }}\"'&"
HERE = "http://127.0.0.1:8000"
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
PAGES = ("/maps/points", "/maps/routes", "/maps/heat", "/maps/timeline")
DATA = (
    "/health",
    "/points",
    "/points/TT01",
    "/plans/latest",
    "/plans/latest/routes",
    "/heat",
    "/heat/timeline",
    "/openapi.json",
)


def _client(folder):
    return TestClient(create_app(folder), base_url=HERE, raise_server_exceptions=False)


def _fill(folder, plan):
    """Put the tiny town and a plan into an empty city."""
    store = folder.store()
    store.merge_points(tinytown.points())
    store.replace_districts(tinytown.districts())
    store.replace_units(tinytown.units())
    store.merge_violations(tinytown.violations())
    store.merge_inspections(tinytown.inspections())
    store.replace_assignments(assign(store.points(), store.districts(), store.units()))
    store.add_plan(plan, at=NOW)
    store.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory, tinytown_plan, tinytown_network):
    folder = CityFolder.create(tmp_path_factory.mktemp("city") / "tinytown", name="小镇")
    _fill(folder, tinytown_plan)
    tinytown_network.save(folder.network_path)
    return folder


@pytest.fixture(scope="module")
def client(folder):
    return _client(folder)


@pytest.fixture
def own_folder(folder, tmp_path):
    """A copy of the city that a test may change."""
    shutil.copytree(folder.path, tmp_path / "own")
    return CityFolder.open(tmp_path / "own")


@pytest.fixture
def empty_client(tmp_path):
    return _client(CityFolder.create(tmp_path / "empty", name="空城"))


def _assert_problem(response, status):
    """Check a problem document and return its sentence."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["type"] == "about:blank"
    assert body["status"] == status
    assert body["title"]
    return body.get("detail", "")


class Page(HTMLParser):
    """Elements of an HTML document and its visible text."""

    def __init__(self, document):
        super().__init__()
        self.tags, self.links, self.text = [], [], []
        self.feed(document)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data):
        self.text.append(data)


# ---- the service itself ----


def test_a_healthy_service_names_its_version_and_city(client):
    body = client.get("/health").json()
    assert body == {"status": "ok", "version": "0.1.0", "city": "小镇"}


def test_there_is_no_page_that_loads_scripts_from_the_internet(client):
    assert client.get("/docs").status_code == 404
    assert client.get("/redoc").status_code == 404


def test_long_answers_are_packed(client):
    assert client.get("/maps/points").headers["content-encoding"] == "gzip"


def test_a_new_plan_shows_without_a_restart(own_folder, tinytown_plan):
    client = _client(own_folder)
    newer = {**tinytown_plan, "date": "2026-11-24"}
    store = own_folder.store()
    store.add_plan(newer, at=NOW)
    store.close()
    assert client.get("/plans/latest").json()["date"] == "2026-11-24"


def test_a_redraw_does_not_replace_the_plan_that_binds(own_folder, tinytown_plan):
    client = _client(own_folder)
    redraw = {**tinytown_plan, "routes": []}
    store = own_folder.store()
    store.add_plan(redraw, at=NOW, reason="a bridge is closed")
    store.close()
    assert client.get("/plans/latest").content == to_bytes(tinytown_plan)


# ---- points ----


def test_points_are_a_feature_collection_with_counts_and_links(client):
    response = client.get("/points")
    assert response.headers["content-type"] == "application/geo+json"
    body = response.json()
    assert body["type"] == "FeatureCollection"
    assert body["numberMatched"] == body["numberReturned"] == len(body["features"]) == 12
    assert [link["rel"] for link in body["links"]] == ["self"]


def test_a_point_of_the_list_has_its_district_and_its_unit(client):
    first = client.get("/points").json()["features"][0]
    assert first == {
        "type": "Feature",
        "id": "TT01",
        "geometry": {"type": "Point", "coordinates": [112.5044936, 32.8091281]},
        "properties": {
            "name": "中心集贸市场",
            "category": "集贸市场",
            "district": "西桥区",
            "unit": "市市场监督管理局",
            "status": "resolved",
        },
    }


def test_following_next_visits_each_point_once(client):
    url, ids = "/points?limit=5", []
    while url:
        body = client.get(url).json()
        assert body["numberMatched"] == 12
        ids += [feature["id"] for feature in body["features"]]
        url = next((link["href"] for link in body["links"] if link["rel"] == "next"), None)
    assert ids == sorted(tinytown.points().index)


def test_prev_leads_back_and_never_before_the_start(client):
    body = client.get("/points?limit=5&offset=3&category=社区").json()
    previous = next(link["href"] for link in body["links"] if link["rel"] == "prev")
    assert "offset=0" in previous
    assert "category=" in previous


def test_a_page_behind_the_end_is_empty_and_knows_the_number(client):
    body = client.get("/points?offset=100").json()
    assert body["numberMatched"] == 12
    assert body["numberReturned"] == 0


def test_a_bbox_keeps_what_lies_inside_border_included(client):
    lon, lat = 112.5044936, 32.8091281
    body = client.get(f"/points?bbox={lon},{lat},{lon},{lat}").json()
    assert [feature["id"] for feature in body["features"]] == ["TT01"]


@pytest.mark.parametrize(
    "bbox",
    [
        "",
        "1,2,3",
        "1,2,3,4,5,6",
        "west,2,3,4",
        "nan,32,113,33",
        "-inf,32,inf,33",
        "113,32,112,33",
        "112,33,113,32",
        "112,32,181,33",
        "112,-91,113,33",
    ],
)
def test_a_bad_bbox_is_told_with_the_way_out(client, bbox):
    sentence = _assert_problem(client.get("/points", params={"bbox": bbox}), 422)
    assert repr(bbox) in sentence
    assert "118.7,32.0,118.9,32.1" in sentence


def test_points_are_filtered_by_category_and_by_district_id_or_name(client):
    communities = client.get("/points", params={"category": "社区"}).json()
    assert {f["properties"]["category"] for f in communities["features"]} == {"社区"}
    by_id = client.get("/points", params={"district": "D1"}).json()
    by_name = client.get("/points", params={"district": "西桥区"}).json()
    assert by_id["features"] == by_name["features"]
    assert 0 < by_id["numberMatched"] < 12


def test_filters_hold_together(client):
    both = client.get("/points", params={"category": "社区", "district": "D1"}).json()
    for feature in both["features"]:
        assert feature["properties"]["category"] == "社区"
        assert feature["properties"]["district"] == "西桥区"
    assert both["numberMatched"] > 0


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=10001", "limit=many", "offset=-1", "offset=99999999999999999999"]
)
def test_a_parameter_out_of_range_is_named(client, query):
    name = query.split("=")[0]
    assert name in _assert_problem(client.get(f"/points?{query}"), 422)


def test_a_misspelt_filter_is_refused_instead_of_listing_everything(client):
    assert "distrct" in _assert_problem(client.get("/points?distrct=D1"), 422)


def test_a_point_tells_all_that_is_known_about_it(client):
    body = client.get("/points/TT01").json()
    assert body["id"] == "TT01"
    known = body["properties"]
    assert known["source_row"] == 2
    assert known["claimed_datum"] == "wgs84"
    assert known["original_x"] == 112.5044936
    assert known["rule"].startswith("Row 3")
    assert (known["n_violations"], known["n_inspections"]) == (2, 2)


def test_an_unknown_point_is_not_found_in_the_language_of_the_city(client):
    assert _assert_problem(client.get("/points/TT99"), 404) == "没有编号为 'TT99' 的检查点。"


def test_a_point_id_may_hold_a_slash(own_folder):
    store = own_folder.store()
    points = tinytown.points().iloc[:1].set_axis(["A/1 甲"]).rename_axis("point_id")
    store.merge_points(points)
    store.close()
    assert _client(own_folder).get("/points/A%2F1%20%E7%94%B2").json()["id"] == "A/1 甲"


def test_before_the_assignment_points_have_neither_district_nor_unit(own_folder):
    store = own_folder.store()
    store.replace_units(tinytown.units().iloc[:1])
    store.close()
    client = _client(own_folder)
    properties = client.get("/points").json()["features"][0]["properties"]
    assert (properties["district"], properties["unit"], properties["status"]) == ("", "", "")
    assert client.get("/points?district=D1").json()["numberMatched"] == 0
    assert client.get("/points/TT01").json()["properties"]["rule"] == ""


def test_an_empty_city_has_an_empty_list(empty_client):
    assert empty_client.get("/points").json()["features"] == []


# ---- plans ----


def test_the_record_is_served_byte_by_byte(client, tinytown_plan):
    response = client.get("/plans/latest")
    assert response.headers["content-type"] == "application/json"
    assert response.content == to_bytes(tinytown_plan)


def test_routes_have_a_stop_for_each_stop_of_the_plan_and_one_leg_more_a_team(
    client, tinytown_plan
):
    body = client.get("/plans/latest/routes").json()
    kinds = [feature["properties"]["kind"] for feature in body["features"]]
    n_stops = sum(len(route["stops"]) for route in tinytown_plan["routes"])
    assert kinds.count("stop") == n_stops
    assert kinds.count("leg") == n_stops + len(tinytown_plan["routes"])
    assert body["commitment"] == tinytown_plan["draw"]["commitment"]


@pytest.mark.parametrize("path", ["/plans/latest", "/plans/latest/routes", "/maps/routes"])
def test_without_a_plan_the_answer_says_how_to_make_one(empty_client, path):
    assert "plan`" in _assert_problem(empty_client.get(path), 404)


# ---- heat ----


def test_heat_is_a_rate_and_names_what_it_leaves_out(client):
    body = client.get("/heat").json()
    assert body["kind"] == "rate"
    assert body["period"] == ["2026-09-07", "2026-10-15"]
    assert (body["n_violations"], body["n_inspections"]) == (8, 24)
    assert body["bandwidth_m"] == 300
    assert not body["generated"]
    (left,) = body["left_out"]
    assert (left["code"], left["n"]) == ("REPORTED", 2)
    assert left["sentence"].startswith("2 个问题")


def test_heat_has_no_cell_with_fewer_inspections_than_it_promises(client):
    body = client.get("/heat").json()
    exposures = [cell["properties"]["exposure"] for cell in body["features"]]
    assert len(exposures) > 0
    assert min(exposures) >= body["minimum_exposure"]


def test_heat_without_inspections_is_a_density(tmp_path):
    folder = CityFolder.create(tmp_path / "city", name="城")
    store = folder.store()
    store.merge_violations(tinytown.violations())
    store.close()
    client = _client(folder)
    body = client.get("/heat").json()
    assert body["kind"] == "density"
    assert body["n_violations"] == 10
    assert body["n_inspections"] is None
    assert set(body["features"][0]["properties"]) == {"events_per_km2"}


@pytest.mark.parametrize("path", ["/heat", "/heat/timeline", "/maps/heat", "/maps/timeline"])
def test_an_empty_city_has_no_heat_and_says_so(empty_client, path):
    assert "import`" in _assert_problem(empty_client.get(path), 404)


def test_a_map_of_an_empty_city_says_that_there_is_nothing_to_show(empty_client):
    assert _assert_problem(empty_client.get("/maps/points"), 422)


# ---- maps ----


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("points", "检查点"),
        ("routes", "检查路线"),
        ("heat", "问题发生率"),
        ("timeline", "问题随时间的变化"),
    ],
)
def test_a_map_is_one_page_in_the_language_of_the_city(client, path, title):
    response = client.get(f"/maps/{path}")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert f"<title>{title}</title>" in response.text
    assert '<html lang="zh-CN">' in response.text


def test_maps_asked_for_at_once_share_one_base_map(own_folder):
    for old in own_folder.path.glob("*.pmtiles"):
        old.unlink()
    client = _client(own_folder)
    with ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(client.get, PAGES))
    assert [answer.status_code for answer in answers] == [200] * len(PAGES)
    assert all('id="basemap-archive"' in answer.text for answer in answers)
    assert len(list(own_folder.path.glob("*.pmtiles"))) == 1


def test_hostile_names_stay_text_on_every_page(tmp_path, tinytown_plan):
    folder = CityFolder.create(tmp_path / "hostile", name=HOSTILE)
    plan = json.loads(to_bytes(tinytown_plan))
    plan["city"]["name"] = HOSTILE
    for stop in (stop for route in plan["routes"] for stop in route["stops"]):
        stop["name"] = HOSTILE
    _fill(folder, plan)
    store = folder.store()
    store.merge_points(tinytown.points().assign(name=HOSTILE, category=HOSTILE))
    store.replace_districts(tinytown.districts().assign(name=HOSTILE))
    store.close()
    client = _client(folder)
    for path in PAGES:
        response = client.get(path)
        assert response.status_code == 200
        assert "img" not in Page(response.text).tags
        assert "<img" not in response.text
    assert HOSTILE in Page(client.get("/").text).text
    assert client.get("/health").json()["city"] == HOSTILE


# ---- what a browser may do with an answer ----


@pytest.mark.parametrize("path", [*PAGES, *DATA, "/nowhere", "/points?limit=0"])
def test_every_answer_carries_the_security_headers(client, path):
    headers = client.get(path).headers
    for name, value in HEADERS.items():
        if name not in ("Content-Security-Policy", "X-Frame-Options"):
            assert headers[name] == value
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    # the application shows maps in frames; nobody else may, and nothing else is framed
    framed_by = {"DENY": "'none'", "SAMEORIGIN": "'self'"}[headers["X-Frame-Options"]]
    assert f"frame-ancestors {framed_by}" in policy
    assert (framed_by == "'self'") == (path in PAGES)


@pytest.mark.parametrize("path", [*DATA, "/nowhere"])
def test_data_run_no_script_and_load_nothing(client, path):
    assert "-src" not in client.get(path).headers["Content-Security-Policy"].split(";", 1)[1]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_runs_no_script_but_its_own_and_reaches_no_network(client, path):
    response = client.get(path)
    policy = response.headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert "connect-src" not in directives
    own = policy.replace("frame-ancestors 'self'", "")
    assert not re.search(r"https?:|\*|'self'|unsafe-eval", own)
    scripts = re.findall(r"<script>(.*?)</script>", response.text, flags=re.DOTALL)
    digests = {base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts}
    allowed = directives.get("script-src", "")
    assert set(re.findall(r"'sha256-([^']+)'", allowed)) == digests
    assert "unsafe-inline" not in allowed


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8000", "localhost", "LOCALHOST:80", "[::1]:8000"]
)
def test_this_machine_is_served_under_its_local_names(client, host):
    assert client.get("/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example:8000",
        "127.0.0.1@evil.example",
        "192.168.1.5",
        "0.0.0.0",
        "",
    ],
)
def test_a_foreign_host_name_is_refused_before_anything_is_read(client, host):
    response = client.get("/points", headers={"Host": host})
    assert response.status_code == 400
    assert "TT01" not in response.text
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_another_page_gets_no_permission_to_read(client):
    response = client.get("/points", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in response.headers


# ---- errors ----


def test_an_unknown_path_is_a_problem_document(client):
    assert _assert_problem(client.get("/nowhere"), 404) == ""


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_the_service_only_reads(client, method):
    response = client.request(method, "/points")
    _assert_problem(response, 405)
    assert response.headers["allow"] == "GET"


def test_a_fault_of_the_program_is_told_without_its_text(client, monkeypatch):
    def fail(_known, _store):
        raise ValueError("the secret is 5eed")

    monkeypatch.setattr("geoinspect.api.places.KnownPlaces.of", fail)
    response = client.get("/points")
    assert _assert_problem(response, 500) == ""
    assert "5eed" not in response.text
    for name, value in HEADERS.items():
        assert response.headers[name] == value


def test_a_network_that_cannot_answer_is_a_conflict(client, monkeypatch):
    def fail(_known, _store):
        raise NetworkError(
            "There is no way by road from {origin} to {destination}", origin="A", destination="B"
        )

    monkeypatch.setattr("geoinspect.api.places.KnownPlaces.of", fail)
    sentence = _assert_problem(client.get("/points"), 409)
    assert "A" in sentence
    assert client.get("/points").json()["error"] == "NetworkError"


def test_a_city_without_its_database_is_not_found(own_folder):
    client = _client(own_folder)
    (own_folder.path / "city.db").unlink()
    assert "city.db" in _assert_problem(client.get("/health"), 404)


def test_errors_of_an_english_city_are_english(tmp_path):
    client = _client(CityFolder.create(tmp_path / "city", name="Town", language="en"))
    sentence = _assert_problem(client.get("/points/X"), 404)
    assert sentence == "There is no inspection point 'X'."


# ---- the promise, and the operator's folder ----


def test_the_document_in_the_api_folder_is_that_of_the_code():
    written = (CHECKOUT / "api" / "openapi.json").read_text(encoding="utf-8")
    assert written == openapi_text(), "run `make openapi`"


def test_the_document_does_not_depend_on_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("GEOINSPECT_NAME", "elsewhere")
    monkeypatch.setenv("GEOINSPECT_LANGUAGE", "xx")
    assert write_openapi(tmp_path / "openapi.json").read_text(encoding="utf-8") == (
        (CHECKOUT / "api" / "openapi.json").read_text(encoding="utf-8")
    )


def test_each_endpoint_is_described_and_has_an_example():
    document = json.loads(openapi_text())
    examples = (CHECKOUT / "api" / "examples.http").read_text(encoding="utf-8")
    for path, methods in document["paths"].items():
        assert all(operation["description"] for operation in methods.values())
        assert path.split("{")[0] in examples


def test_each_failure_that_the_document_names_is_a_problem_document():
    document = json.loads(openapi_text())
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for methods in document["paths"].values():
        for operation in methods.values():
            failures = {code: r for code, r in operation["responses"].items() if code >= "400"}
            assert {"401", "403", "404", "422"} <= set(failures)
            for response in failures.values():
                assert set(response["content"]) == {"application/problem+json"}


def test_answers_fit_the_types_that_the_document_names(client):
    paths = json.loads(openapi_text())["paths"]
    there = {
        "{point_id}": "TT01",
        "points/items/{feature_id}": "points/items/TT01",
        "{day}": "2026-11-23",
    }
    for path, methods in paths.items():
        concrete = path
        for name, value in there.items():
            concrete = concrete.replace(name, value)
        if "get" in methods:
            answer = client.get(concrete)
            described = methods["get"]["responses"][str(answer.status_code)]
            named = {media_type.split(";")[0] for media_type in described["content"]}
            assert answer.headers["content-type"].split(";")[0] in named, path


def test_the_service_starts_from_the_folder_that_the_environment_names(folder, monkeypatch):
    monkeypatch.setenv("GEOINSPECT_CITY", str(folder.path))
    app = runpy.run_path(str(CHECKOUT / "api" / "asgi.py"))["app"]
    assert TestClient(app, base_url=HERE).get("/health").json()["city"] == "小镇"


def test_without_a_folder_the_service_says_what_to_set(monkeypatch):
    monkeypatch.delenv("GEOINSPECT_CITY", raising=False)
    with pytest.raises(SystemExit, match="GEOINSPECT_CITY is not set"):
        runpy.run_path(str(CHECKOUT / "api" / "asgi.py"))


def test_a_folder_that_is_no_city_stops_the_service(monkeypatch, tmp_path):
    monkeypatch.setenv("GEOINSPECT_CITY", str(tmp_path))
    with pytest.raises(SystemExit, match="is not a city folder") as stopped:
        runpy.run_path(str(CHECKOUT / "api" / "asgi.py"))
    assert isinstance(stopped.value.__cause__, NotFoundError)


def test_the_readme_of_the_folder_points_to_the_code_and_lists_its_files():
    lines = (CHECKOUT / "api" / "README.md").read_text(encoding="utf-8").splitlines()
    assert "geoinspect/api" in lines[0]
    files = {file.name for file in (CHECKOUT / "api").iterdir() if file.is_file()}
    assert {name for name in files - {"README.md"} if not any(name in x for x in lines)} == set()
