"""Tell whether two reports speak of the same matter, in words that a person can check."""

from __future__ import annotations

import re

#: What reports of citizens and inspectors call the same thing.
TOPICS: dict[str, tuple[str, ...]] = {
    "占道经营": ("占道", "出店经营", "店外经营", "流动摊", "摆摊", "摊贩", "摊位", "跨门经营"),
    "车辆乱停": ("乱停", "违停", "停车", "乱放", "占用盲道", "占用人行道", "僵尸车"),
    "垃圾清运": ("垃圾", "满溢", "未清运", "脏乱", "烟头", "环境卫生", "不干净"),
    "建筑垃圾": ("建筑垃圾", "装修垃圾", "渣土"),
    "消防通道": ("消防通道", "消防车通道", "生命通道", "安全出口", "疏散通道"),
    "楼道堆物": ("楼道堆", "楼道杂物", "堆物", "堆放杂物"),
    "飞线充电": ("飞线", "私拉电线", "违规充电", "电动车充电", "楼道充电"),
    "小广告": ("小广告", "牛皮癣", "乱张贴", "涂写"),
    "窨井盖": ("井盖", "窨井"),
    "路面破损": ("路面破损", "坑洼", "塌陷", "路面不平", "地砖破", "道板"),
    "积水污水": ("积水", "污水", "下水道", "内涝", "返水", "堵塞外溢"),
    "路灯照明": ("路灯", "照明"),
    "油烟": ("油烟",),
    "噪声": ("噪声", "噪音", "扰民", "广场舞"),
    "违章搭建": ("违建", "违章搭建", "乱搭", "私搭"),
    "公共厕所": ("公厕", "厕所"),
    "绿化": ("绿化", "毁绿", "种菜", "树木", "枯死", "裸土"),
    "犬只": ("遛狗", "犬", "狗绳", "狗粪"),
    "吸烟": ("吸烟", "抽烟"),
    "盲道": ("盲道",),
    "公益广告": ("公益广告", "宣传栏"),
    "扬尘": ("扬尘", "带泥上路"),
    "食品安全": ("食品安全", "过期食品", "健康证", "后厨"),
}

_WORDS = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]+")
#: Shorter texts agree by chance.
_LEAST_PAIRS = 6
_AGREEMENT = 0.6
#: Enough below the same heading.
_HINT = 0.3


def topics_of(text: str) -> frozenset[str]:
    """
    Return the topics that a text speaks of.

    Examples
    --------
    >>> sorted(topics_of("路口有流动摊贩，垃圾满地"))
    ['占道经营', '垃圾清运']
    """
    return frozenset(
        topic for topic, words in TOPICS.items() if any(word in text for word in words)
    )


def agreement(first: str, second: str) -> float:
    """
    Return the share of the shorter text's pairs of characters that the longer one has.

    Examples
    --------
    >>> agreement("校门口乱停车", "学校校门口乱停车严重")
    1.0
    """
    pairs = sorted((_pairs(first), _pairs(second)), key=len)
    return len(pairs[0] & pairs[1]) / len(pairs[0]) if pairs[0] else 0.0


def same_matter(first: tuple[str, str], second: tuple[str, str]) -> str:
    """
    Return what two reports have in common, "" if nothing says that they are one matter.

    Topics count first: hotlines put lamps and manholes below one heading.

    Parameters
    ----------
    first, second
        Item and description of each.

    Returns
    -------
    matter
        The topics of both, the item of both, or how far their texts agree.

    Examples
    --------
    >>> same_matter(("占道经营", ""), ("市容环境", "路口有人摆摊"))
    '占道经营'
    """
    topics = [topics_of("，".join(report)) for report in (first, second)]
    if all(topics):
        return "、".join(sorted(topics[0] & topics[1]))
    if first[0] and first[0] == second[0] and _may_agree(first[1], second[1]):
        return first[0]
    texts = ["".join(report) for report in (first, second)]
    if min(len(_pairs(text)) for text in texts) < _LEAST_PAIRS:
        return ""
    share = agreement(*texts)
    return f"{share:.0%}" if share >= _AGREEMENT else ""


def _may_agree(first: str, second: str) -> bool:
    """Tell whether texts under one heading do not speak of different things: headings are wide."""
    return not (first and second) or agreement(first, second) >= _HINT


def _pairs(text: str) -> set[str]:
    """Return all pairs of neighbouring characters."""
    return {word[i : i + 2] for word in _WORDS.findall(text) for i in range(len(word) - 1)}
