"""
Recognise what a column holds by its label, in Chinese and English.

A role (`lon`, `category`) is what the system calls a column, a label is what the
user wrote over it. Of several candidates the label that stands first in the
vocabulary wins, then the leftmost column.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from geoinspect.datum import Datum

PLACE_ROLES: dict[str, tuple[str, ...]] = {
    "lon": ("经度", "东经", "lon", "lng", "long", "longitude", "gpslng", "gpslon", "x"),
    "lat": ("纬度", "北纬", "lat", "latitude", "gpslat", "y"),
    "lonlat": (
        *("经纬度", "坐标", "经纬坐标", "位置坐标", "地理坐标", "坐标点", "纬经度"),
        *("lonlat", "lnglat", "latlon", "latlng", "coordinates", "coordinate", "coord", "coords"),
        *("gps", "location", "wkt", "geom", "geometry"),
    ),
}

_POINT_ID = (
    *("点位编号", "点位编码", "点位id", "点位代码", "点编号", "点位号", "点号", "pointid"),
    *("pointno", "pointcode", "pid"),
)
_CATEGORY = (
    *("点位类别", "点位类型", "点位分类", "类别", "类型", "分类", "场所类别", "场所类型"),
    *("对象类型", "检查类别", "类别名称", "类型名称", "category", "type", "class", "kind"),
)
_DISTRICT = (
    *("所属区", "所属区县", "区县", "县区", "区", "区县市", "县市区", "所在区", "行政区"),
    *("行政区划", "所属行政区", "辖区", "所属辖区", "区域", "所属区域", "区县名称", "区名"),
    *("district", "districtname", "county"),
)
_ANY_ID = ("编号", "编码", "代码", "唯一编号", "id", "uid", "code", "no", "序号", "no.", "fid")

POINT_ROLES: dict[str, tuple[str, ...]] = {
    "point_id": (*_POINT_ID, *_ANY_ID),
    "name": (
        *("点位名称", "点位", "点名", "名称", "单位名称", "场所名称", "地点名称", "对象名称"),
        *("店名", "店铺名称", "地点", "名字", "pointname", "name", "title"),
    ),
    "category": _CATEGORY,
    "district": _DISTRICT,
    "street": ("街道", "所属街道", "街镇", "镇街", "乡镇", "镇街道", "街道镇", "street", "town"),
    "address": ("地址", "详细地址", "address", "addr"),
    **PLACE_ROLES,
}

DISTRICT_ROLES: dict[str, tuple[str, ...]] = {
    "district_id": (
        *("行政区划代码", "区划代码", "区县代码", "区代码", "adcode", "districtid"),
        *("districtcode", "gbcode", "代码", "编码", "code", "id", "编号"),
    ),
    "name": (*_DISTRICT, "名称", "name", "fullname"),
}

UNIT_ROLES: dict[str, tuple[str, ...]] = {
    "unit_id": (
        "单位编号",
        "单位代码",
        "责任单位编号",
        "责任单位代码",
        "部门编号",
        "unitid",
        "unitcode",
    ),
    "unit_name": (
        *("牵头单位", "牵头部门", "牵头责任单位", "责任单位", "主责单位", "责任部门", "主管单位"),
        *("主管部门", "承办单位", "单位名称", "部门名称", "单位", "部门", "责任主体"),
        *("unitname", "unit", "responsibleunit", "leadunit", "department"),
    ),
    "district": (*_DISTRICT, "适用区域", "责任区域", "管辖区域", "districtid"),
    "category": (*_CATEGORY, "适用类别", "适用类型", "categories"),
}

VIOLATION_ROLES: dict[str, tuple[str, ...]] = {
    "violation_id": (
        *("违规编号", "问题编号", "案件编号", "工单编号", "工单号", "案件号", "violationid"),
        *_ANY_ID,
    ),
    "point_id": _POINT_ID,
    "category": _CATEGORY,
    "item": (
        *("问题类型", "问题类别", "指标", "指标名称", "测评指标", "指标项", "检查项", "检查内容"),
        *("违规项", "问题", "问题名称", "item", "indicator", "issue", "violation"),
    ),
    "severity": ("严重程度", "严重等级", "问题等级", "程度", "等级", "级别", "severity", "level"),
    "found_at": (
        *("发现时间", "上报时间", "受理时间", "问题时间", "检查时间", "时间", "foundat"),
        *("datetime", "time", "timestamp", "reportedat"),
    ),
    "found_on": ("发现日期", "上报日期", "受理日期", "检查日期", "日期", "date", "foundon"),
    "description": (
        *("问题描述", "情况描述", "描述", "问题内容", "内容", "详情", "情况说明", "说明", "备注"),
        *("description", "details", "remark", "remarks", "note"),
    ),
    "source": ("问题来源", "来源", "来源渠道", "渠道", "source", "channel"),
    **PLACE_ROLES,
}

INSPECTION_ROLES: dict[str, tuple[str, ...]] = {
    "inspection_id": ("检查编号", "巡查编号", "测评编号", "记录编号", "inspectionid", *_ANY_ID),
    "point_id": _POINT_ID,
    "inspected_at": (
        *("检查时间", "巡查时间", "测评时间", "到达时间", "时间", "inspectedat", "datetime"),
        *("time", "timestamp", "visitedat"),
    ),
    "inspected_on": ("检查日期", "巡查日期", "测评日期", "日期", "date", "inspectedon"),
}

REPLY_ROLES: dict[str, tuple[str, ...]] = {
    "record_id": ("记录编号", "回复编号", "反馈编号", "记录号", "recordid"),
    "version": ("版本", "版本号", "version"),
    "case_id": ("案件编号", "问题编号", "违规编号", "案件号", "caseid", "violationid"),
    "replied_at": ("回复时间", "反馈时间", "整改时间", "完成时间", "时间", "repliedat", "time"),
    "replied_on": ("回复日期", "反馈日期", "整改日期", "完成日期", "日期", "date"),
    "by": ("填报人", "回复人", "反馈人", "经办人", "by", "author"),
    "leader": ("审批领导", "审核人", "审批人", "签发人", "负责人", "leader", "approvedby"),
    "text": ("整改情况", "回复内容", "反馈内容", "整改措施", "情况说明", "text", "reply"),
}

INSPECTOR_ROLES: dict[str, tuple[str, ...]] = {
    "inspector_id": (
        *("工号", "人员编号", "检查员编号", "检查人员编号", "执法证号", "员工编号", "inspectorid"),
        *("staffid", "staffno", *_ANY_ID),
    ),
    "name": ("姓名", "检查员", "检查人员", "检查员姓名", "人员姓名", "名字", "name", "inspector"),
    "unit": (
        *("单位", "所在单位", "工作单位", "所属单位", "部门", "所在部门", "单位名称", "unit"),
        *("organisation", "organization", "department", "office"),
    ),
    "avoid_units": (
        *("回避单位", "回避责任单位", "需回避单位", "应回避单位", "回避部门", "avoidunits"),
        *("avoidunit", "recusalunits", "unitstoavoid"),
    ),
    "avoid_districts": (
        *("回避区县", "回避区", "回避县区", "回避辖区", "回避区域", "需回避区县", "avoiddistricts"),
        *("avoiddistrict", "recusaldistricts", "districtstoavoid"),
    ),
    "duty_days": (
        *("值班日期", "值班", "值班日", "值班时间", "在岗日期", "可用日期"),
        *("dutydays", "dutydates", "onduty", "availabledates"),
    ),
    "absent_days": (
        *("请假", "请假日期", "请假时间", "休假", "休假日期", "缺勤日期", "不在岗日期"),
        *("absentdays", "absence", "absences", "absentdates", "leave"),
    ),
}

_ITEM_ID = ("检查项编号", "检查项编码", "检查项id", "指标编号", "指标编码", "项目编号", "itemid")
_VERSION = ("标准版本", "清单版本", "检查标准版本", "版本", "checklistversion", "version")

CHECKLIST_ROLES: dict[str, tuple[str, ...]] = {
    "item_id": _ITEM_ID,
    "text_zh": ("检查内容", "检查项", "检查项内容", "测评内容", "指标内容", "测评标准", "textzh"),
    "text_en": ("英文", "英文内容", "检查内容英文", "english", "texten"),
    "severity": VIOLATION_ROLES["severity"],
    "kind": ("观察方式", "检查方式", "测评方式", "记录方式", "kind"),
    "item_class": ("检查项性质", "性质", "指标性质", "软硬件", "itemclass", "class"),
    "full_score": ("满分", "分值", "标准分", "fullscore"),
    "deduction": ("每处扣分", "扣分", "扣分值", "扣分标准", "deduction"),
    "allowance": ("允许处数", "免扣处数", "允许数", "allowance"),
    "weights": ("适用类别与权重", "类别与权重", "类别权重", "适用类别权重", "weights"),
    "version": _VERSION,
    "effective_from": ("生效日期", "启用日期", "起始日期", "effectivefrom"),
    "effective_to": ("失效日期", "停用日期", "截止日期", "effectiveto"),
}

RESULT_ROLES: dict[str, tuple[str, ...]] = {
    "inspection_id": INSPECTION_ROLES["inspection_id"],
    "item_id": (*_ITEM_ID, "检查项", "检查内容", "指标", "指标名称", "item"),
    "revision": ("记录版本", "修订号", "修订版本", "记录修订", "revision"),
    "version": _VERSION,
    "point_id": _POINT_ID,
    "inspected_at": INSPECTION_ROLES["inspected_at"],
    "inspected_on": INSPECTION_ROLES["inspected_on"],
    "observed": (
        *("检查结果", "结果", "测评结果", "检查情况", "是否合格", "问题处数", "问题数", "处数"),
        *("observed", "result", "count"),
    ),
    "photos": ("照片", "取证照片", "现场照片", "图片", "照片编号", "photos", "photo"),
    "remark": ("备注", "说明", "问题描述", "情况说明", "remark", "note"),
    "inspector": ("检查员", "检查人员", "检查人", "测评员", "inspector"),
}

TICKET_ROLES: dict[str, tuple[str, ...]] = {
    "ticket_id": (
        *("工单编号", "工单号", "诉求编号", "案件编号", "案件号", "任务号", "任务编号", "受理编号"),
        *("ticketid", "ticketno", *_ANY_ID),
    ),
    "received_at": (
        *(
            "受理时间",
            "来电时间",
            "登记时间",
            "诉求时间",
            "上报时间",
            "创建时间",
            "立案时间",
            "时间",
        ),
        *("receivedat", "createdat", "time"),
    ),
    "received_on": ("受理日期", "来电日期", "登记日期", "上报日期", "日期", "date", "receivedon"),
    "title": ("工单标题", "诉求标题", "案件标题", "标题", "主题", "title", "subject"),
    "description": (
        *("诉求内容", "工单内容", "反映内容", "诉求描述", "来电内容", "案件描述", "问题描述"),
        *("内容描述", "内容", "描述", "详情", "description", "content"),
    ),
    "place": (
        *(
            "事发地址",
            "事发地点",
            "诉求地址",
            "发生地址",
            "发生地点",
            "案发地点",
            "问题地址",
            "事件地址",
        ),
        *("位置描述", "详细地址", "地址", "地点", "address", "place"),
    ),
    "district": _DISTRICT,
    "street": POINT_ROLES["street"],
    "point_id": _POINT_ID,
    "point_name": ("点位名称", "点位", "场所名称", "pointname"),
    "item": (
        *(
            "问题类型",
            "诉求类型",
            "问题类别",
            "事项分类",
            "诉求分类",
            "案件小类",
            "小类名称",
            "小类",
        ),
        *("事项名称", "类别", "类型", "分类", "item", "type", "category"),
    ),
    "source": VIOLATION_ROLES["source"],
    "caller": (
        *("来电人", "来电人姓名", "联系人", "投诉人", "诉求人", "反映人", "市民姓名", "姓名"),
        *("caller", "name"),
    ),
    "phone": (
        *("联系电话", "来电号码", "联系方式", "来电电话", "手机号码", "手机号", "手机", "电话"),
        *("phone", "tel", "mobile"),
    ),
    **PLACE_ROLES,
}

MARK_ROLES: dict[str, tuple[str, ...]] = {
    "name": (
        *("考评对象", "被考评单位", "测评对象", "单位或区划", "单位区划", "责任单位", "单位名称"),
        *("单位", "部门", "区划", "区县", "区县名称", "名称", "name", "unit", "district", "group"),
    ),
    "year": ("年度", "考评年度", "测评年度", "年份", "年", "year"),
    "documents": (
        *("材料审核", "材料审核得分", "材料得分", "材料", "材料申报", "网上申报", "申报材料得分"),
        *("资料得分", "台账得分", "documents", "document", "documentmark"),
    ),
    "questionnaire": (
        *("问卷调查", "问卷调查得分", "问卷得分", "问卷", "满意度", "满意度得分", "群众满意度"),
        *("questionnaire", "questionnairemark", "survey"),
    ),
}

ALL_ROLES = (
    POINT_ROLES, DISTRICT_ROLES, UNIT_ROLES, VIOLATION_ROLES, INSPECTION_ROLES, INSPECTOR_ROLES,
    CHECKLIST_ROLES, RESULT_ROLES, TICKET_ROLES,
    REPLY_ROLES, MARK_ROLES,
)  # fmt: skip

_DATUM_WORDS: dict[Datum, re.Pattern[str]] = {
    "gcj02": re.compile("gcj-?0?2?|火星|国测局|高德|腾讯|amap|gaode"),
    "bd09": re.compile("bd-?09(ll)?|百度|baidu"),
    "cgcs2000": re.compile("cgcs-?2000|国家?2000|大地2000|2000坐标系?|天地图"),
    "wgs84": re.compile("wgs-?(19)?84|gps坐标"),
}
_ANY_DATUM_WORD = re.compile("|".join(words.pattern for words in _DATUM_WORDS.values()))
_BRACKETS = re.compile(r"[(\[{【〔<].*?[)\]}】〕>]")
_BRACKET_SIGNS = re.compile(r"[(\[{【〔<)\]}】〕>]")
_DECORATION = re.compile(r"[\s_\-*:#.·/\\、,，;'\"“”]+")


def plain_label(label: str) -> str:
    """
    Return a label without case, brackets, spaces and decoration.

    Examples
    --------
    >>> plain_label("*点位 编号（必填）："), plain_label("Point_ID")
    ('点位编号', 'pointid')
    """
    folded = unicodedata.normalize("NFKC", label).lower()
    outside = _DECORATION.sub("", _BRACKETS.sub("", folded))
    return outside or _DECORATION.sub("", _BRACKET_SIGNS.sub("", folded))


def datum_in_label(label: str) -> Datum | None:
    """
    Return the datum that a label names, if it names exactly one.

    Examples
    --------
    >>> datum_in_label("经度（GCJ-02）"), datum_in_label("百度经度"), datum_in_label("经度")
    ('gcj02', 'bd09', None)
    """
    folded = _DECORATION.sub("", unicodedata.normalize("NFKC", label).lower())
    named = [datum for datum, words in _DATUM_WORDS.items() if words.search(folded)]
    return named[0] if len(named) == 1 else None


def recognise(labels: Sequence[str], roles: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """
    Find a label for every role that has one; each label serves one role.

    Examples
    --------
    >>> recognise(["序号", "名称", "高德经度", "高德纬度"], POINT_ROLES)
    {'point_id': '序号', 'name': '名称', 'lon': '高德经度', 'lat': '高德纬度'}
    """
    ranked = sorted(
        (rank, position, role, label)
        for position, label in enumerate(labels)
        for role, rank in _ranks(label, roles)
    )
    found: dict[str, str] = {}
    for _, _, role, label in ranked:
        if role not in found and label not in found.values():
            found[role] = label
    return {role: found[role] for role in roles if role in found}


def count_recognised(labels: Iterable[str], extra: Collection[str] = ()) -> int:
    """Count the different labels that any vocabulary, or `extra`, knows."""
    plain = {plain_label(label) for label in labels if label} - {""}
    own = {plain_label(label) for label in extra}
    return sum(label in own or _is_known(label) for label in plain)


def _ranks(label: str, roles: Mapping[str, tuple[str, ...]]) -> list[tuple[str, int]]:
    """Roles a label may serve, with its place in their vocabularies; relaxed matches last."""
    plain = plain_label(label)
    if not plain:
        return []
    ranks = []
    for role, words in roles.items():
        for penalty, form in enumerate(_forms(plain)):
            if form in words:
                ranks.append((role, words.index(form) + 100 * penalty))
                break
    return ranks


def _forms(plain: str) -> list[str]:
    """Return the label as it is, without datum words, and without the word 坐标 too."""
    relaxed = _ANY_DATUM_WORD.sub("", plain)
    return [plain, relaxed, relaxed.replace("坐标", "")]


_KNOWN_WORDS = frozenset(word for roles in ALL_ROLES for words in roles.values() for word in words)


def _is_known(plain: str) -> bool:
    """Tell whether any vocabulary knows the label."""
    return any(form in _KNOWN_WORDS for form in _forms(plain))
