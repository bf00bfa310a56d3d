"""
The city of the gallery: central Helsinki under invented Chinese names, in the middle of its work.

Streets, shops and quarters are those of the packaged demo (OpenStreetMap, ODbL); every name,
inspection, violation, case and photo is made up, the same on each run.
"""

from __future__ import annotations

import io
import json
import tempfile
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
from PIL import Image, ImageDraw, ImageFilter

from geoinspect.basemaps import city_basemap, keep_areas
from geoinspect.cases import USUAL_ISSUER, Act, Defect, Mover, Party
from geoinspect.checklists import Checklist
from geoinspect.cityday import city_on, named_teams, with_city_knobs
from geoinspect.cityfolder import CityFolder
from geoinspect.cityimport import FileToRead, read_file, shipped_checklist
from geoinspect.demo import DemoHistory, extract_file, write_demo_files
from geoinspect.intake import read_results
from geoinspect.jobs import Worker, keep_upload
from geoinspect.network import read_network
from geoinspect.people import Role
from geoinspect.people.account import Account
from geoinspect.people.organisations import Office
from geoinspect.people.passwords import hash_password
from geoinspect.photos import read_photo
from geoinspect.planning import PlanParams, plan_inspections
from geoinspect.responsibility import assign
from geoinspect.store.casenotices import Office as Issuer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoinspect.photos import Photo
    from geoinspect.store import Store

NAME = "北江市（演示）"
ZONE = ZoneInfo("Asia/Shanghai")
#: Monday morning; the routes of the day are released, the teams are out.
NOW = datetime(2026, 11, 23, 10, 20, tzinfo=ZONE)
DAY = date(2026, 11, 23)
#: Days of the week before that were drawn, too.
EARLIER = tuple(date(2026, 11, day) for day in (17, 18, 19, 20))
PASSWORD = "gallery of a made-up city"
HISTORY = DemoHistory(days=60, per_day=24, start=datetime(2026, 8, 31, 9, tzinfo=ZONE))
BANDWIDTH_M = 120.0

_ROADS = [
    *("和平", "人民", "建设", "新华", "文化", "解放", "朝阳", "光明", "中山"),
    *("迎宾", "学府", "滨江", "长安", "青年", "胜利", "友谊", "平安", "兴业"),
]
_KINDS = ("路", "街", "大道", "巷", "东路", "西街", "南路", "北街", "里", "胡同")
_QUARTERS = (
    *("望江", "清河", "东湖", "西苑", "南塘", "北辰", "云亭"),
    *("石桥", "柳园", "金沙", "梅岭", "福安", "龙山", "白塔"),
)
_INSPECTORS = (
    *("陈思远", "林晓燕", "周国平", "吴海涛", "郑雅文", "孙立军"),
    *("马春梅", "朱建华", "胡月", "郭志强", "何敏", "罗峰"),
)
PEOPLE: dict[Role, tuple[str, dict[str, Any]]] = {
    Role.SUPERVISOR: ("王慧", {}),
    Role.LEADER: ("李建国", {}),
    Role.UNIT: ("张丽", {"offices": frozenset({"HEL-U1"})}),
    Role.INSPECTOR: ("陈思远", {"inspector_id": "I01"}),
    Role.ADMINISTRATOR: ("赵工", {}),
    Role.SECURITY: ("钱安", {}),
    Role.AUDITOR: ("孙审", {}),
}


@dataclass(frozen=True)
class GalleryCity:
    """
    The city with what a list of pages may name.

    Attributes
    ----------
    folder
        The city.
    places
        Values for the names in braces in the addresses of pages.
    """

    folder: CityFolder
    places: dict[str, str]


