"""An inspector's day on a phone: from the door to sent results, through a dead spot as well."""

from __future__ import annotations

import io
import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import uvicorn
from PIL import ExifTags, Image
from playwright.sync_api import Error, expect

from geoinspect.amending.amend import amend
from geoinspect.api.app import create_app
from geoinspect.checklists import Checklist, Item, ItemClass, Kind
from geoinspect.cityfolder import CityFolder
from geoinspect.demo import tinytown
from geoinspect.people import Role
from geoinspect.people.account import Account
from geoinspect.people.passwords import hash_password

from .conftest import HOSTILE, PATIENCE_MS, SIZES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Locator, Page

AXE = Path(__file__).parents[2] / "maps" / "vendor" / "axe.js"
PASSWORD = "correct horse battery 9"
DRAWN = datetime(2026, 11, 22, 9, tzinfo=UTC)
# ten in the morning in the city; the phone has the same clock
NOW = datetime(2026, 11, 23, 1, 10, tzinfo=UTC)
ITEMS = (
    Item("A", "路灯完好", "Lamps work", 2, Kind.YES_NO, ItemClass.HARDWARE, 10, 10, 0),
    Item("B", HOSTILE[1], "Dogs", 1, Kind.COUNT_5MIN, ItemClass.CONDUCT, 10, 2, 1),
    Item("C", "垃圾桶清洁", "Clean bins", 1, Kind.PHOTO, ItemClass.HARDWARE, 10, 5, 0),
)


@dataclass
class Office:
    """A service that can be stopped and started again at the same address."""

    folder: CityFolder
    port: int = 0
    _running: list[tuple[uvicorn.Server, threading.Thread, Any]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        app = create_app(self.folder, clock=lambda: NOW)
        config = uvicorn.Config(
            app, host="127.0.0.1", port=self.port, log_level="error", lifespan="off"
        )
        listening = config.bind_socket()
        # whoever connects before the server runs waits, and is not refused
        listening.listen()
        self.port = listening.getsockname()[1]
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        self._running.append((server, thread, listening))

    def stop(self) -> None:
        server, thread, listening = self._running.pop()
        server.should_exit = True
        server.force_exit = True
        thread.join()
        listening.close()

    def results(self, *, current: bool = False) -> list[tuple[str, int, Any, str]]:
        """Records that are there, without the ids that the phone made up."""
        store = self.folder.store()
        frame = store.results.results(current=current)
        store.close()
        counts = frame["n_breaches"].astype(object).where(frame["n_breaches"].notna(), None)
        return sorted(
            zip(frame["item_id"], frame["revision"], counts, frame["remark"], strict=True)
        )


@pytest.fixture
def office(tmp_path: Path, tinytown_plan: dict[str, Any]) -> Iterator[Office]:
    folder = CityFolder.create(tmp_path / "city", name=HOSTILE[0])
    plan = json.loads(json.dumps(tinytown_plan))
    team = plan["teams"][0]["team_id"]
    plan["draw"]["inspectors"] = [{"team_id": team, "inspector_ids": ["I1"]}]
    for route in plan["routes"]:
        for stop in route["stops"]:
            stop["name"] += HOSTILE[1]
    categories = sorted(tinytown.points()["category"].unique())
    weights = {name: {"A": 60.0, "B": 20.0, "C": 20.0} for name in categories}
    items = {item.item_id: item for item in ITEMS}
    store = folder.store()
    store.merge_points(tinytown.points())
    store.checklists.merge([Checklist("2026", date(2026, 1, 1), None, items, weights)])
    hashed = hash_password(PASSWORD)
    for who, inspector_id in (("li", "I1"), ("wu", "I2")):
        store.people.add(
            Account(
                who, HOSTILE[1], Role.INSPECTOR, inspector_id=inspector_id, password_hash=hashed
            )
        )
    store.add_plan(plan, at=DRAWN)
    store.close()
    office = Office(folder)
    office.start()
    yield office
    office.stop()


@pytest.fixture
def phone(chromium: Browser, office: Office) -> Iterator[BrowserContext]:
    """A phone whose owner has signed in."""
    context = chromium.new_context(
        viewport=SIZES["phone"], has_touch=True, is_mobile=True, timezone_id="Asia/Shanghai",
        geolocation={"longitude": 112.5, "latitude": 32.8, "accuracy": 7},
        permissions=["geolocation"],
    )  # fmt: skip
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    _sign_in(page, office, "li")
    page.close()
    yield context
    context.close()


def _sign_in(page: Page, office: Office, who: str) -> None:
    page.goto(f"{office.address}/sign-in")
    page.get_by_label("账号").fill(who)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/app")


def _open(phone: BrowserContext, office: Office) -> Page:
    page = phone.new_page()
    page.clock.install(time=NOW)
    page.goto(f"{office.address}/app/inspect")
    expect(page.locator("#stops > li")).not_to_have_count(0)
    return page


def _item(page: Page, number: int) -> Locator:
    return page.locator("#stops > li").first.locator(".item").nth(number)


def _arrive(page: Page) -> None:
    page.locator("#stops > li").first.get_by_role("button", name="我已到达").click()
    expect(_item(page, 0)).to_be_visible()


def _answer(page: Page, remark: str) -> None:
    """Look at all items of the stop at hand."""
    _item(page, 0).get_by_role("button", name="不合格").click()
    _item(page, 0).locator("summary").click()
    _item(page, 0).get_by_label("备注").fill(remark)
    for count in (1, 2):
        _item(page, 1).get_by_role("button", name="加一").click()
        expect(_item(page, 1).locator("output")).to_have_text(str(count))
    _item(page, 2).get_by_role("button", name="不适用").click()
    expect(_item(page, 2).get_by_role("button", name="不适用")).to_have_attribute(
        "aria-pressed", "true"
    )


def _finish(page: Page) -> None:
    page.get_by_role("button", name="完成此点位").click()
    expect(page.locator("#stops .item")).to_have_count(0)


def _sent(page: Page) -> None:
    expect(page.locator("#queue-state")).to_have_text("已全部发送。")


def _photo() -> bytes:
    """A photo larger than what is sent, with time and place."""
    shades = np.add.outer(np.arange(1500), np.arange(2000)) % 256
    image = Image.fromarray(shades.astype(np.uint8), "L").convert("RGB")
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:11:23 09:05:06"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLongitudeRef] = "N", "E"
    gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLongitude] = (32, 48, 36), (112, 30, 18)
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def _take_photo(page: Page) -> None:
    chosen = {"name": "IMG.jpg", "mimeType": "image/jpeg", "buffer": _photo()}
    _item(page, 0).locator("input[type=file]").set_input_files([chosen])
    expect(_item(page, 0)).to_contain_text("1 张照片")


