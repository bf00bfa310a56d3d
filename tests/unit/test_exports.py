"""Routes as GPX, GeoJSON and paper."""

from __future__ import annotations

import copy
import json
import re
from datetime import datetime, timedelta
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import geopandas as gpd
import pytest

from geoinspect.errors import InputError
from geoinspect.exports import (
    export_routes,
    itineraries,
    render_sheet,
    render_sheets,
    route_gpx,
    routes_geojson,
)
from geoinspect.exports import files as export_files
from geoinspect.maps.assets import read_asset
from geoinspect.messages import translator

HOSTILE = """<script>alert(1)</script>"'&{{ 7*7 }}${x}"""
GPX = {"gpx": "http://www.topografix.com/GPX/1/1"}
# order of the members as the schema of GPX 1.1 has it
WAY_POINT_ORDER = ["time", "name", "cmt", "desc", "type"]


@pytest.fixture
def plan(tinytown_plan):
    return copy.deepcopy(tinytown_plan)


@pytest.fixture
def hostile_plan(plan):
    """Name everything that a user can name in the worst way."""
    plan["city"]["name"] = HOSTILE
    for point in plan["points"]:
        point.update(district=HOSTILE, unit=HOSTILE)
    for route in plan["routes"]:
        for stop in route["stops"]:
            stop.update(name=HOSTILE, category=HOSTILE)
        for leg in route["legs"]:
            leg["streets"] = [HOSTILE, "青石街"]
    return plan


class Page(HTMLParser):
    """Elements, attributes and text of an HTML document."""

    def __init__(self, document):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], []
        self.rows = 0
        self.feed(document)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        self.rows += tag == "tr" and ("class", "stop") in attrs

    def handle_data(self, data):
        self.text.append(data)


def _gpx(route):
    return ET.fromstring(route_gpx(route))


def _children(element):
    return [child.tag.split("}")[1] for child in element]


# ---- what all exports read ----


def test_an_itinerary_holds_each_stop_with_the_way_there_and_the_way_back(plan):
    for route, raw in zip(itineraries(plan), plan["routes"], strict=True):
        assert [visit.point_id for visit in route.visits] == [s["point_id"] for s in raw["stops"]]
        assert len(route.legs) == len(route.visits) + 1
        assert route.legs[0].departure == route.departure
        assert route.legs[-1].arrival == route.back


def test_a_leg_takes_as_long_as_the_clock_says(plan):
    for leg in (leg for route in itineraries(plan) for leg in route.legs):
        measured = (leg.arrival - leg.departure).total_seconds()
        assert measured == pytest.approx(leg.duration_s, abs=0.002)


def test_times_are_those_of_the_city_whatever_offset_the_plan_is_written_in(plan):
    route = plan["routes"][0]
    local = datetime.fromisoformat(route["departure"])
    route["departure"] = (local - timedelta(hours=8)).replace(tzinfo=None).isoformat() + "+00:00"
    assert itineraries(plan)[0].departure == local
    assert itineraries(plan)[0].departure.hour == local.hour


def test_what_no_xml_may_hold_is_shown_as_a_replacement_sign(plan):
    plan["routes"][0]["stops"][0]["name"] = "市\x00场\x1b\ud800"
    assert itineraries(plan)[0].visits[0].name == "市�场��"


def test_files_of_twelve_teams_sort_by_number(plan):
    plan["routes"] = [{**plan["routes"][0], "team_id": str(n)} for n in range(1, 13)]
    plan["teams"] = [{**plan["teams"][0], "team_id": str(n)} for n in range(1, 13)]
    stems = [route.stem for route in itineraries(plan)]
    assert stems[0] == "team-01"
    assert stems == sorted(stems)


@pytest.mark.parametrize("team_ids", [["CON", "a/b"], ["1", "01"], ["", "../x"], ["²", "1"]])
def test_teams_with_other_names_are_counted_instead(plan, team_ids):
    for team, route, team_id in zip(plan["teams"], plan["routes"], team_ids, strict=True):
        team["team_id"] = route["team_id"] = team_id
    assert [route.stem for route in itineraries(plan)] == ["team-01", "team-02"]


@pytest.mark.parametrize("member", ["city", "points", "teams", "date", "draw"])
def test_a_plan_that_lacks_a_member_is_refused_by_its_name(plan, member):
    del plan[member]
    with pytest.raises(InputError, match=member):
        itineraries(plan)


