from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoinspect.datum import from_wgs84
from geoinspect.errors import InputError, MissingColumnError
from geoinspect.intake import NothingImportedError, read_points
from geoinspect.messages import translator

HEADER = "点位编号,点位名称,类别,经度,纬度\n"
NANJING = Path(__file__).parents[4] / "shared" / "data" / "nanjing" / "points_635.csv"


def codes(imported):
    """Return code by source row of what was set aside."""
    return dict(zip(imported.quarantined["source_row"], imported.quarantined["code"], strict=True))


def fixes(imported):
    """Return the set of (row, code) of what was changed."""
    return set(zip(imported.fixed["source_row"], imported.fixed["code"], strict=True))


def test_clean_points_arrive_as_promised(write_csv):
    imported = read_points(write_csv(HEADER + "A1,新街口医院,医院,118.7784,32.0437\n"))
    [row] = imported.points.reset_index().to_dict("records")
    assert row == {
        "point_id": "A1",
        "name": "新街口医院",
        "category": "医院",
        "geometry": shapely.Point(118.7784, 32.0437),
        "original_x": 118.7784,
        "original_y": 32.0437,
        "claimed_datum": "wgs84",
        "datum_evidence": "assumed",
        "source_file": "points.csv",
        "source_row": 2,
    }
    assert imported.points.crs.to_epsg() == 4326
    assert imported.fixed.empty
    assert imported.quarantined.empty


def test_all_635_points_of_nanjing_arrive(write_csv):
    generated = HEADER + "".join(
        f"P{n},市场{n},农贸市场,{118.6 + n / 1000:.4f},{32 + n / 2000:.4f}\n" for n in range(635)
    )
    imported = read_points(NANJING if NANJING.exists() else write_csv(generated))
    assert (imported.n_rows, imported.n_imported, len(imported.points)) == (635, 635, 635)
    assert imported.fixed.empty


def test_every_row_is_imported_or_set_aside_or_passed_over(write_csv):
    imported = read_points(
        write_csv(
            HEADER + "1,甲,医院,118.8,32.0\n\n2,乙,医院,无,无\n3,丙,医院,32.1,118.9\n合计,3,,,\n"
        )
    )
    assert imported.n_rows == 5
    assert imported.points["source_row"].tolist() == [2, 5]
    assert codes(imported) == {4: "NO_COORD"}
    assert imported.ignored == {"blank": 1, "total": 1}
    assert imported.n_imported + len(imported.quarantined) + 2 == imported.n_rows


def test_what_is_set_aside_says_who_and_why(write_csv):
    imported = read_points(write_csv(HEADER + "1,甲,医院,118.8,32.0\n2,乙,医院,9999,9999\n"))
    assert imported.quarantined.to_dict("records") == [
        {
            "source_row": 3,
            "point_id": "2",
            "name": "乙",
            "code": "NO_COORD",
            "reason": "There is no coordinate: 9999, 9999. Enter longitude and latitude.",
        }
    ]


def test_several_reasons_of_a_row_are_told_at_once(write_csv):
    imported = read_points(write_csv(HEADER + "1,甲,医院,118.8,32.0\n,乙,,0,0\n"))
    [line] = imported.quarantined.to_dict("records")
    assert line["code"] == "NO_ID"
    assert "no coordinate" in line["reason"]
    assert "no category" in line["reason"]


def test_a_file_swapped_as_a_whole_is_exchanged_and_logged(write_csv):
    imported = read_points(write_csv(HEADER + "1,甲,医院,32.0,118.8\n2,乙,医院,32.1,118.9\n"))
    assert shapely.get_coordinates(imported.points.geometry).tolist() == [
        [118.8, 32],
        [118.9, 32.1],
    ]
    assert imported.points["original_x"].tolist() == [32.0, 32.1]
    assert imported.fixed.loc[0, ["before", "after"]].tolist() == ["32.0, 118.8", "118.8, 32"]
    assert "whole file" in imported.notes[0].render()