ANSWERED = [("A", 1, 1, "灯坏"), ("B", 1, 2, ""), ("C", 1, None, "")]


def test_an_inspector_goes_from_the_door_to_sent_results(
    phone: BrowserContext, office: Office
) -> None:
    page = _open(phone, office)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    first = page.locator("#stops > li h2").first.inner_text()
    _arrive(page)
    _answer(page, "灯坏")
    expect(page.locator("[data-part=position]").first).to_contain_text("7")
    _take_photo(page)
    _finish(page)
    _sent(page)
    assert office.results() == ANSWERED
    # the next stop comes first, what is done last
    assert page.locator("#stops > li h2").first.inner_text() != first
    assert page.locator("#stops > li h2").last.inner_text() == first
    assert page.evaluate("typeof window.pwn") == "undefined"
    assert faults == []

    store = office.folder.store()
    (visit,) = store.fieldwork.visits()
    assert (visit["lon"], visit["lat"], visit["accuracy_m"]) == (112.5, 32.8, 7)
    assert visit["finished_at"] is not None
    (digest,) = filter(None, store.results.results()["photos"])
    store.close()
    content = office.folder.photos.content(digest)
    assert sha256(content).hexdigest() == digest
    assert max(Image.open(io.BytesIO(content)).size) == 1600


def test_nothing_is_lost_or_doubled_in_a_dead_spot(phone: BrowserContext, office: Office) -> None:
    page = _open(phone, office)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    _sent(page)
    phone.set_offline(True)
    office.stop()
    _arrive(page)
    _answer(page, "灯坏")
    _take_photo(page)
    page.close()
    # the phone alone opens the page, with what was not finished
    page = _open(phone, office)
    expect(_item(page, 0)).to_contain_text("1 张照片")
    assert _item(page, 0).get_by_label("备注").input_value() == "灯坏"
    _finish(page)
    expect(page.locator("#queue")).to_have_attribute("data-state", "offline")
    # the visit, three answers and a photo
    expect(page.locator("#queue-counts")).to_contain_text("待发送 5")
    page.close()

    office.start()
    page = _open(phone, office)
    expect(page.locator("#queue-counts")).to_contain_text("待发送 5")
    assert office.results() == []
    # nobody needs to tap anything
    phone.set_offline(False)
    _sent(page)
    expect(page.locator("#queue-counts")).to_contain_text("待发送 0 · 已发送 5")
    assert office.results() == ANSWERED
    store = office.folder.store()
    (digest,) = filter(None, store.results.results()["photos"])
    store.close()
    assert sha256(office.folder.photos.content(digest)).hexdigest() == digest


