"""Maps as they are sent out: in the dark, along the streets, and what became of hot spots."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from geoinspect.demo import tinytown
from geoinspect.density import KernelParams, violation_rate
from geoinspect.emerging import SHOWN, monthly_hot_spots
from geoinspect.hotspots import hot_spots
from geoinspect.maps import (
    read_style,
    render_chances_map,
    render_heat_map,
    render_points_map,
    render_routes_map,
    render_street_map,
    render_timeline_map,
)
from geoinspect.streetsurfaces import Streets, street_surface
from geoinspect.surfaces import counted_events

from .conftest import HOSTILE, PARAMS, SIZES, hostile
from .test_maps import colours_in, open_sheet, paths_in, rgb

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from playwright.sync_api import Page

    from geoinspect.network import RoadNetwork

    from .conftest import Opened

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "maps" / "vendor" / "axe.js"
KINDS = ("points", "routes", "chances", "heat", "timeline", "streets")
FEW = -1  # class of streets with too few inspections
MONTHS = ("2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10")


@pytest.fixture(scope="module")
def history(lonlat: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Half a year in which the first point was bad in the last month only, the third always."""
    made = np.repeat(lonlat, 60, axis=0)
    place = np.repeat(np.arange(len(lonlat)), 60)
    found = [(place == 2) | ((place == 0) & (month == MONTHS[-1])) for month in MONTHS]
    day = np.repeat([np.datetime64(f"{month}-15") for month in MONTHS], len(made))
    return np.tile(made, (len(MONTHS), 1)), np.concatenate(found).astype(np.int64), day


@pytest.fixture(scope="module")
def sent(
    hostile_points: Any,
    hostile_districts: Any,
    hostile_assignments: Any,
    hostile_basemap: Path,
    hostile_plan: dict[str, Any],
    hostile_chances: pd.DataFrame,
    tinytown_network: RoadNetwork,
    lonlat: np.ndarray,
    history: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> Callable[..., str]:
    """Return the function that draws a map full of hostile texts, light or dark."""
    made, found, day = history
    params = KernelParams(minimum_exposure=3)
    named = {"city_name": HOSTILE[0], "basemap": hostile_basemap, "attribution": HOSTILE[1]}
    places = (hostile_points, hostile_districts)
    remarks = list(HOSTILE)

    def streets(**look: Any) -> str:
        names = ("", *hostile(len(tinytown_network.names) - 1))
        network = Streets.of(replace(tinytown_network, names=names))
        bad = np.repeat(lonlat[:3], 6, axis=0)
        surface = street_surface(network, bad, np.repeat(lonlat[:9], 24, axis=0))
        return render_street_map(
            surface, hostile_districts, n_violations=18, n_inspections=216, generated=True,
            period=(date(2026, 9, 1), date(2026, 10, 31)), remarks=remarks, **named, **look,
        )  # fmt: skip

    def heat(**look: Any) -> str:
        return render_heat_map(
            violation_rate(made[found == 1], made, params=params), hostile_districts,
            hostile_points, remarks=remarks, spots=hot_spots(made, found),
            emerging=monthly_hot_spots(made, found, day, last=date(2026, 10, 31)), **named, **look,
        )  # fmt: skip

    def timeline(**look: Any) -> str:
        events = counted_events(
            hostile_points,
            tinytown.violations().assign(category=HOSTILE[2]),
            tinytown.inspections(),
            bandwidth_m=PARAMS.bandwidth_m,
            timezone="Asia/Shanghai",
        )
        return render_timeline_map(events, *reversed(places), remarks=remarks, **named, **look)

    drawn: dict[str, Callable[..., str]] = {
        "points": lambda **look: render_points_map(*places, hostile_assignments, **named, **look),
        "routes": lambda **look: render_routes_map(
            hostile_plan, hostile_districts, basemap=hostile_basemap, **look
        ),
        "chances": lambda **look: render_chances_map(
            hostile_points,
            hostile_chances,
            hostile_districts,
            hostile_assignments,
            day=date(2026, 11, 23),
            **named,
            **look,
        ),
        "heat": heat,
        "timeline": timeline,
        "streets": streets,
    }
    return lambda kind, **look: drawn[kind](**look)


def check_access(page: Page) -> None:
    """No serious finding of axe-core."""
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


@pytest.mark.parametrize("kind", KINDS)
def test_a_dark_map_is_dark_runs_nothing_and_can_be_read_by_everybody(
    open_page: Callable[..., Opened], sent: Callable[..., str], kind: str
) -> None:
    style = read_style("basemap-dark")
    page = open_page(sent(kind, dark=True), bypass_csp=True).page
    colours = colours_in(page, "tile")
    assert rgb(style["land"]) in colours
    assert rgb(read_style("basemap")["land"]) not in colours
    # names of streets and districts in ink that shows on it
    assert page.evaluate("GeoInspect.page.basemapStyle.roadLabel") == style["roadLabel"]
    check_access(page)
    page.set_viewport_size(SIZES["phone"])
    open_sheet(page)
    check_access(page)


def _bands(colour: str) -> np.ndarray:
    return np.array(rgb(colour).split(","), float)


def test_a_map_along_the_streets_shows_classes_and_lists_the_worst(
    open_page: Callable[..., Opened], sent: Callable[..., str]
) -> None:
    page = open_page(sent("streets")).page
    classes = set(page.evaluate("GeoInspect.page.parts.map((part) => part.class)"))
    assert len(classes - {FEW}) > 1
    scale = page.evaluate("GeoInspect.page.scale.colors")
    shown = [np.array(colour.split(","), float) for colour in colours_in(page, "rates")]
    # a line lets a little of the map through, and of the shortest only its edge is to be seen
    seen = [
        each
        for each in classes - {FEW}
        if min(np.abs(colour - _bands(scale[each])).max() for colour in shown) < 12
    ]
    assert len(seen) > 1
    assert page.locator(".scale .keys li").count() >= len(classes)
    assert page.get_by_text("生成的演示数据").is_visible()
    assert set(HOSTILE) <= set(page.locator(".method").all_text_contents())
    names = page.locator(".streets-table tbody .link")
    assert names.count() >= 1
    worst = names.first.inner_text()
    assert worst in hostile(100)
    names.first.click()
    assert worst in page.locator(".reading").inner_text()


def test_what_became_of_hot_spots_is_drawn_and_written_on_demand(
    open_page: Callable[..., Opened], sent: Callable[..., str]
) -> None:
    page = open_page(sent("heat")).page
    areas = page.evaluate("GeoInspect.page.emerging.areas.map((area) => area.kind)")
    assert {"new", "persistent"} <= set(areas)
    assert not page.locator(".emerging-keys").is_visible()
    page.get_by_label("6 个月").check()
    assert paths_in(page, "emerging") == len(areas)
    assert page.locator(".emerging-keys li").count() == len(set(areas))
    # the word stands on the map, so that nobody has to tell colours apart
    written = page.locator(".trend-name").all_inner_texts()
    assert len(written) == len(areas)
    assert len(set(written)) == len(set(areas)) <= len(SHOWN)
    page.get_by_label("6 个月").uncheck()
    assert paths_in(page, "emerging") == 0
