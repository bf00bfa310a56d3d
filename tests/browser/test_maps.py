"""The maps in a real browser: from disk, without network, whatever people wrote into them."""

from __future__ import annotations

import re
import shutil
from datetime import date

import numpy as np
import pandas as pd
import pytest

from geoinspect.demo import tinytown
from geoinspect.density import KernelParams, violation_rate
from geoinspect.hotspots import HotSpotParams, hot_spots
from geoinspect.maps import render_heat_map, render_points_map, render_routes_map
from geoinspect.recency import recency

pytestmark = pytest.mark.browser

KINDS = ("points", "routes", "rate", "chances", "timeline")
ALL_KINDS = (*KINDS, "unit", "count")
SIZES = ("desktop", "phone")

# distinct colours of the canvases in a pane, as "r,g,b"
COLOURS = """(pane) => {
  const found = new Set();
  document.querySelectorAll(`.leaflet-${pane}-pane canvas`).forEach((canvas) => {
    const copy = document.createElement("canvas");
    [copy.width, copy.height] = [canvas.width, canvas.height];
    const context = copy.getContext("2d", { willReadFrequently: true });
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] === 255) found.add([data[i], data[i + 1], data[i + 2]].join());
    }
  });
  return Array.from(found);
}"""
# Leaflet draws its canvases in the next frame
NEXT_FRAME = "new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
BOX = """(node) => {
  const box = node.getBoundingClientRect();
  return [box.left, box.top, box.right, box.bottom];
}"""
TARGETS = "button, select, input[type=search], input[type=range], label, .stop, .depot, a"


def rgb(colour):
    return ",".join(str(band) for band in bytes.fromhex(colour.removeprefix("#")))


def colours_in(page, pane):
    """Opaque colours in a pane of the map, once what was asked for is drawn."""
    page.evaluate(NEXT_FRAME)
    return page.evaluate(COLOURS, pane)


def open_sheet(page):
    """Open the sheet of a phone; on a desktop the panel is always open."""
    handle = page.locator(".panel-handle")
    if handle.is_visible():
        handle.click()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_page_opens_from_disk_without_network_and_without_an_error(
    open_page, documents, kind, size
):
    opened = open_page(documents[kind], size)
    open_sheet(opened.page)
    assert opened.page.locator("h1").is_visible()
    assert opened.page.locator(".leaflet-control-scale").is_visible()
    assert opened.page.get_by_role("img", name="上北下南").is_visible()


@pytest.mark.parametrize("kind", KINDS)
def test_the_base_map_is_painted(open_page, documents, kind):
    page = open_page(documents[kind]).page
    colours = colours_in(page, "tile")
    assert rgb("#f7f6f3") in colours  # land
    assert rgb("#e3e8ec") in colours  # what lies outside the districts
    assert rgb("#ffffff") in colours  # streets
    assert len(colours) > 20


@pytest.mark.parametrize("kind", ["points", "routes"])
def test_streets_have_their_names(open_page, documents, kind):
    page = open_page(documents[kind]).page
    assert len(colours_in(page, "street-names")) > 5


@pytest.mark.parametrize("kind", KINDS)
def test_texts_of_users_show_as_they_were_written(open_page, documents, kind):
    opened = open_page(documents[kind])
    page = opened.page
    assert "甲</script><script>window.pwn=1</script>" in page.locator(".eyebrow").inner_text()
    assert page.locator(".attribution").inner_text() == "乙<img src=x onerror=window.pwn=1>"
    names = page.locator(".district-name").all_text_contents()
    assert sorted(names) == sorted(
        [
            "甲</script><script>window.pwn=1</script> 0",
            "乙<img src=x onerror=window.pwn=1> 1",
            "丙${window.pwn=1}` 2",
        ]
    )


@pytest.mark.parametrize("kind", ["points", "routes", "chances"])
def test_escaping_holds_even_without_the_content_policy(open_page, documents, kind):
    html = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", documents[kind])
    assert html != documents[kind]
    page = open_page(html).page
    for entry in page.locator(".row, .team-head").all():
        entry.click()
    for stop in page.locator(".timetable:visible .link").all():
        stop.click()
        assert "window.pwn" in page.locator(".card-body h2").last.inner_text()


