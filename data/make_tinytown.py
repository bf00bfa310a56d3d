"""
Draw the tiny town: 12 points, 3 districts, 40 streets, all of it invented.

Run `python data/make_tinytown.py` to write `data/tinytown/` anew. Everything is
laid out in metres on a grid of 200 m, x to the east and y to the north of the
town's south-western corner, so that expected values can be worked out by eye.
Only the standard library is used.
"""

from __future__ import annotations

import csv
import json
import math
from datetime import datetime, timedelta, timezone
from pathlib import Path
from xml.etree import ElementTree as ET

FOLDER = Path(__file__).resolve().parent / "tinytown"

# The corner lies in farmland of the Nanyang basin: in China, but nobody's town.
CORNER_LON, CORNER_LAT = 112.5, 32.8
METRES_PER_DEGREE = 111_195.0
SPACING_M = 200
COLUMNS, ROWS = 10, 9
MAIN_COLUMN, MAIN_ROW = 5, 4
ROUNDABOUT_RADIUS_M = 25
CHINA_TIME = timezone(timedelta(hours=8))

# West-east streets from south to north, south-north streets from west to east.
ROW_NAMES = ("南堤", "荷塘", "学府", "文化", "人民", "青年", "建设", "解放", "北环")
COLUMN_NAMES = ("西环", "柳林", "竹园", "和平", "桂花", "中山", "梅园", "新华", "滨河", "东环")

# Streets with one direction of travel, in terms of the order their nodes are drawn.
ONEWAY = {"青年": "yes", "文化": "-1", "桂花": "yes"}

POINTS = (
    ("TT01", "中心集贸市场", "集贸市场", 420, 1015),
    ("TT02", "青石桥小学", "中小学校", 610, 1390),
    ("TT03", "柳林社区", "社区", 215, 1180),
    ("TT04", "豆腐巷", "背街小巷", 505, 495),
    ("TT05", "人民医院", "医院", 1215, 1010),
    ("TT06", "东禾公园", "公园", 1585, 1300),
    ("TT07", "北环社区", "社区", 1410, 1585),
    ("TT08", "中山路公共厕所", "公共厕所", 985, 1290),
    ("TT09", "政务服务大厅", "政务服务窗口", 1190, 620),
    ("TT10", "南塘小学", "中小学校", 790, 215),
    ("TT11", "荷塘超市", "超市", 1405, 190),
    ("TT12", "长途汽车站", "长途汽车站", 1785, 410),
)

# The borders run along 人民路 (y = 800) and 中山北路 (x = 1000).
DISTRICTS = (
    ("D1", "西桥区", ((-100, 800), (1000, 800), (1000, 1700), (-100, 1700))),
    ("D2", "东禾区", ((1000, 800), (1900, 800), (1900, 1700), (1000, 1700))),
    ("D3", "南塘区", ((-100, -100), (1900, -100), (1900, 800), (1000, 800), (-100, 800))),
)

# One rule of every rank; districts are given by name and by id, as offices do.
UNITS = (
    ("U0", "市创建办公室", "*", "*"),
    ("U1", "市市场监督管理局", "*", "集贸市场"),
    ("U1", "市市场监督管理局", "*", "超市"),
    ("U2", "市教育局", "*", "中小学校"),
    ("U3", "西桥街道办事处", "西桥区", "*"),
    ("U4", "东禾街道办事处", "D2", "*"),
    ("U5", "南塘市场监管所", "南塘区", "超市"),
)

