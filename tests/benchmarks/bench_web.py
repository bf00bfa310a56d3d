"""
Measure the web in a real browser: every page of the application, and the map through time.

    python tests/benchmarks/bench_web.py [--frames 60] [--city FOLDER] [--data FOLDER] [PAGE ...]

Pages: those of `maps/gallery/pages.toml`, of each role, on the city of the gallery, served on
this machine to a browser that has nothing yet. Bytes are what crossed the wire, compressed. A
page is usable once its heading and all that its list waits for are there, its scripts ran and
two more frames were drawn.

Map: a city of 50 x 50 km, a year. 635 points with 5,000 violations and 20,000 inspections at
them; 100,000 events at 40 busy places packed one by one; 1,000,000 events packed as counts by
cell, day and category. FOLDER holds `nanjing.osm.pbf` and `points_635.csv` (`../shared/data/
nanjing` beside the repository): the map then carries the real streets, clipped, and shows the
real points; without it there are no streets and the points are made up. Chromium runs without a
graphics card. A map is usable once streets, their names and the surface are drawn. A frame is
what one step of the slider costs from the event to the next picture of the browser: binning,
two smoothed surfaces, colours, hatching.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from bench_network import NANJING
from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.table import Table
from shapely.geometry import box

from geoinspect.density import KernelParams
from geoinspect.maps import build_basemap, render_timeline_map
from geoinspect.network import read_network
from geoinspect.surfaces import CountedEvents

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT / "maps"))
from gallery_city import make_city  # noqa: E402  scripts beside the list of pages
from make_gallery import listed_pages, serving, sign_in  # noqa: E402

CONSOLE = Console(width=120)
FIRST = date(2025, 11, 1)
N_DAYS = 365
LON, LAT = 118.8, 32.05
HALF_LON, HALF_LAT = 0.265, 0.225  # 25 km
N_BUSY = 40
SCREENS = {"desktop": (1280, 800), "phone": (390, 844)}
LEAST_FPS = 15
MOST_BYTES = 5_000_000
MOST_S = 3.0

# milliseconds from asking for the page to the second frame after the surface is drawn
FIRST_PICTURE = """new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(
  () => go(performance.now()))))"""
# first and largest contentful paint in milliseconds, bytes over the wire, requests
PAINTS = """() => new Promise((go) => {
  const loads = ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind));
  const first = performance.getEntriesByName("first-contentful-paint")[0];
  const done = (largest) => go({
    first: first ? first.startTime : NaN, largest, requests: loads.length,
    bytes: loads.reduce((sum, each) => sum + each.transferSize, 0),
  });
  new PerformanceObserver((list) => done(list.getEntries().pop().startTime))
    .observe({ type: "largest-contentful-paint", buffered: true });
  setTimeout(() => done(NaN), 1000);
})"""
PLAY = """async (n) => {
  const { timeline } = GeoInspect;
  const last = GeoInspect.page.nDays - 1;
  const frame = () => new Promise((go) => requestAnimationFrame(go));
  await frame();
  const begin = performance.now();
  for (let i = 0; i < n; i += 1) {
    timeline.show(Math.round((i / (n - 1)) * last));
    await frame();
  }
  return (performance.now() - begin) / n;
}"""


class Case(NamedTuple):
    """One page to measure."""

    name: str
    n_violations: int
    n_inspections: int


class Ground(NamedTuple):
    """Where it happens: the inspection points, and a base map if there are streets."""

    points: gpd.GeoDataFrame
    basemap: Path | None


CASES = (
    Case("635 points, 5,000 violations", 5_000, 20_000),
    Case("100,000 events", 20_000, 80_000),
    Case("1,000,000 events as counts", 200_000, 800_000),
)


def main() -> None:
    """Print the tables; fail if a promise is broken."""
    parser = argparse.ArgumentParser(description="Measure pages and maps in Chromium.")
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--city", type=Path, help="folder to keep the made-up city in")
    parser.add_argument("--data", type=Path, default=NANJING, help="roads and points of Nanjing")
    parser.add_argument("pages", nargs="*", help="pages, all and the maps if none is named")
    options = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("The measurement needs Chromium: install the package `chromium`.")
    broken: list[str] = []
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        arguments = ["--no-sandbox", "--disable-3d-apis", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        measure_pages(browser, options.city or Path(folder) / "city", set(options.pages), broken)
        if not options.pages:
            ground = real_ground(options.data, Path(folder)) or Ground(some_points(), None)
            measure_maps(browser, ground, Path(folder), options.frames, broken)
        browser.close()
    if broken:
        sys.exit("\n".join(broken))


def measure_pages(browser: Browser, folder: Path, wanted: set[str], broken: list[str]) -> None:
    """Print what each page costs the one whose page it is."""
    table = Table(title=f"Pages on a desktop, nothing kept; usable within {MOST_S:g} s")
    for column in ("page", "role", "first paint, s", "largest, s", "usable, s", "kB", "requests"):
        table.add_column(column, justify="left" if column in ("page", "role") else "right")
    city = make_city(folder)
    with serving(city) as address:
        states = {
            role: signed_in(browser, address, role)
            for role in dict.fromkeys(r for page in listed_pages() for r in page["roles"])
        }
        for listed in listed_pages():
            for role in listed["roles"] if not wanted or listed["name"] in wanted else []:
                url = address + listed["path"].format(**city.places)
                cost = cost_of(browser, url, states[role], listed.get("ready"))
                table.add_row(
                    listed["name"], role or "–", f"{cost['first'] / 1000:.2f}",
                    f"{cost['largest'] / 1000:.2f}", f"{cost['usable'] / 1000:.2f}",
                    f"{cost['bytes'] / 1000:.0f}", f"{cost['requests']:.0f}",
                )  # fmt: skip
                if cost["usable"] > 1000 * MOST_S:
                    broken.append(
                        f"{listed['name']}, {role}: usable after {cost['usable'] / 1000:.1f} s"
                    )
    CONSOLE.print(table)


def signed_in(browser: Browser, address: str, role: str) -> Any:
    """Return what a browser keeps of somebody who has signed in."""
    context = browser.new_context()
    if role:
        sign_in(context.new_page(), address, role)
    state = context.storage_state()
    context.close()
    return state


def cost_of(browser: Browser, url: str, state: Any, ready: str | None) -> dict[str, float]:
    """Open a page in a browser that has nothing of it, and say what that costs."""
    context = browser.new_context(
        storage_state=state,
        viewport={"width": SCREENS["desktop"][0], "height": SCREENS["desktop"][1]},
    )
    page = context.new_page()
    page.goto(url, wait_until="load")
    page.wait_for_selector("main h1", state="visible")
    if ready is not None:
        page.wait_for_selector(ready, state="attached")
    usable: float = page.evaluate(FIRST_PICTURE)
    cost: dict[str, float] = page.evaluate(PAINTS)
    context.close()
    return {**cost, "usable": usable}


def measure_maps(
    browser: Browser, ground: Ground, folder: Path, n_frames: int, broken: list[str]
) -> None:
    """Print what the map through time costs."""
    table = Table(
        title=f"Map through time, {n_frames} steps of the slider over a year; one file of at most "
        f"{MOST_BYTES / 1e6:g} MB usable within {MOST_S:g} s, {LEAST_FPS} frames a second"
    )
    for column in ("page", "made, s", "MB", "screen", "usable, s", "ms a frame", "fps"):
        table.add_column(column, justify="left" if column in ("page", "screen") else "right")
    for case in CASES:
        measure(browser, case, ground, folder, n_frames, table, broken)
    CONSOLE.print(table)


def measure(
    browser: Browser,
    case: Case,
    ground: Ground,
    folder: Path,
    n_frames: int,
    table: Table,
    broken: list[str],
) -> None:
    """Add the rows of one page to the table, and the promises it breaks to `broken`."""
    events = city_year(case, ground.points if case is CASES[0] else None)
    started = perf_counter()
    html = render_timeline_map(
        events, districts(), ground.points, city_name="测试市", basemap=ground.basemap
    )
    made_s = perf_counter() - started
    path = folder / "page.html"
    path.write_text(html, encoding="utf-8")
    size = path.stat().st_size
    if case is CASES[0] and size > MOST_BYTES:
        broken.append(f"{case.name}: {size} bytes, more than {MOST_BYTES}")
    for screen, (width, height) in SCREENS.items():
        page = browser.new_page(viewport={"width": width, "height": height})
        page.goto(path.as_uri())
        streets = ".has-streets.has-street-names" if ground.basemap else ""
        page.wait_for_selector(f"body.has-rates{streets}", state="attached")
        first_ms: float = page.evaluate(FIRST_PICTURE)
        frame_ms: float = page.evaluate(PLAY, n_frames)
        page.close()
        fps = 1000 / frame_ms
        table.add_row(
            case.name, f"{made_s:.1f}", f"{size / 1e6:.2f}", screen, f"{first_ms / 1000:.2f}",
            f"{frame_ms:.0f}", f"{fps:.0f}",
        )  # fmt: skip
        if case is CASES[0] and first_ms > 1000 * MOST_S:
            broken.append(f"{case.name}, {screen}: usable after {first_ms / 1000:.1f} s")
        if case is CASES[1] and fps < LEAST_FPS:
            broken.append(f"{case.name}, {screen}: {fps:.1f} frames a second, under {LEAST_FPS}")


def real_ground(data: Path, folder: Path) -> Ground | None:
    """Streets and points of Nanjing, None without their files."""
    if not data.is_dir():
        return None
    table = pd.read_csv(data / "points_635.csv", encoding="utf-8-sig")
    places = gpd.points_from_xy(table["lon"], table["lat"])
    network = read_network(data / "nanjing.osm.pbf")
    basemap = build_basemap(network, districts(), folder / "streets.pmtiles")
    return Ground(gpd.GeoDataFrame(table, geometry=places, crs="EPSG:4326"), basemap)


def city_year(case: Case, points: gpd.GeoDataFrame | None) -> CountedEvents:
    """A year of events at the points, or around the busy places of the city."""
    rng = np.random.default_rng(9)
    if points is None:
        busy, spread = rng.uniform(-0.9, 0.9, (N_BUSY, 2)), 0.08
    else:
        lonlat = np.column_stack((points.geometry.x, points.geometry.y))
        busy, spread = (lonlat - (LON, LAT)) / (HALF_LON, HALF_LAT), 0.0
    extent = (LON - HALF_LON, LAT - HALF_LAT, LON + HALF_LON, LAT + HALF_LAT)
    violations = some_events(rng, busy, spread, case.n_violations)
    return CountedEvents(
        violations.assign(severity=rng.integers(1, 4, case.n_violations)),
        some_events(rng, busy, spread, case.n_inspections),
        is_rate=True,
        params=KernelParams(),
        extent=extent,
        generated=True,
        left_out=(),
    )


def some_events(rng: np.random.Generator, busy: Any, spread: float, n: int) -> pd.DataFrame:
    """Events near the busy places, in 39 categories."""
    place = busy[rng.integers(0, len(busy), n)] + rng.normal(0, spread, (n, 2))
    x, y = np.clip(place, -1, 1).T
    days = np.array([FIRST + timedelta(day) for day in range(N_DAYS)], dtype=object)
    day = np.concatenate(([0, N_DAYS - 1], rng.integers(0, N_DAYS, n - 2)))
    categories = np.array([f"类别{k}" for k in range(39)], dtype=object)
    return pd.DataFrame(
        {
            "lon": LON + HALF_LON * x,
            "lat": LAT + HALF_LAT * y,
            "day": days[day],
            "category": categories[rng.integers(0, len(categories), n)],
        }
    )


def districts() -> gpd.GeoDataFrame:
    """Nine districts in three rows."""
    side_lon, side_lat = 2 * HALF_LON / 3, 2 * HALF_LAT / 3
    shapes = [
        box(west, south, west + side_lon, south + side_lat)
        for west in LON - HALF_LON + side_lon * np.arange(3)
        for south in LAT - HALF_LAT + side_lat * np.arange(3)
    ]
    names = [f"第{k}区" for k in range(9)]
    return gpd.GeoDataFrame({"name": names}, index=names, geometry=shapes, crs="EPSG:4326")


def some_points() -> gpd.GeoDataFrame:
    """635 points spread over the city."""
    rng = np.random.default_rng(10)
    x, y = rng.uniform(-1, 1, (2, 635))
    places = gpd.points_from_xy(LON + HALF_LON * x, LAT + HALF_LAT * y)
    return gpd.GeoDataFrame(geometry=places, crs="EPSG:4326")


if __name__ == "__main__":
    main()