def test_single_swapped_rows_are_exchanged_with_a_warning(write_csv):
    imported = read_points(write_csv(HEADER + "1,甲,医院,118.8,32.0\n2,乙,医院,32.1,118.9\n"))
    assert fixes(imported) == {(3, "LONLAT_SWAPPED")}
    assert "in 1 of 2 rows" in imported.notes[0].render()


def test_outside_of_china_nothing_is_exchanged_without_proof(write_csv):
    imported = read_points(
        write_csv(HEADER + "1,Market,market,24.95,60.17\n2,Zoo,zoo,60.18,24.96\n")
    )
    assert imported.fixed.empty


def test_labels_may_be_english_and_in_any_order(write_csv):
    imported = read_points(write_csv("lat,lng,type,name,id\n32.0,118.8,hospital,A,7\n"))
    assert imported.points.loc["7", "category"] == "hospital"


def test_a_combined_column_is_taken_apart(write_csv):
    imported = read_points(write_csv('编号,类别,坐标\n1,医院,"121.1，31.4"\n'))
    assert imported.points.geometry.iloc[0].equals(shapely.Point(121.1, 31.4))


def test_columns_can_be_named_by_the_user(write_csv):
    path = write_csv("店号,店名,业态,东西,南北\nS1,甲,餐饮,118.8,32.0\n")
    imported = read_points(
        path, columns={"point_id": "店号", "category": "业态", "lon": "东西", "lat": "南北"}
    )
    assert imported.points.loc["S1", ["name", "category"]].tolist() == ["甲", "餐饮"]


def test_a_label_over_two_lines_can_be_named_as_it_is_written(write_xlsx):
    rows = [["编号", "业态\n（小类）", "经度", "纬度"], ["1", "餐饮", 118.8, 32.0]]
    imported = read_points(write_xlsx(rows), columns={"category": "业态\n（小类）"})
    assert imported.points["category"].tolist() == ["餐饮"]


def test_a_column_named_by_the_user_must_exist(write_csv):
    path = write_csv(HEADER + "1,甲,医院,118.8,32.0\n")
    with pytest.raises(
        MissingColumnError, match=r"points.csv has no column '业态'; its columns are: 点位编号"
    ):
        read_points(path, columns={"category": "业态"})
    with pytest.raises(InputError, match="no column role 'kategorie': use one of point_id"):
        read_points(path, columns={"kategorie": "类别"})


def test_a_missing_category_column_is_refused_with_the_columns_there_are(write_csv):
    with pytest.raises(MissingColumnError, match=r"category .*; its columns are: 编号, 经度, 纬度"):
        read_points(write_csv("编号,经度,纬度\n1,118.8,32.0\n"))


def test_missing_coordinate_columns_are_refused_with_the_columns_there_are(write_csv):
    with pytest.raises(MissingColumnError, match="its columns are: 编号, 类别, 地址"):
        read_points(write_csv("编号,类别,地址\n1,医院,中山路1号\n"))


def test_a_header_without_rows_is_refused(write_csv):
    with pytest.raises(InputError, match="has a header but no rows"):
        read_points(write_csv(HEADER))


def test_a_file_without_a_single_good_row_is_refused_with_the_first_reason(write_csv):
    with pytest.raises(
        NothingImportedError, match=r"none of its 2 rows .* Row 2: .*metres"
    ) as refusal:
        read_points(write_csv(HEADER + "1,甲,医院,512345,3541234\n2,乙,医院,512346,3541235\n"))
    assert len(refusal.value.ledger.log.obstacles) == 2
    assert refusal.value.render(translator("zh")).startswith(
        "points.csv：2 行中没有一行可以导入。第 2 行：512345, 3541234 是投影坐标（米）"
    )


def test_missing_ids_are_made_from_the_row_numbers_and_logged(write_csv):
    imported = read_points(
        write_csv("名称,类别,经度,纬度\n甲,医院,118.8,32.0\n乙,医院,118.9,32.1\n")
    )
    assert imported.points.index.tolist() == ["P0002", "P0003"]
    assert fixes(imported) == {(2, "ID_GENERATED"), (3, "ID_GENERATED")}