@pytest.mark.parametrize("kind", KINDS)
def test_targets_of_a_finger_are_at_least_40_pixels(open_page, documents, kind):
    page = open_page(documents[kind], "phone").page
    open_sheet(page)
    if kind == "routes":
        page.locator(".team-head").first.click()
    small = []
    for target in page.locator(TARGETS).all():
        left, top, right, bottom = target.evaluate(BOX)
        is_shown = target.is_visible() and right > 0
        if is_shown and min(right - left, bottom - top) < 40:
            small.append(
                (target.evaluate("node => node.outerHTML")[:80], right - left, bottom - top)
            )
    assert small == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_controls_do_not_lie_on_each_other(open_page, documents, kind, size):
    page = open_page(documents[kind], size).page
    parts = [
        ".map-buttons",
        ".north",
        ".leaflet-control-scale",
        ".attribution",
        ".corner",
        "#panel",
    ]
    boxes = [
        (part, page.locator(part).evaluate(BOX)) for part in parts if page.locator(part).count()
    ]
    for i, (one, (left, top, right, bottom)) in enumerate(boxes):
        for other, box in boxes[i + 1 :]:
            apart = right <= box[0] or box[2] <= left or bottom <= box[1] or box[3] <= top
            assert apart, f"{one} lies on {other}"


@pytest.mark.parametrize("kind", KINDS)
def test_the_keyboard_reaches_the_list_and_shows_where_it_is(open_page, documents, kind):
    page = open_page(documents[kind]).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    inside = "document.getElementById('panel').contains(document.activeElement)"
    assert page.evaluate(inside)
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_without_a_base_map_the_districts_are_drawn(open_page, tinytown_points):
    html = render_points_map(tinytown_points, tinytown.districts(), None, city_name="小镇")
    page = open_page(html).page
    assert page.locator(".leaflet-districts-pane path").count() == 3
    assert page.locator(".district-name span").first.is_visible()
    assert page.locator(".attribution").count() == 0


def test_a_missing_browser_is_named(monkeypatch, request):
    conftest = request.config.pluginmanager.get_plugin(str(request.path.parent / "conftest.py"))
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(pytest.fail.Exception, match="package `chromium`"):
        conftest.find_chromium()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", ["points", "routes", "chances"])
def test_a_card_lies_beside_the_controls_and_the_page_stays_put(open_page, documents, kind, size):
    page = open_page(documents[kind], size).page
    if kind == "routes":
        page.locator(".stop").last.dispatch_event("click")
    else:
        open_sheet(page)
        page.locator(".row").last.click()
    page.locator(".leaflet-pan-anim").wait_for(state="detached")
    left, top, right, _ = page.locator(".card").evaluate(BOX)
    buttons = page.locator(".map-buttons").evaluate(BOX)
    assert right <= buttons[0] or top >= buttons[3]
    assert left >= (0 if size == "phone" else page.locator("#panel").evaluate(BOX)[2])
    assert top >= 0
    assert page.evaluate("[document.scrollingElement.scrollTop, document.body.scrollTop]") == [0, 0]


# ---- points ------------------------------------------------------------------------------


def test_searching_narrows_the_list_and_the_map(open_page, documents):
    page = open_page(documents["points"]).page
    assert page.locator(".rows li").count() == 12
    page.get_by_role("searchbox").fill("丙${window")
    assert page.locator(".rows li").count() < 12
    for name in page.locator(".row").all_inner_texts():
        assert "丙${window.pwn=1}`" in name
    page.get_by_role("searchbox").fill("没有这个地方")
    assert page.locator(".rows li").count() == 0
    assert page.get_by_text("没有符合条件的检查点").is_visible()


def test_choosing_a_district_shows_its_points_only(open_page, documents, tinytown_points):
    page = open_page(documents["points"]).page
    name = "乙<img src=x onerror=window.pwn=1> 1"
    page.get_by_label("区县").first.select_option(name)
    eastern = tinytown_points.within(tinytown.districts().geometry["D2"]).sum()
    assert page.locator(".rows li").count() == eastern
    assert page.locator(".summary").inner_text() == f"12 个检查点中的 {eastern} 个"


def test_points_without_a_unit_can_be_picked_out(open_page, documents):
    page = open_page(documents["points"]).page
    page.get_by_label("责任单位").select_option(label="尚无责任单位（1）")
    assert page.locator(".rows li").count() == 1
    page.locator(".row").click()
    assert page.locator(".card-body .chip-open").inner_text() == "没有对应的责任单位"


