"""The application in a real browser: each role's way from the door to what it came for."""

from __future__ import annotations

import shutil
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
import uvicorn
from PIL import Image
from playwright.sync_api import expect

from geoinspect.api.app import create_app
from geoinspect.cases import USUAL_ISSUER, Defect, Mover, Party
from geoinspect.cityfolder import CityFolder
from geoinspect.demo import tinytown, tinytown_folder
from geoinspect.jobs import Worker
from geoinspect.network import read_network
from geoinspect.people import Role
from geoinspect.people.account import Account
from geoinspect.people.passwords import hash_password
from geoinspect.responsibility import assign
from geoinspect.store.casenotices import Office as StoreOffice

from .conftest import HOSTILE, PATIENCE_MS, SIZES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    from geoinspect.store import Store

AXE = Path(__file__).parents[2] / "maps" / "vendor" / "axe.js"
PASSWORD = "correct horse battery 9"
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
DAY = "2026-11-23"
#: Problems of the unit U3.
OWED = ("V04", "V07")
PEOPLE = {
    Role.SUPERVISOR: {},
    Role.LEADER: {},
    Role.UNIT: {"offices": frozenset({"U3"})},
    Role.INSPECTOR: {"inspector_id": "I1"},
    Role.ADMINISTRATOR: {},
    Role.SECURITY: {},
    Role.AUDITOR: {},
}


@dataclass
class Office:
    """A service that listens, with a clock and a worker of the test's own."""

    folder: CityFolder
    now: datetime = NOW
    address: str = ""

    def work(self) -> None:
        """Do all jobs that wait."""
        Worker(self.folder).run_pending()


def _fill(folder: CityFolder) -> None:
    """Bring the tiny town in, its names hostile, with an account of each role."""
    store = folder.store()
    points = tinytown.points()
    names = [f"{HOSTILE[k % len(HOSTILE)]} {k}" for k in range(len(points))]
    store.merge_points(points.assign(name=names))
    store.replace_districts(tinytown.districts())
    store.replace_units(tinytown.units())
    store.merge_violations(tinytown.violations().assign(description=HOSTILE[1]))
    store.merge_inspections(tinytown.inspections())
    store.replace_assignments(assign(store.points(), store.districts(), store.units()))
    hashed = hash_password(PASSWORD)
    for role, scope in PEOPLE.items():
        store.people.add(Account(role.value, HOSTILE[1], role, password_hash=hashed, **scope))
    head = PEOPLE[Role.UNIT]
    store.people.add(
        Account("unit-head", "赵六", Role.UNIT, password_hash=hashed, approves=True, **head)
    )
    _give_notice(store)
    store.close()
    read_network(tinytown_folder() / "streets.osm").save(folder.network_path)


def _give_notice(store: Store) -> None:
    """Issue the notices of the unit's problems, so that it has something to put right."""
    here = StoreOffice(ZoneInfo("Asia/Shanghai"), USUAL_ISSUER)
    for case_id in OWED:
        store.cases.open(case_id, Defect.CONDUCT, at=NOW)
        store.cases.notify(case_id, Mover("supervisor", Party.OFFICE), here, at=NOW)


@contextmanager
def serving(office: Office) -> Iterator[Office]:
    """Serve a city as long as it is needed."""
    app = create_app(office.folder, clock=lambda: office.now)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    # whoever connects before the server runs waits, and is not refused
    listening.listen()
    office.address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield office
    server.should_exit = True
    thread.join()
    listening.close()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = CityFolder.create(tmp_path_factory.mktemp("app") / "city", name=HOSTILE[0])
    _fill(folder)
    with serving(Office(folder)) as office:
        yield office


@dataclass
class Visit:
    """Somebody at a browser, and what went wrong there."""

    page: Page
    address: str
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def check(self) -> None:
        assert self.faults == []

    def check_access(self) -> None:
        """No serious finding of axe-core on the page that is open."""
        self.page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate(
            "axe.run(document, {resultTypes: ['violations']}).then((r) => r.violations)"
        )
        serious = [
            (each["id"], [node["html"][:120] for node in each["nodes"]])
            for each in found
            if each["impact"] in ("serious", "critical")
        ]
        assert serious == []


