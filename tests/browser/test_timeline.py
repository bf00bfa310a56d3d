"""The map through time in a real browser: its surfaces are the server's, for every period."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from geoinspect.demo import tinytown
from geoinspect.density import KernelParams, kernel_density, violation_rate
from geoinspect.maps import render_timeline_map
from geoinspect.maps.layers import MAX_BASEMAP_BYTES
from geoinspect.surfaces import CountedEvents

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "maps" / "vendor" / "axe.js"
SIZES = ("desktop", "phone")
FIRST = date(2025, 11, 1)
N_DAYS = 400
PARAMS = KernelParams(bandwidth_m=300, cell_m=100, minimum_exposure=5)
EXTENT = (112.49, 32.79, 112.54, 32.83)
SOUTH = 32.808  # nobody inspects south of it
CATEGORIES = ("甲</script><script>window.pwn=1</script>", "乙<img src=x onerror=window.pwn=1>")

# a copy is read, because reading a canvas again and again makes the browser complain
COPY = """(node) => {
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [node.width, node.height];
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(node, 0, 0);
  return context;
}"""
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
FNV = f"""(node) => {{
  const {{ data }} = ({COPY})(node).getImageData(0, 0, node.width, node.height);
  let hash = 2166136261;
  for (let i = 0; i < data.length; i += 1) hash = Math.imul(hash ^ data[i], 16777619);
  return hash;
}}"""
VALUES = """({ last, category, severity }) => {
  const { timeline } = GeoInspect;
  timeline.filter.category = category;
  timeline.filter.severity = severity;
  timeline.show(last);
  const { values, exposure } = timeline.shown.surface;
  return [Array.from(values, (v) => (v === v ? v : null)), Array.from(exposure)];
}"""
# opacities and colours of the picture around a position
AROUND = f"""([lon, lat]) => {{
  const at = map_city.latLngToContainerPoint([lat, lon]);
  const context = ({COPY})(document.querySelector(".surface"));
  return Array.from(context.getImageData(at.x - 10, at.y - 10, 20, 20).data);
}}"""


def some_events(n: int, seed: int, *, severity: bool) -> pd.DataFrame:
    """Events in the north of the town, at many places and on all days."""
    rng = np.random.default_rng(seed)
    day = np.concatenate(([0, N_DAYS - 1], rng.integers(0, N_DAYS, n - 2)))
    table = pd.DataFrame(
        {
            "lon": rng.uniform(112.50, 112.53, n),
            "lat": rng.uniform(SOUTH + 0.004, 32.82, n),
            "day": [FIRST + timedelta(int(each)) for each in day],
            "category": rng.choice(CATEGORIES, n),
        }
    )
    return table.assign(severity=rng.integers(1, 4, n)) if severity else table


@pytest.fixture(scope="module")
def events() -> CountedEvents:
    return CountedEvents(
        some_events(500, 1, severity=True),
        some_events(6000, 2, severity=False),
        is_rate=True,
        params=PARAMS,
        extent=EXTENT,
        generated=True,
        left_out=(),
    )


@pytest.fixture
def render(hostile_districts: Any, hostile_points: Any, hostile_basemap: Path) -> Any:
    """Return the function that renders events, with hostile texts wherever a user can write."""

    def rendered(events: CountedEvents, **options: Any) -> str:
        return render_timeline_map(
            events,
            hostile_districts,
            hostile_points,
            city_name=CATEGORIES[0],
            basemap=hostile_basemap,
            attribution=CATEGORIES[1],
            remarks=["丙${window.pwn=1}`", "丁\"'><svg onload=window.pwn=1>"],
            **options,
        )

    return rendered


def open_sheet(page: Any) -> None:
    handle = page.locator(".panel-handle")
    if handle.is_visible():
        handle.click()


def within(table: pd.DataFrame, last: int, length: int) -> pd.DataFrame:
    """Rows of the period of `length` days that ends on day `last`."""
    days = (pd.to_datetime(table["day"]) - pd.Timestamp(FIRST)).dt.days
    return table[days.between(last - length + 1, last)]


def lonlat(table: pd.DataFrame) -> np.ndarray:
    return table[["lon", "lat"]].to_numpy()


def surface_in(page: Any, last: int, category: int = -1, severity: int = 0) -> Any:
    asked = {"last": last, "category": category, "severity": severity}
    values, exposure = page.evaluate(VALUES, asked)
    return np.array(values, np.float64), np.array(exposure)


def assert_same(browser: np.ndarray, server: np.ndarray) -> None:
    """Equal to a thousandth of the peak, and with a value in the same cells."""
    peak = np.nanmax(server)
    assert peak > 0
    assert np.array_equal(np.isnan(browser), np.isnan(server.ravel()))
    assert np.nanmax(np.abs(browser - server.ravel())) <= 0.001 * peak


# ---- the surfaces ------------------------------------------------------------------------


@pytest.mark.parametrize("last", [29, 200, N_DAYS - 1])
@pytest.mark.parametrize("restricted", [False, True])
def test_the_rates_of_a_period_are_those_of_the_server(open_page, render, events, last, restricted):
    page = open_page(render(events, restricted=restricted)).page
    values, exposure = surface_in(page, last)
    found, made = (within(each, last, 30) for each in (events.violations, events.inspections))
    server = violation_rate(lonlat(found), lonlat(made), params=PARAMS, extent=EXTENT)
    assert np.abs(exposure - server.exposure.ravel()).max() <= 0.001 * server.exposure.max()
    assert_same(values, server.per_hundred)


def test_filters_choose_the_violations_and_the_inspections_of_a_category(open_page, render, events):
    page = open_page(render(events)).page
    values, _ = surface_in(page, N_DAYS - 1, category=1, severity=2)
    found, made = (
        within(each[each["category"] == sorted(CATEGORIES)[1]], N_DAYS - 1, 30)
        for each in (events.violations, events.inspections)
    )
    found = found[found["severity"] >= 2]
    server = violation_rate(lonlat(found), lonlat(made), params=PARAMS, extent=EXTENT)
    assert_same(values, server.per_hundred)


@pytest.mark.parametrize("bandwidth_m", [150, 300, 1000])
def test_densities_are_those_of_the_server_at_every_bandwidth(open_page, events, bandwidth_m):
    params = KernelParams(bandwidth_m=bandwidth_m, cell_m=min(100, bandwidth_m / 3))
    nobody = events.inspections.iloc[:0]
    counted = replace(events, inspections=nobody, is_rate=False, params=params)
    page = open_page(render_timeline_map(counted, tinytown.districts(), city_name="小镇")).page
    values, _ = surface_in(page, 300)
    found = within(events.violations, 300, 30)
    server = kernel_density(lonlat(found), params=params, extent=EXTENT)
    assert_same(values, server.events_per_km2)
    assert page.get_by_text("检查次数未知").is_visible()


# ---- the page ----------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("split", [False, True])
def test_the_page_has_no_serious_fault_of_access(open_page, render, events, size, split):
    page = open_page(render(events), size, bypass_csp=True).page
    open_sheet(page)
    if split:
        page.get_by_label("与另一时段对比").check()
    page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then((r) => r.violations)"
    )
    serious = [
        (each["id"], [node["html"][:120] for node in each["nodes"]])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
    assert serious == []


@pytest.mark.parametrize("restricted", [False, True])
def test_texts_of_users_show_as_they_were_written(open_page, render, events, restricted):
    page = open_page(render(events, restricted=restricted)).page
    assert page.locator(".eyebrow").inner_text() == CATEGORIES[0]
    assert page.locator(".attribution").inner_text() == CATEGORIES[1]
    options = page.get_by_label("类别").locator("option").all_text_contents()
    assert options == ["全部", *sorted(CATEGORIES)]
    for remark in ("丙${window.pwn=1}`", "丁\"'><svg onload=window.pwn=1>"):
        assert page.get_by_text(remark, exact=True).is_visible()
    page.get_by_label("与另一时段对比").check()
    assert page.locator(".second-map .district-name").count() == 3


def zoomed(page, button):
    """Press a button that zooms, and wait for the last picture of the map's way there."""
    page.get_by_role("button", name=button).click()
    # the map begins to zoom with the next picture, and draws with the one after the last
    page.evaluate(TWO_FRAMES)
    expect(page.locator(".leaflet-zoom-anim")).to_have_count(0)
    page.evaluate(TWO_FRAMES)