def test_a_row_opens_the_card_of_its_point(open_page, documents):
    page = open_page(documents["points"]).page
    row = page.locator(".row").nth(1)
    row.click()
    assert row.get_attribute("aria-current") == "true"
    card = page.locator(".card-body")
    assert card.locator("h2").inner_text() == "乙<img src=x onerror=window.pwn=1> 1"
    assert card.locator("dd").last.inner_text() == "TT02"


def test_a_click_on_the_map_opens_the_card_of_the_point_there(open_page, documents):
    page = open_page(documents["unit"]).page
    where = page.evaluate("""() => {
      const first = GeoInspect.page.points[0];
      const at = map_city.latLngToContainerPoint([first.lat, first.lon]);
      const box = map_city.getContainer().getBoundingClientRect();
      return [box.left + at.x, box.top + at.y];
    }""")
    page.mouse.click(*where)
    assert page.locator(".card-body h2").is_visible()


def test_colours_can_follow_districts_instead_of_categories(open_page, documents):
    page = open_page(documents["points"]).page
    page.locator(".segment", has_text="区县").click()
    legend = page.locator(".legend .legend-name").all_inner_texts()
    assert "甲</script><script>window.pwn=1</script> 0" in legend


# ---- chances -----------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
def test_classes_and_whom_they_are_for_are_in_view(open_page, documents, size):
    page = open_page(documents["chances"], size).page
    names = page.locator(".legend-name").all_inner_texts()
    assert names[0] == "1% 以下"
    assert len(names) == 6
    assert page.get_by_text("仅供督导人员使用").is_visible()
    assert page.locator(".note-warn").evaluate(BOX)[3] <= page.viewport_size["height"]


def test_points_have_the_colours_of_their_chances(open_page, documents):
    page = open_page(documents["chances"]).page
    colours = page.evaluate("GeoInspect.page.chances.map((each) => each.color)")
    used = set(page.evaluate("GeoInspect.page.points.map((point) => point.class)"))
    shown = colours_in(page, "overlay")
    assert {rgb(colours[each]) in shown for each in used} == {True}
    assert used == {0, 1, 2, 3, 4, 5}


def test_the_card_of_a_point_tells_its_chance_and_why(open_page, documents):
    page = open_page(documents["chances"]).page
    page.locator(".row").first.click()
    card = page.locator(".card-body")
    assert card.locator("dd", has_text="45 %").is_visible()
    assert card.locator("dd li").all_inner_texts() == [
        "从未检查",
        "乙<img src=x onerror=window.pwn=1>",
    ]


# ---- routes ------------------------------------------------------------------------------


def test_hiding_a_team_takes_its_line_and_its_stops_away(open_page, documents, tinytown_plan):
    page = open_page(documents["routes"]).page
    color = page.evaluate("GeoInspect.page.teams[0].color")
    other = page.evaluate("GeoInspect.page.teams[1].color")
    n_stops = [len(route["stops"]) for route in tinytown_plan["routes"]]
    assert page.locator(".stop").count() == sum(n_stops)
    assert rgb(color) in colours_in(page, "overlay")

    page.get_by_label("显示第 1 组").uncheck()

    assert page.locator(".stop").count() == n_stops[1]
    colours = colours_in(page, "overlay")
    assert rgb(color) not in colours
    assert rgb(other) in colours


def test_all_teams_can_be_hidden_and_shown_at_once(open_page, documents):
    page = open_page(documents["routes"]).page
    everyone = page.get_by_label("全部小组")
    everyone.uncheck()
    assert page.locator(".stop").count() == 0
    everyone.check()
    assert page.locator(".stop").count() > 0


def test_a_team_opens_its_timetable(open_page, documents, tinytown_plan):
    page = open_page(documents["routes"]).page
    head = page.locator(".team-head").nth(1)
    head.click()
    assert head.get_attribute("aria-expanded") == "true"
    table = page.locator(".timetable:visible")
    stops = tinytown_plan["routes"][1]["stops"]
    assert table.locator("tbody tr").count() == len(stops) + 2
    first = table.locator("tbody tr").nth(1).inner_text()
    assert stops[0]["arrival"][11:16] in first
    assert stops[0]["departure"][11:16] in first


def test_a_stop_on_the_map_tells_when_and_how_likely(open_page, documents):
    page = open_page(documents["routes"]).page
    page.locator(".stop").first.dispatch_event("click")
    card = page.locator(".card-body")
    assert card.get_by_text("被抽中的概率").is_visible()
    assert "第 1 组第 1 站" in card.inner_text()