VIOLATIONS = (
    ("V01", "TT01", "集贸市场", "占道经营", 2, "2026-09-07T08:40", "route", "摊位摆到通道上"),
    ("V02", "TT01", "集贸市场", "地面积水", 1, "2026-10-12T08:35", "route", "水产区地面有积水"),
    (
        "V03",
        "TT02",
        "中小学校",
        "校门口乱停车",
        2,
        "2026-09-07T09:40",
        "route",
        "接送车辆占用人行道",
    ),
    ("V04", "TT03", "社区", "楼道堆物", 3, "2026-09-09T10:05", "12345", "三单元楼道堵塞消防通道"),
    ("V05", "TT04", "背街小巷", "垃圾外溢", 2, "2026-09-08T08:45", "route", "垃圾桶满溢未清运"),
    ("V06", "TT04", "背街小巷", "飞线充电", 3, "2026-10-13T08:50", "route", "电动车飞线充电"),
    ("V07", "TT08", "公共厕所", "设施损坏", 1, "2026-09-09T09:40", "route", "洗手池龙头损坏"),
    ("V08", "TT11", "超市", "过期食品", 3, "2026-09-10T09:50", "route", "冷柜内有过期酸奶"),
    ("V09", "TT12", "长途汽车站", "违规吸烟", 1, "2026-10-15T10:45", "route", "候车厅有人吸烟"),
    ("V10", "", "背街小巷", "路面破损", 2, "2026-10-21T16:45", "12345", "竹园南路人行道塌陷"),
)
UNATTACHED_VIOLATION_XY = (410, 310)


def lonlat(x: float, y: float) -> tuple[float, float]:
    """Degrees of a place given in metres from the corner, seven decimals (1 cm)."""
    lon = CORNER_LON + x / (METRES_PER_DEGREE * math.cos(math.radians(CORNER_LAT)))
    return round(lon, 7), round(CORNER_LAT + y / METRES_PER_DEGREE, 7)


class Drawing:
    """Nodes and ways of the town as OpenStreetMap XML."""

    def __init__(self) -> None:
        self.node_ids: dict[tuple[float, float], int] = {}
        self.ways: list[tuple[list[int], dict[str, str]]] = []

    def node(self, x: float, y: float) -> int:
        """Return the id of the node at a place; the same place is the same node."""
        return self.node_ids.setdefault((x, y), len(self.node_ids) + 1)

    def street(self, places: list[tuple[float, float]], **tags: str) -> None:
        """Draw one street through `places`."""
        self.ways.append(([self.node(x, y) for x, y in places], tags))

    def tree(self) -> ET.ElementTree[ET.Element]:
        """Return the whole drawing as an OSM document."""
        root = ET.Element("osm", version="0.6", generator="data/make_tinytown.py")
        for (x, y), node_id in self.node_ids.items():
            lon, lat = lonlat(x, y)
            place = {"id": str(node_id), "version": "1", "lat": f"{lat:.7f}", "lon": f"{lon:.7f}"}
            ET.SubElement(root, "node", place)
        for way_id, (nodes, tags) in enumerate(self.ways, start=1001):
            way = ET.SubElement(root, "way", id=str(way_id), version="1")
            for node_id in nodes:
                ET.SubElement(way, "nd", ref=str(node_id))
            for key, value in tags.items():
                ET.SubElement(way, "tag", k=key, v=value)
        ET.indent(root, " ")
        return ET.ElementTree(root)


def draw_streets() -> Drawing:
    """19 lines cut in the middle, one roundabout and one lane: 40 streets."""
    town = Drawing()
    for row, name in enumerate(ROW_NAMES):
        line = [(SPACING_M * column, SPACING_M * row) for column in range(COLUMNS)]
        tags = street_tags(name, is_main=row == MAIN_ROW, is_ring=row in (0, ROWS - 1))
        west, east = cut(line, MAIN_COLUMN, meets_roundabout=row == MAIN_ROW)
        town.street(west, name=f"{name}西路", **tags)
        town.street(east, name=f"{name}东路", **tags)
    for column, name in enumerate(COLUMN_NAMES):
        line = [(SPACING_M * column, SPACING_M * row) for row in range(ROWS)]
        tags = street_tags(name, is_main=column == MAIN_COLUMN, is_ring=column in (0, COLUMNS - 1))
        south, north = cut(line, MAIN_ROW, meets_roundabout=column == MAIN_COLUMN)
        town.street(south, name=f"{name}南路", **tags)
        town.street(north, name=f"{name}北路", **tags)
    town.street(roundabout(), name="中心环岛", highway="primary", junction="roundabout")
    town.street([(400, 400), (500, 500), (600, 600)], name="豆腐巷", highway="living_street")
    return town


