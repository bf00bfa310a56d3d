import pytest

from geoinspect.errors import MissingColumnError
from geoinspect.intake import NothingImportedError, read_units

HEADER = "责任单位,区,类别\n"


def rules(imported):
    return imported.units[["unit_name", "district", "category"]].to_numpy().tolist()


def test_rules_arrive_as_promised(write_csv):
    units = read_units(
        write_csv("单位编号,责任单位,区,类别\nU1,鼓楼区城管局,鼓楼区,农贸市场\n")
    ).units
    assert units.to_dict("records") == [
        {
            "unit_id": "U1",
            "unit_name": "鼓楼区城管局",
            "district": "鼓楼区",
            "category": "农贸市场",
            "source_row": 2,
        }
    ]


def test_without_a_column_of_ids_the_name_is_the_id(write_csv):
    assert read_units(write_csv(HEADER + "城管局,鼓楼区,医院\n")).units["unit_id"].tolist() == [
        "城管局"
    ]


def test_lists_of_districts_and_categories_make_a_rule_each(write_csv):
    imported = read_units(write_csv(HEADER + '城管局,鼓楼区、玄武区,"医院；学校\n医院"\n'))
    assert rules(imported) == [
        ["城管局", "鼓楼区", "医院"],
        ["城管局", "鼓楼区", "学校"],
        ["城管局", "玄武区", "医院"],
        ["城管局", "玄武区", "学校"],
    ]
    assert imported.n_imported == 1


@pytest.mark.parametrize("word", ["全部", "所有", "各区", "*", "各镇区", "全市", "鼓楼区、各区"])
def test_words_for_all_are_a_star(write_csv, word):
    imported = read_units(write_csv(HEADER + f"城管局,{word},医院\n"))
    assert rules(imported) == [["城管局", "*", "医院"]]
    assert imported.fixed.empty


def test_a_blank_cell_means_any_and_is_logged(write_csv):
    imported = read_units(write_csv(HEADER + "城管局,,医院\n"))
    assert rules(imported) == [["城管局", "*", "医院"]]
    assert imported.fixed[["field", "after"]].to_numpy().tolist() == [["district", "*"]]


def test_a_missing_column_means_any_and_is_noted(write_csv):
    imported = read_units(write_csv("责任单位,类别\n城管局,医院\n"))
    assert rules(imported) == [["城管局", "*", "医院"]]
    assert "no column of district" in imported.notes[0].render()


def test_several_units_are_a_question(write_csv):
    imported = read_units(write_csv(HEADER + "公安局、城管局,鼓楼区,医院\n教育局,*,学校\n"))
    [line] = imported.quarantined.to_dict("records")
    assert (line["source_row"], line["code"]) == (2, "SEVERAL_UNITS")
    assert "公安局, 城管局): which one leads?" in line["reason"]


def test_the_first_of_several_leads_if_the_label_says_so(write_csv):
    imported = read_units(write_csv("牵头单位,区,类别\n公安局、城管局,鼓楼区,医院\n"))
    assert imported.units["unit_name"].tolist() == ["公安局"]
    assert imported.fixed["code"].tolist() == ["LEAD_TAKEN"]


@pytest.mark.parametrize("word", ["各区", "各镇区", "全部"])
def test_a_word_for_all_units_is_a_question(write_csv, word):
    imported = read_units(write_csv(HEADER + f"{word},*,医院\n教育局,*,学校\n"))
    assert imported.quarantined["code"].tolist() == ["COLLECTIVE_UNIT"]


def test_a_row_without_a_unit_is_set_aside(write_csv):
    imported = read_units(write_csv(HEADER + "无,鼓楼区,医院\n教育局,*,学校\n"))
    assert imported.quarantined["code"].tolist() == ["NO_UNIT"]


def test_a_row_said_twice_is_set_aside(write_csv):
    imported = read_units(write_csv(HEADER + "教育局,*,学校\n教育局,全部,学校\n"))
    assert imported.quarantined["code"].tolist() == ["DUPLICATE_ROW"]


def test_one_id_with_two_names_sets_aside_both(write_csv):
    text = "单位编号,责任单位,类别\n1,教育局,学校\n1,城管局,医院\n2,卫健委,诊所\n"
    imported = read_units(write_csv(text))
    assert imported.units["unit_id"].tolist() == ["2"]


def test_merged_units_answer_for_all_their_rows(write_xlsx):
    rows = [["牵头单位", "类别"], ["教育局", "小学"], [None, "中学"]]
    path = write_xlsx(rows, touch=lambda book: book.worksheets[0].merge_cells("A2:A3"))
    assert rules(read_units(path)) == [["教育局", "*", "小学"], ["教育局", "*", "中学"]]


def test_missing_columns_are_refused(write_csv):
    with pytest.raises(MissingColumnError, match="unit_name"):
        read_units(write_csv("区,类别\n鼓楼区,医院\n"))
    with pytest.raises(MissingColumnError, match=r"category .* / district"):
        read_units(write_csv("责任单位,电话\n教育局,1\n"))


def test_a_table_of_questions_only_is_refused(write_csv):
    with pytest.raises(NothingImportedError, match="Row 2: Several units"):
        read_units(write_csv(HEADER + "公安局、城管局,鼓楼区,医院\n"))