def test_the_queue_is_sent_again_after_a_while(phone: BrowserContext, office: Office) -> None:
    page = _open(phone, office)
    _sent(page)
    office.stop()
    _arrive(page)
    _answer(page, "灯坏")
    _finish(page)
    expect(page.locator("#queue")).to_have_attribute("data-state", "offline")
    office.start()
    page.clock.fast_forward("10:00")
    _sent(page)
    assert office.results() == ANSWERED


def test_what_was_recorded_waits_for_a_session_of_the_same_person(
    phone: BrowserContext, office: Office
) -> None:
    page = _open(phone, office)
    _sent(page)
    phone.clear_cookies()
    _arrive(page)
    _answer(page, "灯坏")
    _finish(page)
    expect(page.locator("#queue")).to_have_attribute("data-state", "signed-out")
    assert office.results() == []
    other = phone.new_page()
    _sign_in(other, office, "wu")
    page.get_by_role("button", name="立即发送").click()
    expect(page.locator("#queue")).to_have_attribute("data-state", "signed-out")
    assert office.results() == []
    phone.clear_cookies()
    # another session than the one that this page was opened with
    _sign_in(other, office, "li")
    page.get_by_role("button", name="立即发送").click()
    _sent(page)
    assert office.results() == ANSWERED


def test_whoever_signs_out_leaves_no_route_behind_and_loses_nothing(
    phone: BrowserContext, office: Office
) -> None:
    page = _open(phone, office)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    _arrive(page)
    _answer(page, "灯坏")
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/sign-in")
    office.stop()
    # a page of its own: the browser's error page tries again, and would interrupt what follows
    closed = phone.new_page()
    with pytest.raises(Error, match="ERR_"):
        closed.goto(f"{office.address}/app/inspect")
    closed.close()
    office.start()
    _sign_in(page, office, "li")
    page.goto(f"{office.address}/app/inspect")
    expect(_item(page, 0)).to_be_visible()
    _finish(page)
    _sent(page)
    assert office.results() == ANSWERED


def test_what_the_service_refuses_is_told_and_kept(phone: BrowserContext, office: Office) -> None:
    page = _open(phone, office)
    _arrive(page)
    page.clock.set_fixed_time(NOW.replace(hour=9))
    page.get_by_role("button", name="获取我的位置").click()
    expect(page.locator("#problem-place")).to_contain_text("112.5")
    page.get_by_label("问题描述").fill("井盖缺失")
    page.get_by_role("button", name="上报").click()
    # the clock of the phone is hours ahead
    expect(page.locator("#asking")).to_contain_text("将来")
    expect(page.locator("#queue")).to_have_attribute("data-state", "stuck")
    expect(page.locator("#asking")).to_contain_text("井盖缺失")


def test_a_problem_elsewhere_is_reported_once(phone: BrowserContext, office: Office) -> None:
    page = _open(phone, office)
    page.clock.set_fixed_time(NOW)
    page.get_by_label("问题描述").fill("井盖缺失")
    page.get_by_role("button", name="上报").click()
    expect(page.locator("#problem-place")).to_contain_text("请先获取位置")
    page.get_by_role("button", name="获取我的位置").click()
    expect(page.locator("#problem-place")).to_contain_text("112.5")
    page.get_by_role("button", name="上报").click()
    expect(page.locator("#queue-counts")).to_contain_text("已发送 1")
    store = office.folder.store()
    (found,) = store.violations().itertuples()
    store.close()
    assert (found.description, found.geometry.x, found.geometry.y) == ("井盖缺失", 112.5, 32.8)


