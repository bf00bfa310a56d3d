"""A real Chromium without network and without a graphics card, and pages for it to open."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect, sync_playwright

from geoinspect.demo import tinytown
from geoinspect.density import KernelParams, kernel_density, violation_rate
from geoinspect.maps import (
    build_basemap,
    render_chances_map,
    render_heat_map,
    render_points_map,
    render_routes_map,
    render_timeline_map,
)
from geoinspect.responsibility import assign
from geoinspect.surfaces import counted_events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

    from geoinspect.network import RoadNetwork

#: On a machine that is busy a page takes its time, and is right nevertheless.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)

# every field a user can fill gets one of these
HOSTILE = (
    "甲</script><script>window.pwn=1</script>",
    "乙<img src=x onerror=window.pwn=1>",
    "丙${window.pwn=1}`",
    "丁\"'><svg onload=window.pwn=1>",
    "戊{{ 7*7 }}{% raw %}\\",
)
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
SIZES = {"desktop": DESKTOP, "phone": PHONE}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Count what unit tests and tests of the service cover: watching a browser wait takes long."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.no_cover)


def find_chromium() -> str:
    """Return the path of Chromium, or fail with the way to get it."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("The browser tests need Chromium: install the package `chromium`.")
    return path


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser a module, without WebGL: old office computers have none."""
    arguments = ["--no-sandbox", "--disable-3d-apis", "--disable-gpu"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
        yield browser
        browser.close()


@dataclass
class Opened:
    """A page in the browser, and what went wrong on it."""

    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def note_request(self, request: Request) -> None:
        if not request.url.startswith(("file:", "data:", "blob:")):
            self.requests.append(request.url)

    def note_message(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.errors.append(message.text)

    def check(self) -> None:
        """Nothing was fetched, nothing failed, nothing of a user's text was run."""
        assert self.requests == []
        assert self.errors == []
        assert self.page.evaluate("typeof window.pwn") == "undefined"


