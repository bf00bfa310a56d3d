"""Every listed page, of each of its roles, in a city whose people write what they like."""

from __future__ import annotations

import csv
import io
import threading
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
import uvicorn

from geoinspect.api.app import create_app
from geoinspect.api.pages.rendering import NAVIGATION
from geoinspect.cases import USUAL_ISSUER, Act, Defect, Mover, Party
from geoinspect.checklists import Checklist
from geoinspect.cityfolder import CityFolder
from geoinspect.cityimport import shipped_checklist
from geoinspect.demo import tinytown, tinytown_folder
from geoinspect.jobs import Worker, keep_upload
from geoinspect.network import read_network
from geoinspect.people import Role
from geoinspect.people.account import Account
from geoinspect.people.organisations import Office
from geoinspect.people.passwords import hash_password
from geoinspect.people.rights import GRANTS
from geoinspect.responsibility import assign
from geoinspect.store.casenotices import Office as Issuer

from .conftest import DESKTOP, HOSTILE, PATIENCE_MS, PHONE
from .probing import MARK, probe_all_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

    from geoinspect.store import Store

pytestmark = pytest.mark.browser

MAPS = Path(__file__).parents[2] / "maps"
AXE = (MAPS / "vendor" / "axe.js").read_text(encoding="utf-8")
LISTED = tomllib.loads((MAPS / "gallery" / "pages.toml").read_text(encoding="utf-8"))["pages"]
PASSWORD = "correct horse battery 9"
NOW = datetime(2026, 11, 23, 0, 45, tzinfo=UTC)
PLACES = {"day": "2026-11-23", "tomorrow": "2026-11-24"}

#: What somebody may write where a name belongs: scripts, marks that turn the line, no end.
PROBES = (
    *HOSTILE,
    '"><script>window.pwn=1</script>',
    "\u202e甲gnp.elif\u202c</title><img src=x onerror=window.pwn=1>",
    "W" * 300,
)
#: Elements that only the text of a user can have made.
MADE_OF_TEXT = """() => [...document.querySelectorAll("[onerror], [onload], [src=x]")]
  .map((node) => node.outerHTML.slice(0, 100))"""
PEOPLE: dict[str, dict[str, Any]] = {
    "supervisor": {},
    "leader": {},
    "unit": {"offices": frozenset({"U3"})},
    "inspector": {"inspector_id": "I1"},
    "administrator": {},
    "security": {},
    "auditor": {},
}


@pytest.fixture(scope="module")
def places(
    tmp_path_factory: pytest.TempPathFactory, tinytown_plan: Any
) -> Iterator[dict[str, str]]:
    """A service of a city full of probes: its address, and what the list of pages may name."""
    probes, marked = cycle(PROBES), cycle(each for each in PROBES if MARK in each)
    path = tmp_path_factory.mktemp("pages") / "city"
    folder = CityFolder.create(path, name=HOSTILE[0])
    read_network(tinytown_folder() / "streets.osm").save(folder.network_path)
    store = folder.store()
    _tables(store, lambda: next(probes))
    reason = f"{HOSTILE[1]}{HOSTILE[0]}"
    store.add_plan(tinytown_plan, at=NOW - timedelta(hours=15), reason=reason)
    cases = _cases(store, lambda: next(probes))
    _jobs(folder, store)
    # new points have put the assignments out of date
    store.replace_assignments(assign(store.points(), store.districts(), store.units()))
    at = store.violations().loc[cases["case_closed"], "point_id"]
    known = {"case_id": cases["case_closed"], "violation_id": cases["case_closed"], "point_id": at}
    probe_all_texts(store.engine, lambda: next(marked), known | {"user_id": "administrator"}, NOW)
    store.close()
    words = {"issuer": HOSTILE[3], "requests_per_minute": 1_000_000}
    roomy = folder.settings.model_copy(update=words)
    app = create_app(CityFolder(path, roomy), clock=lambda: NOW)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off")
    server, listening = uvicorn.Server(config), config.bind_socket()
    # whoever connects before the server runs waits, and is not refused
    listening.listen()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield {"address": f"http://127.0.0.1:{listening.getsockname()[1]}", **PLACES, **cases}
    server.should_exit = True
    thread.join()
    listening.close()