@pytest.mark.parametrize("size", SIZES)
def test_the_slider_changes_the_picture_and_the_words_but_not_the_legend(
    open_page, render, events, size
):
    page = open_page(render(events), size).page
    slider = page.get_by_label("时段的最后一天", exact=True)
    legend = page.locator(".ticks").inner_text()
    before = page.locator(".surface").evaluate(FNV)
    assert slider.get_attribute("aria-valuetext") == "2026-11-06 至 2026-12-05"
    slider.fill("100")
    assert page.locator(".surface").evaluate(FNV) != before
    assert slider.get_attribute("aria-valuetext") == "2026-01-11 至 2026-02-09"
    assert page.locator(".corner .caption").inner_text().startswith("2026-01-11 至 2026-02-09")
    zoomed(page, "放大")
    assert page.locator(".ticks").inner_text() == legend
    slider.fill(str(N_DAYS - 1))
    zoomed(page, "显示全部范围")
    assert page.locator(".surface").evaluate(FNV) == before


def test_playing_moves_through_the_days_until_it_is_paused(open_page, render, events):
    page = open_page(render(events)).page
    slider = page.get_by_label("时段的最后一天", exact=True)
    page.get_by_role("button", name="播放").click()
    expect(slider).not_to_have_value(str(N_DAYS - 1))
    page.get_by_role("button", name="暂停").click()
    expect(page.get_by_role("button", name="播放")).to_be_visible()
    stopped = slider.input_value()
    page.evaluate("new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))")
    assert slider.input_value() == stopped


