"""Results of items are read by header, pinned to a version, and checked against it."""

import hashlib
from datetime import UTC, date, datetime

import pytest

from geoinspect.checklists.examples import two_items
from geoinspect.errors import MissingColumnError
from geoinspect.intake import NothingImportedError, PhotoFolder, read_results

OLD = two_items("2025", date(2025, 1, 1))
NEW = two_items("2026", date(2026, 7, 1), weights={"A": 50, "B": 50})
HEADER = "检查编号,点位编号,检查时间,检查项编号,检查结果,照片,备注,记录版本,标准版本\n"


def read(path, **options):
    return read_results(
        path,
        checklists=[OLD, NEW],
        categories={"P1": "公园", "P2": "广场"},
        now=datetime(2026, 11, 28, tzinfo=UTC),
        **options,
    )


def row(inspection="R1", at="2026-11-20 09:10", item="A", observed="合格", more=",,,", point="P1"):
    return f"{inspection},{point},{at},{item},{observed},{more}\n"


def test_a_result_is_pinned_to_the_version_of_its_day(write_csv):
    text = HEADER + row() + row("R2", at="2026-06-30 23:59") + row("R3", more=",,,2025")
    found = read(write_csv(text)).results
    assert found["version"].tolist() == ["2026", "2025", "2025"]
    assert found.index.tolist() == ["R1/A/1", "R2/A/1", "R3/A/1"]


def test_the_day_of_a_version_is_one_of_the_city(write_csv):
    # half past midnight of 1 July in Shanghai is still 30 June in Greenwich
    found = read(write_csv(HEADER + row(at="2026-07-01 00:30"))).results
    assert found["version"].tolist() == ["2026"]
    assert found["inspected_at"].iloc[0] == datetime(2026, 6, 30, 16, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("item", "observed", "n", "score"),
    [
        ("A", "合格", 0, 10), ("A", "是", 0, 10), ("A", "√", 0, 10), ("A", "不合格", 1, 0),
        ("A", "无", 1, 0), ("A", "否", 1, 0), ("路灯完好", "×", 1, 0), ("B", "0", 0, 10),
        ("B", "2", 2, 8), ("B", "3处", 3, 6), ("B", "２", 2, 8), ("B", "2.0", 2, 8),
    ],
)  # fmt: skip
def test_words_and_numbers_become_breaches_and_scores(write_csv, item, observed, n, score):
    found = read(write_csv(HEADER + row(item=item, observed=observed))).results
    assert found[["n_breaches", "score"]].iloc[0].tolist() == [n, score]


@pytest.mark.parametrize("word", ["不适用", "缺项", "N/A"])
def test_not_applicable_has_neither_breaches_nor_score(write_csv, word):
    found = read(write_csv(HEADER + row(observed=word))).results
    assert found[["n_breaches", "score"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (row(item="B", observed="合格"), "BAD_RESULT"),
        (row(item="B", observed="-1"), "BAD_RESULT"),
        (row(observed="2"), "BAD_RESULT"),
        (row(observed=""), "BAD_RESULT"),
        (row(item="Z"), "UNKNOWN_ITEM"),
        (row(point="P2"), "UNKNOWN_ITEM"),
        (row(point="P9"), "UNKNOWN_POINT"),
        (row(point=""), "NO_POINT"),
        (row(inspection=""), "NO_ID"),
        (row(more=",,x,"), "BAD_REVISION"),
        (row(more=",,,2030"), "UNKNOWN_VERSION"),
        (row(at="2024-01-01 10:00"), "NO_CHECKLIST"),
        (row(at="2027-01-01 10:00"), "FUTURE_TIME"),
        (row(at="26-3-5 10:00"), "TWO_DIGIT_YEAR"),
        (row(at=""), "NO_TIME"),
        (row(observed="#REF!"), "CELL_ERROR"),
    ],
)
def test_a_row_that_cannot_be_used_is_set_aside_with_its_reason(write_csv, line, code):
    imported = read(write_csv(HEADER + row("OK") + line))
    assert imported.quarantined["code"].tolist() == [code]
    assert imported.results["inspection_id"].tolist() == ["OK"]
    with pytest.raises(NothingImportedError):
        read(write_csv(HEADER + line))


def test_excel_serials_and_half_days_are_read(write_xlsx):
    header = HEADER.strip().split(",")
    rows = [
        header,
        ["R1", "P1", 46346.5, "A", "合格"],
        ["R2", "P1", "2026/11/20 下午3:05", "A", "合格"],
    ]
    found = read(write_xlsx(rows)).results["inspected_at"]
    assert found.tolist() == [
        datetime(2026, 11, 20, 4, tzinfo=UTC),
        datetime(2026, 11, 20, 7, 5, tzinfo=UTC),
    ]


def test_columns_that_were_moved_are_found_by_their_label(write_csv):
    lines = [line.split(",") for line in (HEADER + row(more="a.jpg,脏,2,")).splitlines()]
    moved = "\n".join(",".join(reversed(line)) for line in lines)
    one, other = read(write_csv(moved)), read(write_csv(HEADER + row(more="a.jpg,脏,2,")))
    assert one.results.equals(other.results)
    assert one.results.index.tolist() == ["R1/A/2"]


def test_one_record_with_two_contents_in_one_file_is_set_aside_twice(write_csv):
    text = HEADER + row() + row(observed="不合格") + row("R2")
    imported = read(write_csv(text))
    assert imported.quarantined["code"].tolist() == ["DUPLICATE_ID", "DUPLICATE_ID"]


def test_a_row_twice_in_one_file_counts_once(write_csv):
    imported = read(write_csv(HEADER + row() + row()))
    assert imported.quarantined["code"].tolist() == ["DUPLICATE_ROW"]
    assert len(imported.results) == 1


def test_one_inspection_is_one_visit(write_csv):
    text = HEADER + row() + row(item="B", observed="0", at="2026-11-21 09:10") + row("R2")
    imported = read(write_csv(text))
    assert imported.quarantined["code"].tolist() == ["MIXED_VISIT", "MIXED_VISIT"]


def test_a_missing_column_is_named(write_csv):
    with pytest.raises(MissingColumnError, match="检查结果"):
        read(write_csv("检查编号,点位编号,检查时间,检查项编号\nR1,P1,2026-11-20,A\n"))


def test_photos_are_hashed_from_their_folder_and_never_from_elsewhere(write_csv, tmp_path):
    folder = tmp_path / "照片"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(b"photo")
    (tmp_path / "secret.txt").write_bytes(b"secret")
    names = "a.jpg；../secret.txt；..\\secret.txt；/etc/passwd；b.jpg"
    imported = read(write_csv(HEADER + row(more=f"{names},,,")), photos=PhotoFolder(folder))
    photos = imported.results["photos"].iloc[0].split("、")
    assert photos[0] == hashlib.sha256(b"photo").hexdigest()
    assert photos[1:] == ["../secret.txt", "..\\secret.txt", "/etc/passwd", "b.jpg"]
    assert imported.fixed["code"].tolist() == ["PHOTO_NOT_FOUND"] * 4


def test_a_photo_item_without_photo_is_flagged_and_kept(write_csv):
    item = NEW.items["A"]
    wanted = type(item)(**{**vars(item), "kind": type(item.kind).PHOTO})
    checklist = type(NEW)("2026", NEW.effective_from, None, {**NEW.items, "A": wanted}, NEW.weights)
    imported = read_results(
        write_csv(HEADER + row()), checklists=[checklist], categories={"P1": "公园"}
    )
    assert imported.fixed["code"].tolist() == ["NO_PHOTO"]
    assert len(imported.results) == 1