def _tables(store: Store, probe: Callable[[], str]) -> None:
    """Fill every table that an import or an administrator fills."""
    points = tinytown.points()
    kinds = {name: f"{probe()} {k}" for k, name in enumerate(sorted(set(points["category"])))}
    names = [f"{probe()} {k}" for k in range(len(points))]
    store.merge_points(
        points.assign(name=names, category=points["category"].map(kinds), address=HOSTILE[3])
    )
    districts = tinytown.districts()
    quarters = {name: f"{probe()} {k}" for k, name in enumerate(districts["name"])}
    store.replace_districts(districts.assign(name=districts["name"].map(quarters)))
    units = tinytown.units()
    offices = {name: f"{probe()} {k}" for k, name in enumerate(sorted(set(units["unit_name"])))}
    store.replace_units(
        units.assign(
            unit_name=units["unit_name"].map(offices),
            district=units["district"].map(lambda name: quarters.get(name, name)),
            category=units["category"].map(lambda name: kinds.get(name, name)),
        )
    )
    violations = tinytown.violations()
    store.merge_violations(
        violations.assign(
            item=[probe() for _ in range(len(violations))],
            description=[probe() for _ in range(len(violations))],
        )
    )
    store.merge_inspections(tinytown.inspections())
    store.replace_assignments(assign(store.points(), store.districts(), store.units()))
    _checklists(store, sorted(kinds.values()), probe)
    hashed = hash_password(PASSWORD)
    for k, name in enumerate(PROBES):
        store.people.put_office(Office(f"{name} {k}"[:190], name, None))
    for role, scope in PEOPLE.items():
        store.people.add(Account(role, probe()[:100], Role(role), password_hash=hashed, **scope))


def _checklists(store: Store, kinds: list[str], probe: Callable[[], str]) -> None:
    """Two versions of a checklist whose every text is a probe."""
    items = {
        f"{item_id}{HOSTILE[1]}": replace(item, item_id=f"{item_id}{HOSTILE[1]}", text_zh=probe())
        for item_id, item in list(shipped_checklist().items.items())[:4]
    }
    weights = {kind: dict.fromkeys(items, 25.0) for kind in kinds}
    renamed = {key: replace(item, text_zh=probe()) for key, item in items.items()}
    last = f"2026{HOSTILE[3]}"
    store.checklists.merge(
        [
            Checklist(f"2025{HOSTILE[1]}", date(2025, 1, 1), None, items, weights),
            Checklist(last, date(2026, 1, 1), None, renamed, weights),
        ]
    )


def _cases(store: Store, probe: Callable[[], str]) -> dict[str, str]:
    """Cases of the unit in the states that the list of pages names."""
    assigned = store.assignments()["unit_id"]
    rows = store.violations()
    own = [str(key) for key, at in rows["point_id"].items() if assigned.get(at) == "U3"]
    names = ("notified", "approved", "closed")
    issuer, mine = Issuer(ZoneInfo("Asia/Shanghai"), USUAL_ISSUER), frozenset({"U3"})
    office = Mover("supervisor", Party.OFFICE)
    found = dict(zip(names, cycle(own), strict=False))
    for case_id in dict.fromkeys(found.values()):
        store.cases.open(case_id, Defect.CONDUCT, at=NOW)
        store.cases.notify(case_id, office, issuer, at=NOW, basis=probe())
    later = found["approved"]
    store.cases.reply(later, Mover("unit", Party.UNIT, mine), probe(), [], at=NOW)
    head = Mover("head", Party.UNIT_LEADER, mine)
    store.cases.step(later, Act.APPROVE, head, at=NOW, reason=probe())
    return {f"case_{name}": case_id for name, case_id in found.items()}


def _jobs(folder: CityFolder, store: Store) -> None:
    """Bring in sheets whose names, headers and cells are probes: one in part, one not at all."""
    header = ["点位编号", "名称", "类别", "经度", "纬度", HOSTILE[1]]
    bad = [[f"P{k}", name, "类", f"x{name}", "32.0", "y"] for k, name in enumerate(PROBES)]
    good = ["P99", "好", "类", "118.78", "32.05", "y"]
    for name, rows in ((f"甲{HOSTILE[3]}.csv", [*bad, good]), (f"{HOSTILE[1]}.csv", bad)):
        sheet = io.StringIO()
        csv.writer(sheet).writerows([header, *rows])
        content = io.BytesIO(sheet.getvalue().encode())
        order = {"what": "points", "upload": keep_upload(folder, content, name)}
        order |= {"datum": None, "sheet": None}
        store.jobs.add("import", order, made_by="supervisor", at=NOW)
    Worker(folder).run_pending()