def street_tags(name: str, *, is_main: bool, is_ring: bool) -> dict[str, str]:
    """Class, speed limit and direction of a street."""
    tags = {"highway": "primary" if is_main else "secondary" if is_ring else "residential"}
    if is_main:
        tags["maxspeed"] = "50"
    if name in ONEWAY:
        tags["oneway"] = ONEWAY[name]
    return tags


def cut(
    line: list[tuple[float, float]], at: int, *, meets_roundabout: bool
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Cut a line in two at one of its junctions, or on both sides of the roundabout."""
    if not meets_roundabout:
        return line[: at + 1], line[at:]
    x, y = line[at]
    dx, dy = (ROUNDABOUT_RADIUS_M if line[0][i] != line[-1][i] else 0 for i in (0, 1))
    return [*line[:at], (x - dx, y - dy)], [(x + dx, y + dy), *line[at + 1 :]]


def roundabout() -> list[tuple[float, float]]:
    """Eight places around the central junction, anticlockwise as traffic goes in China."""
    x, y = SPACING_M * MAIN_COLUMN, SPACING_M * MAIN_ROW
    angles = [math.radians(45 * step) for step in range(8)]
    ring = [
        (
            round(x + ROUNDABOUT_RADIUS_M * math.cos(angle), 3),
            round(y + ROUNDABOUT_RADIUS_M * math.sin(angle), 3),
        )
        for angle in angles
    ]
    return [*ring, ring[0]]


def district_collection() -> dict[str, object]:
    """Return the three districts as GeoJSON, rings closed and anticlockwise."""
    features = [
        {
            "type": "Feature",
            "properties": {"district_id": district_id, "name": name},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[lonlat(x, y) for x, y in (*corners, corners[0])]],
            },
        }
        for district_id, name, corners in DISTRICTS
    ]
    return {"type": "FeatureCollection", "features": features}


def inspection_rows() -> list[tuple[str, str, str]]:
    """Two rounds of inspections five weeks apart, one point a working hour."""
    rows = []
    for start in (datetime(2026, 9, 7, 8, 30), datetime(2026, 10, 12, 8, 30)):
        for turn, (point_id, *_) in enumerate(POINTS):
            day, hour = divmod(turn, 3)
            at = start.replace(tzinfo=CHINA_TIME) + timedelta(days=day, hours=hour)
            rows.append((f"I{len(rows) + 1:02d}", point_id, at.isoformat(timespec="minutes")))
    return rows


def violation_rows() -> list[tuple[object, ...]]:
    """Violations at their points; the one that nobody attached has a place of its own."""
    places = {point_id: (x, y) for point_id, _, _, x, y in POINTS}
    return [
        (
            *row[:5],
            f"{row[5]}+08:00",
            *row[6:],
            *degrees(places.get(row[1], UNATTACHED_VIOLATION_XY)),
        )
        for row in VIOLATIONS
    ]


def degrees(place: tuple[float, float]) -> tuple[str, str]:
    """Longitude and latitude of a place in metres, as text with seven decimals."""
    lon, lat = lonlat(*place)
    return f"{lon:.7f}", f"{lat:.7f}"


def write_table(name: str, header: str, rows: list[tuple[object, ...]]) -> None:
    """Write one CSV file: UTF-8, comma, line feed."""
    with (FOLDER / name).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)


def main() -> None:
    """Write the six files of the tiny town."""
    FOLDER.mkdir(exist_ok=True)
    points = [
        (point_id, name, category, *degrees((x, y))) for point_id, name, category, x, y in POINTS
    ]
    write_table("points.csv", "point_id,name,category,lon,lat", points)
    write_table("units.csv", "unit_id,unit_name,district,category", list(UNITS))
    write_table("inspections.csv", "inspection_id,point_id,inspected_at", list(inspection_rows()))
    write_table(
        "violations.csv",
        "violation_id,point_id,category,item,severity,found_at,source,description,lon,lat",
        violation_rows(),
    )
    districts = json.dumps(district_collection(), ensure_ascii=False, indent=1)
    (FOLDER / "districts.geojson").write_text(districts + "\n", encoding="utf-8")
    draw_streets().tree().write(FOLDER / "streets.osm", encoding="utf-8", xml_declaration=True)


if __name__ == "__main__":
    main()