@contextmanager
def visits(
    chromium: Browser, office: Office, *, holds_clock: bool = False
) -> Iterator[Callable[..., Visit]]:
    """Return the function that signs somebody in; at the end nothing may have gone wrong."""
    opened: list[Visit] = []

    def sign_in(
        role: Role, size: str = "desktop", user_id: str = "", *, bypass_csp: bool = False
    ) -> Visit:
        context = chromium.new_context(
            viewport=SIZES[size], has_touch=size == "phone", is_mobile=size == "phone",
            # the tools of a test are no part of the page, unless it asks for them
            bypass_csp=bypass_csp,
        )  # fmt: skip
        context.set_default_timeout(PATIENCE_MS)
        one = Visit(context.new_page(), office.address)
        listen(one)
        if holds_clock:
            one.page.clock.install()
        one.go("/sign-in")
        one.page.get_by_label("账号").fill(user_id or role.value)
        one.page.get_by_label("密码").fill(PASSWORD)
        one.page.get_by_role("button", name="登录").click()
        one.page.wait_for_url("**/app{,/password}")
        opened.append(one)
        return one

    yield sign_in
    for one in opened:
        assert one.page.evaluate("typeof window.pwn") == "undefined"
        one.check()
        one.page.context.close()


@pytest.fixture
def visit(chromium: Browser, office: Office) -> Iterator[Callable[..., Visit]]:
    with visits(chromium, office) as sign_in:
        yield sign_in


def listen(one: Visit) -> None:
    """Note requests that leave the service, errors of scripts, and what the policy forbade."""

    def note_request(request: Any) -> None:
        if not request.url.startswith((one.address, "data:", "blob:")):
            one.faults.append(request.url)

    def note_message(message: Any) -> None:
        if message.type in ("error", "warning"):
            one.faults.append(message.text)

    one.page.on("request", note_request)
    one.page.on("console", note_message)
    one.page.on("pageerror", lambda error: one.faults.append(str(error)))


def wait_for_job(one: Visit, office: Office) -> None:
    """Let the worker do what was ordered, and the page see it."""
    one.page.wait_for_selector("#job .notice")
    # a page's patience begins once the work is done, however long that took
    one.page.evaluate("document.body.dataset.isBefore = true")
    office.work()
    one.page.wait_for_selector("body:not([data-is-before])")
    one.page.wait_for_load_state()


def test_a_day_goes_from_order_to_release(visit: Callable[..., Visit], office: Office) -> None:
    leader = visit(Role.LEADER)
    leader.go(f"/app/days/{DAY}")
    secret = leader.page.locator("#own-secret").inner_text()
    hashed = leader.page.locator("#own-hash").inner_text()

    one = visit(Role.SUPERVISOR)
    one.go(f"/app/days/{DAY}")
    page = one.page
    page.get_by_label("小组", exact=True).fill("2")
    page.get_by_label("班次").fill("09:00-10:00")
    page.get_by_label("第二人口令的哈希值").fill(hashed)
    own = page.locator("#secret").inner_text()
    page.get_by_label("我已保存口令。").check()
    page.get_by_role("button", name="提交承诺").click()
    wait_for_job(one, office)

    page.get_by_label("您的口令").fill(own)
    with page.expect_navigation():
        page.get_by_role("button", name="公开", exact=True).click()
    assert page.get_by_role("button", name="抽取路线").count() == 0

    leader.go(f"/app/days/{DAY}")
    leader.page.get_by_label("您的口令").fill(secret)
    with leader.page.expect_navigation():
        leader.page.get_by_role("button", name="公开", exact=True).click()

    one.go(f"/app/days/{DAY}")
    page.get_by_role("button", name="抽取路线").click()
    wait_for_job(one, office)
    assert "已封存" in page.locator("main").inner_text()
    assert page.locator("tbody tr").count() == 0

    # the session of the evening before is over
    office.now = datetime(2026, 11, 23, 0, 45, tzinfo=UTC)
    one = visit(Role.SUPERVISOR)
    page = one.page
    one.go(f"/app/days/{DAY}")
    page.locator("main details summary").first.click()
    assert page.locator("tbody tr").count() >= 2
    one.go("/app/routes")
    expect(page.locator("body.has-streets")).to_have_count(1)
    assert page.locator(".route-stop").count() >= 2
    office.now = NOW