def make_city(path: Path) -> GalleryCity:
    """Make the city in a folder, or take it as it was left there."""
    places = path / "gallery.json"
    if places.is_file():
        return GalleryCity(CityFolder.open(path), json.loads(places.read_text(encoding="utf-8")))
    folder = CityFolder.create(
        path, name=NAME, timezone="Asia/Shanghai", heat_bandwidth_m=BANDWIDTH_M
    )
    folder = replace(folder, actor="supervisor")
    _tables(folder)
    store = folder.store()
    _people(store)
    _checklists(store)
    _results(store)
    for before in EARLIER:
        _plan(folder, store, before)
    record = _plan(folder, store, DAY)
    _returned(folder, store, record)
    states = _cases(folder, store)
    _jobs(folder, store)
    inspector = store.people.account("inspector")
    person = _inspector_of(record)
    name = dict(zip(_ids(), _INSPECTORS, strict=True)).get(str(person), inspector.name)
    store.people.replace(replace(inspector, inspector_id=person, name=name))
    store.close()
    named = {"day": DAY.isoformat(), "tomorrow": "2026-11-24", **states}
    places.write_text(json.dumps(named), encoding="utf-8")
    return GalleryCity(folder, named)


# ---- tables, under Chinese names ----------------------------------------------------------


def _tables(folder: CityFolder) -> None:
    """Bring in the files of the demo as an office would, renamed."""
    files = write_demo_files(folder.path / "input", HISTORY)
    quarters = _rename_districts(files.districts)
    _rename_points(files.points, quarters)
    _rename_units(files.units, quarters)
    _tell_violations(files.violations)
    (folder.path / "input" / "inspectors.csv").write_text(_roster(), encoding="utf-8")
    store = folder.store()
    for what, path, datum in (
        ("districts", files.districts, "wgs84"),
        ("units", files.units, None),
        ("points", files.points, "wgs84"),
        ("inspections", files.inspections, None),
        ("violations", files.violations, None),
        ("inspectors", folder.path / "input" / "inspectors.csv", None),
    ):
        read_file(folder, what, FileToRead(path, datum)).save(store)
    network = read_network(extract_file())
    replace(network, names=_street_names(network.names)).save(folder.network_path)
    keep_areas(folder, extract_file())
    city_basemap(folder)
    store.replace_assignments(assign(store.points(), store.districts(), store.units()))
    store.close()


def _rename_districts(path: Path) -> dict[str, str]:
    """Give the quarters Chinese names; return the new by the old."""
    table = gpd.read_file(path)
    old = table["名称"].tolist()
    names = dict(zip(old, (f"{name}区" for name in _QUARTERS), strict=False))
    table["名称"] = [names[name] for name in old]
    path.write_text(table.to_json(drop_id=True, ensure_ascii=False), encoding="utf-8")
    return names


def _rename_points(path: Path, _quarters: dict[str, str]) -> None:
    """Call each point after a street and what it is."""
    table = pd.read_csv(path, dtype=str, encoding="utf-8-sig")
    streets = cycle(f"{road}{kind}" for kind in _KINDS for road in _ROADS)
    table["名称"] = [f"{next(streets)}{category}" for category in table["类别"]]
    table.to_csv(path, index=False, encoding="utf-8-sig")


def _rename_units(path: Path, quarters: dict[str, str]) -> None:
    """Leave the English out, and name the quarters anew."""
    table = pd.read_csv(path, dtype=str, encoding="utf-8-sig")
    table["责任单位"] = [_chinese(name, quarters) for name in table["责任单位"]]
    table["区"] = [quarters.get(name, name) for name in table["区"]]
    table.to_csv(path, index=False, encoding="utf-8-sig")


#: What an inspector writes beside an item, in turn.
_SEEN = (
    "{item}，已当场告知负责人。",
    "门前发现{item}，影响通行。",
    "",
    "{item}，较上次检查没有改善。",
    "巡查时发现{item}，负责人不在现场。",
)


def _tell_violations(violations: Path) -> None:
    """Write beside each problem what an inspector would; its source says that it is made up."""
    table = pd.read_csv(violations, dtype=str, encoding="utf-8-sig")
    told = zip(table["问题"], cycle(_SEEN), strict=False)
    table["描述"] = [sentence.format(item=item) for item, sentence in told]
    table.to_csv(violations, index=False, encoding="utf-8-sig")


def _chinese(name: str, quarters: dict[str, str]) -> str:
    """Return the Chinese part of an office's name, its quarter named anew."""
    short = name.partition(" (")[0]
    for old, new in quarters.items():
        short = short.replace(f"{old}街道", f"{new.removesuffix('区')}街道")
    return short