def test_a_plan_with_a_leg_missing_is_refused_instead_of_cut_short(plan):
    plan["routes"][0]["legs"].pop()
    with pytest.raises(InputError, match="no complete record"):
        routes_geojson(plan)


# ---- GPX ----


def test_gpx_members_come_in_the_order_of_the_schema(plan):
    gpx = _gpx(itineraries(plan)[0])
    assert gpx.tag == "{http://www.topografix.com/GPX/1/1}gpx"
    assert gpx.get("version") == "1.1"
    kinds = _children(gpx)
    assert kinds == sorted(kinds, key=["metadata", "wpt", "rte", "trk"].index)
    assert _children(gpx[0]) == ["name", "copyright", "time", "bounds"]
    for place in [*gpx.findall("gpx:wpt", GPX), *gpx.findall("gpx:rte/gpx:rtept", GPX)]:
        members = _children(place)
        assert members == [name for name in WAY_POINT_ORDER if name in members]


def test_gpx_route_leads_from_the_depot_through_all_stops_and_back(plan):
    route = itineraries(plan)[0]
    places = [
        (float(place.get("lon")), float(place.get("lat")))
        for place in _gpx(route).findall("gpx:rte/gpx:rtept", GPX)
    ]
    stops = [(visit.lon, visit.lat) for visit in route.visits]
    assert places == [pytest.approx(place) for place in [route.depot, *stops, route.depot]]


def test_gpx_track_is_the_line_along_the_road_leg_by_leg(plan):
    route = itineraries(plan)[0]
    segments = _gpx(route).findall("gpx:trk/gpx:trkseg", GPX)
    lines = [tuple((float(p.get("lon")), float(p.get("lat"))) for p in s) for s in segments]
    assert lines == [leg.line for leg in route.legs]


def test_gpx_way_point_has_number_name_and_the_time_of_arrival_in_utc(plan):
    route = itineraries(plan)[0]
    first = _gpx(route).find("gpx:wpt", GPX)
    assert first.findtext("gpx:name", namespaces=GPX) == f"01 {route.visits[0].name}"
    moment = datetime.fromisoformat(first.findtext("gpx:time", namespaces=GPX))
    assert timedelta(0) <= route.visits[0].arrival - moment < timedelta(seconds=1)


def test_gpx_extent_holds_the_whole_track(plan):
    route = itineraries(plan)[0]
    bounds = _gpx(route).find("gpx:metadata/gpx:bounds", GPX).attrib
    lons, lats = zip(*(place for leg in route.legs for place in leg.line), strict=True)
    assert float(bounds["minlon"]) == min(lons)
    assert float(bounds["maxlat"]) == max(lats)


def test_gdal_reads_the_gpx(plan, tmp_path):
    file = tmp_path / "team-01.gpx"
    route = itineraries(plan)[0]
    file.write_text(route_gpx(route), encoding="utf-8")
    assert len(gpd.read_file(file, layer="waypoints")) == len(route.visits)
    assert len(gpd.read_file(file, layer="routes")) == 1
    assert len(gpd.read_file(file, layer="tracks").geometry[0].geoms) == len(route.legs)


def test_gpx_keeps_hostile_names_as_text(hostile_plan):
    gpx = _gpx(itineraries(hostile_plan)[0])
    first = gpx.find("gpx:wpt", GPX)
    assert first.findtext("gpx:name", namespaces=GPX) == f"01 {HOSTILE}"
    assert "script" not in {element.tag.split("}")[1] for element in gpx.iter()}


# ---- GeoJSON ----


def test_geojson_has_each_stop_after_the_leg_that_leads_there(plan):
    kinds = [feature["properties"]["kind"] for feature in routes_geojson(plan)["features"]]
    one_team = [["leg", "stop"] * len(route["stops"]) + ["leg"] for route in plan["routes"]]
    assert kinds == [kind for team in one_team for kind in team]


def test_geojson_stop_tells_where_when_what_and_who_answers(plan):
    collection = routes_geojson(plan)
    stop = next(f for f in collection["features"] if f["properties"]["kind"] == "stop")
    raw = plan["routes"][0]["stops"][0]
    point = next(p for p in plan["points"] if p["point_id"] == raw["point_id"])
    assert stop["geometry"] == {"type": "Point", "coordinates": [raw["lon"], raw["lat"]]}
    for name in ("name", "category", "district", "unit", "inclusion_probability"):
        assert stop["properties"][name] == point[name]
    assert stop["properties"]["arrival"].endswith("+08:00")


