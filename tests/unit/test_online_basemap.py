"""An online base map is configured with care, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from geoinspect.errors import InputError
from geoinspect.settings import read_settings

if TYPE_CHECKING:
    from pathlib import Path

GOOD = "https://t0.example.gov.cn/vec_w/wmts?z={z}&x={x}&y={y}"


def settings(folder: Path, url: str = GOOD, more: str = ""):
    path = folder / "geoinspect.toml"
    path.write_text(
        f'[basemap.online]\nurls = [{url!r}]\nattribution = "测绘局"\n{more}', encoding="utf-8"
    )
    return read_settings(path)


def test_there_is_none_unless_named(tmp_path):
    path = tmp_path / "geoinspect.toml"
    path.write_text('name = "城"', encoding="utf-8")
    assert read_settings(path).basemap.online is None


def test_a_service_of_the_intranet_may_be_named(tmp_path):
    online = settings(
        tmp_path, "http://10.1.2.3:8080/{z}/{x}/{y}.png", 'crs = "gcj02"'
    ).basemap.online
    assert online is not None
    assert online.addresses == ["http://10.1.2.3:8080/{z}/{x}/{y}.png"]
    assert online.origins == ("http://10.1.2.3:8080",)
    assert online.crs == "gcj02"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.cn/{z}/{x}/{y}",
        "javascript:alert(1)//{z}{x}{y}",
        "data:image/png,{z}{x}{y}",
        "//example.cn/{z}/{x}/{y}",
        "https://*.example.cn/{z}/{x}/{y}",
        "https://{s}.example.cn/{z}/{x}/{y}",
        "https://t{x}.example.cn/{z}/{x}/{y}",
        "https://user:secret@example.cn/{z}/{x}/{y}",
        "https://example.cn; script-src *//{z}/{x}/{y}",
        "https://example.cn/{z}/{x}/{y} https://evil.cn",
        "https:///{z}/{x}/{y}",
        "https://example.cn:port/{z}/{x}/{y}",
    ],
)
def test_what_is_no_plain_address_is_refused_by_name(tmp_path, url):
    with pytest.raises(InputError, match="no address of map tiles") as caught:
        settings(tmp_path, url)
    assert url in str(caught.value).replace("\\\\", "\\")


@pytest.mark.parametrize(
    "url", ["https://a.cn/{z}/{x}", "https://a.cn/{z}/{x}/{y}/{s}", "https://a.cn/tiles"]
)
def test_an_address_names_zoom_column_and_row_and_nothing_else(tmp_path, url):
    with pytest.raises(InputError, match="must hold"):
        settings(tmp_path, url)


def test_a_key_goes_with_its_variable(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="key_env"):
        settings(tmp_path, GOOD + "&tk={key}")
    with pytest.raises(InputError, match="key_env"):
        settings(tmp_path, GOOD, 'key_env = "MAP_KEY"')
    online = settings(tmp_path, GOOD + "&tk={key}", 'key_env = "MAP_KEY"').basemap.online
    assert online is not None
    monkeypatch.delenv("MAP_KEY", raising=False)
    with pytest.raises(InputError, match="MAP_KEY"):
        _ = online.addresses
    monkeypatch.setenv("MAP_KEY", "a&b'{z}")
    assert online.addresses == [GOOD + "&tk=a%26b%27%7Bz%7D"]


@pytest.mark.parametrize("more", ['crs = "bd09"', 'kind = "wms"', "max_zoom = 40", "colour = 1"])
def test_an_unknown_kind_or_datum_is_refused(tmp_path, more):
    with pytest.raises(InputError, match=r"basemap\.online"):
        settings(tmp_path, GOOD, more)