def test_a_tap_on_the_map_says_where_a_problem_is(phone: BrowserContext, office: Office) -> None:
    page = _open(phone, office)
    page.clock.set_fixed_time(NOW)
    page.locator("#problem-map").click(position={"x": 150, "y": 130})
    expect(page.locator("#problem-place")).to_contain_text("位于 112.")
    page.get_by_label("问题描述").fill("井盖缺失")
    page.get_by_role("button", name="上报").click()
    expect(page.locator("#queue-counts")).to_contain_text("已发送 1")
    store = office.folder.store()
    (found,) = store.violations().itertuples()
    west, south, east, north = store.points().total_bounds
    store.close()
    assert west < found.geometry.x < east
    assert south < found.geometry.y < north


def test_a_remark_without_an_answer_keeps_the_stop_open(
    phone: BrowserContext, office: Office
) -> None:
    page = _open(phone, office)
    _arrive(page)
    _item(page, 0).locator("summary").click()
    _item(page, 0).get_by_label("备注").fill("灯坏")
    page.get_by_role("button", name="完成此点位").click()
    expect(page.locator("[data-part=fault]").first).to_contain_text("路灯完好")
    _item(page, 0).get_by_role("button", name="不合格").click()
    page.get_by_role("button", name="完成此点位").click()
    expect(page.locator("[data-part=fault]").first).to_contain_text("2")
    _finish(page)
    _sent(page)
    assert office.results() == [("A", 1, 1, "灯坏")]


def test_the_page_can_be_read_and_used_by_everybody(
    chromium: Browser, phone: BrowserContext, office: Office
) -> None:
    lenient = chromium.new_context(
        viewport=SIZES["phone"], bypass_csp=True, storage_state=phone.storage_state()
    )
    page = _open(lenient, office)
    _arrive(page)
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document).then((r) => r.violations)")
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
    lenient.close()


def test_time_and_place_of_a_photo_are_read_before_it_is_made_smaller(
    phone: BrowserContext, office: Office
) -> None:
    page = _open(phone, office)
    found = page.evaluate(
        "(bytes) => GeoInspectExif(Uint8Array.from(bytes).buffer)", list(_photo())
    )
    assert found["taken_at"] == "2026-11-23T09:05:06"
    assert (found["lon"], found["lat"]) == pytest.approx((112.505, 32.81))
    for damaged in (b"", b"\xff\xd8", _photo()[:60], b"\xff\xd8\xff\xe1\x00\x10Exif\0\0II*\0\xff"):
        told = page.evaluate(
            "(bytes) => GeoInspectExif(Uint8Array.from(bytes).buffer)", list(damaged)
        )
        assert told == {}


def test_an_answer_that_is_lost_on_the_way_back_doubles_nothing(
    phone: BrowserContext, office: Office
) -> None:
    page = _open(phone, office)
    _arrive(page)
    _answer(page, "灯坏")
    lost: list[int] = []

    def lose(route: Any) -> None:
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/inspections/results", lose)
    _finish(page)
    expect(page.locator("#queue")).to_have_attribute("data-state", "offline")
    assert set(lost) == {200}
    page.unroute("**/inspections/results")
    page.get_by_role("button", name="立即发送").click()
    _sent(page)
    assert office.results() == ANSWERED


def _corrected_by_the_office(office: Office) -> None:
    """Somebody in the office enters a second revision of the first item."""
    store = office.folder.store()
    frame = store.results.results()
    mine = frame[frame["item_id"] == "A"]
    store.results.add(mine.assign(revision=2, n_breaches=0, score=10.0, remark="已核实"))
    store.close()


@pytest.mark.parametrize("choice", ["以更高版本发送我的", "保留已有内容"])
def test_a_conflict_is_shown_side_by_side_and_the_inspector_decides(
    phone: BrowserContext, office: Office, choice: str
) -> None:
    page = _open(phone, office)
    _arrive(page)
    _answer(page, "灯坏")
    _finish(page)
    _sent(page)
    _corrected_by_the_office(office)
    page.locator("#stops > li").last.get_by_role("button", name="更正").click()
    _item(page, 0).get_by_label("备注").fill("灯真的坏")
    _finish(page)
    conflict = page.locator(".conflict")
    expect(conflict).to_have_count(1)
    expect(conflict).to_contain_text("已核实")
    expect(conflict).to_contain_text("灯真的坏")
    expect(page.locator("#queue-asking")).to_contain_text("1")
    conflict.get_by_role("button", name=choice).click()
    expect(page.locator(".conflict")).to_have_count(0)
    _sent(page)
    (current,) = (row for row in office.results(current=True) if row[0] == "A")
    if choice.startswith("以更高"):
        assert current == ("A", 3, 1, "灯真的坏")
    else:
        assert current == ("A", 2, 0, "已核实")


