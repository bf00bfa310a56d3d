import pytest

from geoinspect.intake.vocabulary import (
    DISTRICT_ROLES,
    POINT_ROLES,
    UNIT_ROLES,
    VIOLATION_ROLES,
    count_recognised,
    datum_in_label,
    plain_label,
    recognise,
)


@pytest.mark.parametrize(
    "label", ["点位编号", "*点位编号", "点位 编号：", "点位编号（必填）", "点位\n编号", "点位编号*"]
)
def test_decoration_does_not_hide_a_label(label):
    assert recognise([label], POINT_ROLES) == {"point_id": label}


def test_chinese_and_english_labels_are_recognised():
    chinese = ["编号", "名称", "点位类型", "经度", "纬度", "所属区县", "街道", "地址"]
    english = ["ID", "Name", "Category", "Lng", "Latitude", "District", "Street", "Address"]
    roles = ["point_id", "name", "category", "lon", "lat", "district", "street", "address"]
    assert recognise(chinese, POINT_ROLES) == dict(zip(roles, chinese, strict=True))
    assert recognise(english, POINT_ROLES) == dict(zip(roles, english, strict=True))


def test_the_more_telling_label_wins_over_the_first_column():
    labels = ["序号", "点位编号", "类型", "点位类别"]
    assert recognise(labels, POINT_ROLES) == {"point_id": "点位编号", "category": "点位类别"}


def test_a_column_serves_one_role_only():
    assert recognise(["区"], {"a": ("区",), "b": ("区",)}) == {"a": "区"}


@pytest.mark.parametrize("label", ["高德经度", "经度坐标", "gcj02_lng", "WGS84经度", "经度(°)"])
def test_words_for_a_datum_do_not_hide_a_coordinate(label):
    assert recognise([label], POINT_ROLES) == {"lon": label}


@pytest.mark.parametrize(
    ("label", "datum"),
    [
        ("经度（GCJ-02）", "gcj02"),
        ("高德经度", "gcj02"),
        ("火星坐标", "gcj02"),
        ("百度坐标", "bd09"),
        ("bd09_lng", "bd09"),
        ("经度(CGCS2000)", "cgcs2000"),
        ("WGS84经度", "wgs84"),
        ("经度", None),
        ("高德转百度坐标", None),
    ],
)
def test_a_datum_in_a_label_counts_if_it_is_the_only_one(label, datum):
    assert datum_in_label(label) == datum


def test_lead_units_come_before_other_units():
    found = recognise(["责任单位", "牵头单位", "区", "类别"], UNIT_ROLES)
    assert found["unit_name"] == "牵头单位"


def test_the_point_of_a_violation_is_not_its_own_number():
    found = recognise(["编号", "点位编号", "问题类型", "发现时间"], VIOLATION_ROLES)
    assert found == {
        "violation_id": "编号",
        "point_id": "点位编号",
        "item": "问题类型",
        "found_at": "发现时间",
    }


def test_the_code_of_a_district_is_its_id():
    assert recognise(["adcode", "name"], DISTRICT_ROLES) == {
        "district_id": "adcode",
        "name": "name",
    }


def test_labels_of_the_user_count_as_known():
    assert count_recognised(["业态", "门店"]) == 0
    assert count_recognised(["业态", "门店"], ["业态"]) == 1


def test_a_label_that_is_all_brackets_is_not_lost():
    assert plain_label("（坐标）") == "坐标"
