"""A leader's way in a real browser: from the door to the map, the ranking and its records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from geoinspect.people import Role

from . import test_app
from .conftest import PATIENCE_MS, SIZES

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from .test_app import Visit

pytestmark = pytest.mark.browser

# the service and the sign-in of the other pages' tests
office = test_app.office
visit = test_app.visit

DRAWN = "body.has-rates.has-streets"
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
#: Opaque pixels of the surface of a map.
PAINTED = """(selector) => {
  const node = document.querySelector(selector);
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [node.width, node.height];
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(node, 0, 0);
  const { data } = context.getImageData(0, 0, node.width, node.height);
  let n = 0;
  for (let i = 3; i < data.length; i += 4) n += data[i] > 0;
  return n;
}"""


def check_access(page: Page) -> None:
    """No serious finding of axe-core, which runs beside the page and so within its policy."""
    page.evaluate(test_app.AXE.read_text(encoding="utf-8") + ";0")
    found = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then((r) => r.violations)"
    )
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []


@pytest.mark.parametrize("size", SIZES)
def test_a_leader_gets_from_the_door_to_the_record_behind_a_rank(
    visit: Callable[..., Visit], size: str
) -> None:
    one = visit(Role.LEADER, size)
    page = one.page
    page.set_default_timeout(PATIENCE_MS)
    page.locator("#week").get_by_role("link", name="每周通报").wait_for()
    page.locator("nav.side").get_by_role("link", name="问题率").click()
    page.wait_for_selector(DRAWN, state="attached")
    page.locator("#rates-wait").wait_for(state="hidden")
    assert page.evaluate(PAINTED, "#city-rates .surface") > 1000
    check_access(page)
    assert not page.evaluate(WIDER)
    page.get_by_role("navigation", name="发生率相关页面").get_by_role("link", name="排名").click()
    page.get_by_label("时段长度").select_option("annual")
    page.wait_for_url("**kind=annual**")
    row = page.locator("table.ranking tbody tr").first
    row.locator("svg.whiskers rect").wait_for(state="attached")
    check_access(page)
    assert not page.evaluate(WIDER)
    row.locator("td.title a").click()
    page.get_by_role("link", name="照片与办理过程").first.click()
    page.wait_for_url("**/app/problems/**")
    one.go("/app/rates/changes")
    check_access(page)
    assert not page.evaluate(WIDER)


def test_the_map_in_the_application_plays_filters_and_compares(
    visit: Callable[..., Visit],
) -> None:
    one = visit(Role.LEADER)
    page = one.page
    page.set_default_timeout(PATIENCE_MS)
    one.go("/app/rates")
    page.wait_for_selector(DRAWN, state="attached")
    summary = page.locator("#panel .summary")
    page.get_by_label("时段长度").select_option(label="全部日期")
    expect(summary).to_contain_text("8")
    expect(summary).to_contain_text("24")
    # the keys move through time, and back to the first day nothing was found yet
    slider = page.get_by_label("时段的最后一天")
    slider.press("Home")
    expect(summary).not_to_contain_text("24")
    slider.press("End")
    page.get_by_label("严重程度").select_option(index=1)
    expect(summary).to_contain_text("24")
    expect(summary).not_to_contain_text("问题 8 ")
    page.get_by_label("与另一时段对比").check()
    page.wait_for_selector("#second .surface")
    assert page.evaluate(PAINTED, "#second .surface") > 0
    page.get_by_label("显示距上次检查的天数").check()
    expect(page.locator(".ages-keys")).to_be_visible()