def test_a_wrong_order_is_told_in_one_sentence(visit: Callable[..., Visit], office: Office) -> None:
    one = visit(Role.SUPERVISOR)
    one.go(f"/app/days/{(office.now + timedelta(days=3)).date()}")
    one.page.get_by_label("班次").fill("09:00-09:05")
    one.page.get_by_label("我已保存口令。").check()
    one.page.get_by_role("button", name="提交承诺").click()
    one.page.wait_for_selector("#job .notice")
    office.work()
    expect(one.page.locator("#job [role=alert]")).to_contain_text("09:05")


def test_an_order_that_cannot_be_read_is_told_at_once(visit: Callable[..., Visit]) -> None:
    one = visit(Role.SUPERVISOR)
    one.go("/app/days/2026-11-26")
    one.page.get_by_label("每站用时").fill("twelve")
    one.page.get_by_label("我已保存口令。").check()
    one.page.get_by_role("button", name="提交承诺").click()
    expect(one.page.locator("#toast")).to_contain_text("twelve")
    # the browser itself notes that the answer was no good one
    one.faults.clear()


def test_points_are_found_while_one_types(visit: Callable[..., Visit]) -> None:
    one = visit(Role.SUPERVISOR)
    one.go("/app/points")
    assert one.page.locator("tbody tr").count() == 12
    one.page.get_by_label("搜索").fill("TT03")
    expect(one.page.locator("tbody tr")).to_have_count(1)
    assert "words=TT03" in one.page.url


def test_signing_out_leads_to_the_door(visit: Callable[..., Visit]) -> None:
    one = visit(Role.LEADER)
    one.page.get_by_role("button", name="退出").click()
    one.page.wait_for_url("**/sign-in")
    one.go("/app")
    assert one.page.url.endswith("/sign-in")


def test_a_file_is_brought_in_and_its_rows_are_told(
    visit: Callable[..., Visit], office: Office, tmp_path: Path
) -> None:
    shutil.copyfile(tinytown_folder() / "inspections.csv", tmp_path / "检查记录.csv")
    one = visit(Role.SUPERVISOR)
    one.go("/app/imports")
    one.page.get_by_label("内容").select_option("inspections")
    one.page.get_by_label("文件", exact=False).first.set_input_files(tmp_path / "检查记录.csv")
    one.page.get_by_role("button", name="导入").click()
    wait_for_job(one, office)
    assert "新增" in one.page.locator("main").inner_text()


def test_points_lie_on_a_map_of_streets_beside_their_list(visit: Callable[..., Visit]) -> None:
    one = visit(Role.SUPERVISOR)
    tiles: list[int] = []
    one.page.on(
        "response", lambda answer: tiles.append(answer.status) if "/tiles/" in answer.url else None
    )
    one.go("/app/points")
    expect(one.page.locator("body.has-streets.has-street-names")).to_have_count(1)
    assert set(tiles) <= {200, 204}
    assert 200 in tiles
    n_points = len(tinytown.points())
    expect(one.page.locator("#city-map")).to_have_attribute("data-n", str(n_points))
    # streets, land and water are many colours; an empty canvas is one
    colours = one.page.evaluate(
        """() => {
          const tiles = [...document.querySelectorAll("#city-map .leaflet-tile")];
          const words = tiles.map((tile) => new Uint32Array(
            tile.getContext("2d").getImageData(0, 0, tile.width, tile.height).data.buffer));
          return new Set(words.flatMap((word) => [...new Set(word)])).size;
        }"""
    )
    assert colours > 10


def test_a_point_is_shown_on_the_map_by_keyboard(visit: Callable[..., Visit]) -> None:
    one = visit(Role.SUPERVISOR)
    one.go("/app/points")
    first = one.page.locator("[data-shows]").first
    name = first.inner_text()
    first.focus()
    one.page.keyboard.press("Enter")
    card = one.page.locator("#city-map .leaflet-popup-content")
    expect(card.locator(".map-name")).to_have_text(name)
    expect(one.page.get_by_role("button", name="关闭")).to_be_visible()
    expect(one.page.get_by_role("button", name="放大")).to_be_visible()