def test_ids_keep_leading_zeros_and_lose_point_zero(write_xlsx):
    rows = [
        ["编号", "类别", "经度", "纬度"],
        ["007", "医院", 118.8, 32.0],
        [8.0, "医院", 118.9, 32.1],
    ]
    assert read_points(write_xlsx(rows)).points.index.tolist() == ["007", "8"]


def test_an_id_cleaned_is_logged(write_csv):
    imported = read_points(write_csv(HEADER + "１２,甲,医院,118.8,32.0\n13.0,乙,医院,118.9,32.1\n"))
    assert imported.points.index.tolist() == ["12", "13"]
    assert imported.fixed[["before", "after"]].to_numpy().tolist() == [
        ["１２", "12"],
        ["13.0", "13"],
    ]


def test_one_id_with_different_content_sets_aside_both(write_csv):
    imported = read_points(
        write_csv(HEADER + "1,甲,医院,118.8,32.0\n1,乙,医院,118.9,32.1\n2,丙,医院,118.7,32.2\n")
    )
    assert codes(imported) == {2: "DUPLICATE_ID", 3: "DUPLICATE_ID"}
    assert "(2, 3)" in imported.quarantined.loc[0, "reason"]


def test_of_equal_rows_one_is_kept(write_csv):
    row = "1,甲,医院,118.8,32.0\n"
    imported = read_points(write_csv(HEADER + row * 3))
    assert codes(imported) == {3: "DUPLICATE_ROW", 4: "DUPLICATE_ROW"}
    assert imported.points["source_row"].tolist() == [2]


def test_of_equal_rows_without_ids_one_is_kept(write_csv):
    imported = read_points(
        write_csv("名称,类别,经度,纬度\n甲,医院,118.8,32.0\n甲,医院,118.8,32.0\n")
    )
    assert codes(imported) == {3: "DUPLICATE_ROW"}


def test_same_names_in_different_places_are_different_points(write_csv):
    imported = read_points(
        write_csv(HEADER + "1,中心小学,学校,118.8,32.0\n2,中心小学,学校,118.9,32.1\n")
    )
    assert imported.n_imported == 2


def test_spreadsheet_errors_and_garbled_text_are_set_aside(write_xlsx):
    rows = [
        ["编号", "名称", "类别", "经度", "纬度"],
        [1, "甲", "医院", "#N/A", 32.0],
        [2, "锟斤拷", "医院", 118.8, 32.0],
        [3, "丙", "医院", 118.8, 32.0],
    ]
    imported = read_points(write_xlsx(rows))
    assert codes(imported) == {2: "CELL_ERROR", 3: "GARBLED_TEXT"}
    assert "'经度' shows the error #N/A" in imported.quarantined.loc[0, "reason"]


def test_errors_in_columns_that_do_not_count_do_no_harm(write_csv):
    imported = read_points(write_csv("编号,类别,经度,纬度,电话\n1,医院,118.8,32.0,#N/A\n"))
    assert imported.n_imported == 1


def test_many_rows_on_one_spot_are_pointed_out_and_kept(write_csv):
    rows = "".join(f"{n},点{n},医院,118.8,32.0\n" for n in range(6))
    imported = read_points(write_csv(HEADER + rows))
    assert imported.n_imported == 6
    assert imported.notes[0].render().startswith("6 rows share the coordinate 118.8, 32")


def test_the_datum_given_wins_and_every_move_is_logged(write_csv):
    gcj02 = from_wgs84(np.array([[118.8, 32.0]]), "gcj02")[0]
    path = write_csv(
        HEADER
        + f"1,甲,医院,{gcj02[0]!r},{gcj02[1]!r}\n".replace("np.float64(", "").replace(")", "")
    )
    imported = read_points(path, datum="gcj02")
    assert shapely.get_coordinates(imported.points.geometry)[0] == pytest.approx(
        [118.8, 32.0], abs=1e-9
    )
    assert imported.points["original_x"].iloc[0] == gcj02[0]
    assert imported.points[["claimed_datum", "datum_evidence"]].to_numpy().tolist() == [
        ["gcj02", "argument"]
    ]
    assert fixes(imported) == {(2, "DATUM_CONVERTED")}
    assert imported.fixed.loc[0, "after"] == "118.8, 32"


