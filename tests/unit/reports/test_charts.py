"""Pictures of reports: their letters, and the fonts that they are drawn with."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib import font_manager

from geoinspect.reports import charts
from geoinspect.reports.numbers import Figure, Line, Table


@pytest.fixture
def fresh_font():
    charts.font.cache_clear()
    yield
    charts.font.cache_clear()


def groups(name: str) -> Table:
    rate = Figure("unit_id/U1/ranked", 12.0, 1, 10.0, 15.0)
    return Table("groups/unit_id", "Responsible units", ("Responsible unit", "Rate"),
                 (Line((name, rate)), Line(("城管局", rate), "red")))  # fmt: skip


def picture(name: str) -> str:
    drawing = charts.draw_groups(groups(name), lambda sentence: sentence)
    assert drawing is not None
    return charts.as_svg(drawing)


@pytest.mark.usefixtures("fresh_font")
def test_a_font_installed_after_the_list_was_written_is_found(monkeypatch):
    name = "DejaVu Sans Mono"
    listed = [entry for entry in font_manager.fontManager.ttflist if entry.name != name]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", listed)
    installed = str(Path(mpl.get_data_path()) / "fonts/ttf/DejaVuSansMono.ttf")
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [installed])
    monkeypatch.setattr(charts, "_FONTS", (name,))
    assert charts.font().get_family() == [name]


@pytest.mark.usefixtures("fresh_font")
def test_a_file_that_is_no_font_is_told_and_left_out(monkeypatch, tmp_path, caplog):
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [str(broken)])
    monkeypatch.setattr(charts, "_FONTS", ("No Such Font",))
    assert charts.font().get_family() == ["DejaVu Sans"]
    assert "broken.ttf cannot be read" in caplog.text


def test_letters_of_a_picture_are_text_in_the_fonts_of_the_page():
    svg = picture("第3责任单位")
    assert ">第3责任单位</text>" in svg
    assert svg.startswith(f'<svg font-family="{charts._FAMILIES}"')
    assert "font-family:" not in svg


def test_a_name_in_a_picture_is_neither_markup_nor_a_formula():
    assert ">&lt;b&gt;$x_1$</text>" in picture("<b>$x_1$")


def test_what_a_picture_cannot_hold_is_shown_as_a_sign():
    assert ">a?b</text>" in picture("a\0b")


def test_a_long_name_has_its_room_beside_the_axes():
    drawing = charts.draw_groups(groups("城" * 40), lambda sentence: sentence)
    assert drawing is not None
    charts.as_svg(drawing)
    [axes] = drawing.axes
    left = min(label.get_window_extent().x0 for label in axes.get_yticklabels())
    assert 0 <= left < 30
