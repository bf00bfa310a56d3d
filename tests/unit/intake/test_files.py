import zipfile

import pytest
import xlwt

from geoinspect.errors import InputError
from geoinspect.intake.table import read_table

ROWS = [["编号", "名称"], ["1", "市场"]]


def _old_workbook(path, rows=ROWS):
    workbook = xlwt.Workbook(encoding="utf-8")
    sheet = workbook.add_sheet("点位")
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            sheet.write(r, c, value)
    workbook.save(str(path))
    return path


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nowhere.csv: there is no such file"):
        read_table(tmp_path / "nowhere.csv")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(InputError, match="is a folder"):
        read_table(tmp_path)


@pytest.mark.parametrize("content", [b"", b"  \n\r\n"])
def test_an_empty_file_is_called_empty(write_csv, content):
    with pytest.raises(InputError, match=r"points\.csv is empty"):
        read_table(write_csv(content))


def test_an_old_workbook_named_xlsx_is_read(tmp_path):
    table = read_table(_old_workbook(tmp_path / "renamed.xlsx"))
    assert table.cells["名称"].tolist() == ["市场"]


def test_a_new_workbook_named_xls_is_read(write_xlsx):
    table = read_table(write_xlsx(ROWS, name="renamed.xls"))
    assert table.cells["名称"].tolist() == ["市场"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_web_page_named_xls_is_read(write_csv, encoding):
    page = (
        "<html><head><style>td{}</style></head><body><table><tr><th>编号<th>名称</tr>"
        "<tr><td>1</td><td>市场&nbsp;A<br>东门</td></tr></table></body></html>"
    )
    table = read_table(write_csv(page, name="12345.xls", encoding=encoding))
    assert table.cells["名称"].tolist() == ["市场\xa0A\n东门"]


def test_spans_of_web_tables_are_filled(write_csv):
    page = (
        "<table><tr><td>编号<td>街道<td>名称<tr><td>1<td rowspan=2>湖南路<td>甲"
        "<tr><td>2<td>乙<tr><td>3<td colspan='2'>丙</table>"
    )
    table = read_table(write_csv(page, name="t.html"))
    assert table.cells.to_numpy().tolist() == [
        ["1", "湖南路", "甲"],
        ["2", "湖南路", "乙"],
        ["3", "丙", "丙"],
    ]


def test_an_encrypted_new_workbook_asks_for_the_password_to_be_removed(write_csv):
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") * 2
    with pytest.raises(InputError, match=r"secret.xlsx is protected by a password"):
        read_table(write_csv(content, name="secret.xlsx"))


def test_an_encrypted_old_workbook_asks_for_the_password_to_be_removed(tmp_path):
    path = _old_workbook(tmp_path / "secret.xls")
    content = path.read_bytes()
    # BOF of the workbook globals, then a FILEPASS record in place of the first ones.
    start = content.index(b"\x09\x08\x10\x00\x00\x06\x05\x00") + 20
    filepass = b"\x2f\x00\x06\x00" + b"\x00" * 6
    path.write_bytes(content[:start] + filepass + content[start + len(filepass) :])
    with pytest.raises(InputError, match=r"secret.xls is protected by a password"):
        read_table(path)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"%PDF-1.7 \x00", "PDF"),
        (b"\x89PNG\r\n\x1a\n\x00", "PNG"),
        (b"\x00\x01\x02\x03", "binary"),
        (b"<?xml version='1.0'?><kml></kml>", "XML kml"),
        (b"<html>no table here</html>", "XML / HTML"),
    ],
)
def test_foreign_formats_are_refused_with_the_formats_that_can_be_read(write_csv, content, found):
    with pytest.raises(InputError, match=rf"x\.csv is {found}, .*save it as \.xlsx"):
        read_table(write_csv(content, name="x.csv"))


def test_a_word_document_is_refused(tmp_path):
    path = tmp_path / "list.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(InputError, match="is Word"):
        read_table(path)


def test_a_zip_archive_is_to_be_unpacked(tmp_path):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("points.csv", "a")
    with pytest.raises(InputError, match="unpack it"):
        read_table(path)


@pytest.mark.parametrize("ending", ["xlsx", "xls"])
def test_damaged_workbooks_are_refused(write_csv, write_xlsx, tmp_path, ending):
    whole = (
        write_xlsx(ROWS) if ending == "xlsx" else _old_workbook(tmp_path / "o.xls")
    ).read_bytes()
    with pytest.raises(InputError, match="probably damaged"):
        read_table(write_csv(whole[: len(whole) // 2], name=f"half.{ending}"))


def test_part_of_a_shapefile_asks_for_the_shp(write_csv):
    with pytest.raises(InputError, match=r"name the file that ends in \.shp"):
        read_table(write_csv(b"\x03\x7a\x01", name="districts.dbf"))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr("geoinspect.intake.workbooks._MAX_UNPACKED_BYTES", 1000)
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "0" * 2000)
    with pytest.raises(InputError, match="unpacks to more than"):
        read_table(path)
