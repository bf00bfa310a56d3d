"""
Take the pictures of the gallery: the maps of the demo city, on a desk and on a phone.

Run `make gallery` after a change of the look; it makes the demo city first. The pictures
need Chromium.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

CHECKOUT = Path(__file__).resolve().parent.parent
PAGES = CHECKOUT / "demo-city" / "maps"
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


def main() -> None:
    """Photograph each page on each screen."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("The pictures need Chromium: install the package `chromium`.")
    if not PAGES.is_dir():
        sys.exit("There are no pages to photograph: run `make demo` first.")
    GALLERY.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, mark in READY.items():
            for suffix, (width, height) in SCREENS.items():
                page = browser.new_page(viewport={"width": width, "height": height})
                page.goto((PAGES / f"{name}.html").as_uri())
                page.wait_for_selector(mark, state="attached")
                page.screenshot(path=GALLERY / f"{name}{suffix}.png")
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
