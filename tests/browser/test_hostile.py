"""People fill every field of a case with what could run; nothing runs, whoever looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import expect

from geoinspect.people import Role

from ..hostile import PROBES, TEXT
from .test_app import OWED, Visit, office, visit  # noqa: F401  fixtures

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page


def _send(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()


def _photo(folder: Path) -> Path:
    path = folder / "<img src=x onerror=window.pwn=1>.jpg"
    Image.effect_noise((320, 240), 80).convert("RGB").save(path)
    return path


def _shown_as_text(page: Page) -> None:
    """The page holds all of the text, and nothing of it became a part of the page."""
    shown = page.locator("main").inner_text()
    for probe in PROBES:
        assert probe.strip("\u202e\u202c") in shown
    assert page.locator("main [onerror], main svg[onload], main script").count() == 0
    assert page.evaluate("typeof window.pwn") == "undefined"


def test_nothing_that_is_written_into_a_case_runs(
    visit: Callable[..., Visit],  # noqa: F811
    tmp_path: Path,
) -> None:
    case_path = f"/app/problems/{OWED[1]}"
    unit = visit(Role.UNIT, "phone")
    unit.go(case_path)
    unit.page.get_by_label("整改情况").fill(TEXT)
    unit.page.get_by_label("拍照").set_input_files(_photo(tmp_path))
    _send(unit.page, "提交回复")
    _shown_as_text(unit.page)

    head = visit(Role.UNIT, "phone", "unit-head")
    head.go(case_path)
    _shown_as_text(head.page)
    head.page.locator("summary", has_text="退回").click()
    head.page.locator("textarea[name=reason]").fill(TEXT)
    _send(head.page, "退回")
    _shown_as_text(head.page)

    unit.go("/app/mine")
    unit.page.locator("#self-check textarea").fill(TEXT)
    unit.page.locator("#self-check").get_by_label("拍照").set_input_files(_photo(tmp_path))
    _send(unit.page, "上报")
    unit.go("/app/problems?which=all")
    _shown_as_text(unit.page)

    one = visit(Role.SUPERVISOR)
    one.go(case_path)
    one.page.locator("summary", has_text="撤销").click()
    form = one.page.locator("form[data-api$='/dismissals']")
    form.locator("textarea").fill(TEXT)
    with one.page.expect_navigation():
        form.get_by_role("button").click()
    for path in (case_path, "/app/problems?which=all"):
        one.go(path)
        _shown_as_text(one.page)
    one.go("/app")
    expect(one.page.locator("h1")).to_be_visible()
    assert one.page.evaluate("typeof window.pwn") == "undefined"
