"""
Take the pictures of the gallery: every page of the application, and the maps that stand alone.

    python maps/make_gallery.py [--city FOLDER] [NAME ...]

Run `make gallery` after a change of the look; names take some pages or maps only. The pages are
those of `gallery/pages.toml`, of each role, on a desk and on a phone, and in the dark; the maps
are those of the demo city. The pictures need Chromium.
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
import tempfile
import threading
import tomllib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from gallery_city import NAME, NOW, PASSWORD, make_city
from PIL import Image
from playwright.sync_api import sync_playwright

from geoinspect.api.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gallery_city import GalleryCity
    from playwright.sync_api import Browser, Page

CHECKOUT = Path(__file__).resolve().parent.parent
MAPS = CHECKOUT / "demo-city" / "maps"
GALLERY = CHECKOUT / "maps" / "gallery"

DRAWN = "body.has-streets.has-street-names"
READY = {
    "points": DRAWN,
    "routes": DRAWN,
    "heat": f"{DRAWN}.has-rates",
    "timeline": f"{DRAWN}.has-rates",
    "chances": DRAWN,
}
SCREENS = {"": (1280, 800), "-phone": (390, 844)}
#: Colours of a picture: enough for text and for maps, a third of the size of all.
COLOURS = 160
#: Longest picture, in screens: what is below looks like what is above.
MOST_SCREENS = 2.5


def main() -> None:
    """Take the pictures that are asked for, or all."""
    parser = argparse.ArgumentParser(description="Take the pictures of the gallery.")
    parser.add_argument("names", nargs="*", help="pages or maps, all if none is named")
    parser.add_argument("--city", type=Path, help="folder to keep the made-up city in")
    options = parser.parse_args()
    wanted = set(options.names)
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("The pictures need Chromium: install the package `chromium`.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--lang=zh-CN"]
        )
        photograph_maps(browser, wanted)
        photograph_pages(browser, wanted, options.city)
        browser.close()


def photograph_maps(browser: Browser, wanted: set[str]) -> None:
    """Photograph the maps of the demo city that stand alone."""
    names = [f"map-{name}" for name in READY if not wanted or f"map-{name}" in wanted]
    if names and not MAPS.is_dir():
        sys.exit("There are no maps to photograph: run `make demo` first.")
    for name in names:
        kind = name.removeprefix("map-")
        for suffix, (width, height) in SCREENS.items():
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto((MAPS / f"{kind}.html").as_uri())
            page.wait_for_selector(READY[kind], state="attached")
            keep(page.screenshot(), f"{name}{suffix}")
            page.close()


def photograph_pages(browser: Browser, wanted: set[str], kept: Path | None) -> None:
    """Photograph the pages of the application."""
    pages = [page for page in listed_pages() if not wanted or page["name"] in wanted]
    if not pages:
        return
    with tempfile.TemporaryDirectory() as scratch:
        city = make_city(kept or Path(scratch) / "city")
        with serving(city) as address:
            for role in dict.fromkeys(role for page in pages for role in page["roles"]):
                own = [page for page in pages if role in page["roles"]]
                for suffix, size in SCREENS.items():
                    photograph_role(browser, address + "|" + role, own, city, (suffix, size))


def photograph_role(
    browser: Browser,
    where: str,
    pages: list[dict[str, Any]],
    city: GalleryCity,
    screen: tuple[str, tuple[int, int]],
) -> None:
    """Photograph the pages of one role on one screen, light, and dark on the first role's."""
    address, role = where.split("|")
    suffix, (width, height) = screen
    context = browser.new_context(
        viewport={"width": width, "height": height},
        is_mobile=bool(suffix),
        has_touch=bool(suffix),
        locale="zh-CN",
    )
    # a busy machine may take its time: a picture is not a measurement
    context.set_default_timeout(180_000)
    page = context.new_page()
    if role:
        sign_in(page, address, role)
    for each in pages:
        looks = ("light", "dark") if role == each["roles"][0] else ("light",)
        for look in looks:
            page.emulate_media(color_scheme=look)
            answer = page.goto(address + each["path"].format(**city.places))
            if answer is None or not answer.ok:
                sys.exit(f"{role} cannot open {page.url}")
            settle(page, each)
            name = each["name"] + (f"-{role}" if len(each["roles"]) > 1 else "")
            tall = min(
                height * MOST_SCREENS, page.evaluate("document.documentElement.scrollHeight")
            )
            # a page that is taller than the screen shows its bar at the foot of the picture
            page.set_viewport_size({"width": width, "height": max(height, int(tall))})
            page.wait_for_timeout(150)
            keep(page.screenshot(), f"{name}{suffix}{'-dark' if look == 'dark' else ''}")
            page.set_viewport_size({"width": width, "height": height})
    context.close()


def sign_in(page: Page, address: str, role: str) -> None:
    """Sign in as the person of a role."""
    page.goto(f"{address}/sign-in")
    page.fill("[name=user_id]", role)
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/app")


def settle(page: Page, listed: dict[str, Any]) -> None:
    """Wait until everything is drawn, and open what is to be seen open."""
    page.wait_for_load_state("networkidle")
    if "ready" in listed:
        page.wait_for_selector(listed["ready"], state="attached")
    if "open" in listed and page.locator(listed["open"]).count():
        page.evaluate("(one) => { document.querySelector(one).open = true; }", listed["open"])


def listed_pages() -> list[dict[str, Any]]:
    """Return the list of all pages."""
    with (GALLERY / "pages.toml").open("rb") as stream:
        pages: list[dict[str, Any]] = tomllib.load(stream)["pages"]
    return pages


@contextmanager
def serving(city: GalleryCity) -> Iterator[str]:
    """Serve the city on a free port of this machine, at the time of the gallery."""
    roomy = city.folder.settings.model_copy(update={"requests_per_minute": 1_000_000})
    folder = type(city.folder)(city.folder.path, roomy)
    config = uvicorn.Config(
        create_app(folder, clock=lambda: NOW), host="127.0.0.1", port=0, log_level="error",
        lifespan="off",
    )  # fmt: skip
    server, listening = uvicorn.Server(config), config.bind_socket()
    listening.listen()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listening.close()


def keep(picture: bytes, name: str) -> None:
    """Keep a picture with few colours."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    few = image.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(GALLERY / f"{name}.png", optimize=True)
    print(
        f"{NAME}  {name}.png  {(GALLERY / f'{name}.png').stat().st_size // 1000} kB",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