def test_a_datum_in_the_label_counts_as_claimed(write_csv):
    imported = read_points(write_csv("编号,类别,百度经度,百度纬度\n1,医院,118.8,32.0\n"))
    assert imported.points["claimed_datum"].iloc[0] == "bd09"
    assert imported.points["datum_evidence"].iloc[0] == "column 百度经度"


def test_an_unknown_datum_is_refused(write_csv):
    with pytest.raises(InputError, match="Unknown datum 'mars'"):
        read_points(write_csv(HEADER + "1,甲,医院,118.8,32.0\n"), datum="mars")


def test_features_are_read_by_their_number(write_geojson):
    point = {"type": "Point", "coordinates": [118.8, 32.0, 17.5]}
    path = write_geojson(
        [(None, {"id": "a", "类别": "医院"}), (point, {"id": "b", "类别": "学校"})]
    )
    imported = read_points(path)
    assert imported.points["source_row"].tolist() == [2]
    assert imported.points.geometry.iloc[0].equals(shapely.Point(118.8, 32.0))
    assert not imported.points.geometry.iloc[0].has_z
    assert codes(imported) == {1: "NO_COORD"}


def test_geojson_without_points_is_refused(write_geojson):
    line = {"type": "LineString", "coordinates": [[118.8, 32.0], [118.9, 32.0]]}
    with pytest.raises(InputError, match="Row 1: The feature is a LineString, not a point"):
        read_points(write_geojson([(line, {"id": 1, "类别": "路"})]))
    with pytest.raises(InputError, match="holds 0 features but no points"):
        read_points(write_geojson([]))


def test_map_files_in_metres_are_turned_into_degrees_and_keep_the_original(tmp_path):
    frame = gpd.GeoDataFrame(
        {"编号": ["1"], "类别": ["医院"]}, geometry=[shapely.Point(118.8, 32.0)], crs=4326
    ).to_crs(4549)
    frame.to_file(tmp_path / "points.gpkg")
    imported = read_points(tmp_path / "points.gpkg")
    assert shapely.get_coordinates(imported.points.geometry)[0] == pytest.approx(
        [118.8, 32.0], abs=1e-7
    )
    assert imported.points["claimed_datum"].iloc[0] == "cgcs2000"
    assert imported.points["datum_evidence"].iloc[0].startswith("CRS of the file: CGCS2000")
    assert imported.points["original_y"].iloc[0] > 3_000_000
    assert fixes(imported) == {(1, "REPROJECTED")}


def test_importing_twice_gives_the_same(write_csv):
    path = write_csv("名称,类别,经度,纬度\n甲,医院,32.0,118.8\n乙,医院,,\n")
    once, again = read_points(path, datum="gcj02"), read_points(path, datum="gcj02")
    assert once.points.equals(again.points)
    assert once.fixed.equals(again.fixed)
    assert once.quarantined.equals(again.quarantined)


def test_an_id_shortened_by_a_spreadsheet_is_set_aside(write_csv):
    imported = read_points(write_csv(HEADER + "3.2E+11,甲,医院,118.8,32.0\n2,乙,医院,118.8,32.1\n"))
    assert codes(imported) == {2: "LOST_PRECISION"}


def test_a_coordinate_shortened_by_a_spreadsheet_is_set_aside(write_csv):
    imported = read_points(write_csv(HEADER + "1,甲,医院,1.19E+02,32.0\n2,乙,医院,118.8,32.1\n"))
    assert codes(imported) == {2: "LOST_PRECISION"}


def test_reasons_come_in_chinese_too(write_csv):
    imported = read_points(write_csv(HEADER + "1,甲,医院,无,\n2,乙,医院,118.8,32.1\n"))
    [reason] = imported.quarantined_in(translator("zh"))["reason"]
    assert reason == "没有坐标：'无', ''。请填写经度和纬度。"