def test_geojson_is_read_as_a_table_with_the_lengths_of_the_plan(plan):
    table = gpd.GeoDataFrame.from_features(routes_geojson(plan), crs="EPSG:4326")
    legs = table[table["kind"] == "leg"]
    for route in plan["routes"]:
        own = legs[legs["team_id"] == route["team_id"]]
        assert own["length_m"].sum() == pytest.approx(route["length_m"], abs=1)
    assert set(legs.geometry.geom_type) == {"LineString"}


def test_geojson_names_the_plan_it_comes_from(plan):
    collection = routes_geojson(plan)
    assert collection["date"] == "2026-11-23"
    assert collection["commitment"] == plan["draw"]["commitment"]
    assert "OpenStreetMap" in collection["attribution"]


# ---- paper ----


def test_a_sheet_has_a_row_for_each_stop_with_its_times_name_and_way(plan):
    route = itineraries(plan)[0]
    page = Page(render_sheet(route))
    assert page.rows == len(route.visits)
    for visit in route.visits:
        for fact in (visit.name, f"{visit.arrival:%H:%M}", visit.district, visit.unit):
            assert fact in page.text
        assert any(visit.point_id in text for text in page.text)


def test_a_sheet_heads_with_city_day_team_and_the_short_commitment(plan):
    text = " ".join(Page(render_sheet(itineraries(plan)[0])).text)
    commitment = plan["draw"]["commitment"]
    for fact in ("小镇 · 随机检查", "2026-11-23 星期一", "第 1 组", "检查结果", "签名"):
        assert fact in text
    assert f"{commitment[:4]} {commitment[4:8]} {commitment[8:12]} {commitment[12:16]}" in text
    assert commitment not in text


def test_a_sheet_keeps_hostile_names_as_text(hostile_plan):
    page = Page(render_sheets(itineraries(hostile_plan)))
    assert "script" not in page.tags
    assert HOSTILE in page.text
    assert not [name for name, _ in page.attributes if name.startswith("on")]


def test_a_sheet_needs_no_other_file_and_no_network(plan):
    page = Page(render_sheet(itineraries(plan)[0]))
    assert not {"src", "srcset", "href"} & {name for name, _ in page.attributes}
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert "url(" not in render_sheet(itineraries(plan)[0])


def test_a_sheet_without_known_units_leaves_their_column_out(plan):
    with_units = render_sheet(itineraries(plan)[0])
    for point in plan["points"]:
        point.update(district="", unit="")
    without = render_sheet(itineraries(plan)[0])
    assert "区县、责任单位" in with_units
    assert "区县、责任单位" not in without
    assert without.count("<col ") == with_units.count("<col ") - 1


def test_the_pile_of_sheets_lists_each_team_and_links_its_files(plan):
    page = Page(render_sheets(itineraries(plan)))
    links = [value for name, value in page.attributes if name == "href"]
    assert links == ["team-01.html", "team-01.gpx", "team-02.html", "team-02.gpx"]
    assert page.rows == sum(len(route["stops"]) for route in plan["routes"])


def test_a_route_without_stops_is_a_sheet_with_the_way_back(plan):
    route = plan["routes"][0]
    route["stops"], route["legs"] = [], route["legs"][:1]
    assert Page(render_sheet(itineraries(plan)[0])).rows == 0


def test_all_words_of_the_sheet_are_translated():
    template = read_asset("templates/route_sheet.html.j2")
    sentences = set(re.findall(r'\bt\("([^"]+)"', template))
    assert len(sentences) > 15
    assert [sentence for sentence in sentences if translator("zh")(sentence) == sentence] == []


def test_an_english_sheet_has_chinese_in_names_only(plan):
    plan["city"]["name"] = "Tiny Town"
    for point in [*plan["points"], *(stop for route in plan["routes"] for stop in route["stops"])]:
        point.update(name="n", category="c", district="d", unit="u")
    for leg in (leg for route in plan["routes"] for leg in route["legs"]):
        leg["streets"] = ["s"]
    for inspector in plan["inspectors"]:
        inspector["name"] = "i"
    text = "".join(Page(render_sheets(itineraries(plan), language="en")).text)
    assert re.findall("[一-鿿]+", text) == []
    assert "Result of the inspection" in text


