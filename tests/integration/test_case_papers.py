"""Papers of a case: what stands in them, from the service, the command line and a template."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from docx import Document

from geoinspect.officialpaper import Picture
from geoinspect.papers import as_picture, draw_place

from .conftest import geoinspect
from .test_api_cases import Town, case_id, photo, quiet_town, town  # noqa: F401  fixtures

if TYPE_CHECKING:
    from pathlib import Path

    from geoinspect.network import RoadNetwork

HOSTILE = "<img src=x onerror=1>\u202e{{ 7*7 }}\x01"


def words_of(content: bytes) -> str:
    """All letters of a Word document, of its tables too."""
    document = Document(io.BytesIO(content))
    texts = [paragraph.text for paragraph in document.paragraphs]
    texts += [c.text for table in document.tables for row in table.rows for c in row.cells]
    return "\n".join(texts)


def paper(town: Town, who: str, case_id: str, kind: str) -> bytes:  # noqa: F811
    answer = town.person(who).client.get(f"/cases/{case_id}/papers/{kind}")
    assert answer.status_code == 200, answer.text
    return answer.content


def test_a_notice_shows_what_was_found_and_until_when(town: Town, case_id: str) -> None:  # noqa: F811
    office = town.person("supervisor")
    files = [("photos", ("问题.jpg", photo(7), "image/jpeg"))]
    office.client.post(f"/cases/{case_id}/photos", files=files)
    case = office.client.get(f"/cases/{case_id}").json()
    content = paper(town, "unit", case_id, "notice")
    words = words_of(content)
    year, month, day = (int(part) for part in case["deadline"].split("-"))
    for wanted in ("创办整改〔2026〕1号", f"{year}年{month}月{day}日", case["item"], "李四",
                   case["unit_name"], "签收人签字"):  # fmt: skip
        assert wanted in words
    assert len(Document(io.BytesIO(content)).inline_shapes) == 1
    (logged, *_) = [row for row in town.folder.store().audit.rows() if row.action == "export"]
    assert logged.object == f"notice of {case_id}"


def test_the_form_of_reinspection_tells_the_way_of_a_case(town: Town, case_id: str) -> None:  # noqa: F811
    empty = words_of(paper(town, "supervisor", case_id, "reinspection"))
    assert "□ 已整改到位" in empty
    assert "责任单位尚未回复" in empty
    files = [("photos", ("改后.jpg", photo(1), "image/jpeg"))]
    town.person("unit").do(case_id, "replies", data={"text": HOSTILE}, files=files)
    town.person("unit-head").do(case_id, "approvals", json={"approved": True})
    town.person("supervisor").do(
        case_id, "reinspections", data={"passed": "true", "note": "已清理"}, files=files
    )
    content = paper(town, "supervisor", case_id, "reinspection")
    words = words_of(content)
    # what a user wrote stands there as it is; what XML cannot hold is a sign
    assert HOSTILE.replace("\x01", "\ufffd") in words
    for wanted in ("王五", "赵六", "已整改到位", "已清理", "已销号"):
        assert wanted in words
    assert "□" not in words
    assert len(Document(io.BytesIO(content)).inline_shapes) == 2


def test_papers_of_others_and_of_cases_without_a_notice_are_not_there(
    town: Town,  # noqa: F811
    case_id: str,  # noqa: F811
) -> None:
    other = town.person("unit-other").client.get(f"/cases/{case_id}/papers/notice")
    assert other.status_code == 404
    early = town.person("supervisor").client.get(f"/cases/{town.own[1]}/papers/notice")
    assert early.status_code in (404, 422)


def test_an_office_can_bring_its_own_template(town: Town, case_id: str, tmp_path: Path) -> None:  # noqa: F811
    town.person("unit").do(case_id, "replies", data={"text": HOSTILE})
    document = Document()
    document.add_paragraph("{{ head }}|{{ number }}|{{ unit }}|{{ deadline }}|{{ place }}")
    document.add_paragraph("{% for r in replies %}{{ r.by }}:{{ r.text }}{% endfor %}")
    (town.folder.path / "templates").mkdir()
    path = town.folder.path / "templates" / "notice.docx"
    document.save(path)
    words = words_of(paper(town, "supervisor", case_id, "notice"))
    assert "创办整改〔2026〕1号" in words
    assert "王五:" + HOSTILE.replace("\x01", "\ufffd") in words
    out = tmp_path / "通知.docx"
    written = geoinspect("-C", town.folder.path, "violation", "paper", case_id, "notice", "-o", out)
    assert written.code == 0, written.err
    assert words_of(out.read_bytes()).splitlines()[1] == words.splitlines()[1]
    document.add_paragraph("{{ nobody_knows }}")
    document.save(path)
    wrong = geoinspect("-C", town.folder.path, "violation", "paper", case_id, "notice", "-o", out)
    assert wrong.code == 1
    assert "notice.docx: a mark of the template is not known" in wrong.err
    ending = geoinspect("-C", town.folder.path, "violation", "paper", case_id, "notice",
                        "-o", tmp_path / "通知.pdf")  # fmt: skip
    assert "a paper ends in .docx" in ending.err


def test_a_place_is_drawn_where_there_are_streets(tinytown_network: RoadNetwork) -> None:
    here = tinytown_network.node_lonlat.mean(axis=0)
    drawn = draw_place(tinytown_network, (float(here[0]), float(here[1])), "此处")
    assert isinstance(drawn, Picture)
    assert drawn.content.startswith(b"\x89PNG")
    assert draw_place(tinytown_network, (10.0, 10.0), "此处") is None


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_photos_of_a_paper_tell_neither_time_nor_place(kind: str) -> None:
    picture = as_picture(photo(3, kind), "x")
    assert picture is not None
    assert picture.content.startswith(b"\xff\xd8")
    assert b"Exif" not in picture.content
