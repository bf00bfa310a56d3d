import pytest

from geoinspect.errors import InputError
from geoinspect.intake.plaintext import decode_attributes, decode_text
from geoinspect.intake.table import read_table

TEXT = "编号,名称,经度,纬度\n1,农贸市场,118.8,32.0\n2,联通,118.9,32.1\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_every_encoding_of_chinese_offices_is_read(write_csv, encoding):
    table = read_table(write_csv(TEXT, encoding=encoding))
    assert table.cells["名称"].tolist() == ["农贸市场", "联通"]
    assert table.notes == ()


def test_a_file_of_two_encodings_is_read_line_by_line_and_reported():
    glued = "编号,名称\n1,农贸市场\n".encode("gb18030") + "2,中心小学\n".encode()
    text, (note,) = decode_text(glued)
    assert text.split("\n")[1:3] == ["1,农贸市场", "2,中心小学"]
    assert note.render() == "The file mixes encodings: lines 3 are UTF-8, the others GB18030."


def test_bytes_that_are_no_text_become_replacement_characters_and_are_reported():
    text, (note,) = decode_text("编号\n".encode() + b"\xff\xff\n")
    assert "\ufffd" in text
    assert note.render() == "Lines 2 hold bytes that are no text in any encoding."


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_names_cut_at_ten_bytes_lose_half_a_character(encoding):
    name, other = decode_attributes([t.encode(encoding)[:10] for t in ("A行政区划代码", "鼓楼区")])
    assert "A行政区划代码".startswith(name)
    assert len(name) >= 4
    assert other == "鼓楼区"


def test_western_attributes_in_utf8_stay_western():
    assert decode_attributes(["Töölö".encode()]) == ["Töölö"]


def test_attributes_are_decoded_as_declared_if_that_fits():
    assert decode_attributes(["Töölö".encode("latin-1")], "ISO-8859-1") == ["Töölö"]
    assert decode_attributes(["鼓楼区".encode("gb18030")], "UTF-8") == ["鼓楼区"]
    assert decode_attributes(["鼓楼区".encode()], "no such encoding") == ["鼓楼区"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "，"])
def test_the_delimiter_that_makes_a_known_header_is_taken(write_csv, delimiter):
    table = read_table(write_csv(TEXT.replace(",", delimiter)))
    assert table.labels == ["编号", "名称", "经度", "纬度"]


def test_commas_inside_of_quotes_and_line_breaks_stay_in_their_cell(write_csv):
    table = read_table(write_csv('编号,名称,坐标\n1,"市场,东\n门","118.8,32.0"\n2,x,"118.9,32"\n'))
    assert table.cells["坐标"].to_dict() == {2: "118.8,32.0", 3: "118.9,32"}


def test_a_quotation_mark_never_closed_is_refused_with_its_row(write_csv):
    with pytest.raises(InputError, match=r"points\.csv row 3: a quotation mark"):
        read_table(write_csv('编号,名称\n1,市场\n2,"小学\n3,医院\n'))