@pytest.fixture
def open_page(chromium: Browser, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Return the function that opens a document from disk, and check every page at the end."""
    opened: list[Opened] = []

    def open_document(html: str, size: str = "desktop", *, bypass_csp: bool = False) -> Opened:
        path = tmp_path / f"page-{len(opened)}.html"
        path.write_text(html, encoding="utf-8")
        context = chromium.new_context(
            viewport=SIZES[size],
            has_touch=size == "phone",
            is_mobile=size == "phone",
            offline=True,
            bypass_csp=bypass_csp,
        )
        context.set_default_timeout(PATIENCE_MS)
        one = Opened(context.new_page())
        one.page.on("request", one.note_request)
        one.page.on("console", one.note_message)
        one.page.on("pageerror", lambda error: one.errors.append(str(error)))
        one.page.goto(path.as_uri())
        one.page.wait_for_selector(ready(html), state="attached")
        opened.append(one)
        return one

    yield open_document
    for one in opened:
        one.check()
        one.page.context.close()


def ready(html: str) -> str:
    """Selector that holds once everything on the page is drawn."""
    marks = ""
    if 'id="basemap-archive"' in html:
        marks += ".has-streets.has-street-names"
    if re.search(r'class="page page-(heat|timeline)[" ]', html):
        marks += ".has-rates"
    return f"body{marks}"


# ---- a town whose people write what they like --------------------------------------------


def hostile(n: int) -> list[str]:
    """Return `n` different hostile texts."""
    return [f"{HOSTILE[i % len(HOSTILE)]} {i}" for i in range(n)]


@pytest.fixture(scope="session")
def hostile_districts() -> Any:
    districts = tinytown.districts()
    return districts.assign(name=hostile(len(districts)))


@pytest.fixture(scope="session")
def hostile_points(tinytown_points: Any) -> Any:
    names = hostile(len(tinytown_points))
    return tinytown_points.assign(name=names, category=[f"类{name}" for name in reversed(names)])


@pytest.fixture(scope="session")
def hostile_assignments(tinytown_points: Any) -> Any:
    table = assign(tinytown_points, tinytown.districts(), tinytown.units())
    units = dict(zip(table["unit_id"].unique(), hostile(table["unit_id"].nunique()), strict=True))
    table["unit_name"] = table["unit_id"].map(lambda unit: f"局{units[unit]}")
    table.loc["TT03", ["unit_id", "unit_name"]] = None
    table.loc["TT03", ["status", "reason"]] = ["no-rule", HOSTILE[1]]
    return table


@pytest.fixture(scope="session")
def hostile_basemap(
    tinytown_network: RoadNetwork,
    hostile_districts: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    names = ("", *hostile(len(tinytown_network.names) - 1))
    network = replace(tinytown_network, names=names)
    path = tmp_path_factory.mktemp("basemap") / "hostile.pmtiles"
    return build_basemap(network, hostile_districts, path)


@pytest.fixture(scope="session")
def hostile_plan(tinytown_plan: dict[str, Any]) -> dict[str, Any]:
    """Return the plan of the tiny town with hostile texts wherever a user can write."""
    dirty = iter(hostile(10_000))
    stops = {point["point_id"]: next(dirty) for point in tinytown_plan["points"]}

    def spoil(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            named = {**value, "name": stops[value["point_id"]]} if "arrival" in value else value
            return {k: spoil(v, k) for k, v in named.items()}
        if isinstance(value, list):
            return [spoil(item, key) for item in value]
        return next(dirty) if key in {"category", "unit", "streets"} and value else value

    plan = spoil(tinytown_plan)
    plan["city"]["name"] = HOSTILE[0]
    return plan


@pytest.fixture(scope="session")
def hostile_chances(tinytown_points: Any) -> pd.DataFrame:
    n = len(tinytown_points)
    return pd.DataFrame(
        {
            "chance": [0.005 + 0.04 * k for k in range(n)],
            "reasons": [["从未检查", HOSTILE[1]]] * n,
        },
        index=tinytown_points.index,
    )


@pytest.fixture(scope="session")
def lonlat(tinytown_points: Any) -> np.ndarray:
    return np.column_stack((tinytown_points.geometry.x, tinytown_points.geometry.y))


PARAMS = KernelParams(bandwidth_m=300, cell_m=100, minimum_exposure=3)


@pytest.fixture(scope="session")
def documents(
    hostile_points: Any,
    hostile_districts: Any,
    hostile_assignments: Any,
    hostile_basemap: Path,
    hostile_plan: dict[str, Any],
    hostile_chances: pd.DataFrame,
    lonlat: np.ndarray,
) -> dict[str, str]:
    """Return all kinds of page, each full of hostile texts."""
    common = {"city_name": HOSTILE[0], "basemap": hostile_basemap, "attribution": HOSTILE[1]}
    rate = violation_rate(lonlat[[0, 0, 3, 7]], np.repeat(lonlat[:8], 4, axis=0), params=PARAMS)
    count = kernel_density(lonlat, params=PARAMS)
    return {
        "points": render_points_map(
            hostile_points, hostile_districts, hostile_assignments, **common
        ),
        "unit": render_points_map(
            hostile_points,
            hostile_districts,
            hostile_assignments,
            unit=hostile_assignments.loc["TT01", "unit_name"],
            **common,
        ),
        "routes": render_routes_map(
            hostile_plan, hostile_districts, basemap=hostile_basemap, attribution=HOSTILE[1]
        ),
        "chances": render_chances_map(
            hostile_points,
            hostile_chances,
            hostile_districts,
            hostile_assignments,
            day=date(2026, 11, 23),
            **common,
        ),
        "rate": render_heat_map(
            rate, hostile_districts, hostile_points, remarks=[HOSTILE[3]], generated=True, **common
        ),
        "count": render_heat_map(count, hostile_districts, hostile_points, **common),
        "timeline": render_timeline_map(
            counted_events(
                hostile_points,
                tinytown.violations().assign(category=HOSTILE[2]),
                tinytown.inspections(),
                bandwidth_m=300,
                timezone="Asia/Shanghai",
            ),
            hostile_districts,
            hostile_points,
            remarks=[HOSTILE[3]],
            **common,
        ),
    }