def test_pointing_at_a_team_lets_the_others_fade(open_page, documents):
    page = open_page(documents["routes"]).page
    page.locator(".team").nth(0).hover()
    assert page.locator(".stop.is-faint").count() > 0
    page.locator("h1").hover()
    assert page.locator(".stop.is-faint").count() == 0


def test_the_commitment_and_the_chances_are_printed(open_page, documents, tinytown_plan):
    page = open_page(documents["routes"]).page
    proof = page.locator(".proof").inner_text()
    assert tinytown_plan["draw"]["commitment"][:16] in proof
    assert "当日各点被抽中的概率" in proof


def test_a_plan_without_routes_opens(open_page, tinytown_plan):
    html = render_routes_map({**tinytown_plan, "routes": []}, tinytown.districts())
    page = open_page(html).page
    assert page.locator(".stop").count() == 0


# ---- rates -------------------------------------------------------------------------------


def colour_at(page, lon, lat):
    """Colour of the rates above a position, red, green, blue and opacity."""
    return page.evaluate(
        """([lon, lat]) => {
          const box = map_city.getContainer().getBoundingClientRect();
          const at = map_city.latLngToContainerPoint([lat, lon]);
          const [x, y] = [box.left + at.x, box.top + at.y];
          const tile = Array.from(document.querySelectorAll(".leaflet-rates-pane canvas"))
            .find((canvas) => {
              const b = canvas.getBoundingClientRect();
              return b.left <= x && x < b.right && b.top <= y && y < b.bottom;
            });
          const b = tile.getBoundingClientRect();
          const scale = tile.width / b.width;
          const copy = document.createElement("canvas");
          copy.width = copy.height = 1;
          const context = copy.getContext("2d", { willReadFrequently: true });
          const [left, top] = [(x - b.left) * scale, (y - b.top) * scale].map(Math.floor);
          context.drawImage(tile, -left, -top);
          return Array.from(context.getImageData(0, 0, 1, 1).data);
        }""",
        [lon, lat],
    )


def test_made_up_data_are_announced_on_the_map(open_page, documents):
    for size in SIZES:
        page = open_page(documents["rate"], size).page
        assert page.get_by_text("生成的演示数据").is_visible()


def test_the_bandwidth_is_stated_on_the_map(open_page, documents):
    page = open_page(documents["rate"], "phone").page
    assert "核带宽 300 米" in page.locator(".caption").inner_text()


def test_counts_say_in_words_that_they_are_no_rates(open_page, documents):
    page = open_page(documents["count"]).page
    assert page.get_by_text("这是数量，不是发生率").is_visible()


def test_the_legend_is_in_view_on_every_screen(open_page, documents):
    for size in SIZES:
        page = open_page(documents["rate"], size).page
        assert page.locator(".ramp").is_visible()
        assert page.get_by_text("样本不足（少于 3 次检查）").is_visible()
        bottom = page.locator(".keys").evaluate(BOX)[3]
        assert bottom <= page.viewport_size["height"]


def test_a_place_keeps_its_colour_at_every_zoom(open_page, documents, lonlat):
    page = open_page(documents["rate"]).page
    seen = []
    for zoom in (13, 14, 15, 16):
        lon, lat = lonlat[0].tolist()
        page.evaluate(f"void map_city.setView([{lat}, {lon}], {zoom}, {{animate: false}})")
        page.evaluate(NEXT_FRAME)
        seen.append(colour_at(page, lon, lat))
    assert np.ptp(np.array(seen), axis=0).max() <= 12


def test_uninspected_land_is_hatched_in_grey(open_page, documents):
    page = open_page(documents["rate"]).page
    # a block of ground in the south-east, where the test town was not inspected
    samples = [
        colour_at(page, 112.5175 + 0.0001 * i, 32.8015 + 0.0001 * j)
        for i in range(12)
        for j in range(6)
    ]
    visible = [sample for sample in samples if sample[3] > 30]
    assert 5 < len(visible) < len(samples)
    assert all(max(sample[:3]) - min(sample[:3]) < 60 for sample in visible)


def test_pointing_at_the_map_reads_its_value(open_page, documents, lonlat):
    page = open_page(documents["rate"]).page
    lon, lat = lonlat[0].tolist()
    where = page.evaluate(
        """([lon, lat]) => {
          const box = map_city.getContainer().getBoundingClientRect();
          const at = map_city.latLngToContainerPoint([lat, lon]);
          return [box.left + at.x, box.top + at.y];
        }""",
        [lon, lat],
    )
    page.mouse.move(*where)
    assert "个问题/百次检查" in page.locator(".readout").inner_text()
    page.mouse.click(*where)
    assert "个问题/百次检查" in page.locator(".reading").inner_text()


