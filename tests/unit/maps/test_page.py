"""A page is one file: nothing is fetched, no text of a user becomes markup or script."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace

import folium
import pytest

from geoinspect.errors import NotFoundError
from geoinspect.maps import page as page_module
from geoinspect.maps.assets import find_asset, read_asset
from geoinspect.maps.page import Page, render_page, script_sentences
from geoinspect.messages import translator

HOSTILE = "</script><script>window.pwn=1</script><img src=x onerror=window.pwn=1>${window.pwn=1}"
KINDS = ("points", "routes", "heat")


def page(kind="points", title="检查点", **payload):
    nothing = {"type": "FeatureCollection", "features": []}
    return Page(kind, "zh", title, (112.5, 32.8, 112.52, 32.82), {"districts": nothing, **payload})


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_page_is_the_same_bytes(kind):
    assert render_page(page(kind)) == render_page(page(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_refers_to_nothing_outside_itself(kind):
    html = render_page(page(kind))
    markup = re.sub(r"<(script|style)\b.*?</\1>", "", html, flags=re.DOTALL)
    assert not re.search(r'(src|href|action)="(?!#|data:)', markup)
    styles = "".join(re.findall(r"<style>(.*?)</style>", html, flags=re.DOTALL))
    assert not re.search(r"url\((?!['\"]?(data:|#))|@import", styles)


def test_the_policy_allows_exactly_the_scripts_of_the_page():
    html = render_page(page())
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    scripts = re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    assert re.findall(r"'sha256-([^']*)'", policy) == hashes
    assert "default-src 'none'" in policy
    assert "connect-src" not in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]


def test_data_never_contains_an_opening_bracket():
    html = render_page(page(points=[{"name": HOSTILE}], eyebrow=HOSTILE))
    assert "<script>window.pwn" not in html
    assert "<img src=x" not in html
    assert "\\u003c/script>\\u003cscript>window.pwn=1" in html


def test_data_comes_back_as_it_was(page_data):
    html = render_page(page(eyebrow=HOSTILE + "\u2028\"'{{ 7 * 7 }}{% raw %}"))
    assert page_data(html)["eyebrow"] == HOSTILE + "\u2028\"'{{ 7 * 7 }}{% raw %}"


def test_a_hostile_title_is_escaped():
    html = render_page(page(title=HOSTILE))
    assert "<title>&lt;/script&gt;" in html


def test_a_resource_that_nobody_knows_stops_the_rendering(monkeypatch):
    link = ("new_plugin", "https://cdn.example/new_plugin.js")
    monkeypatch.setattr(folium.Map, "default_js", [*folium.Map.default_js, link])
    with pytest.raises(LookupError, match="new_plugin"):
        render_page(page())


def test_a_link_to_the_outside_stops_the_rendering(monkeypatch):
    template = read_asset("templates/page.html").replace(
        "</head>", '<link rel="icon" href="https://cdn.example/icon.png"></head>'
    )

    def read_instead(name):
        return template if name == "templates/page.html" else read_asset(name)

    monkeypatch.setattr(page_module, "read_asset", read_instead)
    with pytest.raises(RuntimeError, match=r"cdn\.example"):
        render_page(page())


def test_a_script_cannot_close_its_own_element(monkeypatch):
    def read_instead(name):
        return 'var a = "</script>";' if name == "js/points.js" else read_asset(name)

    monkeypatch.setattr(page_module, "read_asset", read_instead)
    assert 'var a = "<\\/script>";' in render_page(page())


def test_a_page_without_a_base_map_carries_no_tile_reader():
    assert "protomapsL" not in render_page(page()).replace(read_asset("js/streets.js"), "")


def test_the_page_can_be_zoomed_by_those_who_need_it():
    assert "user-scalable" not in render_page(page())


def test_the_language_of_the_page_is_stated():
    assert '<html lang="zh-CN">' in render_page(page())


@pytest.mark.parametrize("script", ["core", *KINDS])
def test_every_sentence_of_the_scripts_is_translated_with_its_fields(script):
    chinese = translator("zh")
    for sentence in script_sentences(read_asset(f"js/{script}.js")):
        translation = chinese(sentence)
        assert translation != sentence
        assert set(re.findall(r"{(\w+)}", sentence)) == set(re.findall(r"{(\w+)}", translation))


@pytest.mark.parametrize("script", ["core", *KINDS])
def test_scripts_build_no_markup_from_text(script):
    source = read_asset(f"js/{script}.js")
    for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert forbidden not in source


# newer than Chrome 80
TOO_NEW = re.compile(
    r"\.at\(|replaceAll|replaceChildren|structuredClone|hasOwn\b|findLast|\?\?=|\|\|=|static \{"
)


@pytest.mark.parametrize("script", ["core", *KINDS])
def test_scripts_keep_to_what_old_browsers_know(script):
    assert not TOO_NEW.search(read_asset(f"js/{script}.js"))


def test_styles_keep_to_what_old_browsers_know():
    style = read_asset("css/page.css").split("*/", 1)[1]
    assert not re.search(r"(?<![\w-])gap:|inset:|:is\(|:where\(|\bdvh\b|aspect-ratio", style)


def test_a_missing_web_file_is_named_with_the_way_to_get_it():
    with pytest.raises(NotFoundError, match=r"vendor/nothing\.js.*make assets"):
        find_asset("vendor/nothing.js")


def test_a_page_is_light_unless_it_is_to_be_dark(page_data):
    light, dark = (
        page_data(render_page(replace(page(), dark=is_dark)))["basemapStyle"]
        for is_dark in (False, True)
    )
    assert render_page(page()) == render_page(replace(page(), dark=False))
    assert light.keys() == dark.keys()
    assert [road.keys() for road in light["roads"]] == [road.keys() for road in dark["roads"]]
    for ground in ("land", "outside", "green", "water", "building"):
        assert brightness(dark[ground]) < 0.25 < 0.7 < brightness(light[ground])
    # names can be read on the land: WCAG 2.2, 1.4.3
    for style in (light, dark):
        for name in ("roadLabel", "greenLabel", "waterLabel", "districtLabel"):
            assert contrast(style[name], style["land"]) > 4.5


def brightness(colour):
    return sum(int(colour[k : k + 2], 16) for k in (1, 3, 5)) / 765


def contrast(one, other):
    """Contrast ratio of WCAG 2.2."""
    parts = [[int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)] for colour in (one, other)]
    linear = [
        [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in part]
        for part in parts
    ]
    low, high = sorted(0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in linear)
    return (high + 0.05) / (low + 0.05)