def test_where_nobody_inspected_the_map_is_hatched_in_grey(open_page, render, events):
    page = open_page(render(events)).page
    data = np.array(page.evaluate(AROUND, [112.515, 32.8045])).reshape(-1, 4)
    drawn = data[data[:, 3] > 30, :3]
    assert 0.1 < len(drawn) / len(data) < 0.9
    assert np.ptp(drawn, axis=1).max() < 60
    inspected = np.array(page.evaluate(AROUND, [112.515, 32.816])).reshape(-1, 4)
    assert (inspected[:, 3] > 150).all()


def test_two_periods_stand_side_by_side_and_move_together(open_page, render, events):
    page = open_page(render(events)).page
    page.get_by_label("与另一时段对比").check()
    assert page.locator(".surface").count() == 2
    captions = page.locator(".caption").all_inner_texts()
    assert captions[0].startswith("A · 2026-11-06 至 2026-12-05")
    assert captions[1].startswith("B · 2026-10-07 至 2026-11-05")
    first, second = page.locator(".surface").all()
    left, right = first.evaluate(FNV), second.evaluate(FNV)
    page.get_by_label("对比时段的最后一天").fill("60")
    assert first.evaluate(FNV) == left
    assert second.evaluate(FNV) != right
    page.get_by_label("对比时段的最后一天").fill(str(N_DAYS - 1))
    zoomed(page, "放大")
    assert first.evaluate(FNV) == second.evaluate(FNV)
    page.get_by_label("与另一时段对比").uncheck()
    assert not second.is_visible()


def test_the_table_counts_what_the_period_and_the_filters_leave(open_page, render, events):
    page = open_page(render(events)).page
    page.get_by_label("时段长度").select_option(label="全部日期")
    numbers = [
        row.locator("td").all_inner_texts() for row in page.locator(".data-table tbody tr").all()
    ]
    inside = [[int(cell) for cell in row[1:3]] for row in numbers]
    assert 0 < sum(row[0] for row in inside) <= 500
    assert page.locator(".summary").inner_text() == "问题 500 个 · 检查 6000 次"
    page.get_by_label("严重程度").select_option(label="3 级及以上")
    severe = int((events.violations["severity"] == 3).sum())
    assert page.locator(".summary").inner_text() == f"问题 {severe} 个 · 检查 6000 次"
    name = numbers[0][0]
    page.get_by_label("区县").first.select_option(label=name)
    rows = page.locator(".data-table tbody tr").all()
    assert rows[0].locator("td").nth(2).inner_text() == numbers[0][2]
    assert rows[1].locator("td").nth(2).inner_text() == "0"


def test_a_restricted_reader_gets_counts_of_cells_and_is_told_so(open_page, render, events):
    page = open_page(render(events, restricted=True)).page
    assert page.get_by_text("本页只含按网格、日期和类别汇总的数量").is_visible()
    assert page.get_by_label("区县").count() == 0
    assert page.evaluate("GeoInspectSurface.violations.district") is None
    rows = [row.locator("td").all_inner_texts() for row in page.locator(".data-table tr").all()[1:]]
    assert [row[0] for row in rows] == sorted(CATEGORIES)
    shown = within(events.violations, N_DAYS - 1, 30)["category"].value_counts()
    assert [int(row[1]) for row in rows] == [shown[name] for name in sorted(CATEGORIES)]


def test_a_period_with_too_few_inspections_says_so(open_page, render, events):
    few = replace(events, inspections=events.inspections[:2])
    page = open_page(render(few)).page
    said = page.get_by_text("本时段没有任何地点达到 5 次检查")
    assert said.is_visible()
    assert not open_page(render(events)).page.get_by_text("本时段没有任何地点").is_visible()


def test_pointing_at_the_map_reads_its_value(open_page, render, events):
    page = open_page(render(events)).page
    where = page.evaluate(
        """([lon, lat]) => {
          const box = map_city.getContainer().getBoundingClientRect();
          const at = map_city.latLngToContainerPoint([lat, lon]);
          return [box.left + at.x, box.top + at.y];
        }""",
        [112.515, 32.816],
    )
    page.mouse.move(*where)
    assert "个问题/百次检查" in page.locator(".readout").inner_text()
    page.mouse.click(*where)
    assert "个问题/百次检查" in page.locator(".reading").inner_text()


def test_a_city_with_635_points_and_5000_violations_fits_into_5_megabytes(events, hostile_points):
    violations, inspections = (
        some_events(5000, 3, severity=True),
        some_events(20_000, 4, severity=False),
    )
    many = replace(events, violations=violations, inspections=inspections)
    points = pd.concat([hostile_points] * 53)[:635]
    html = render_timeline_map(many, tinytown.districts(), points, city_name="小镇")
    packed = 4 / 3 * 7 * 25_000
    streets = 4 / 3 * (MAX_BASEMAP_BYTES - packed)  # a page holds them as text, 4/3 as long
    assert packed < len(html.encode())
    assert len(html.encode()) + streets <= 5_000_000