@pytest.mark.parametrize("role", ["", *PEOPLE])
def test_no_listed_page_runs_a_text_breaks_a_screen_or_shuts_anybody_out(
    chromium: Browser, places: dict[str, str], role: str
) -> None:
    context = chromium.new_context(viewport=DESKTOP)
    context.set_default_timeout(PATIENCE_MS)
    page, faults = context.new_page(), list[str]()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: faults.extend(_outside(request, places["address"])))
    # what the policy stops is told here: escaping must hold without it, too
    page.on("console", lambda message: faults.extend(_complaints(message)))
    if role:
        _sign_in(page, places["address"], role)
    pages = [each for each in LISTED if role in each["roles"]]
    assert pages
    for listed in pages:
        answer = page.goto(places["address"] + listed["path"].format(**places))
        assert answer is not None
        assert answer.ok, listed["name"]
        if "ready" in listed:
            page.wait_for_selector(listed["ready"], state="attached")
        assert page.locator("h1").first.is_visible(), listed["name"]
        if "open" in listed:
            page.evaluate("(one) => { document.querySelector(one).open = true; }", listed["open"])
        faults += [f"{listed['name']}: {fault}" for fault in _faults(page)]
    context.close()
    assert not faults, "\n".join(faults)


def _sign_in(page: Page, address: str, role: str) -> None:
    page.goto(f"{address}/sign-in")
    page.fill("[name=user_id]", role)
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/app")


def _outside(request: Request, address: str) -> list[str]:
    return [] if request.url.startswith((address, "data:", "blob:")) else [request.url]


def _complaints(message: ConsoleMessage) -> list[str]:
    return [message.text] if message.type in ("error", "warning") else []


def _faults(page: Page) -> list[str]:
    """What is wrong with the page that is open, on a desk and on a phone, light and dark."""
    faults = [f"became markup: {each}" for each in page.evaluate(MADE_OF_TEXT)]
    # beside the page, and so within its policy
    page.evaluate(AXE + ";0")
    for look, size in (("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE)):
        page.emulate_media(color_scheme=look)
        page.set_viewport_size(size)
        found = page.evaluate(
            "axe.run(document, {resultTypes: ['violations'], iframes: false})"
            ".then((r) => r.violations)"
        )
        faults += [
            f"{look}, {size['width']} pixels: {each['id']} "
            f"{[node['html'][:100] for node in each['nodes']][:3]}"
            for each in found
            if each["impact"] in ("serious", "critical")
        ]
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    faults += [f"{wide} pixels wider than a phone"] if wide > 0 else []
    page.set_viewport_size(DESKTOP)
    if page.evaluate("typeof window.pwn") != "undefined":
        faults.append("a text of a user was run")
    return faults


def test_no_map_that_the_service_draws_runs_a_text(
    chromium: Browser, places: dict[str, str]
) -> None:
    context = chromium.new_context(viewport=DESKTOP)
    context.set_default_timeout(PATIENCE_MS)
    page, faults = context.new_page(), list[str]()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.extend(_complaints(message)))
    _sign_in(page, places["address"], "supervisor")
    for kind in ("points", "routes", "heat", "timeline"):
        answer = page.goto(f"{places['address']}/maps/{kind}")
        assert answer is not None
        assert answer.ok, kind
        page.wait_for_selector("#panel h1", state="visible")
        assert MARK in page.locator("body").inner_text(), kind
        for entry in page.locator("#panel .row, #panel .team-head").all()[:4]:
            entry.click()
        faults += [f"{kind} became markup: {each}" for each in page.evaluate(MADE_OF_TEXT)]
        assert page.evaluate("typeof window.pwn") == "undefined", kind
    context.close()
    assert not faults, "\n".join(faults)


def test_every_way_of_the_navigation_is_listed_for_each_kind_of_page() -> None:
    listed = {each["path"]: each["roles"] for each in LISTED}
    for entry in NAVIGATION:
        assert entry.path in listed, entry.path
        for role in listed[entry.path]:
            assert not entry.permissions or GRANTS[Role(role)] & set(entry.permissions)
    everybody = {role for roles in listed.values() for role in roles}
    assert everybody == {"", *Role}


def test_the_first_key_leads_past_the_navigation(chromium: Browser, places: dict[str, str]) -> None:
    page = chromium.new_page(viewport=DESKTOP)
    _sign_in(page, places["address"], "auditor")
    page.keyboard.press("Tab")
    link = page.locator(":focus")
    assert link.get_attribute("href") == "#main"
    assert link.bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'main'")
    page.close()