def test_the_hash_of_bytes_is_right_without_https(phone: BrowserContext, office: Office) -> None:
    page = _open(phone, office)
    for size in (0, 1, 55, 56, 63, 64, 65, 5000):
        content = bytes((7 * k + size) % 256 for k in range(size))
        found = page.evaluate("(bytes) => GeoInspectSha256(Uint8Array.from(bytes))", list(content))
        assert found == sha256(content).hexdigest()


def test_a_stop_that_is_taken_out_while_out_of_reach_keeps_what_was_recorded(
    phone: BrowserContext, office: Office, tinytown_network: Any
) -> None:
    page = _open(phone, office)
    _sent(page)
    second = page.locator("#stops > li h2").nth(1).inner_text()
    n_stops = page.locator("#stops > li").count()
    phone.set_offline(True)
    _arrive(page)
    _answer(page, "灯坏")
    _amend(office, tinytown_network)
    _finish(page)
    expect(page.locator("#queue")).to_have_attribute("data-state", "offline")
    phone.set_offline(False)
    page.get_by_role("button", name="立即发送").click()
    _sent(page)
    page.close()
    page = _open(phone, office)
    # the stops that were taken out are told as such, and none of them asks to be made
    expect(page.locator("[data-part=dropped]:visible")).to_have_count(n_stops - 1)
    gone = page.locator("#stops > li", has_text=second)
    expect(gone).to_contain_text("今日取消：车辆故障")
    expect(gone.get_by_role("button", name="我已到达")).to_be_hidden()
    assert office.results() == ANSWERED


def test_a_conflict_at_a_stop_that_was_taken_out_is_shown_side_by_side_and_stays(
    phone: BrowserContext, office: Office, tinytown_network: Any
) -> None:
    page = _open(phone, office)
    first = page.locator("#stops > li h2").first.inner_text()
    _arrive(page)
    _answer(page, "灯坏")
    _finish(page)
    _sent(page)
    phone.set_offline(True)
    _corrected_by_the_office(office)
    _amend(office, tinytown_network, when="arrival")
    page.locator("#stops > li", has_text=first).get_by_role("button", name="更正").click()
    _item(page, 0).get_by_label("备注").fill("灯真的坏")
    _finish(page)
    expect(page.locator("#queue")).to_have_attribute("data-state", "offline")
    phone.set_offline(False)
    page.get_by_role("button", name="立即发送").click()
    expect(page.locator(".conflict")).to_have_count(1)
    page.close()
    # neither the amendment nor a closed tab takes the decision away from the inspector
    page = _open(phone, office)
    taken_out = page.locator("#stops > li", has_text=first)
    expect(taken_out).to_contain_text("今日取消：车辆故障")
    conflict = page.locator(".conflict")
    expect(conflict).to_contain_text("已核实")
    expect(conflict).to_contain_text("灯真的坏")
    conflict.get_by_role("button", name="以更高版本发送我的").click()
    expect(conflict).to_have_count(0)
    _sent(page)
    (current,) = (row for row in office.results(current=True) if row[0] == "A")
    assert current == ("A", 3, 1, "灯真的坏")


def _amend(office: Office, network: Any, *, when: str = "departure") -> None:
    """The vehicle of the phone's owner breaks down while the first visit lasts, or before it."""
    store = office.folder.store()
    draw = store.ledger.binding(NOW.date())
    plan = json.loads(store.ledger.drawn_record(draw))
    rows = plan["draw"]["inspectors"]
    (team,) = (row["team_id"] for row in rows if "I1" in row["inspector_ids"])
    (route,) = (route for route in plan["routes"] if route["team_id"] == team)
    at = datetime.fromisoformat(route["stops"][0][when]) - timedelta(seconds=1)
    made = amend(plan, [], network, team_id=team, at=at, event={"kind": "breakdown"}, made_at=NOW)
    store.ledger.add_amendment(made)
    store.close()


def test_an_item_tells_what_it_allows_and_how_long_a_unit_has(
    phone: BrowserContext, office: Office
) -> None:
    page = _open(phone, office)
    _arrive(page)
    expect(_item(page, 0)).to_contain_text("个工作日内整改")