def test_the_slider_makes_the_rates_fade(open_page, documents):
    page = open_page(documents["rate"]).page
    page.get_by_label("不透明度").last.fill("40")
    opacity = (
        "getComputedStyle(document.querySelector('.leaflet-rates-pane .leaflet-layer')).opacity"
    )
    assert float(page.evaluate(opacity)) == pytest.approx(0.4)


def test_points_can_be_shown_on_the_rates(open_page, documents):
    page = open_page(documents["rate"]).page
    page.get_by_label("显示检查点").check()
    assert rgb("#ffffff") in colours_in(page, "dots")


@pytest.mark.parametrize(
    ("violations", "words"),
    [([], "本期未发现问题"), ([0, 0, 0], "全部 3 个问题都在同一处")],
)
def test_where_there_is_no_spread_the_page_says_so(open_page, lonlat, violations, words):
    params = KernelParams(bandwidth_m=300, cell_m=100, minimum_exposure=3)
    surface = violation_rate(lonlat[violations], np.repeat(lonlat, 4, axis=0), params=params)
    page = open_page(render_heat_map(surface, tinytown.districts(), city_name="小镇")).page
    assert page.get_by_text(words).is_visible()
    assert page.locator(".ramp").count() == 0
    assert page.locator(".only-place").count() == (1 if violations else 0)


def test_the_table_tells_what_the_picture_shows(open_page, documents):
    page = open_page(documents["rate"]).page
    rows = page.locator(".data-table tbody tr").all_inner_texts()
    assert len(rows) == 3
    assert any("乙<img src=x onerror=window.pwn=1> 1" in row for row in rows)


@pytest.fixture(scope="module")
def overlaid(tinytown_points, lonlat):
    """A heat map whose first point is surely bad, and whose last was never inspected."""
    made, found = np.repeat(lonlat[:-1], 60, axis=0), np.zeros(60 * (len(lonlat) - 1), np.int64)
    found[:50] = 1
    surface = violation_rate(made[found == 1], made, params=KernelParams(minimum_exposure=3))
    spots = hot_spots(made, found, params=HotSpotParams(radius_m=250, cell_m=125))
    inspections = pd.DataFrame(
        {
            "point_id": tinytown_points.index[:-1],
            "inspected_at": pd.Timestamp("2026-11-01T02:00Z"),
        }
    )
    seen = recency(tinytown_points, inspections, today=date(2026, 11, 23), timezone="Asia/Shanghai")
    return render_heat_map(
        surface, tinytown.districts(), tinytown_points, city_name="小镇", spots=spots, seen=seen
    )


def paths_in(page, pane):
    return page.locator(f".leaflet-{pane}-pane path").count()


def test_what_is_surely_above_the_city_is_outlined_and_listed(open_page, overlaid):
    page = open_page(overlaid).page
    n_areas = page.locator(".spots-table tbody tr").count()
    assert n_areas >= 1
    assert page.locator(".spots-table").get_by_text("高于全市").first.is_visible()
    assert page.locator(".spot-hot").count() >= 1
    assert paths_in(page, "spots") == n_areas
    page.get_by_label("勾出明显高于或低于全市的区域").uncheck()
    assert paths_in(page, "spots") == 0


def test_places_not_inspected_are_shown_on_demand_with_their_ages(open_page, overlaid):
    page = open_page(overlaid).page
    assert not page.locator(".ages-keys").is_visible()
    page.get_by_label("显示距上次检查的天数").check()
    assert page.locator(".ages-keys").get_by_text("从未检查：1 个点").is_visible()
    assert page.locator(".ages-keys").get_by_text("30 天以内：11 个点").is_visible()
    assert rgb("#1b1b1b") in colours_in(page, "ages")


def test_without_a_violation_no_outline_is_drawn_and_the_page_says_why(open_page, lonlat):
    made = np.repeat(lonlat, 12, axis=0)
    spots = hot_spots(made, np.zeros(len(made), np.int64))
    surface = violation_rate(lonlat[[]], made)
    html = render_heat_map(surface, tinytown.districts(), city_name="小镇", spots=spots)
    page = open_page(html).page
    assert page.get_by_text("未计算热点：所有检查均未发现问题").is_visible()
    assert paths_in(page, "spots") == 0