def test_the_map_follows_the_search(visit: Callable[..., Visit]) -> None:
    one = visit(Role.SUPERVISOR)
    one.go("/app/points")
    points = tinytown.points()
    one.page.get_by_label("搜索").fill(str(points.index[0]))
    expect(one.page.locator("#city-map")).to_have_attribute("data-n", "1")
    one.page.locator("[data-shows]").click()
    expect(one.page.locator("#city-map .leaflet-popup-content")).to_have_count(1)


def test_the_map_is_as_dark_as_the_reader_wants_it(visit: Callable[..., Visit]) -> None:
    one = visit(Role.SUPERVISOR)
    red = """() => [...document.querySelectorAll("#city-map .leaflet-tile")]
      .map((tile) => tile.getContext("2d").getImageData(0, 0, 1, 1).data)
      .filter((pixel) => pixel[3]).map((pixel) => pixel[0])"""
    shades = {}
    one.page.emulate_media(color_scheme="light")
    one.go("/app/points")
    for look in ("light", "dark", "light"):
        one.page.emulate_media(color_scheme=look)
        expect(one.page.locator("#city-map")).to_have_attribute("data-look", look)
        shades[look] = one.page.evaluate(red)
    assert max(shades["dark"]) < 130 < min(shades["light"])


def test_the_map_has_no_serious_finding(visit: Callable[..., Visit]) -> None:
    one = visit(Role.SUPERVISOR, bypass_csp=True)
    one.go("/app/points")
    expect(one.page.locator("body.has-street-names")).to_have_count(1)
    one.page.locator("[data-shows]").first.click()
    expect(one.page.locator("#city-map .leaflet-popup-content")).to_have_count(1)
    one.check_access()


def _put_right(tmp_path: Path) -> Path:
    """A photo as a phone takes it."""
    path = tmp_path / "整改后.jpg"
    Image.effect_noise((640, 480), 80).convert("RGB").save(path)
    return path


def test_a_unit_on_a_phone_answers_and_the_office_closes_the_case(
    visit: Callable[..., Visit], tmp_path: Path
) -> None:
    unit = visit(Role.UNIT, "phone")
    expect(unit.page.locator("main .list a.row")).to_have_count(len(OWED))
    with unit.page.expect_navigation():
        unit.page.locator(f"main a[href='/app/problems/{OWED[0]}']").click()
    unit.page.get_by_label("整改情况").fill("已清理干净")
    unit.page.get_by_label("拍照").set_input_files(_put_right(tmp_path))
    with unit.page.expect_navigation():
        unit.page.get_by_role("button", name="提交回复").click()
    expect(unit.page.locator("main .photos img")).to_have_count(1)
    expect(unit.page.locator("h1 + p")).to_contain_text("已回复")
    assert unit.page.get_by_role("button", name="审批通过").count() == 0
    wide = unit.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0

    head = visit(Role.UNIT, "phone", "unit-head")
    head.go(f"/app/problems/{OWED[0]}")
    with head.page.expect_navigation():
        head.page.get_by_role("button", name="审批通过").click()
    expect(head.page.locator("h1 + p")).to_contain_text("待复查")
    assert head.page.locator("form[data-api]").count() == 0

    one = visit(Role.SUPERVISOR)
    with one.page.expect_navigation():
        one.page.locator(f"main a[href='/app/problems/{OWED[0]}']").click()
    one.page.get_by_label("结果").select_option("true")
    with one.page.expect_navigation():
        one.page.get_by_role("button", name="提交复查结果").click()
    expect(one.page.locator("h1 + p")).to_contain_text("已销号")
    expect(one.page.locator("ol.timeline > li")).to_have_count(5)


def test_problems_are_searched_within_a_filter(visit: Callable[..., Visit]) -> None:
    one = visit(Role.SUPERVISOR)
    one.go("/app/problems?which=all")
    assert one.page.locator("tbody tr").count() == len(tinytown.violations())
    one.page.get_by_label("搜索").fill("no such problem")
    expect(one.page.locator("tbody tr")).to_have_count(0)
    assert "which=all" in one.page.url
