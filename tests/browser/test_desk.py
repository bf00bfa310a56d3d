"""A supervisor's day in a real browser: from the door to the released routes, and what they ask."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from geoinspect.basemaps import city_basemap
from geoinspect.cityfolder import CityFolder
from geoinspect.demo import tinytown
from geoinspect.people import Role
from geoinspect.people.account import Account
from geoinspect.people.passwords import hash_password
from geoinspect.store import fieldwork

from .conftest import HOSTILE, SIZES
from .test_app import PASSWORD, Office, Visit, serving, visits, wait_for_job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator

    from geoinspect.network import RoadNetwork

DRAWN = datetime(2026, 11, 22, 9, tzinfo=UTC)
# five to nine in the city: the routes are out, and nobody has left yet
NOW = datetime(2026, 11, 23, 0, 55, tzinfo=UTC)

Record = dict[str, Any]


@pytest.fixture(scope="module")
def plan(tinytown_plan: Record) -> Record:
    plan: Record = json.loads(json.dumps(tinytown_plan))
    for route in plan["routes"]:
        for stop in route["stops"]:
            stop["name"] += HOSTILE[1]
    for person in plan["inspectors"]:
        person["name"] += HOSTILE[3]
    return plan


@pytest.fixture(scope="module")
def city(
    tmp_path_factory: pytest.TempPathFactory, plan: Record, tinytown_network: RoadNetwork
) -> Path:
    """A city with a drawn day and its base map, to be copied: tests change it."""
    path = tmp_path_factory.mktemp("desk") / "city"
    folder = CityFolder.create(path, name=HOSTILE[0])
    store = folder.store()
    store.merge_points(tinytown.points())
    store.replace_districts(tinytown.districts())
    hashed = hash_password(PASSWORD)
    for role in (Role.SUPERVISOR, Role.SECURITY):
        store.people.add(Account(role.value, HOSTILE[1], role, password_hash=hashed))
    store.add_plan(plan, at=DRAWN)
    store.close()
    tinytown_network.save(folder.network_path)
    city_basemap(folder)
    return path


@pytest.fixture
def office(tmp_path: Path, city: Path) -> Iterator[Office]:
    path = shutil.copytree(city, tmp_path / "city")
    with serving(Office(CityFolder.open(path), NOW)) as office:
        yield office


@pytest.fixture
def visit(chromium: Browser, office: Office) -> Iterator[Callable[..., Visit]]:
    with visits(chromium, office, holds_clock=True) as sign_in:
        yield sign_in


def _to_the_routes(one: Visit) -> None:
    """From the overview, as a supervisor goes."""
    one.page.get_by_role("link", name="各组进度").click()
    one.page.wait_for_selector("body.has-street-names", state="attached")
    expect(one.page.locator("#standing tbody tr")).to_have_count(2)


def _rows(one: Visit) -> Locator:
    return one.page.locator("#timetables details").first.locator("li")


@pytest.mark.parametrize("size", SIZES)
def test_from_the_door_to_the_released_routes_and_why_a_stop_stays(
    visit: Callable[..., Visit], plan: Record, size: str
) -> None:
    one = visit(Role.SUPERVISOR, size)
    _to_the_routes(one)
    n = sum(len(route["stops"]) for route in plan["routes"])
    expect(one.page.locator(".route-stop")).to_have_count(n)
    drag = _drag_by_mouse if size == "desktop" else _drag_by_finger
    first, second = _rows(one).nth(0), _rows(one).nth(1)
    drag(one, second.locator(".grip"), first)
    answer = one.page.locator("#why [data-codes]")
    expect(answer).to_contain_text("抽签结果具有约束力")
    expect(one.page.locator("#why tbody tr")).to_have_count(1)
    assert one.page.locator("[name=position]").input_value() == "1"
    # the stop lies where it lay
    assert second.get_attribute("data-stop") == plan["routes"][0]["stops"][1]["point_id"]
    wide = one.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0


def _middle(place: Locator) -> tuple[float, float]:
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 4


def _drag_by_mouse(one: Visit, grip: Locator, to: Locator) -> None:
    one.page.mouse.move(*_middle(grip))
    one.page.mouse.down()
    one.page.mouse.move(*_middle(to), steps=4)
    expect(to).to_have_class("drop-before")
    one.page.mouse.up()


def _drag_by_finger(one: Visit, grip: Locator, to: Locator) -> None:
    device = one.page.context.new_cdp_session(one.page)

    def touch(kind: str, *at: tuple[float, float]) -> None:
        points = [{"x": x, "y": y} for x, y in at]
        device.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    # nothing may scroll between the two
    end, start = _middle(to), _middle(grip)
    touch("touchStart", start)
    touch("touchMove", (start[0], start[1] - 20))
    touch("touchMove", end)
    expect(to).to_have_class("drop-before")
    touch("touchEnd")


def test_keys_ask_what_a_pointer_asks(visit: Callable[..., Visit], plan: Record) -> None:
    one = visit(Role.SUPERVISOR)
    _to_the_routes(one)
    _rows(one).last.locator(".grip").focus()
    one.page.keyboard.press("Enter")
    expect(one.page.get_by_role("button", name="提前一站")).to_be_focused()
    one.page.keyboard.press("Enter")
    expect(one.page.locator("#why [data-codes]")).to_be_visible()
    n = len(plan["routes"][0]["stops"])
    assert one.page.locator("[name=position]").input_value() == str(n - 1)
    one.page.get_by_role("button", name="推后一站").press("Enter")
    expect(one.page.locator("#toast")).to_contain_text("已是最后一站")


def test_what_came_back_shows_without_opening_the_page_anew(
    visit: Callable[..., Visit], office: Office, plan: Record
) -> None:
    one = visit(Role.SUPERVISOR)
    _to_the_routes(one)
    stop = plan["routes"][0]["stops"][0]
    at = datetime.fromisoformat(stop["arrival"])
    store = office.folder.store()
    visits = [fieldwork.Visit("v-1", stop["point_id"], at, at + timedelta(minutes=10))]
    store.fieldwork.add_visits(visits, "somebody")
    store.close()
    office.now = (at + timedelta(minutes=11)).astimezone(UTC)
    one.page.clock.fast_forward("00:31")
    first = one.page.locator("#standing tbody tr").first
    expect(first).to_contain_text(f"{at + timedelta(minutes=10):%H:%M} 完成")
    expect(_rows(one).first.locator("[data-state-of]")).to_have_text("已完成")
    expect(one.page.locator(".route-stop.is-done")).to_have_count(1)


def test_a_day_is_amended_from_the_map(visit: Callable[..., Visit], office: Office) -> None:
    one = visit(Role.SUPERVISOR)
    _to_the_routes(one)
    kind = one.page.get_by_label("发生情况")
    kind.select_option("closed-near")
    one.page.locator("#city-map").click(position={"x": 300, "y": 200})
    assert float(one.page.get_by_label("经度").input_value()) == pytest.approx(112.5, abs=0.1)
    kind.select_option("late")
    one.page.get_by_label("晚点（分钟）").fill("40")
    one.page.get_by_role("button", name="调整").click()
    wait_for_job(one, office)
    expect(one.page.locator("#standing")).to_contain_text("按规则放弃")
    expect(one.page.locator("[data-state-of]", has_text="已放弃").first).to_be_attached()


def test_a_disabled_account_can_be_taken_back(visit: Callable[..., Visit], office: Office) -> None:
    one = visit(Role.SECURITY)
    one.go("/app/people")
    one.page.get_by_role("button", name="停用").click()
    toast = one.page.locator("#toast")
    expect(toast).to_contain_text("已不能登录")
    toast.get_by_role("button", name="撤销").click()
    expect(toast).to_contain_text("均保留在日志中")
    store = office.folder.store()
    assert not store.people.account(Role.SUPERVISOR.value).disabled
    acts = [row.action for row in store.audit.rows()]
    store.close()
    assert acts.count("account.change") == 2


def test_whoever_was_given_a_password_chooses_another_first(
    visit: Callable[..., Visit], office: Office
) -> None:
    one, own = visit(Role.SECURITY), "Chosen-by-9-myself"
    one.go("/app/people")
    for name, text in {"账号": "newcomer", "名称": "新来的", "初始密码": PASSWORD}.items():
        one.page.get_by_label(name, exact=True).first.fill(text)
    with one.page.expect_navigation():
        one.page.get_by_role("button", name="添加").click()
    newcomer = visit(Role.SUPERVISOR, "phone", "newcomer")
    page = newcomer.page
    expect(page).to_have_url(f"{office.address}/app/password")
    expect(page.locator("nav.side a")).to_have_count(0)
    page.get_by_label("当前密码").fill(PASSWORD)
    page.get_by_label("新密码", exact=False).first.fill(own)
    again = page.get_by_label("再次输入新密码")
    again.fill(own[:-1])
    assert not again.evaluate("input => input.checkValidity()")
    again.fill(own)
    page.get_by_role("button", name="修改密码").click()
    expect(page).to_have_url(f"{office.address}/app")
    expect(page.locator("#toast")).to_contain_text("新密码即刻生效")
    expect(page.locator("nav.side a").first).to_be_attached()


@pytest.mark.parametrize("size", SIZES)
def test_the_desk_has_no_serious_finding(
    visit: Callable[..., Visit], office: Office, size: str
) -> None:
    one = visit(Role.SUPERVISOR, size, bypass_csp=True)
    one.check_access()
    _to_the_routes(one)
    _rows(one).last.locator(".grip").press("Enter")
    one.page.get_by_role("button", name="提前一站").click()
    expect(one.page.locator("#why [data-codes]")).to_be_visible()
    one.check_access()
    # tomorrow the session of today is over, and the page would ask on
    one.page.goto("about:blank")
    office.now = NOW + timedelta(days=1)
    one = visit(Role.SUPERVISOR, size, bypass_csp=True)
    one.go("/app/lottery")
    expect(one.page.locator("#measured svg")).not_to_have_count(0)
    one.check_access()
    one.go("/app/days/2026-11-25")
    one.check_access()