def test_a_sheet_names_the_inspectors_and_how_they_travel(plan):
    plan["teams"][0]["mode"] = "bicycle"
    names = {row["inspector_id"]: row["name"] for row in plan["inspectors"]}
    drawn = [names[key] for key in plan["draw"]["inspectors"][0]["inspector_ids"]]
    text = "".join(Page(render_sheets(itineraries(plan)[:1], language="zh")).text)
    assert "检查人员" + "、".join(drawn) in re.sub(r"\s", "", text)
    assert "骑行" in text


def test_a_sheet_tells_when_a_team_has_to_wait(plan):
    stop = plan["routes"][0]["stops"][0]
    stop["begin"] = stop["departure"]
    opens = datetime.fromisoformat(stop["departure"]).strftime("%H:%M")
    text = "".join(Page(render_sheets(itineraries(plan)[:1], language="zh")).text)
    assert f"{opens}开门" in re.sub(r"\s", "", text)


# ---- files ----


def test_an_export_writes_two_files_a_team_and_two_for_all(plan, tmp_path):
    folder = tmp_path / "new" / "sheets"
    written = export_routes(plan, folder)
    names = ["index.html", "routes.geojson"]
    names += [f"team-0{n}.{ending}" for n in (1, 2) for ending in ("html", "gpx")]
    assert [file.name for file in written] == names
    assert sorted(names) == sorted(file.name for file in folder.iterdir())
    assert json.loads((folder / "routes.geojson").read_bytes()) == routes_geojson(plan)


def test_the_same_plan_gives_the_same_bytes(plan, tmp_path):
    first, second = export_routes(plan, tmp_path / "a"), export_routes(plan, tmp_path / "b")
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


def test_an_export_replaces_its_own_files_and_leaves_others_alone(plan, tmp_path):
    (tmp_path / "team-01.gpx").write_text("old")
    (tmp_path / "notes.txt").write_text("mine")
    export_routes(plan, tmp_path)
    assert (tmp_path / "team-01.gpx").read_text(encoding="utf-8").startswith("<?xml")
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_routes_of_teams_that_stay_at_home_do_not_stay_in_the_folder(plan, tmp_path):
    export_routes(plan, tmp_path)
    (tmp_path / "team-99.gpx").write_text("<gpx>drawn by hand</gpx>")
    (tmp_path / "team-98.html").mkdir()
    plan["routes"] = plan["routes"][:1]
    export_routes(plan, tmp_path)
    left = {file.name for file in tmp_path.glob("team-*")}
    assert left == {"team-01.html", "team-01.gpx", "team-99.gpx", "team-98.html"}


def test_nothing_is_written_when_one_sheet_cannot_be_made(plan, tmp_path, monkeypatch):
    def fail(*_args, **_kwargs):
        raise RuntimeError("no paper")

    monkeypatch.setattr(export_files, "route_gpx", fail)
    with pytest.raises(RuntimeError, match="no paper"):
        export_routes(plan, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_the_folder_is_named(plan, tmp_path):
    occupied = tmp_path / "sheets"
    occupied.write_text("a file")
    with pytest.raises(InputError, match="cannot be written"):
        export_routes(plan, occupied)
    assert occupied.read_text() == "a file"


# ---- targets that nobody listed ----


@pytest.fixture
def told_plan(plan):
    """Give the first stop of the first team an instruction."""
    point_id = plan["routes"][0]["stops"][0]["point_id"]
    point = next(point for point in plan["points"] if point["point_id"] == point_id)
    point.update(instruction_zh="沿豆腐巷走到底" + HOSTILE, instruction_en="Walk to the end")
    return plan


@pytest.mark.parametrize(
    ("language", "words"), [("zh", "沿豆腐巷走到底" + HOSTILE), ("en", "Walk to the end")]
)
def test_sheet_and_gpx_tell_what_to_do_in_the_readers_language(told_plan, language, words):
    route, other = itineraries(told_plan)
    page = Page(render_sheet(route, language=language))
    assert words in page.text
    assert "script" not in page.tags
    way_point = ET.fromstring(route_gpx(route, language=language)).find("gpx:wpt/gpx:desc", GPX)
    assert way_point is not None
    assert way_point.text.endswith("\n" + words)
    assert words not in Page(render_sheet(other, language=language)).text


def test_geojson_tells_what_to_do_at_targets_only(told_plan):
    stops = [
        feature["properties"]
        for feature in routes_geojson(told_plan)["features"]
        if feature["properties"]["kind"] == "stop"
    ]
    assert [stop["instruction_en"] for stop in stops if "instruction_en" in stop] == [
        "Walk to the end"
    ]