def _street_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Give every street a Chinese name of its own; those without stay so."""
    made: Iterator[str] = (
        f"{road}{kind}"
        for kind in (*_KINDS, *(f"{n}巷" for n in "一二三四五六七八九十"))
        for road in _ROADS
    )
    return tuple(next(made, "支路") if name else "" for name in names)


def _ids() -> list[str]:
    """Return the numbers of the inspectors."""
    return [f"I{k:02}" for k, _ in enumerate(_INSPECTORS, start=1)]


def _roster() -> str:
    """Return the roster of inspectors as a sheet."""
    rows = [f"{key},{name}" for key, name in zip(_ids(), _INSPECTORS, strict=True)]
    return "\n".join(["人员编号,姓名", *rows]) + "\n"


# ---- people, checklists, plan --------------------------------------------------------------


def _people(store: Store) -> None:
    """Make the tree of offices, and an account of each role."""
    units = store.units().drop_duplicates("unit_id")
    store.people.put_office(Office("city", "北江市城市管理委员会"))
    store.people.put_office(Office("bureaus", "市直部门", "city"))
    store.people.put_office(Office("streets", "街道办事处", "city"))
    for unit_id, name in zip(units["unit_id"], units["unit_name"], strict=True):
        above = "streets" if str(unit_id).startswith("HEL-Q") else "bureaus"
        store.people.put_office(Office(str(unit_id), str(name), above))
    hashed = hash_password(PASSWORD)
    for role, (name, scope) in PEOPLE.items():
        store.people.add(Account(role.value, name, role, password_hash=hashed, **scope))
    head = frozenset({"HEL-U1"})
    store.people.add(Account("head", "刘局长", Role.UNIT, offices=head, password_hash=hashed))
    gone = Account("former", "旧账号", Role.SUPERVISOR, password_hash=hashed, disabled=True)
    store.people.add(gone)


def _checklists(store: Store) -> None:
    """Bring in last year's checklist, and this year's with a few changes."""
    now = shipped_checklist()
    items = dict(now.items)
    changed = sorted(items)[:3]
    for item_id in changed:
        items[item_id] = replace(
            items[item_id], severity=1, text_zh=items[item_id].text_zh + "（旧）"
        )
    before = Checklist(
        "2025", date(2025, 1, 1), now.effective_from - timedelta(days=1), items, now.weights
    )
    store.checklists.merge([before, now])


def _results(store: Store) -> None:
    """Record what was looked at at some points of the last month, most items without a fault."""
    (checklist,) = [each for each in store.checklists.all() if each.version != "2025"]
    points = store.points()
    rows = ["检查编号,点位编号,检查项编号,检查结果,检查时间"]
    for k, (point_id, category) in enumerate(points["category"].items()):
        items = checklist.items_of(category)
        for n, item in enumerate(items if k % 3 else []):
            if (k + n) % 5:
                found = "合格" if item.kind.value == "yes_no" else "0"
                rows.append(f"R{k},{point_id},{item.item_id},{found},2026-11-{1 + k % 20:02} 10:00")
    with tempfile.TemporaryDirectory() as scratch:
        sheet = Path(scratch) / "results.csv"
        sheet.write_text("\n".join(rows), encoding="utf-8")
        imported = read_results(
            sheet,
            checklists=store.checklists.all(),
            categories={str(key): name for key, name in points["category"].items()},
            timezone="Asia/Shanghai",
            now=NOW,
        )
    store.results.add(imported.results)


def _plan(folder: CityFolder, store: Store, day: date) -> dict[str, Any]:
    """Plan a day with five teams, from the afternoon before."""
    params = with_city_knobs(
        PlanParams(day=day, teams=named_teams(folder, 5, "09:00-15:00"), service_time_s=720), folder
    )
    secret = f"c0ffee{day.day:02}" * 4
    record = plan_inspections(city_on(folder, params, secret), params, secret)
    drawn_at = datetime.combine(day, NOW.timetz()) - timedelta(hours=18)
    store.add_plan(record, at=drawn_at)
    return json.loads(json.dumps(record, default=str))


def _returned(folder: CityFolder, store: Store, record: dict[str, Any]) -> None:
    """Let the teams return most stops of the morning, and find something at a few."""
    rows, found = (
        ["检查编号,点位编号,检查时间,来源"],
        ["问题编号,点位编号,问题,严重程度,发现时间,来源,描述"],
    )
    kinds = store.points()["category"]
    for n, route in enumerate(record["routes"]):
        gone = [stop for stop in route["stops"] if datetime.fromisoformat(stop["departure"]) < NOW]
        for k, stop in enumerate(gone[: len(gone) - n % 3]):
            if (n, k) in _MISSED:
                continue
            key, at = f"T{n}{k:02}", stop["departure"][:16]
            rows.append(f"{key},{stop['point_id']},{at},generated")
            if (n + k) % 4 == 1:
                item = "消防通道堵塞" if "馆" in kinds[stop["point_id"]] else "占道经营"
                found.append(
                    f"{key},{stop['point_id']},{item},2,{at},generated,{item}，已拍照留存。"
                )
    with tempfile.TemporaryDirectory() as scratch:
        for what, lines in (("inspections", rows), ("violations", found)):
            sheet = Path(scratch) / f"{what}.csv"
            sheet.write_text("\n".join(lines), encoding="utf-8")
            read_file(folder, what, FileToRead(sheet, None)).save(store)


#: Team and stop that were passed by.
_MISSED = {(1, 2), (3, 1)}


def _inspector_of(record: dict[str, Any]) -> str | None:
    """Return an inspector who is out today."""
    drawn = record["draw"].get("inspectors", [])
    return str(drawn[0]["inspector_ids"][0]) if drawn else None


# ---- cases and their photos ----------------------------------------------------------------


def _cases(folder: CityFolder, store: Store) -> dict[str, str]:
    """Lead the problems of the last weeks through every state; return one of each."""
    since = pd.Timestamp(NOW) - pd.Timedelta(days=90)
    assigned = store.assignments()["unit_id"]
    rows = store.violations().sort_values("found_at")
    rows = rows[(rows["found_at"] >= since) & rows["point_id"].isin(assigned.dropna().index)]
    states: dict[str, str] = {}
    for k, (case_id, row) in enumerate(rows.iterrows()):
        unit = str(assigned[row["point_id"]])
        begun = min(row["found_at"].to_pydatetime() + timedelta(hours=3), NOW)
        is_old = begun < NOW - _RECENT and k % 90
        wanted = "closed" if is_old else "found" if begun == NOW else _FATES[k % len(_FATES)]
        _lead(folder, store, str(case_id), unit, begun, wanted, k)
        # the newest of each that has photos, of the unit whose pages are taken
        if unit == "HEL-U1" and k % 3 == 0:
            states[wanted] = str(case_id)
    return {f"case_{name}": case_id for name, case_id in states.items()}


#: What became of the problems of the last two weeks, in turn; the older ones are closed.
_FATES = ("notified", "replied", "closed", "approved", "notified", "returned", "found", "closed")
_RECENT = timedelta(days=13)
_REPLIES = (
    "已组织清理，现场恢复整洁。",
    "已约谈商户并责令整改，物品已归位。",
    "设施已修复，安排专人每日巡查。",
)


def _lead(
    folder: CityFolder, store: Store, case_id: str, unit: str, at: datetime, fate: str, k: int
) -> None:
    """Lead a case up to a state."""
    cases, issuer = store.cases, Issuer(ZONE, USUAL_ISSUER)
    office, units = Mover("supervisor", Party.OFFICE), frozenset({unit})
    cases.open(case_id, Defect.HARDWARE if k % 3 else Defect.CONDUCT, at=at)
    has_photos = k % 3 == 0 and at > NOW - 2 * _RECENT
    if has_photos:
        cases.add_photos(case_id, [_photo(folder, k, at, mended=False)])
    if fate == "found":
        return
    cases.notify(case_id, office, issuer, at=at)
    if fate == "notified":
        return
    replied = at + timedelta(days=1, hours=k % 7)
    proofs = [_photo(folder, k, replied, mended=True)] if has_photos else []
    cases.reply(
        case_id, Mover("unit", Party.UNIT, units), _REPLIES[k % len(_REPLIES)], proofs, at=replied
    )
    if fate == "replied":
        return
    head = Mover("head", Party.UNIT_LEADER, units)
    cases.step(case_id, Act.APPROVE, head, at=replied + timedelta(hours=2))
    if fate == "approved":
        return
    looked = replied + timedelta(days=1)
    passed, note = fate == "closed", "" if fate == "closed" else "现场仍有杂物堆放，未整改到位。"
    cases.reinspect(case_id, office, office, issuer, passed=passed, at=looked, note=note)


def _photo(folder: CityFolder, k: int, at: datetime, *, mended: bool) -> Photo:
    """Draw a street scene, and keep it as a photo of the case."""
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = at.astimezone(ZONE).strftime("%Y:%m:%d %H:%M:%S")
    _scene(k, mended=mended).save(buffer, "JPEG", quality=80, exif=exif)
    content = buffer.getvalue()
    folder.photos.keep(content)
    return read_photo(content, f"photo-{k}.jpg", ZONE)


def _scene(k: int, *, mended: bool) -> Image.Image:
    """Draw houses, a pavement, and what lies on it until it is mended."""
    sky, wall = (188 + k % 40, 210, 228), [(176, 128, 96), (150, 150, 140), (196, 170, 120)][k % 3]
    image = Image.new("RGB", (640, 480), sky)
    draw = ImageDraw.Draw(image)
    for n in range(4):
        left, top = n * 160 + (k * 17) % 40, 70 + (k * 31 + n * 53) % 110
        tone = tuple(max(0, band - 18 * ((n + k) % 3)) for band in wall)
        draw.rectangle((left, top, left + 140, 340), fill=tone)
        for row in range(top + 20, 300, 44):
            for column in range(left + 14, left + 126, 32):
                draw.rectangle((column, row, column + 18, row + 26), fill=(70, 92, 116))
    draw.rectangle((0, 330, 640, 400), fill=(172, 170, 164))
    draw.rectangle((0, 400, 640, 480), fill=(92, 94, 98))
    draw.line((0, 440, 640, 440), fill=(230, 228, 210), width=5)
    for n in range(0 if mended else 5):
        x, y = 80 + (k * 71 + n * 97) % 460, 318 + (k * 13 + n * 29) % 50
        tone = [(120, 84, 50), (40, 110, 80), (190, 60, 50), (60, 60, 70)][(n + k) % 4]
        draw.ellipse((x, y, x + 60 + n * 6, y + 42), fill=tone)
    return image.filter(ImageFilter.GaussianBlur(1))


# ---- jobs ------------------------------------------------------------------------------------


def _jobs(folder: CityFolder, store: Store) -> None:
    """Bring in a file with rows that are put aside, and one of which nothing can be used."""
    points = pd.read_csv(folder.path / "input" / "points.csv", dtype=str, encoding="utf-8-sig")
    odd = points.head(12).copy()
    odd.loc[2, "经度"], odd.loc[5, "纬度"], odd.loc[7, "名称"] = "十二度", "191.2", ""
    useless = odd.assign(经度="", 纬度="")
    for name, table in (("点位补充.csv", odd), ("点位（旧表）.csv", useless)):
        content = table.to_csv(index=False).encode("utf-8-sig")
        upload = keep_upload(folder, io.BytesIO(content), name)
        order = {"what": "points", "upload": upload, "datum": "wgs84", "sheet": None}
        store.jobs.add("import", order, made_by="supervisor", at=NOW - timedelta(minutes=25))
    upload = keep_upload(folder, io.BytesIO(extract_file().read_bytes()), "center.osm.pbf")
    store.jobs.add(
        "basemap", {"upload": upload}, made_by="administrator", at=NOW - timedelta(hours=20)
    )
    Worker(folder).run_pending()
    # points that came in anew are assigned anew
    store.replace_assignments(assign(store.points(), store.districts(), store.units()))
